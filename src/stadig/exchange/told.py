"""The log of questions to agencies as the one they were about reads it: when, which agencies, by which law, for what, who asked, what came
of it, and who has read or printed the answers since. About oneself alone: never another adult's, whoever shares the case.

The person is told at once. That may wait only by a decision, whose reference and last day stand on the lookup.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.city import audit, clock
from stadig.city.actions import require
from stadig.city.roles import Role
from stadig.city.verbs import verb
from stadig.exchange import access, names, purposes
from stadig.exchange.models import Lookup
from stadig.exchange.outcomes import Outcome, together
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.city.models import User

MOST: Final = 100
LOOKUPS: Final = """
SELECT l.id, l."case", p.case_number, p.purpose, l.kind, l.asked_at, l.period_from, l.period_to, u.name, u.phone,
  (SELECT role FROM city_roleassignment held WHERE held.user_id = l.by_id ORDER BY held.id LIMIT 1)
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id JOIN city_organisation u ON u.id = l.unit_id
WHERE l.person_id = %s AND (%s::bigint IS NULL OR l."case" = %s) AND (l.withheld_to IS NULL OR l.withheld_to < %s)
ORDER BY l.begun_at DESC, l.id DESC LIMIT %s
"""
ANSWERS: Final = """
SELECT b.lookup_id, b.agency, b.outcome, coalesce(law.statute, '') FROM exchange_block b
LEFT JOIN exchange_legalbasis law ON law.id = b.basis_id
WHERE b.lookup_id = ANY(%(keys)s) AND b.replaced_at IS NULL AND b.outcome <> 'not_asked'
UNION ALL
SELECT c.lookup_id, code.value, '', coalesce(law.statute, '') FROM exchange_call c
CROSS JOIN jsonb_array_elements_text(c.agencies) code (value) JOIN exchange_lookup l ON l.id = c.lookup_id
JOIN exchange_permit p ON p.id = l.permit_id LEFT JOIN exchange_legalbasis law ON law.id = (p.laws ->> code.value)::bigint
WHERE c.lookup_id = ANY(%(keys)s)
  AND NOT EXISTS (SELECT 1 FROM exchange_block b WHERE b.lookup_id = c.lookup_id AND b.agency = code.value)
"""
READ: Final = """
SELECT what_id::bigint, did, role, unit, day, count(*) FROM (
  SELECT e.what_id, e.did, e.position, (e.at AT TIME ZONE 'Europe/Stockholm')::date AS day, unit.name AS unit,
    (SELECT role FROM city_roleassignment held WHERE held.user_id = reader.id ORDER BY held.id LIMIT 1) AS role
  FROM city_auditentry e
  LEFT JOIN city_pseudonym named ON e.actor = 'person:' || named.value
  LEFT JOIN city_user reader
    ON reader.id = CASE WHEN e.actor LIKE 'user:%%' THEN substr(e.actor, 6)::bigint END OR reader.person_id = named.person_id
  LEFT JOIN city_organisation unit ON unit.id = reader.organisation_id
  WHERE e.what = 'exchange.lookup' AND e.what_id = ANY(%s) AND e.did = ANY(%s)
) look GROUP BY what_id, did, role, unit, day ORDER BY max(position) DESC
"""
DID: Final[dict[str, Any]] = {
    "read": gettext_lazy("Läste svaren"),
    "read raw": gettext_lazy("Läste ett helt svar"),
    "printed": gettext_lazy("Skrev ut svaren"),
    "exported": gettext_lazy("Hämtade svaren som fil"),
}
HOW: Final[dict[str, Any]] = {
    Lookup.Kind.PERSON: gettext_lazy("frågade om dig"),
    Lookup.Kind.AGAIN: gettext_lazy("frågade igen om det som saknades"),
    Lookup.Kind.PREFETCH: gettext_lazy("frågade om dig i förväg"),
    Lookup.Kind.MANUAL: gettext_lazy("frågade om dig per telefon eller på papper"),
}


class Answer(NamedTuple):
    """One agency: what it did, in words, and the law it did it by."""

    agency: str
    did: str
    law: str


class Reading(NamedTuple):
    """Someone in one role of one unit who did one thing with the answers on one day."""

    did: str
    who: str
    unit: str
    day: str
    times: int


class Asked(NamedTuple):
    """One question about the person. ``who`` is a role, never a name."""

    pk: int
    case: int
    number: str
    day: str
    time: str
    who: str
    unit: str
    phone: str
    how: str
    purpose: str
    period: str
    answers: tuple[Answer, ...]
    readings: tuple[Reading, ...]


def about(person_id: int, case_id: int | None = None) -> tuple[Asked, ...]:
    """Every question about the person, the latest first; of one case or of all. At most three queries."""
    with connection.cursor() as cursor:
        values: list[Any] = [person_id, case_id, case_id, clock.today(), MOST]
        cursor.execute(LOOKUPS, values)
        rows = cursor.fetchall()
        keys = [row[0] for row in rows]
        if not keys:
            return ()
        cursor.execute(ANSWERS, {"keys": keys})
        answers = cursor.fetchall()
        cursor.execute(READ, [[str(key) for key in keys], list(DID)])
        readings = cursor.fetchall()
    said, read = _answers(answers), _readings(readings)
    return tuple(_asked(row, said, read) for row in rows)


def _asked(row: tuple[Any, ...], answers: dict[int, tuple[Answer, ...]], readings: dict[int, tuple[Reading, ...]]) -> Asked:
    pk, case, number, slug, kind, at, first, last, unit, phone, role = row
    local, purpose = clock.local(at), purposes.get(slug)
    return Asked(
        pk=pk,
        case=case,
        number=number,
        day=formatting.day(local.date(), year=True),
        time=formatting.clock(local),
        who=str(Role(role).label) if role else _("Stadig, utan att någon tryckte"),
        unit=unit,
        phone=phone,
        how=str(HOW[kind]),
        purpose=str(purpose.title) if purpose else slug,
        period=f"{formatting.day(first, weekday=False, year=True)} – {formatting.day(last, weekday=False, year=True)}",
        answers=answers.get(pk, ()),
        readings=readings.get(pk, ()),
    )


def _answers(rows: list[tuple[int, str, str, str]]) -> dict[int, tuple[Answer, ...]]:
    parts: dict[tuple[int, str], list[str]] = defaultdict(list)
    laws: dict[tuple[int, str], str] = {}
    for pk, agency, outcome, law in rows:
        parts[pk, agency].append(outcome)
        laws[pk, agency] = law
    found: dict[int, list[Answer]] = defaultdict(list)
    for (pk, agency), outcomes in sorted(parts.items()):
        came = [Outcome(one) for one in outcomes if one]
        did = str(names.TOLD[together(came)]) if came else _("Har inte svarat än")
        found[pk].append(Answer(names.agency(agency), did, laws[pk, agency]))
    return {pk: tuple(answers) for pk, answers in found.items()}


def _readings(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Reading, ...]]:
    found: dict[int, list[Reading]] = defaultdict(list)
    for pk, did, role, unit, day, times in rows:
        who = str(Role(role).label) if role else _("En annan person i ärendet")
        found[pk].append(Reading(str(DID[did]), who, unit or "", formatting.day(day, year=True), times))
    return {pk: tuple(one) for pk, one in found.items()}


@verb
def withhold(by: User | None, case_id: int, *, until: dt.date, decision: str) -> int:
    """Let the person be told of the case's questions only after a day, by a decision with this reference. Returns how many it concerns.

    For when telling would do what the law forbids (offentlighets- och sekretesslagen 12 kap. 1 § and 26 kap. 1 §). A day that has passed
    tells at once. Raises ``ValidationError`` without a decision.
    """
    require(by, access.CHOOSE)
    reference = " ".join(decision.split())
    if not reference:
        raise ValidationError({"decision": _("Skriv vilket beslut det är: datum och nummer.")})
    reference = reference[:120]
    lookups = list(Lookup.objects.filter(case=case_id).order_by("pk").values_list("pk", flat=True))
    Lookup.objects.filter(pk__in=lookups).update(withheld_to=until, withheld_by=reference)
    noted = {"until": until.isoformat(), "decision": hashlib.sha256(reference.encode()).hexdigest()}
    audit.record(by, "withheld the log", ("cases.case", case_id), lookups=len(lookups), **noted)
    for pk in lookups:
        audit.record(by, "withheld the log", ("exchange.lookup", pk), case=case_id, **noted)
    return len(lookups)
