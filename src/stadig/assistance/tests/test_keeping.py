"""How long financial assistance is kept, and that nothing of anyone is left in any table when it is destroyed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from stadig.assistance.models import Entry, Norm, Proposal, Rules
from stadig.cases import actions, destroying, keeping
from stadig.cases.definition import Definition, Status
from stadig.cases.models import Case, CaseType
from stadig.city import actions as city
from stadig.city import audit_chain, clock, erasure, persons
from stadig.city.models import Organisation, Person, User
from stadig.city.personnummer import luhn
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.exchange import forgetting
from stadig.exchange.models import Block, Call, Lookup, Permit
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealing import seal

pytestmark = pytest.mark.django_db
DEFINITION = Definition(
    first="received",
    statuses=(Status("received", "new"), Status("approved", "closed")),
    transitions=(),
    keep="gallras 5 år efter den sista anteckningen (16 kap. 1 § socialtjänstlagen)",
    texts={"sv": {"title": "Ekonomiskt bistånd", "status.received.name": "Mottagen", "status.approved.name": "Beviljad"}},
)
CONTENT = b"Malmfors rabarberpaj 12345"


@pytest.fixture
def type_(at: Callable[[str], object]) -> CaseType:
    at("2026-11-24T09:00+01:00")
    committee = Organisation.objects.create(name="Socialnämnden", kind="committee")
    unit = Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit", parent=committee)
    return actions.define(None, "financial-assistance", "f" * 64, DEFINITION, committee=committee, unit=unit, series="EB")


@pytest.fixture
def petra(someone: Callable[..., User], type_: CaseType) -> User:
    return someone(Role.CASE_WORKER, organisation=type_.unit, first_name="Petra")


def _person(day: int = 14) -> Person:
    digits = f"6109{day:02}240"
    return city.register_person(
        None, given_name="Vilhelmina", family_name="Malmfors", personnummer=f"19{digits}{luhn(digits)}", address="Fyrgränd 7"
    )


def _case(type_: CaseType, person: Person, *, closed: bool = True) -> Case:
    case = actions.register(None, type_, title="Ekonomiskt bistånd", parties=[actions.NewParty("applicant", person)])
    if closed:
        Case.objects.filter(pk=case.pk).update(group="closed", status="approved", closed_at=clock.now())
    case.refresh_from_db()
    return case


def _asked(case: Case, person: Person, by: User, *, again_of: Lookup | None = None) -> Lookup:
    """A lookup with a call and a block, as it lies stored."""
    period = {"period_from": dt.date(2026, 9, 1), "period_to": dt.date(2026, 11, 30)}
    who = {"case": case.pk, "person": person, "by": by, "unit": case.unit}
    permit = Permit.objects.create(
        purpose="financial-assistance", case_number=case.number, role="applicant", laws={}, issued_at=clock.now(), **who, **period
    )
    now = clock.real_now()
    times = {"asked_at": clock.now(), "begun_at": now, "deadline_at": now, "finished_at": now}
    lookup = Lookup.objects.create(permit=permit, kind="person", again_of=again_of, **who, **period, **times)
    key = uuid.uuid4()
    call = Call.objects.create(
        lookup=lookup, connection="ssbtek", contract="SSBTEK v11", agencies=["FK"], correlation_id=key, intent_at=now, answered_at=now,
        raw_sha256="ab" * 32, raw_sealed=seal(CONTENT, f"call:{key}"),
    )  # fmt: skip
    Block.objects.create(lookup=lookup, call=call, agency="FK", outcome=Outcome.DATA, sealed=seal(CONTENT, "b"), stored_at=now)
    return lookup


def _calculated(case: Case, person: Person, by: User) -> None:
    Entry.objects.create(
        case=case.pk, month=dt.date(2026, 12, 1), kind="cost", key="rent", person=person, sealed=seal(CONTENT, "e"), at=clock.now(), by=by
    )  # fmt: skip
    Proposal.objects.create(
        case=case.pk, month=dt.date(2026, 12, 1), norm=Norm.objects.latest("pk"), rules=Rules.objects.latest("pk"), complete=True, missing=0,
        sealed=seal(CONTENT, "p"), sha256="cd" * 32, code_version="1", made_at=clock.now(), by=by,
    )  # fmt: skip


def test_a_destroyed_case_takes_every_question_answer_and_calculation_with_it(type_: Any, petra: User, at: Any) -> None:
    person = _person()
    case, sealed = _case(type_, person), bytes(person.personnummer_sealed or b"").decode()
    first = _asked(case, person, petra)
    _asked(case, person, petra, again_of=first)
    _calculated(case, person, petra)
    raw, digest = bytes(Call.objects.latest("pk").raw_sealed or b""), "ab" * 32
    number = persons.unseal(person.personnummer_sealed).digits  # type: ignore[arg-type]
    at("2031-11-25T09:00+01:00")
    assert [one.pk for one in destroying.due()] == [case.pk]
    destroying.destroy(None, case.pk)
    assert not any(model.objects.exists() for model in (Lookup, Call, Block, Permit, Entry, Proposal))
    assert traces("Vilhelmina", "Malmfors", "rabarberpaj", raw.hex(), digest, sealed, number) == []
    assert not Person.objects.filter(family_name="Malmfors").exists()
    assert audit_chain.verify().whole


def test_one_whom_agencies_were_asked_about_is_kept_while_the_case_is(type_: Any, petra: User) -> None:
    person = _person()
    _asked(_case(type_, person), person, petra)
    assert erasure.kept(person)
    assert erasure.destroy_person(None, person.pk) is False
    assert Lookup.objects.filter(person=person).exists()


def test_nothing_is_destroyed_while_the_case_is_open(type_: Any, petra: User, at: Any) -> None:
    person = _person()
    case = _case(type_, person, closed=False)
    _asked(case, person, petra)
    at("2041-11-25T09:00+01:00")
    with pytest.raises(destroying.MustBeKept, match="pågår"):
        destroying.destroy(None, case.pk)
    assert Lookup.objects.exists()


def test_a_persons_file_is_kept_whole_until_five_years_after_its_last_note(type_: Any, petra: User, at: Any) -> None:
    person = _person()
    first = _case(type_, person)
    at("2029-03-01T09:00+01:00")
    second = _case(type_, person)
    at("2031-12-01T09:00+01:00")
    with pytest.raises(destroying.MustBeKept, match="senare ärende"):
        destroying.destroy(None, first.pk)
    at("2034-03-02T09:00+01:00")
    assert {one.pk for one in destroying.due()} == {first.pk, second.pk}
    destroying.destroy(None, first.pk)


@pytest.mark.parametrize(
    ("setting", "day", "kept"), [("born", 5, True), ("born", 14, False), ("all", 14, True), ("elsewhere", 15, False)]
)
def test_what_research_needs_is_exempt(type_: Any, at: Any, settings: Any, *, setting: str, day: int, kept: bool) -> None:
    settings.RESEARCH_EXEMPTION = setting
    case = _case(type_, _person(day))
    at("2031-11-25T09:00+01:00")
    assert ("forskning" in destroying.why_kept(case)) is kept
    assert bool(list(destroying.due())) is not kept


def test_a_destruction_is_done_by_the_end_of_the_year_after_it_may_begin() -> None:
    assert keeping.done_by(dt.date(2031, 11, 24)) == dt.date(2032, 12, 31)


def test_raw_answers_may_go_earlier_and_what_was_read_stays(type_: Any, petra: User) -> None:
    person = _person()
    case = _case(type_, person, closed=False)
    lookup = _asked(case, person, petra)
    assert forgetting.drop_raw(dt.timedelta(days=90)) == 0
    Call.objects.update(answered_at=clock.real_now() - dt.timedelta(days=91))
    assert forgetting.drop_raw(dt.timedelta(days=90)) == 1
    call = Call.objects.get(lookup=lookup)
    assert (call.raw_sealed, call.raw_sha256) == (None, "ab" * 32)
    assert Block.objects.get(lookup=lookup).sealed
