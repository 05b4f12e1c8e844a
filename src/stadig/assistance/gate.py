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

from stadig.assistance import access, errors
from stadig.assistance.terms import CASE_TYPE, PURPOSE
from stadig.cases import access as of_cases
from stadig.cases import opening
from stadig.cases.models import Group, Party
from stadig.city import access as of_city
from stadig.city import clock, persons
from stadig.exchange import permits
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
SELECT l.id, l.asked_at, l.begun_at, p.laws::json, p.refused::json
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id
WHERE l."case" = %s AND l.person_id = %s AND l.period_from = %s AND l.period_to = %s AND l.kind <> 'manual' AND l.begun_at > %s
ORDER BY l.begun_at DESC
"""


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
        if not agencies:
            raise errors.NothingChosen
        if period[1] < period[0]:
            raise errors.WrongPeriod
        if not (again or told):
            _check_not_asked(case_id, person_id, period, agencies)
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
            agencies=tuple(agencies),
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


def _check_not_asked(case_id: int, person_id: int, period: Period, agencies: Collection[str]) -> None:
    """Raises AlreadyAsked when one question within the hour held all of the agencies."""
    now = clock.real_now()
    with connection.cursor() as cursor:
        cursor.execute(RECENT, [case_id, person_id, *period, now - SAME_WITHIN])  # pyright: ignore[reportArgumentType]
        for lookup, asked_at, begun_at, laws, refused in cursor.fetchall():
            if set(agencies) <= laws.keys() | refused.keys():
                left = begun_at + SAME_WITHIN - now
                raise errors.AlreadyAsked(lookup, asked_at, max(1, math.ceil(left.total_seconds() / 60)))
