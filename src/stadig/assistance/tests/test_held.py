"""Whoever can write to the database cannot change the law, a riksnorm or a rule unseen: ``stadig audit verify`` names the row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from stadig.assistance import first, norm, setting
from stadig.assistance.dated import Entered
from stadig.assistance.models import Norm, Rules
from stadig.assistance.setting import NORM
from stadig.city import attested, audit_chain
from stadig.city.models import AuditEntry, User
from stadig.city.roles import Role
from stadig.exchange import law
from stadig.exchange.models import LegalBasis

pytestmark = pytest.mark.django_db
TABLES = {"exchange_legalbasis": "lagstöd", "assistance_norm": "riksnormer", "assistance_rules": "beräkningsregler"}
ANOTHER = {
    "bigint": "coalesce({c}, 0) + 1",
    "integer": "{c} + 1",
    "boolean": "NOT coalesce({c}, false)",
    "date": "coalesce({c}, '2026-01-01') + 1",
    "jsonb": "'[7]'::jsonb",
    "timestamp with time zone": "coalesce({c}, '2026-01-01') + interval '1 second'",
    "character varying": "left('x' || {c}, 9)",
    "text": "'x' || {c}",
}
NEW = {
    "statute": "Socialnämndens beslut 2026-02-11 § 14",
    "source": "Protokoll",
    "longest_days": 90,
    "valid_from": dt.date(2026, 3, 1),
}


@pytest.fixture
def two(someone: Callable[..., User], at: Callable[[str], object]) -> tuple[User, User]:
    at("2026-11-24T09:00+01:00")
    return someone(Role.MANAGER), someone(Role.ADMINISTRATOR)


@pytest.fixture
def entered(two: tuple[User, User]) -> None:
    """A law and a riksnorm that two people have entered, and one of each that is waiting."""
    one, other = two
    law.confirm(other, law.enter(one, agency="TNS", groups=["vehicles"], **NEW).pk)
    law.enter(one, agency="MIV", groups=["permits"], **NEW | {"statute": "Nämndens beslut 2026-03-01 § 2"})
    table = next(first.shipped_norms())["table"]
    setting.confirm(other, NORM, setting.enter(one, _norm(table, 2027)).pk)
    setting.enter(one, _norm(table, 2028))


def _norm(table: dict[str, object], year: int) -> Entered[norm.Table]:
    days = {"valid_from": dt.date(year, 1, 1), "valid_to": dt.date(year, 12, 31)}
    return Entered(table=norm.read(table), source=f"SFS {year}:1", **days)


def _faults() -> list[str]:
    return audit_chain.verify().faults


def test_what_a_release_writes_and_what_two_people_enter_is_whole(entered: None, two: tuple[User, User]) -> None:
    assert _faults() == []
    one, other = two
    law.end(
        one, law.in_force("financial-assistance", dt.date(2026, 11, 24))["CSN"].pk, last=dt.date(2026, 12, 1), reason="Ändrad"
    )
    setting.withdraw(one, NORM, Norm.objects.get(valid_from=dt.date(2026, 1, 1)).pk)
    law.take_back(other, LegalBasis.objects.get(agency="MIV").pk)
    assert _faults() == []


def _columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s) AND column_name <> 'id' "
            "ORDER BY 1, ordinal_position",
            [list(TABLES)],
        )
        return cursor.fetchall()


def test_each_column_of_each_row_is_held(entered: None) -> None:
    """Every column of every row is changed by itself, as one who owns the database could."""
    unseen, changed = [], 0
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # keys to other tables do not stand in the way
        for table, column, kind in _columns():
            cursor.execute(f"SELECT id FROM {table} ORDER BY id")  # noqa: S608
            for (pk,) in cursor.fetchall():
                cursor.execute("SAVEPOINT before")
                value = ANOTHER[kind].format(c=f'"{column}"')
                try:
                    cursor.execute(f'UPDATE {table} SET "{column}" = {value} WHERE id = %s', [pk])  # noqa: S608
                except IntegrityError:  # the database itself refuses it
                    cursor.execute("ROLLBACK TO SAVEPOINT before")
                    continue
                changed += 1
                if not any(f"Rad {pk} i tabellen över {TABLES[table]} är ändrad" in one for one in attested.check()):
                    unseen.append(f"{table}.{column} of row {pk}")
                cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SET session_replication_role = origin")
    assert unseen == []
    assert changed > 100
    assert _faults() == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_removed_is_missed_whoever_wrote_it(table: str, entered: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"SELECT id FROM {table} ORDER BY id")  # noqa: S608
        for (pk,) in cursor.fetchall():
            cursor.execute("SAVEPOINT before")
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])  # noqa: S608
            found = _faults()
            assert len(found) == 1 and f"{TABLES[table]}" in found[0] and "borttagen" in found[0], found
            cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SET session_replication_role = origin")


def test_a_row_that_nobody_entered_is_found(two: tuple[User, User]) -> None:
    one, other = two
    made = LegalBasis.objects.create(
        purpose="financial-assistance",
        agency="MIV",
        entered_by=one,
        confirmed_by=other,
        confirmed_at=first.ENTERED,
        **NEW,
    )
    assert _faults() == [
        f"Rad {made.pk} i tabellen över lagstöd är ändrad eller tillagd: den står inte i granskningsloggen och är inte som Stadig levererar den."
    ]


def test_a_shipped_norm_that_was_withdrawn_cannot_be_put_back_by_writing_it_again(two: tuple[User, User]) -> None:
    *_, shipped = first.shipped_norms()
    setting.withdraw(two[0], NORM, Norm.objects.get(valid_from=shipped["valid_from"]).pk)
    Norm.objects.create(**shipped)
    (found,) = _faults()
    assert "finns 2 gånger" in found and "SFS 2025:1046" in found


def test_a_row_taken_back_that_is_there_again_is_found(two: tuple[User, User]) -> None:
    one, other = two
    row = law.enter(one, agency="MIV", groups=["permits"], **NEW)
    number = row.pk
    law.take_back(other, number)
    row.pk = number
    row.save(force_insert=True)
    (found,) = _faults()
    assert found.startswith(f"Rad {number} i tabellen över lagstöd finns, men togs bort enligt granskningsloggen")


def test_what_people_entered_before_rows_were_held_is_noted_once_by_the_release(two: tuple[User, User]) -> None:
    row = _rules(two[0])
    _without_hash("assistance.rules", row.pk)
    assert any("beräkningsregler" in one for one in _faults())
    attested.attest("assistance.rules")
    attested.attest("assistance.rules")
    assert _faults() == []
    assert AuditEntry.objects.filter(did="noted", what="assistance.rules", what_id=str(row.pk)).count() == 1


def _rules(by: User) -> Rules:
    days = {"valid_from": dt.date(2027, 1, 1), "valid_to": dt.date(2027, 12, 31)}
    return Rules.objects.create(values=first.rules(2026), source="SFS 2026:1", entered_by=by, entered_at=first.ENTERED, **days)


def _without_hash(label: str, pk: int) -> None:
    """An audit row as releases before wrote it."""
    from stadig.city import audit

    held = attested._tables.pop(label)
    audit.record(None, "entered rules", (label, pk))
    attested.register(held)
