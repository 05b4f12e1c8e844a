"""Asking in advance at night: only what is switched on, only about those it is for, never many at a time, and no more when one fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from stadig.assistance import prefetching
from stadig.assistance.models import Night
from stadig.assistance.tests.test_keeping import _case, petra, type_
from stadig.cases.models import Case, CaseType, Decision, Document
from stadig.city import actions as city
from stadig.city import audit_chain, clock
from stadig.city.models import Organisation, Person, User
from stadig.city.personnummer import luhn
from stadig.city.roles import Role
from stadig.exchange import choosing, running
from stadig.exchange.models import Breaker, Call, Lookup
from stadig.exchange.tests.agencies import Agencies, Way
from stadig.exchange.tests.conftest import agencies, written

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["agencies", "petra", "type_", "written"]


@pytest.fixture(autouse=True)
def _let_go() -> Any:
    yield
    running.stop()


@pytest.fixture
def connected(agencies: Agencies, written: Any, someone: Callable[..., User], type_: CaseType) -> Agencies:
    written(agencies)
    return agencies


@pytest.fixture
def switch_on(someone: Callable[..., User], type_: CaseType) -> Callable[..., None]:
    henrik = someone(Role.MANAGER)

    def on(*codes: str) -> None:
        for code in codes:
            choosing.choose(henrik, code, prefetch=True)

    return on


def _applicant(number: int, **fields: Any) -> Person:
    digits = f"7{number:01}0112240"
    made = city.register_person(
        None, given_name="Sökande", family_name=f"Nummer{number}", personnummer=f"19{digits}{luhn(digits)}"
    )
    Person.objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def _applied(type_: CaseType, person: Person, month: str, *, by: User | None = None) -> Case:
    """An application for a month; granted where someone decided it."""
    case = _case(type_, person, closed=by is not None)
    Document.objects.filter(case=case).update(data={"month": month})
    if by is not None:
        Decision.objects.create(
            case=case, type="granted", outcome="approved", decided_at=clock.now(), decided_by=by, reasoning="-", document=case.documents.first()
        )  # fmt: skip
    return case


def _recurring(type_: CaseType, petra: User, many: int) -> list[Case]:
    found = []
    for number in range(many):
        person = _applicant(number)
        _applied(type_, person, "2026-11", by=petra)
        found.append(_applied(type_, person, "2026-12"))
    return found


def _most_at_once() -> int:
    """How many requests were under way together, from the moment each was committed until it had ended."""
    calls = list(Call.objects.exclude(answered_at=None).values_list("intent_at", "answered_at"))
    return max(sum(first <= at < last for first, last in calls) for at, _ in calls)


def test_nothing_leaves_until_an_agency_is_switched_on(connected: Agencies, type_: CaseType, petra: User) -> None:
    _recurring(type_, petra, 2)
    assert prefetching.prefetch() is None
    assert (connected.journal, Lookup.objects.count(), Night.objects.count()) == ([], 0, 0)


def test_only_the_chosen_agencies_are_asked_and_never_more_than_five_requests_at_once(
    connected: Agencies, type_: CaseType, petra: User, switch_on: Any
) -> None:
    cases = _recurring(type_, petra, 6)
    connected.ways |= {"FK": Way(after_s=0.15), "AF": Way(after_s=0.05)}
    switch_on("FK", "AF")
    night = prefetching.prefetch()
    assert night is not None
    assert (night.wanted, night.asked, night.stopped) == (6, 6, "")
    assert {one.agencies for one in connected.journal} == {("FK",), ("AF",)}
    assert len(connected.journal) == 12
    assert 1 < _most_at_once() <= prefetching.AT_ONCE
    assert set(Lookup.objects.values_list("kind", "case")) == {("prefetch", case.pk) for case in cases}
    assert audit_chain.verify().faults == []
    assert prefetching.prefetch() is None, "one night, one round"


def test_the_order_is_shuffled_and_the_same_seed_gives_the_same(
    connected: Agencies, type_: CaseType, petra: User, switch_on: Any
) -> None:
    _recurring(type_, petra, 6)
    switch_on("FK")

    def order(seed: int) -> list[int]:
        Night.objects.all().delete()
        Lookup.objects.all().delete()
        prefetching.prefetch(seed)
        return list(Lookup.objects.order_by("pk").values_list("case", flat=True))

    first = order(7)
    assert order(7) == first != sorted(first)


def test_it_is_for_those_granted_the_month_before_with_an_open_case_and_never_for_the_protected(
    connected: Agencies, type_: CaseType, petra: User, switch_on: Any
) -> None:
    granted, new, long_ago, protected, asked = (_applicant(number) for number in range(5))
    Person.objects.filter(pk=protected.pk).update(protection="secrecy_mark")
    for person, month in ((granted, "2026-11"), (long_ago, "2026-08"), (protected, "2026-11"), (asked, "2026-11")):
        _applied(type_, person, month, by=petra)
    open_ones = {person.pk: _applied(type_, person, "2026-12") for person in (granted, new, long_ago, protected, asked)}
    assert {one.person for one in prefetching.recurring()} == {granted.pk, asked.pk}
    switch_on("FK")
    prefetching.prefetch()
    assert {one.person_id for one in Lookup.objects.all()} == {granted.pk, asked.pk}
    lookup = Lookup.objects.get(case=open_ones[granted.pk].pk)
    assert (lookup.period_from, lookup.period_to, lookup.by) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31), None)
    assert prefetching.recurring() == [], "once for each month"


def test_it_stops_when_a_breaker_opens_and_says_so_in_the_morning(
    connected: Agencies, written: Any, type_: CaseType, petra: User, switch_on: Any
) -> None:
    written(connected, after="[connection.breaker]\nfailures = 2\n")
    _recurring(type_, petra, 8)
    connected.ways["FK"] = Way(status=500)
    switch_on("FK")
    night = prefetching.prefetch()
    assert night is not None
    assert Breaker.objects.get(agency="FK").state == "open"
    assert night.stopped == "FK"
    assert night.asked < 8
    (card,) = prefetching.cards(petra)
    assert "Försäkringskassan inte svarade" in card.text
    assert card.tag == "Avbröts"


def test_the_morning_card_is_for_those_who_ask(
    connected: Agencies, type_: CaseType, petra: User, switch_on: Any, someone: Callable[..., User]
) -> None:
    _recurring(type_, petra, 2)
    switch_on("FK")
    prefetching.prefetch()
    (card,) = prefetching.cards(petra)
    assert card.title == "Uppgifter om 2 personer är hämtade i förväg"
    assert "Försäkringskassan" in card.text
    unit = Organisation.objects.get(name="Ekonomiskt bistånd")
    assert prefetching.cards(someone(Role.REGISTRAR, organisation=unit)) == []
