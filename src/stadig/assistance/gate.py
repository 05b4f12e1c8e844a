"""The gate: the one place where financial assistance gives leave to ask agencies about someone.

Each question is a disclosure of its own (offentlighets- och sekretesslagen 10 kap. 28 §), so it is asked in an open case about the one whom
the case concerns, by the one who handles it, once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from stadig.assistance import access, before, desk, errors, periods
from stadig.assistance.terms import CASE_TYPE, PURPOSE
from stadig.cases import access as of_cases
from stadig.cases import opening
from stadig.cases.models import Group, Party
from stadig.city import access as of_city
from stadig.city import clock, persons
from stadig.exchange import permits
from stadig.exchange.connections import known_agencies
from stadig.exchange.models import Permit

if TYPE_CHECKING:
    from stadig.city.models import Person, User

Period = tuple[dt.date, dt.date]
SAME_WITHIN: Final = dt.timedelta(hours=1)
"""For so long, in real time, the stored answer is offered instead of asking the same again."""
ADULT: Final = 18
ASKED_ABOUT: Final = (Party.Role.APPLICANT, Party.Role.CO_APPLICANT)
LOCK: Final = 7_205_001
"""The advisory lock of one case's questions: two who ask at once are one after the other."""
RECENT = """
SELECT l.id, l.asked_at, l.begun_at, l.by_id, l.period_from <= %(last)s AND l.period_to >= %(first)s AND l.person_id = %(person)s,
  (SELECT coalesce(jsonb_agg(DISTINCT one), '[]')::json FROM exchange_call c, jsonb_array_elements_text(c.agencies) one WHERE c.lookup_id = l.id)
FROM exchange_lookup l WHERE l."case" = %(case)s AND l.kind <> 'manual' AND l.begun_at > %(since)s ORDER BY l.begun_at DESC
"""
MOST_AN_HOUR: Final = 20
"""Questions that people ask in one case within an hour, the two adults together."""


def permit(
    by: User | None,
    case_id: int,
    person_id: int,
    period: Period,
    agencies: Collection[str],
    *,
    prefetch: bool = False,
    again: bool = False,
    told: bool = False,
) -> Permit:
    """The right to ask ``agencies`` once about a person in a case; an agency without law on the day is left out with its reason.

    ``by`` is None for Stadig itself, which asks in advance (``prefetch``) or anew for what is missing. ``again`` is a question about what an
    earlier one did not give: the hour does not hold it back. ``told`` is a note of what someone said: nothing leaves, so it needs no law.

    Raises
    ------
    errors.NotAllowed
        One of its kinds, with the way out; ``AlreadyAsked`` when the same was asked within the hour.
    """
    with transaction.atomic():
        _one_at_a_time(case_id)
        case = _case(by, case_id)
        role, person = _named(case_id, person_id)
        _check_person(by, person, prefetch=prefetch)
        wanted = _known(agencies)
        _check_period(case, period)
        if not (again or told):
            wanted = _not_asked_lately(case_id, person_id, period, wanted)
        issued = permits.issue(
            purpose=PURPOSE,
            case_id=case_id,
            case_number=case.number,
            person=person,
            role=_role(role, person),
            by=by,
            unit=case.unit,
            period_from=period[0],
            period_to=period[1],
            agencies=wanted,
            prefetch=prefetch,
        )
        if not issued.laws and not told:
            raise errors.NoneMayBeAsked(dict(issued.refused))
        return issued


def _one_at_a_time(case_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, case_id % 2**31])


def _case(by: User | None, case_id: int) -> Any:
    """The open case of financial assistance that ``by`` handles."""
    if by is not None and not access.ASK.held_by(by):
        raise errors.MayNotAsk
    case = opening.case(by, case_id, "true")
    if case is None:
        raise errors.NoSuchCase
    if by is not None and of_cases.is_party(by, case_id):
        raise errors.OwnCase
    if by is not None and not case.may_handle:
        raise errors.AnotherUnits
    if case.type.slug != CASE_TYPE:
        raise errors.WrongType
    if case.group == Group.CLOSED:
        raise errors.CaseClosed
    return case


def _named(case_id: int, person_id: int) -> tuple[str, Person]:
    """The person's part in the case, and the person."""
    parts = Party.objects.select_related("person").filter(case=case_id, person=person_id, role__in=ASKED_ABOUT)
    found = parts.order_by("role").first()  # as applicant before co-applicant
    if found is None or found.person is None:
        raise errors.NotInTheCase
    return found.role, found.person


def _check_person(by: User | None, person: Person, *, prefetch: bool) -> None:
    if not person.personnummer_sealed:
        raise errors.NoNumber
    if person.protection and (prefetch or by is None):
        raise errors.NotInAdvance
    if person.protection and not of_city.REVEAL.held_by(by):
        raise errors.ProtectedPerson


def _role(role: str, person: Person) -> str:
    """The part as the permit has it: one under eighteen is a child, whatever the case calls them."""
    born, today = persons.unseal(person.personnummer_sealed).born, clock.today()  # pyright: ignore[reportArgumentType]
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return "child" if age < ADULT else role


def _known(agencies: Collection[str]) -> tuple[str, ...]:
    """The agencies, each once. Raises NothingChosen; UnknownAgency for what is no agency here."""
    if not agencies:
        raise errors.NothingChosen
    if not set(agencies) <= set(known_agencies()):
        raise errors.UnknownAgency
    return tuple(dict.fromkeys(agencies))


def _check_period(case: Any, period: Period) -> None:
    """Raises WrongPeriod; OutsideThePeriod where it reaches outside the month applied for and the two before it (SoL 15:10: what is needed)."""
    if period[1] < period[0]:
        raise errors.WrongPeriod
    first, last = periods.asked(desk.month_of(case.pk, case.registered_at))
    if period[0] < first or period[1] > last:
        raise errors.OutsideThePeriod(first, last)


def _not_asked_lately(case_id: int, person_id: int, period: Period, agencies: tuple[str, ...]) -> tuple[str, ...]:
    """The agencies that have not been asked about the person for any of the days within the hour.

    Raises AlreadyAsked when all have; TooMany.
    """
    now = clock.real_now()
    said = {"case": case_id, "person": person_id, "first": period[0], "last": period[1], "since": now - SAME_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(RECENT, said)  # pyright: ignore[reportArgumentType]
        recent = cursor.fetchall()
    if sum(by is not None for _id, _at, _begun, by, _same, _asked in recent) >= MOST_AN_HOUR:
        raise errors.TooMany
    same = [one for one in recent if one[4]]
    asked = {agency for one in same for agency in one[5]}
    left = tuple(one for one in agencies if one not in asked)
    if asked & set(agencies) and not set(left) & _with_law(left):
        lookup, asked_at, begun_at = next(one[:3] for one in same if set(one[5]) & set(agencies))
        minutes = math.ceil((begun_at + SAME_WITHIN - now).total_seconds() / 60)
        raise errors.AlreadyAsked(lookup, asked_at, max(1, minutes))
    return left


def _with_law(agencies: tuple[str, ...]) -> set[str]:
    return set(agencies) - set(before.without_law())
