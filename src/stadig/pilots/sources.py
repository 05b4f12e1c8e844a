"""Where the figures of an outcome are read: the ledger of effects, the sensors, the cases, another outcome. One statement each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from django.db import connection

from stadig.city import clock, effects, persons, rollout, subjects
from stadig.city.models import Factor, Metric, Person
from stadig.geo import districts
from stadig.pilots.card import Card, Problem
from stadig.pilots.figures import Asked, Row, outcomes_of
from stadig.pilots.statistics.terms import Finding
from stadig.sensing.queries import summaries

Read = tuple[list[Row], str, list[Finding]]
"""The rows, what was read in words, and what is to be known of them."""

LEDGER = """
WITH units AS (SELECT ref, district_id FROM pilots_unit WHERE pilot_id = %(pilot)s),
found AS (
    SELECT u.ref, e.metric_id = %(metric)s AS own, e.metric_id = %(each)s AS among, e.quantity,
           e.subject_kind || ':' || e.subject_id AS subject,
           %(anchor)s::date + (floor(((e.at AT TIME ZONE 'Europe/Stockholm')::date - %(anchor)s::date)::numeric / %(length)s)
           * %(length)s)::int AS day
    FROM city_effect e JOIN units u ON CASE WHEN %(district)s THEN e.district_id = u.district_id ELSE e.subject_id = u.ref END
    WHERE e.service = %(service)s AND e.replaced_by_id IS NULL
        AND e.at >= %(since)s AND e.at < %(until)s
),
subjects AS (SELECT ref, count(DISTINCT subject) AS many FROM found WHERE own GROUP BY ref),
summed AS (
    SELECT ref, day, sum(quantity) FILTER (WHERE own) AS total, sum(quantity) FILTER (WHERE among) AS other
    FROM found GROUP BY ref, day
),
days AS (
    SELECT DISTINCT day FROM found
    WHERE day >= %(first)s::date AND day + %(length)s::int <= %(end)s::date
        AND day BETWEEN (SELECT min(day) FROM found WHERE own) AND (SELECT max(day) FROM found WHERE own)
)
SELECT u.ref, d.day, coalesce(s.total, 0), s.other, n.many,
       (SELECT sum(value::numeric) FROM city_district x, jsonb_each_text(x.population) WHERE x.id = u.district_id)
FROM units u CROSS JOIN days d LEFT JOIN summed s ON s.ref = u.ref AND s.day = d.day LEFT JOIN subjects n ON n.ref = u.ref
ORDER BY d.day, u.ref
"""
"""A period in which the service has no row at all is a gap. Where it has some, of this measure or another, a unit without a row of this one is
a zero: a week without overflows is no week without figures. Before the measure's first row and after its last nothing is known."""


def ledger(asked: Asked) -> Read:
    """The ledger's rows of a measure, summed per unit and period; for persons each subject is a row of its own."""
    if asked.by_person:
        return _subjects(asked)
    outcome = asked.outcome
    values = {
        "pilot": asked.pilot.pk,
        "metric": outcome.metric,
        "each": "" if outcome.each in ("subjects", "residents") else outcome.each,
        "service": asked.card.service,
        "anchor": asked.anchor,
        "length": asked.length,
        "district": asked.card.unit == "district",
        "first": asked.since,
        "since": clock.midnight(asked.since),
        "until": clock.midnight(asked.through + dt.timedelta(days=1)),
        "end": asked.through + dt.timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, values)
        found = cursor.fetchall()
    rows: list[Row] = []
    for ref, day, total, other, many, residents in found:
        among = {"": 1.0, "subjects": many, "residents": residents and float(residents) / 1000}.get(outcome.each, other)
        if among:
            rows.append(Row(ref, day, float(total) / float(among), float(among)))
    return rows, f"effekter: {outcome.metric}", []


SUBJECTS = """
SELECT e.subject_kind, e.subject_id, min((e.at AT TIME ZONE 'Europe/Stockholm')::date), sum(e.quantity), max(e.cohort), max(d.name)
FROM city_effect e LEFT JOIN city_district d ON d.id = e.district_id
WHERE e.metric_id = %s AND e.service = %s AND e.replaced_by_id IS NULL AND e.at >= %s AND e.at < %s
GROUP BY 1, 2
"""


def _subjects(asked: Asked) -> Read:
    since, until = clock.midnight(asked.anchor), clock.midnight(asked.through + dt.timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS, [asked.outcome.metric, asked.card.service, since, until])
        found = cursor.fetchall()
    arm = rollout.arms(asked.pilot.switch)
    rows = [
        Row(pseudonym(asked, f"{kind}:{key}"), day, float(total), 1.0, cohort or arm((kind, key)), _groups(district=place))
        for kind, key, day, total, cohort, place in found
    ]
    return [row for row in rows if row.arm], f"effekter: {asked.outcome.metric}", []


def pseudonym(asked: Asked, name: str) -> str:
    """What stands for a person or a case in the figures of one trial: the same each time, leads back to no one without the key."""
    return persons.opaque(f"pilot:{asked.pilot.pk}:{name}")[:24]


def _groups(**labels: str | None) -> dict[str, str]:
    return {name: label for name, label in labels.items() if label}


STREAMS = """
SELECT s.id, t.properties->>'code', t.name, s.west, s.south FROM sensing_datastream s
JOIN sensing_thing t ON t.id = s.thing_id JOIN sensing_observedproperty p ON p.id = s.observed_property_id
WHERE %s IN (p.name, p.definition) ORDER BY s.id
"""


def observations(asked: Asked) -> Read:
    """Time-weighted means per day of the sensors of each unit, averaged over the sensors and the period's days.

    A sensor is a unit's when its thing has the unit's code or name; a district has all that lie in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(STREAMS, [asked.outcome.metric])
        streams = cursor.fetchall()
    pairs = _placed(asked, streams)
    start, end = clock.midnight(asked.since), clock.midnight(asked.through + dt.timedelta(days=1))
    found = summaries.aggregates_of([stream for _, stream in pairs], start, end, "P1D") if pairs else {}
    held: dict[tuple[str, dt.date], list[float]] = {}
    days = [asked.since + dt.timedelta(days=n) for n in range((asked.through - asked.since).days + 1)]
    for ref, stream in pairs:
        for day, mean in zip(days, found[stream].mean.tolist(), strict=True):
            if np.isfinite(mean):
                held.setdefault((ref, period(asked, day)), []).append(mean)
    rows = [
        Row(ref, day, float(np.mean(means)), float(len(means)))
        for (ref, day), means in sorted(held.items())
        if day + dt.timedelta(days=asked.length - 1) <= asked.through
    ]
    return rows, f"sensorer: {asked.outcome.metric}", []


def _placed(asked: Asked, streams: list[tuple[Any, ...]]) -> list[tuple[str, int]]:
    """(unit, datastream) for every datastream that is a unit's."""
    units = list(asked.pilot.units.values_list("ref", "district"))
    if asked.card.unit != "district":
        refs = {ref for ref, _ in units}
        return [(code if code in refs else name, stream) for stream, code, name, *_ in streams if code in refs or name in refs]
    by_district = {district: ref for ref, district in units}
    pairs: list[tuple[str, int]] = []
    for stream, _, _, lon, lat in streams:
        where = districts.at(lon, lat) if lon is not None and lat is not None else None
        if where is not None and where.pk in by_district:
            pairs.append((by_district[where.pk], stream))
    return pairs


def period(asked: Asked, day: dt.date) -> dt.date:
    """The first day of the period that a day is in."""
    return asked.anchor + dt.timedelta(days=(day - asked.anchor).days // asked.length * asked.length)


MEASURES: dict[str, tuple[str, str, str]] = {
    "days": (
        "(c.closed_at AT TIME ZONE 'Europe/Stockholm')::date",
        "extract(epoch FROM c.closed_at - c.registered_at) / 86400",
        "",
    ),
    "assisted": (
        "(c.registered_at AT TIME ZONE 'Europe/Stockholm')::date",
        "CASE WHEN c.channel IN ('assisted', 'paper', 'phone', 'visit') THEN 100 ELSE 0 END",
        "",
    ),
    "in_time": (
        "(k.due_at AT TIME ZONE 'Europe/Stockholm')::date",
        "CASE WHEN k.met_at <= k.due_at THEN 100 ELSE 0 END",
        "JOIN cases_clock k ON k.case_id = c.id",
    ),
    "completed_in_time": (
        "q.due_on",
        "CASE WHEN (q.answered_at AT TIME ZONE 'Europe/Stockholm')::date <= q.due_on THEN 100 ELSE 0 END",
        # taken back after its last day is one that was not met: left out, it would flatter both arms
        "JOIN cases_completion q ON q.case_id = c.id"
        " AND (q.withdrawn_at IS NULL OR (q.withdrawn_at AT TIME ZONE 'Europe/Stockholm')::date > q.due_on)",
    ),
    "asked_again": (
        "(c.registered_at AT TIME ZONE 'Europe/Stockholm')::date",
        "CASE WHEN EXISTS (SELECT 1 FROM cases_completion q WHERE q.case_id = c.id) THEN 100 ELSE 0 END",
        "",
    ),
}
"""What a case is measured in → (when it is known, its value, what is joined). Shares are 0 or 100 of 100."""
CASES = """
SELECT c.id, m.day, avg(m.value), d.code, d.name, (
    SELECT p.person_id FROM cases_party p WHERE p.case_id = c.id AND p.person_id IS NOT NULL ORDER BY p.role = 'applicant' DESC, p.id LIMIT 1)
FROM cases_case c JOIN cases_casetype t ON t.id = c.type_id LEFT JOIN city_district d ON d.id = c.district_id {join}
CROSS JOIN LATERAL (SELECT {when} AS day, ({value})::float8 AS value) m
WHERE t.slug = %s AND m.day >= %s AND m.day <= %s
GROUP BY c.id, m.day, d.code, d.name
"""


def cases(asked: Asked) -> Read:
    """One measure of each case of the service's kind: by itself for persons, as the units' means per period for areas."""
    when, value, join = MEASURES[asked.outcome.metric]
    since = asked.anchor if asked.by_person else asked.since
    with connection.cursor() as cursor:
        values: list[Any] = [asked.card.service, since, asked.through]
        cursor.execute(CASES.format(join=join, when=when, value=value), values)
        found = cursor.fetchall()
    name = f"ärenden: {asked.outcome.metric}"
    if asked.by_person:
        arm = rollout.arms(asked.pilot.switch)
        people = Person.objects.in_bulk({one[5] for one in found if one[5]})
        rows = [_case(asked, arm, one, people.get(one[5])) for one in found]
        return _one_a_day(row for row in rows if row.arm), name, []
    refs = dict(asked.pilot.units.values_list("district__code", "ref"))
    held: dict[tuple[str, dt.date], list[float]] = {}
    for _, day, measured, code, _, _ in found:
        first = period(asked, day)
        if code in refs and first + dt.timedelta(days=asked.length - 1) <= asked.through:
            held.setdefault((refs[code], first), []).append(measured)
    return [Row(ref, day, float(np.mean(some)), float(len(some))) for (ref, day), some in sorted(held.items())], name, []


def _case(asked: Asked, arm: Callable[[Any], str], found: tuple[Any, ...], person: Person | None) -> Row:
    """One case, as a row of its applicant, who was drawn: someone's cases are alike, and count as one unit. A case of one who is no
    registered person is drawn by itself."""
    pk, day, value, _, place, _ = found
    drawn = f"person:{person.pk}" if person else f"case:{pk}"
    return Row(pseudonym(asked, drawn), day, value, 1.0, arm(person or ("cases.case", pk)), labels(person, place))


def _one_a_day(rows: Iterable[Row]) -> list[Row]:
    """Rows of the same unit and day as one: their mean, with the weight of them all."""
    found: dict[tuple[str, dt.date], Row] = {}
    for row in rows:
        same = found.get((row.unit, row.day), row._replace(weight=0.0))
        weight = same.weight + row.weight
        value = (same.value * same.weight + row.value * row.weight) / weight
        found[row.unit, row.day] = row._replace(value=value, weight=weight)
    return list(found.values())


def labels(person: Person | None, district: str | None) -> dict[str, str]:
    """The groups that someone is counted in: district and age band, as labels alone. None for one whose data are protected."""
    if person is not None and person.protection:
        return {}
    return _groups(district=district, age=subjects.age_band(person))


DERIVED = "SELECT unit, day, value, weight, arm, groups FROM pilots_point WHERE pilot_id = %s AND outcome = %s AND day <= %s"


def derived(asked: Asked) -> Read:
    """Another outcome times a factor, with the factor's year and source kept in a finding: never evidence of its own."""
    factor = effects.factor(asked.outcome.factor, asked.through.year)
    with connection.cursor() as cursor:
        values: list[Any] = [asked.pilot.pk, asked.outcome.of, asked.through]
        cursor.execute(DERIVED, values)
        found = cursor.fetchall()
    rows = [
        Row(unit, day, value * factor.value, weight, arm, json.loads(groups)) for unit, day, value, weight, arm, groups in found
    ]
    known = {"factor": factor.title, "value": factor.value, "unit": factor.unit, "year": factor.year, "source": factor.source}
    return rows, f"{asked.outcome.of} × {factor.slug} {factor.year}", [Finding("derived", "note", asked.outcome.slug, known)]


READERS: dict[str, Callable[[Asked], Read]] = {
    "effects": ledger,
    "observations": observations,
    "cases": cases,
    "derived": derived,
}
"""Source → how it is read. Files come by ``actions.upload``, answers when they are given."""


def unknown(card: Card) -> list[Problem]:
    """Outcomes whose source knows nothing of what they ask for: a measure, a factor or something of a case that does not exist."""
    found: list[Problem] = []
    for one in outcomes_of(card):
        if one.source == "cases" and one.metric not in MEASURES:
            found.append(Problem("outcomes", "unknown_measure", {"slug": one.title or one.slug}))
        wanted = {one.metric, *([one.each] if one.each not in ("", "subjects", "residents") else [])} - effects.declared().keys()
        if one.source == "effects" and wanted and Metric.objects.filter(pk__in=wanted).count() < len(wanted):
            found.append(Problem("outcomes", "unknown_measure", {"slug": one.title or one.slug}))
        year = (card.begins or clock.today()).year
        if one.source == "derived" and one.factor and not Factor.objects.filter(slug=one.factor, year__lte=year).exists():
            found.append(Problem("outcomes", "unknown_factor", {"slug": one.title or one.slug}))
    return found
