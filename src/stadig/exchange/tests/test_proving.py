"""Whoever can write to the database cannot change what was asked and answered unseen: ``stadig audit verify`` names what was touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from stadig.city import audit, audit_chain, clock
from stadig.city.models import Organisation, Person, User
from stadig.city.verbs import verb
from stadig.exchange import digest, forgetting, told
from stadig.exchange.models import Block, Call, LegalBasis, Lookup, Permit
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealing import mac_of, seal

pytestmark = pytest.mark.django_db


def _laws() -> dict[str, int]:
    """Agency → the shipped law."""
    return {one.agency: one.pk for one in LegalBasis.objects.filter(agency__in=("FK", "AF"))}


RAW = b"<svar>an agency's answer</svar>"


@pytest.fixture
def petra(someone: Callable[..., User], at: Callable[[str], object]) -> User:
    at("2026-11-24T09:00+01:00")
    return someone(organisation=Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit"))


@verb
def _asked(by: User, person: Person, case: int = 17, beyond: tuple[str, ...] = ()) -> Lookup:
    """A lookup that asked FK and AF, and left TNS out for want of law, with the rows its verbs write in the log.

    Of the answers of those in ``beyond`` one kind came that the law does not give.
    """
    now, unit = clock.real_now(), by.organisation
    period = {"period_from": dt.date(2026, 9, 1), "period_to": dt.date(2026, 11, 30)}
    who = {"case": case, "person": person, "by": by, "unit": unit}
    permit = Permit.objects.create(
        purpose="financial-assistance", case_number="EB 2026/00017", role="applicant", laws=_laws(), issued_at=now, **who, **period
    )  # fmt: skip
    permit.mac = mac_of(permit)
    permit.save()
    lookup = Lookup.objects.create(
        permit=permit, kind="person", asked_at=now, begun_at=now, deadline_at=now, finished_at=now, **who, **period
    )
    keys = [uuid.uuid4(), uuid.uuid4()]
    ids = {
        "case": case,
        "person": person,
        "unit": unit,
        "correlation": [str(key) for key in keys],
        "not_asked": {"TNS": "no_law"},
    }
    audit.record(by, "asked agencies", ("exchange.lookup", lookup.pk), agencies=["FK", "AF"], **ids)
    hashes: dict[str, str] = {}
    for agency, key, outcome in (("FK", keys[0], Outcome.DATA), ("AF", keys[1], Outcome.NOTHING_STATED)):
        raw = RAW + agency.encode()
        hashes[str(key)] = hashlib.sha256(raw).hexdigest()
        call = Call.objects.create(
            lookup=lookup, connection="ssbtek", contract="SSBTEK v11", agencies=[agency], correlation_id=key, intent_at=now, answered_at=now,
            raw_sha256=hashes[str(key)], raw_sealed=None if agency in beyond else seal(raw, f"call:{key}"),
        )  # fmt: skip
        Block.objects.create(
            lookup=lookup,
            call=call,
            agency=agency,
            outcome=outcome,
            basis_id=_laws()[agency],
            stored_at=now,
            dropped=["status:SKATT"] if agency in beyond else [],
            sealed=seal(b"facts", f"block:{lookup.uuid}:{agency}:"),
        )
    Block.objects.create(lookup=lookup, agency="TNS", outcome=Outcome.NOT_ASKED, reason="no_law", stored_at=now)
    outcomes = {"FK": "data", "AF": "nothing_stated"}
    audit.record(
        by,
        "got answers",
        ("exchange.lookup", lookup.pk),
        case=case,
        person=person,
        outcomes=outcomes,
        sha256=hashes,
        not_kept={str(key): "beyond" for agency, key in zip(("FK", "AF"), keys, strict=True) if agency in beyond},
        dropped=dict.fromkeys(beyond, 1),
        digest=digest.of(lookup.pk),
    )
    audit.record(by, "read", ("exchange.lookup", lookup.pk), case=case, person=person)
    return lookup


@pytest.fixture
def lookup(petra: User) -> Lookup:
    return _asked(petra, Person.objects.create(given_name="Prov", family_name="Person"))


def _swap(model: Any, column: str) -> None:
    one, other = model.objects.exclude(**{column: None}).order_by("pk")[:2]
    first, second = getattr(one, column), getattr(other, column)
    model.objects.filter(pk=one.pk).update(**{column: second})
    model.objects.filter(pk=other.pk).update(**{column: first})


def _someone_else(lookup: Lookup) -> None:
    other = Person.objects.create(given_name="En", family_name="Annan")
    audit.pseudonym(other)
    Lookup.objects.filter(pk=lookup.pk).update(person=other)


def _reorder() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT position FROM city_auditentry WHERE did = 'got answers'")
        (answered,) = cursor.fetchone()
        first = answered - 1
        cursor.execute("ALTER TABLE city_auditentry DISABLE TRIGGER USER")
        for before, after in ((answered, -1), (first, answered), (-1, first)):
            cursor.execute("UPDATE city_auditentry SET position = %s WHERE position = %s", [after, before])
        cursor.execute("ALTER TABLE city_auditentry ENABLE TRIGGER USER")


TOUCHED: list[tuple[str, Callable[[Lookup], object], str]] = [
    ("an outcome", lambda _: Block.objects.filter(agency="FK").update(outcome="nothing_stated"), "Utfallet för FK"),
    ("why one was not asked", lambda _: Block.objects.filter(agency="TNS").update(reason="period"), "Varför TNS inte frågades"),
    ("a call is gone", lambda _: Call.objects.filter(agencies=["FK"]).delete(), "är borttaget"),
    ("a block is gone", lambda _: Block.objects.filter(agency="AF").delete(), "Det som AF svarade"),
    ("the lookup is gone", lambda one: one.delete(), "men är borttaget"),
    ("an answer is gone", lambda _: Call.objects.filter(agencies=["FK"]).update(raw_sealed=None), "Svaret i anrop"),
    ("answers are swapped", lambda _: _swap(Call, "raw_sealed"), "Svaret i anrop"),
    ("a hash is another", lambda _: Call.objects.filter(agencies=["FK"]).update(raw_sha256="0" * 64), "Svaret i anrop"),
    ("facts are swapped", lambda _: _swap(Block, "sealed"), "går inte att öppna"),
    ("the case is another", lambda one: Lookup.objects.filter(pk=one.pk).update(case=18), "gäller inte det ärende"),
    ("the person is another", _someone_else, "gäller inte det ärende"),
    (
        "a block is made up",
        lambda one: Block.objects.create(lookup=one, agency="SKV", outcome="nothing_stated", stored_at=clock.real_now()),
        "Det som SKV sägs ha svarat",
    ),
    (
        "a call left unlogged",
        lambda one: Call.objects.create(lookup=one, connection="x", contract="x", agencies=["MIV"], intent_at=clock.real_now()),
        "lämnade huset utan rad",
    ),
    ("the log is reordered", lambda _: _reorder(), "stämmer inte med raden före"),
]


def test_what_nobody_touched_is_whole(lookup: Lookup) -> None:
    assert audit_chain.verify().faults == []


@pytest.mark.parametrize(("touch", "found"), [one[1:] for one in TOUCHED], ids=[one[0] for one in TOUCHED])
def test_what_someone_touched_is_found_and_named(lookup: Lookup, touch: Callable[[Lookup], object], found: str) -> None:
    touch(lookup)
    faults = audit_chain.verify().faults
    assert any(found in fault for fault in faults), faults


def test_a_lookup_without_a_row_in_the_log_is_found(lookup: Lookup) -> None:
    now = clock.real_now()
    who = {"case": 17, "person": lookup.person, "by": lookup.by, "unit": lookup.unit}
    period = {"period_from": dt.date(2026, 9, 1), "period_to": dt.date(2026, 11, 30)}
    permit = Permit.objects.create(purpose="x", case_number="x", role="applicant", laws={}, issued_at=now, **who, **period)
    hidden = Lookup.objects.create(permit=permit, kind="person", asked_at=now, begun_at=now, deadline_at=now, **who, **period)
    assert audit_chain.verify().faults == [f"Uppslag {hidden.pk} saknar rad i granskningsloggen."]


def test_what_the_law_has_removed_is_not_missed(lookup: Lookup, petra: User) -> None:
    assert forgetting.drop_raw(dt.timedelta(seconds=-1)) == 1
    assert audit_chain.verify().faults == []
    _asked(petra, Person.objects.create(given_name="En", family_name="Annan"), case=18)
    forgetting.forget_case(17)
    assert Lookup.objects.count() == 1
    assert audit_chain.verify().faults == []


ELSEWHERE = {("exchange_call", "raw_sealed")}
"""An answer's bytes have a hash of their own, and may go earlier than the rest."""
TABLES = {"exchange_lookup": "id = %s", "exchange_permit": "id = (SELECT permit_id FROM exchange_lookup WHERE id = %s)",
          "exchange_call": "lookup_id = %s", "exchange_block": "lookup_id = %s"}  # fmt: skip
ANOTHER = {
    "bigint": "coalesce({c}, 0) + 1", "smallint": "coalesce({c}, 0) + 1", "integer": "coalesce({c}, 0) + 1", "boolean": "NOT coalesce({c}, false)",
    "uuid": "gen_random_uuid()", "date": "coalesce({c}, '2026-01-01') + 1", "jsonb": "'[7]'::jsonb", "bytea": "coalesce({c}, '') || '\\x00'",
    "timestamp with time zone": "coalesce({c}, '2026-01-01') + interval '1 day'", "character varying": "left('x' || {c}, 3)",
}  # fmt: skip


def _columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s) AND column_name <> 'id' "
            "ORDER BY 1, ordinal_position",
            [list(TABLES)],
        )
        return cursor.fetchall()


def test_each_column_of_each_table_is_held(lookup: Lookup) -> None:
    """Every column is changed by itself, as one who owns the database could, and each change is found and names the lookup."""
    unseen, changed = [], 0
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # keys to other tables do not stand in the way
        for table, column, kind in _columns():
            if (table, column) in ELSEWHERE:
                continue
            value = ANOTHER[kind].format(c=f'"{column}"')
            cursor.execute("SAVEPOINT before")
            try:
                cursor.execute(f'UPDATE {table} SET "{column}" = {value} WHERE {TABLES[table]}', [lookup.pk])  # noqa: S608
            except IntegrityError:  # the database itself refuses it
                cursor.execute("ROLLBACK TO SAVEPOINT before")
                continue
            changed += 1
            if not any(str(lookup.pk) in fault for fault in audit_chain.verify().faults):
                unseen.append(f"{table}.{column}")
            cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SET session_replication_role = origin")
    assert unseen == []
    assert changed > 45


def test_until_when_the_person_is_not_told_is_held_and_so_is_the_decision(lookup: Lookup) -> None:
    told.withhold(None, lookup.case, until=dt.date(2026, 12, 1), decision="SN 2026-11-24 § 9")
    assert audit_chain.verify().faults == []
    for change in (
        {"withheld_to": dt.date(2036, 12, 1)},
        {"withheld_by": "SN 2020-01-01 § 1"},
        {"withheld_to": None, "withheld_by": ""},
    ):
        Lookup.objects.filter(pk=lookup.pk).update(**change)
        assert any(f"får veta av uppslag {lookup.pk}" in one for one in audit_chain.verify().faults), change
        Lookup.objects.filter(pk=lookup.pk).update(withheld_to=dt.date(2026, 12, 1), withheld_by="SN 2026-11-24 § 9")
    told.withhold(None, lookup.case, until=dt.date(2026, 12, 24), decision="SN 2026-11-30 § 2")
    assert audit_chain.verify().faults == []


def test_an_answer_that_was_not_kept_is_missed_unless_the_log_says_so(petra: User) -> None:
    """That a block says data came beyond the law is no leave for the raw answer to be gone: only the log's own list is."""
    honest = _asked(petra, Person.objects.create(given_name="Prov", family_name="Person"), beyond=("FK",))
    assert audit_chain.verify().faults == []
    other = _asked(petra, Person.objects.create(given_name="En", family_name="Annan"), case=18)
    Call.objects.filter(lookup=other, agencies=["FK"]).update(raw_sealed=None)
    Block.objects.filter(lookup=other, agency="FK").update(dropped=["status:SKATT"])
    faults = audit_chain.verify().faults
    assert any("Svaret i anrop" in one and f"uppslag {other.pk}" in one for one in faults)
    assert any(f"Vad FK lämnade utöver lagen i uppslag {other.pk} är ändrat" in one for one in faults)
    assert not any(f"uppslag {honest.pk}" in one for one in faults)


def test_an_answer_that_the_log_says_was_not_kept_cannot_be_put_there(petra: User) -> None:
    lookup = _asked(petra, Person.objects.create(given_name="Prov", family_name="Person"), beyond=("FK",))
    call = Call.objects.get(lookup=lookup, agencies=["FK"])
    Call.objects.filter(pk=call.pk).update(raw_sealed=seal(RAW + b"FK", f"call:{call.correlation_id}"))
    assert any(f"Svaret i anrop {call.pk}" in one for one in audit_chain.verify().faults)


def test_an_older_raw_answer_removed_by_hand_is_missed_beside_those_the_setting_removed(lookup: Lookup) -> None:
    Call.objects.filter(lookup=lookup, agencies=["AF"]).update(answered_at=clock.real_now() + dt.timedelta(days=1))
    _tell_again(lookup)
    assert forgetting.drop_raw(dt.timedelta(seconds=-1)) == 1
    assert audit_chain.verify().faults == []
    Call.objects.filter(lookup=lookup, agencies=["AF"]).update(raw_sealed=None)
    assert any("Svaret i anrop" in one for one in audit_chain.verify().faults)


@verb
def _tell_again(lookup: Lookup) -> None:
    audit.record(None, "stopped listening", ("exchange.lookup", lookup.pk), digest=digest.of(lookup.pk))


def test_one_part_beside_another_and_emptied_facts_are_found(lookup: Lookup) -> None:
    for change in ({"sealed": None}, {"replaced_at": clock.real_now()}, {"latency_ms": 7}):
        Block.objects.filter(agency="FK").update(**change)
        assert any("är ändrat, borttaget eller tillagt" in one for one in audit_chain.verify().faults), change


def test_a_law_that_was_asked_by_cannot_be_written_over(lookup: Lookup) -> None:
    LegalBasis.objects.filter(pk__in=lookup.permit.laws.values()).update(statute="En annan lag (2030:1)")
    assert any("är ändrat, borttaget eller tillagt" in one for one in audit_chain.verify().faults)


def test_a_permit_that_stadig_did_not_issue_is_named(lookup: Lookup) -> None:
    Permit.objects.update(purpose="curiosity")
    assert any(one.startswith("Tillståndet för uppslag") for one in audit_chain.verify().faults)
