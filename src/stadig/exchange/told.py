"""The log of questions to agencies as the one they were about reads it: when, which agencies, by which law, for what, who asked, what came
of it, and who has read or printed the answers since. About oneself alone: never another adult's, whoever shares the case.

The person is told at once. That may wait only by a decision, whose reference and last day stand on the lookup.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
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

MOST: Final = 1000
ORDINANCE: Final = re.compile(r"(förordningen \(\d{4}:\d+\)) om .+$")
COUNT: Final = """
SELECT count(*) FROM exchange_lookup l WHERE l.person_id = %s AND (l.withheld_to IS NULL OR l.withheld_to < %s)
"""
LOOKUPS: Final = """
SELECT l.id, l."case", p.case_number, p.purpose, l.kind, l.asked_at, l.period_from, l.period_to, u.name, u.phone,
  (SELECT role FROM city_roleassignment held WHERE held.user_id = l.by_id ORDER BY held.id LIMIT 1)
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id JOIN city_organisation u ON u.id = l.unit_id
WHERE l.person_id = %(person)s AND (%(case)s::bigint IS NULL OR l."case" = %(case)s)
  AND (%(units)s::bigint[] IS NULL OR l.unit_id = ANY(%(units)s::bigint[])) AND (l.withheld_to IS NULL OR l.withheld_to < %(today)s)
ORDER BY l.begun_at DESC, l.id DESC LIMIT %(most)s OFFSET %(first)s
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
SELECT what_id::bigint, did, role, unit, max(at), count(*) FROM (
  SELECT e.what_id, e.did, e.position, e.at, unit.name AS unit,
    (SELECT role FROM city_roleassignment held WHERE held.user_id = reader.id ORDER BY held.id LIMIT 1) AS role
  FROM city_auditentry e
  LEFT JOIN city_pseudonym named ON e.actor = 'person:' || named.value
  LEFT JOIN city_user reader
    ON reader.id = CASE WHEN e.actor LIKE 'user:%%' THEN substr(e.actor, 6)::bigint END OR reader.person_id = named.person_id
  LEFT JOIN city_organisation unit ON unit.id = reader.organisation_id
  WHERE e.what = 'exchange.lookup' AND e.what_id = ANY(%s) AND e.did = ANY(%s)
) look GROUP BY what_id, did, role, unit, date_trunc('hour', at) ORDER BY max(position) DESC
"""
DID: Final[dict[str, Any]] = {
    "read": gettext_lazy("Läste svaren"),
    "read raw": gettext_lazy("Läste ett helt svar"),
    "printed": gettext_lazy("Skrev ut svaren"),
    "exported": gettext_lazy("Hämtade svaren som fil"),
    "printed log": gettext_lazy("Skrev ut den här loggen åt dig"),
}
HOW: Final[dict[str, Any]] = {
    Lookup.Kind.PERSON: gettext_lazy("frågade om dig"),
    Lookup.Kind.AGAIN: gettext_lazy("frågade igen om det som saknades"),
    Lookup.Kind.PREFETCH: gettext_lazy("frågade om dig i förväg"),
    Lookup.Kind.MANUAL: gettext_lazy("frågade om dig per telefon eller på papper"),
}


class Answer(NamedTuple):
    """One agency: what it did, in words, and the law it did it by. ``number`` is what the law is called on the page."""

    agency: str
    did: str
    law: str
    number: int = 0


class Reading(NamedTuple):
    """Someone in one role of one unit who did one thing with the answers in one hour."""

    did: str
    who: str
    unit: str
    day: str
    hour: str
    times: int


class Asked(NamedTuple):
    """One question about the person. ``who`` is a role, never a name; ``month`` is when it was asked, ``months`` what it was about."""

    pk: int
    case: int
    number: str
    month: str
    day: str
    time: str
    who: str
    unit: str
    phone: str
    how: str
    purpose: str
    period: str
    months: str
    agencies: str
    answers: tuple[Answer, ...]
    readings: tuple[Reading, ...]


class Law(NamedTuple):
    """A law that agencies were asked by, said once for all the questions. ``about`` is what an ordinance in it is about, said the first time."""

    number: int
    statute: str
    agencies: str
    about: str


def count(person_id: int) -> int:
    """How many questions the person may read of now."""
    values: list[Any] = [person_id, clock.today()]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        ((found,),) = cursor.fetchall()
    return found


def about(
    person_id: int, case_id: int | None = None, *, units: Collection[int] | None = None, first: int = 0, most: int = MOST
) -> tuple[Asked, ...]:
    """Every question about the person, the latest first; of one case or of all, of some units or of all. At most three queries."""
    with connection.cursor() as cursor:
        values = {"person": person_id, "case": case_id, "units": None if units is None else sorted(units)}
        cursor.execute(LOOKUPS, values | {"today": clock.today(), "most": most, "first": first})
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


def by_month(asked: Iterable[Asked]) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
    """(month in words, its questions), in the order they come."""
    return tuple((month, tuple(group)) for month, group in itertools.groupby(asked, key=lambda one: one.month))


def laws(asked: Iterable[Asked]) -> tuple[Law, ...]:
    """The laws of the questions, by number, each with the agencies that were asked by it."""
    found: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
    for one in asked:
        for answer in one.answers:
            if answer.law:
                found[answer.number, answer.law][answer.agency] = None
    listed: list[Law] = []
    said: set[str] = set()
    for (number, statute), asked_by in sorted(found.items()):
        short, about = _short(statute)
        listed.append(Law(number, short, formatting.list_of(list(asked_by)), "" if about in said else about))
        said.add(about)
    return tuple(listed)


def _short(statute: str) -> tuple[str, str]:
    """A statute without what its ordinance is about, and the ordinance in full; the same statute and nothing where it names none so."""
    found = ORDINANCE.search(statute)
    return (statute[: found.end(1)], found[0]) if found else (statute, "")


def _asked(row: tuple[Any, ...], answers: dict[int, tuple[Answer, ...]], readings: dict[int, tuple[Reading, ...]]) -> Asked:
    pk, case, number, slug, kind, at, first, last, unit, phone, role = row
    local, purpose = clock.local(at), purposes.get(slug)
    said = answers.get(pk, ())
    return Asked(
        pk=pk,
        case=case,
        number=number,
        month=formatting.month(f"{local:%Y-%m}"),
        day=formatting.day(local.date()),
        time=formatting.clock(local),
        who=str(Role(role).label) if role else _("Stadig, utan att någon tryckte"),
        unit=unit,
        phone=phone,
        how=str(HOW[kind]),
        purpose=str(purpose.title) if purpose else slug,
        period=f"{formatting.day(first, weekday=False, year=True)} – {formatting.day(last, weekday=False, year=True)}",
        months=_months(first, last),
        agencies=formatting.list_of([formatting.inside(one.agency) for one in said]),
        answers=said,
        readings=readings.get(pk, ()),
    )


def _months(first: dt.date, last: dt.date) -> str:
    """*september–november 2026*, the months that a period touches."""
    names = formatting.MONTHS[formatting.language()]
    end = f"{names[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    begin = names[first.month - 1] if first.year == last.year else f"{names[first.month - 1]} {first.year}"
    return f"{begin}{formatting.DASH}{end}" if first.year == last.year else f"{begin} {formatting.DASH} {end}"


def _answers(rows: list[tuple[int, str, str, str]]) -> dict[int, tuple[Answer, ...]]:
    parts: dict[tuple[int, str], list[str]] = defaultdict(list)
    by: dict[tuple[int, str], str] = {}
    for pk, agency, outcome, law in rows:
        parts[pk, agency].append(outcome)
        by[pk, agency] = law
    numbers = {statute: number for number, statute in enumerate(sorted({one for one in by.values() if one}), 1)}
    found: dict[int, list[Answer]] = defaultdict(list)
    for (pk, agency), outcomes in sorted(parts.items()):
        came = [Outcome(one) for one in outcomes if one]
        did = str(names.TOLD[together(came)]) if came else _("Har inte svarat än")
        law = by[pk, agency]
        found[pk].append(Answer(names.agency(agency), did, law, numbers.get(law, 0)))
    return {pk: tuple(answers) for pk, answers in found.items()}


def _readings(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Reading, ...]]:
    found: dict[int, list[Reading]] = defaultdict(list)
    for pk, did, role, unit, at, times in rows:
        who = str(Role(role).label) if role else _("En annan person i ärendet")
        local = clock.local(clock.in_town(at))
        found[pk].append(Reading(str(DID[did]), who, unit or "", formatting.day(local.date()), f"{local.hour:02}", times))
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
