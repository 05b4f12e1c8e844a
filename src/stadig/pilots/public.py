"""What everyone may read of a trial, as plain rows: one statement for a page, one for the library.

What is nested comes as JSON text, so that a row can be remembered by its value: the page is put together once for each.
A trial that is only planned is not here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import msgspec
from django.db import connection


class Row(NamedTuple):
    """A trial with all that its page needs. The texts are JSON."""

    id: int
    slug: str
    title: str
    service: str
    state: str
    outcome: str
    started_at: dt.datetime
    last_day: dt.date
    decided_at: dt.datetime | None
    committee: str
    copied_from: str
    versions: str
    looks: str
    look_id: int | None
    result: str
    units: str
    spent_kr: float
    decisions: str
    lessons: str
    copies: str
    factors: str
    sources: str
    drawn: str


class Version(msgspec.Struct, frozen=True):
    """A card as it was frozen."""

    number: int
    card: Any
    rule: Any
    digest: str
    frozen_at: dt.datetime
    why: str


class Seen(msgspec.Struct, frozen=True):
    """That a look was made, and whether it still counts."""

    number: int
    version: int
    through: dt.date
    verdict: str
    voided: bool


class Unit(msgspec.Struct, frozen=True):
    """An area, school, bin … of the trial."""

    ref: str
    name: str
    arm: str
    code: str
    """The district's code; empty when it lies in none."""
    begins: dt.date | None


class Decided(msgspec.Struct, frozen=True):
    """A decision beside what the rule said."""

    day: dt.date
    body: str
    rule_said: str
    decided: str
    reason: str
    taken_back: str
    """Why it no longer holds; empty while it does."""


class Learnt(msgspec.Struct, frozen=True):
    """Something learnt."""

    worked: bool
    title: str
    text: str
    icon: str


class Copied(msgspec.Struct, frozen=True):
    """Another municipality that has tried the same."""

    municipality: str
    estimate: float | None
    standard_error: float | None
    outcome: str
    at: dt.datetime


class Factor(msgspec.Struct, frozen=True):
    """A number that turns one measure into another, with its source."""

    slug: str
    title: str
    value: float
    low: float | None
    high: float | None
    unit: str
    year: int
    source: str
    source_url: str
    assumption: bool


class Source(msgspec.Struct, frozen=True):
    """How many figures of an outcome came from where."""

    outcome: str
    source: str
    rows: int


class Drawn(msgspec.Struct, frozen=True):
    """A lot that was cast while the trial was an idea; the last is the one that holds."""

    seed: str
    treated: tuple[str, ...]
    why: str


ONE = """
SELECT p.id, p.slug, p.title, p.service, p.state, p.outcome, p.started_at, p.last_day, p.decided_at,
       coalesce(o.name, ''), p.copied_from::text,
       (SELECT coalesce(json_agg(json_build_object('number', v.number, 'card', v.card, 'rule', v.rule, 'digest', v.digest,
                                                   'frozen_at', v.frozen_at, 'why', v.why) ORDER BY v.number), '[]')::text
          FROM pilots_cardversion v WHERE v.pilot_id = p.id AND v.frozen_at IS NOT NULL),
       (SELECT coalesce(json_agg(json_build_object('number', l.number, 'version', v.number, 'through', l.through,
                                                   'verdict', l.verdict, 'voided', l.voided_at IS NOT NULL)
                                 ORDER BY v.number, l.number), '[]')::text
          FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id WHERE v.pilot_id = p.id),
       latest.id, coalesce(latest.result::text, ''),
       (SELECT coalesce(json_agg(json_build_object('ref', u.ref, 'name', u.name, 'arm', u.arm, 'begins', u.begins,
                                                   'code', coalesce(d.code, '')) ORDER BY u.id), '[]')::text
          FROM pilots_unit u LEFT JOIN city_district d ON d.id = u.district_id WHERE u.pilot_id = p.id),
       (SELECT coalesce(sum(c.amount_kr), 0) FROM pilots_cost c WHERE c.pilot_id = p.id),
       (SELECT coalesce(json_agg(json_build_object('day', c.day, 'body', c.body, 'rule_said', c.rule_said,
                                                   'decided', c.decided, 'reason', c.reason,
                                                   'taken_back', c.taken_back_why) ORDER BY c.at), '[]')::text
          FROM pilots_decision c WHERE c.pilot_id = p.id),
       (SELECT coalesce(json_agg(json_build_object('worked', c.worked, 'title', c.title, 'text', c.text, 'icon', c.icon)
                                 ORDER BY c.worked, c.id), '[]')::text FROM pilots_lesson c WHERE c.pilot_id = p.id),
       (SELECT coalesce(json_agg(json_build_object('municipality', c.municipality, 'estimate', c.estimate, 'at', c.at,
                                                   'standard_error', c.standard_error, 'outcome', c.outcome)
                                 ORDER BY c.at), '[]')::text FROM pilots_copy c WHERE c.pilot_id = p.id),
       (SELECT coalesce(json_agg(json_build_object('slug', f.slug, 'title', f.title, 'value', f.value, 'low', f.low,
                                                   'high', f.high, 'unit', f.unit, 'year', f.year, 'source', f.source,
                                                   'source_url', f.source_url, 'assumption', f.assumption)
                                 ORDER BY f.slug, f.year), '[]')::text
          FROM city_factor f WHERE f.year <= extract(year FROM p.last_day)),
       (SELECT coalesce(json_agg(json_build_object('outcome', s.outcome, 'source', s.source, 'rows', s.rows)
                                 ORDER BY s.outcome, s.source), '[]')::text
          FROM (SELECT outcome, source, sum(rows) AS rows FROM (
                   SELECT DISTINCT ON (outcome, source, CASE WHEN source IN ('upload', 'ratings') THEN id END) outcome, source, rows
                     FROM pilots_batch WHERE pilot_id = p.id
                    ORDER BY outcome, source, CASE WHEN source IN ('upload', 'ratings') THEN id END, at DESC, id DESC) b
                 GROUP BY 1, 2) s),
       (SELECT coalesce(json_agg(json_build_object('seed', v.card->'allocation'->>'seed', 'why', v.why,
                                                   'treated', v.card->'allocation'->'treated') ORDER BY v.number), '[]')::text
          FROM pilots_cardversion v
         WHERE v.pilot_id = p.id AND v.card->'allocation'->>'method' <> 'chosen'
               AND v.number <= (SELECT min(w.number) FROM pilots_cardversion w WHERE w.pilot_id = p.id AND w.frozen_at IS NOT NULL))
  FROM pilots_pilot p
  LEFT JOIN city_organisation o ON o.id = p.committee_id
  LEFT JOIN LATERAL (SELECT l.id, l.result FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id
                      WHERE v.pilot_id = p.id AND l.voided_at IS NULL AND l.planned
                      ORDER BY v.number DESC, l.through DESC LIMIT 1) latest ON true
 WHERE p.slug = %s AND p.state <> 'idea' AND p.started_at IS NOT NULL
"""


def one(slug: str) -> Row | None:
    """A trial that has been started; None when there is none of that name."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, [slug])
        found = cursor.fetchone()
    return Row(*found) if found else None


def figures(look_id: int) -> bytes:
    """The series of a look, compressed as :mod:`stadig.pilots.extract` wrote them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM pilots_look WHERE id = %s", [look_id])
        found = cursor.fetchone()
    return bytes(found[0]) if found else b""


class Listed(NamedTuple):
    """A trial in the library."""

    slug: str
    title: str
    service: str
    state: str
    outcome: str
    started_at: dt.datetime
    last_day: dt.date
    closed_at: dt.datetime | None
    committee: str
    card: str
    result: str
    """The latest estimate, the verdict and whether it was judged, as JSON; empty before the first look."""
    lessons: str
    copies: int
    copied_from: str


LIST = """
SELECT p.slug, p.title, p.service, p.state, p.outcome, p.started_at, p.last_day, p.closed_at, coalesce(o.name, ''),
       coalesce((SELECT v.card::text FROM pilots_cardversion v WHERE v.pilot_id = p.id AND v.frozen_at IS NOT NULL
                  ORDER BY v.number DESC LIMIT 1), ''),
       coalesce((SELECT json_build_object('estimate', l.estimate, 'verdict', l.verdict,
                                          'judged', coalesce((l.result->>'judged_not_shown')::bool, false))::text
                   FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id
                  WHERE v.pilot_id = p.id AND l.voided_at IS NULL AND l.planned
                  ORDER BY v.number DESC, l.through DESC LIMIT 1), ''),
       (SELECT coalesce(json_agg(json_build_object('worked', c.worked, 'title', c.title, 'text', c.text, 'icon', c.icon)
                                 ORDER BY c.worked, c.id), '[]')::text FROM pilots_lesson c WHERE c.pilot_id = p.id),
       (SELECT count(*) FROM pilots_copy c WHERE c.pilot_id = p.id), p.copied_from::text
  FROM pilots_pilot p LEFT JOIN city_organisation o ON o.id = p.committee_id
 WHERE p.state <> 'idea' AND p.started_at IS NOT NULL
 ORDER BY p.state <> 'running', coalesce(p.closed_at, p.decided_at, p.started_at) DESC, p.slug
"""


def every() -> tuple[Listed, ...]:
    """Every trial that has been started: those that run first, then the latest decided."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return tuple(Listed(*found) for found in cursor.fetchall())
