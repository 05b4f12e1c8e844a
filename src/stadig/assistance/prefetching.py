"""Asking in advance: the night before, for open recurring cases, the agencies that a manager has switched on.

*Recurring* is an open application by someone who was granted financial assistance for the month before. Each question is a disclosure of
its own, so each person is asked about once for a month, never one whose data are protected, never more than five requests at a time, in an
order that favours no one; and no more at all once an agency's breaker is open.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.assistance import access, errors, gate, periods
from stadig.assistance.models import Night
from stadig.assistance.terms import CASE_TYPE
from stadig.city import clock
from stadig.city.desk import Card
from stadig.exchange import actions as exchange
from stadig.exchange import choosing, connections, names
from stadig.exchange.models import Lookup
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.city.models import User

AT_ONCE: Final = 5
LONGEST_WAIT_S: Final = 180.0
"""A request that is neither answered nor given up after this no longer holds the others back."""
LOOK_EVERY_S: Final = 0.05
RECURRING: Final = """
WITH applied AS (
  SELECT c.id, c."group", coalesce((
      SELECT d.data ->> 'month' FROM cases_document d
      WHERE d.case_id = c.id AND d.direction = 'received' AND d.data ->> 'month' ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' ORDER BY d.number DESC LIMIT 1
    ), to_char(c.registered_at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM')) AS month
  FROM cases_case c JOIN cases_casetype t ON t.id = c.type_id WHERE t.slug = %s
)
SELECT DISTINCT a.id, p.person_id, a.month FROM applied a
JOIN cases_party p ON p.case_id = a.id AND p.role IN ('applicant', 'co_applicant')
JOIN city_person who ON who.id = p.person_id AND who.protection = '' AND who.personnummer_sealed IS NOT NULL
WHERE a."group" <> 'closed' AND EXISTS (
  SELECT 1 FROM applied b JOIN cases_party q ON q.case_id = b.id AND q.person_id = p.person_id
  JOIN cases_decision d ON d.case_id = b.id AND d.outcome IN ('approved', 'partly')
  WHERE b.id <> a.id AND b.month = to_char((a.month || '-01')::date - interval '1 month', 'YYYY-MM')
) AND NOT EXISTS (
  SELECT 1 FROM exchange_lookup l WHERE l."case" = a.id AND l.person_id = p.person_id AND l.kind <> 'manual'
) ORDER BY a.id, p.person_id
"""
UNDER_WAY: Final = """
SELECT coalesce(sum(jsonb_array_length(agencies)), 0) FROM exchange_call
WHERE lookup_id = ANY(%s) AND answered_at IS NULL AND intent_at > %s
"""
OPEN: Final = "SELECT agency FROM exchange_breaker WHERE state <> 'shut' AND agency = ANY(%s) ORDER BY agency LIMIT 1"


class Wanted(NamedTuple):
    """Someone to ask about in an open case, and the month applied for."""

    case: int
    person: int
    month: dt.date


def recurring() -> list[Wanted]:
    """Whom to ask about: those of open recurring cases about whom nothing has been asked in the case. One query."""
    with connection.cursor() as cursor:
        cursor.execute(RECURRING, [CASE_TYPE])
        return [Wanted(case, person, dt.date.fromisoformat(f"{month}-01")) for case, person, month in cursor.fetchall()]


def prefetch(seed: int | None = None) -> Night | None:
    """Ask in advance, and wait until the last has answered. None where no agency is switched on, connected and open now.

    ``seed`` decides the order; the day's own number where none is given.
    """
    agencies = _agencies()
    today = clock.today()
    if not agencies or Night.objects.filter(day=today, finished_at__isnull=False).exists():
        return None
    wanted = recurring()
    random.Random(today.toordinal() if seed is None else seed).shuffle(wanted)  # noqa: S311 – an order, no secret
    night, _new = Night.objects.update_or_create(day=today, defaults={"agencies": agencies, "wanted": len(wanted)})
    begun: list[int] = []
    for one, group in ((one, group) for one in wanted for group in _groups(agencies)):
        _wait(begun, AT_ONCE - len(group))
        if stopped := _open_breaker(agencies):
            night.stopped = stopped
            break
        begun += _ask(one, group, night)
    _wait(begun, 0)
    night.asked = Lookup.objects.filter(pk__in=begun).values("case", "person").distinct().count()
    night.finished_at = clock.now()
    night.save()
    return night


def _agencies() -> list[str]:
    """Those switched on that a connection asks and that are open at this hour, in the order they are shown."""
    chosen = choosing.chosen()
    if not chosen:
        return []
    try:
        of_agency = connections.connections().of_agency
    except connections.ConnectionsFault:
        return []
    now = clock.real_now()
    known = (one for one in connections.known_agencies() if one in chosen and one in of_agency)
    return [one for one in known if of_agency[one].hours_of(one).is_open(now)]


def _groups(agencies: Sequence[str]) -> Iterable[list[str]]:
    return (list(agencies[first : first + AT_ONCE]) for first in range(0, len(agencies), AT_ONCE))


def _ask(one: Wanted, agencies: list[str], night: Night) -> list[int]:
    try:
        permit = gate.permit(None, one.case, one.person, periods.asked(one.month), agencies, prefetch=True)
    except errors.NotAllowed:
        night.refused += 1
        return []
    return [exchange.ask(None, permit.pk, kind=Lookup.Kind.PREFETCH).pk]


def _wait(lookups: list[int], most: int) -> None:
    """Until no more than ``most`` requests of these lookups are under way."""
    if not lookups:
        return
    while _under_way(lookups) > most:
        time.sleep(LOOK_EVERY_S)


def _under_way(lookups: list[int]) -> int:
    values: list[Any] = [lookups[-AT_ONCE * 4 :], clock.real_now() - dt.timedelta(seconds=LONGEST_WAIT_S)]
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY, values)
        return int(cursor.fetchall()[0][0])


def _open_breaker(agencies: list[str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [agencies])
        return next((agency for (agency,) in cursor.fetchall()), "")


def cards(user: User) -> list[Card]:
    """In the morning, to those who ask agencies and those who chose it: what was fetched in the night. One query."""
    if not access.ASK.held_by(user):
        return []
    night = Night.objects.filter(day=clock.today()).first()
    if night is None or not night.wanted:
        return []
    title = ngettext(
        "Uppgifter om en person är hämtade i förväg", "Uppgifter om %(n)s personer är hämtade i förväg", night.asked
    ) % {"n": night.asked}
    text = _("I natt frågades %(names)s.") % {"names": ", ".join(formatting.inside(names.agency(one)) for one in night.agencies)}
    if night.stopped:
        name = formatting.inside(names.agency(night.stopped))
        text += " " + _("Det avbröts, eftersom %(name)s inte svarade. De andra frågar du om som vanligt.") % {"name": name}
    kind = "warning" if night.stopped else "info"
    tag = _("Avbröts") if night.stopped else _("Klart")
    return [Card(title, text, reverse("cases:inbox"), tag, kind, "moon", 36)]
