"""Reading trials: the list, one with all that its page shows, and what waits for someone. Plain SQL, a statement or two a page."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from stadig.city import clock
from stadig.pilots import card as cards
from stadig.pilots import schedule
from stadig.pilots.card import Card
from stadig.pilots.statistics.terms import Estimate, Plan, Result


class Listed(NamedTuple):
    """One trial in a list, with what its latest look that counts said."""

    pk: int
    slug: str
    title: str
    service: str
    service_title: str
    committee: str
    owner_id: int | None
    owner: str
    state: str
    outcome: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    last_day: dt.date | None
    decided_at: dt.datetime | None
    closed_at: dt.datetime | None
    verdict: str
    through: dt.date | None
    estimate: Estimate | None
    card: Card
    """As it was written last, or as it was frozen."""
    judged_not_shown: bool
    lessons: int
    """How many lessons that did not work."""
    first_failure: str
    overdue_days: int

    @property
    def overdue(self) -> bool:
        """Past its last day without a decision: on the public list as such."""
        return self.overdue_days > 0


LISTED = """
SELECT p.id, p.slug, p.title, p.service, coalesce(s.title, p.service), coalesce(o.name, ''), p.owner_id,
    coalesce(trim(u.first_name || ' ' || u.last_name), ''), p.state, p.outcome, p.created_at, p.started_at, p.last_day,
    p.decided_at, p.closed_at, coalesce(l.verdict, ''), l.through, l.estimate::text, v.card::text,
    coalesce((l.result->>'judged_not_shown')::boolean, false), f.many, coalesce(f.first, '')
FROM pilots_pilot p
LEFT JOIN city_service s ON s.slug = p.service
LEFT JOIN city_organisation o ON o.id = p.committee_id
LEFT JOIN city_user u ON u.id = p.owner_id
CROSS JOIN LATERAL (
    SELECT card FROM pilots_cardversion v WHERE v.pilot_id = p.id ORDER BY v.frozen_at IS NOT NULL DESC, v.number DESC LIMIT 1
) v
LEFT JOIN LATERAL (
    SELECT l.verdict, l.through, l.estimate, l.result FROM pilots_look l JOIN pilots_cardversion w ON w.id = l.version_id
    WHERE w.pilot_id = p.id AND l.voided_at IS NULL AND l.planned ORDER BY l.through DESC LIMIT 1
) l ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS many, min(x.title) AS first FROM pilots_lesson x WHERE x.pilot_id = p.id AND NOT x.worked
) f
WHERE (%(state)s::text[] IS NULL OR p.state = ANY(%(state)s)) AND (%(service)s = '' OR p.service = %(service)s)
    AND (%(outcome)s = '' OR p.outcome = %(outcome)s) AND (%(owner)s::int IS NULL OR p.owner_id = %(owner)s)
    AND (%(words)s = '' OR p.title ILIKE %(like)s OR p.service ILIKE %(like)s OR v.card->>'hypothesis' ILIKE %(like)s OR EXISTS (
        SELECT 1 FROM pilots_lesson x WHERE x.pilot_id = p.id AND (x.title ILIKE %(like)s OR x.text ILIKE %(like)s)))
ORDER BY array_position(ARRAY['running', 'decided', 'idea', 'closed'], p.state::text), p.last_day, p.id DESC
LIMIT %(limit)s
"""


def listed(
    *,
    states: tuple[str, ...] = (),
    service: str = "",
    outcome: str = "",
    owner: int | None = None,
    words: str = "",
    limit: int = 200,
) -> list[Listed]:
    """Trials, those that run first, by their last day. ``words`` are looked for in title, hypothesis and lessons. One query."""
    like = "%" + words.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    values = {
        "state": list(states) or None,
        "service": service,
        "outcome": outcome,
        "owner": owner,
        "words": words.strip(),
        "like": like,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(LISTED, values)
        rows = cursor.fetchall()
    today = clock.today()
    return [_listed(row, today) for row in rows]


_ESTIMATE = msgspec.json.Decoder(Estimate | None)


def _listed(row: tuple[Any, ...], today: dt.date) -> Listed:
    *head, estimate, card, judged, many, first = row
    late = schedule.overdue_days(head[12], today) if head[8] == "running" else 0
    told: Estimate | None = _ESTIMATE.decode(estimate) if estimate else None
    return Listed._make([*head, told, cards.CARDS.decode(card), judged, many, first, late])


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the card. Drafts have no ``frozen_at``."""

    number: int
    card: Card
    rule: Plan | None
    digest: str
    frozen_at: dt.datetime | None
    at: dt.datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    ref: str
    name: str
    district: str
    district_id: int | None
    arm: str
    begins: dt.date | None


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look as it was made; its result is fetched by :func:`result_of` but for the latest."""

    id: int
    number: int
    version: int
    at: dt.datetime
    through: dt.date
    verdict: str
    planned: bool
    voided_at: dt.datetime | None
    data_sha256: str
    code_version: str
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class CostRow:
    id: int
    day: dt.date
    amount_kr: float
    what: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    rule_said: str
    decided: str
    reason: str
    body: str
    day: dt.date
    at: dt.datetime
    taken_back_at: dt.datetime | None
    taken_back_why: str


@dataclass(frozen=True, slots=True)
class LessonRow:
    id: int
    worked: bool
    title: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class CopyRow:
    municipality: str
    code: str
    digest: str
    at: dt.datetime
    estimate: float | None
    standard_error: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    outcome: str
    source: str
    name: str
    rows: int
    at: dt.datetime
    sha256: str
    findings: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Gained:
    """What the ledger holds of the trial, over all its months."""

    metric: str
    title: str
    unit: str
    kind: str
    additivity: str
    quantity: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial with all that its pages show."""

    id: int
    slug: str
    title: str
    service: str
    service_title: str
    committee: str
    owner_id: int | None
    owner: str
    state: str
    outcome: str
    switch: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    last_day: dt.date | None
    decided_at: dt.datetime | None
    closed_at: dt.datetime | None
    copied_from: dict[str, Any]
    versions: tuple[Version, ...]
    units: tuple[UnitRow, ...] = ()
    looks: tuple[LookRow, ...] = ()
    result: Result | None = None
    """Of the latest look that counts."""
    costs: tuple[CostRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    lessons: tuple[LessonRow, ...] = ()
    copies: tuple[CopyRow, ...] = ()
    batches: tuple[BatchRow, ...] = ()
    gained: tuple[Gained, ...] = ()
    today: dt.date = field(default=dt.date.min)

    @property
    def version(self) -> Version:
        """The version that holds: the latest frozen one, before the start the latest draft."""
        return next((one for one in reversed(self.versions) if one.frozen_at), self.versions[-1])

    @property
    def card(self) -> Card:
        """The card that holds."""
        return self.version.card

    @property
    def frozen(self) -> tuple[Version, ...]:
        """The versions that have held, the first first. More than one: it was changed after the start."""
        return tuple(one for one in self.versions if one.frozen_at)

    @property
    def edition(self) -> int:
        """Which of the frozen versions holds, from 1; 0 before the start."""
        return len(self.frozen)

    def changes(self) -> list[tuple[Version, list[tuple[str, Any, Any]]]]:
        """Each change since the start with (field, before, after) of all that differs."""
        held = self.frozen
        return [(after, cards.changed(before.card, after.card)) for before, after in itertools.pairwise(held)]

    @property
    def verdict(self) -> str:
        """What the rule says after the latest look that counts; empty before the first."""
        return self.result.verdict.value if self.result else ""

    @property
    def rule_says(self) -> str:
        """As ``verdict``, but ``keep`` where the last date came without an answer and the card said so."""
        if self.result and self.result.judged_not_shown and self.verdict == "continue":
            return "keep"
        return self.verdict

    @property
    def overdue_days(self) -> int:
        """Days past the last one without a decision."""
        return schedule.overdue_days(self.last_day, self.today) if self.state == "running" else 0

    @property
    def next_look(self) -> dt.date | None:
        """The next day on which the rule looks; None when it does not run."""
        rule = self.version.rule
        return schedule.next_look(rule, self.today) if rule and self.state == "running" else None

    @property
    def spent_kr(self) -> float:
        """All costs."""
        return sum(one.amount_kr for one in self.costs)


TRIAL = """
SELECT jsonb_build_object(
    'id', p.id, 'slug', p.slug, 'title', p.title, 'service', p.service, 'service_title', coalesce(s.title, p.service),
    'committee', coalesce(o.name, ''), 'owner_id', p.owner_id, 'owner', coalesce(trim(u.first_name || ' ' || u.last_name), ''),
    'state', p.state, 'outcome', p.outcome, 'switch', p.switch, 'created_at', p.created_at, 'started_at', p.started_at,
    'last_day', p.last_day, 'decided_at', p.decided_at, 'closed_at', p.closed_at, 'copied_from', p.copied_from, 'today', %(today)s::date,
    'versions', (SELECT jsonb_agg(to_jsonb(v) || jsonb_build_object('by', coalesce((
        SELECT trim(x.first_name || ' ' || x.last_name) FROM city_user x WHERE x.id = v.by_id), '')) ORDER BY v.number)
        FROM pilots_cardversion v WHERE v.pilot_id = p.id AND (v.frozen_at IS NOT NULL OR v.number >= (
            SELECT max(number) FROM pilots_cardversion w WHERE w.pilot_id = p.id))),
    'units', coalesce((SELECT jsonb_agg(to_jsonb(n) || jsonb_build_object('district', coalesce(d.name, '')) ORDER BY n.id)
        FROM pilots_unit n LEFT JOIN city_district d ON d.id = n.district_id WHERE n.pilot_id = p.id), '[]'),
    'looks', coalesce((SELECT jsonb_agg(jsonb_build_object('id', l.id, 'number', l.number, 'version', v.number, 'at', l.at,
            'through', l.through, 'verdict', l.verdict, 'planned', l.planned, 'voided_at', l.voided_at,
            'data_sha256', l.data_sha256, 'code_version', l.code_version,
            'estimate', l.estimate) ORDER BY l.through, l.id)
        FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id WHERE v.pilot_id = p.id), '[]'),
    'result', (SELECT l.result FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id
        WHERE v.pilot_id = p.id AND l.voided_at IS NULL AND l.planned ORDER BY l.through DESC LIMIT 1),
    'costs', coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.day, c.id) FROM pilots_cost c WHERE c.pilot_id = p.id), '[]'),
    'decisions', coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.at) FROM pilots_decision c WHERE c.pilot_id = p.id), '[]'),
    'lessons', coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.worked, c.id) FROM pilots_lesson c WHERE c.pilot_id = p.id), '[]'),
    'copies', coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.at) FROM pilots_copy c WHERE c.pilot_id = p.id), '[]'),
    'batches', coalesce((SELECT jsonb_agg(to_jsonb(b) ORDER BY b.at DESC, b.id DESC) FROM (
        SELECT DISTINCT ON (outcome, source, CASE WHEN source = 'upload' THEN id END) * FROM pilots_batch
        WHERE pilot_id = p.id ORDER BY outcome, source, CASE WHEN source = 'upload' THEN id END, at DESC, id DESC) b), '[]'),
    'gained', coalesce((SELECT jsonb_agg(to_jsonb(g)) FROM (
        SELECT e.metric_id AS metric, m.title, m.unit, e.kind, m.additivity,
            CASE WHEN m.additivity = 'sum' THEN sum(e.quantity) ELSE avg(e.quantity) END AS quantity,
            CASE WHEN m.additivity = 'sum' THEN sum(e.low) ELSE avg(e.low) END AS low,
            CASE WHEN m.additivity = 'sum' THEN sum(e.high) ELSE avg(e.high) END AS high
        FROM city_metric m JOIN city_effect e ON e.metric_id = m.slug AND e.service = p.service
        WHERE m.slug LIKE 'gained-%%' AND e.subject_kind = 'pilot' AND e.subject_id = p.id::text AND e.replaced_by_id IS NULL
        GROUP BY e.metric_id, m.title, m.unit, e.kind, m.additivity ORDER BY e.kind DESC) g), '[]')
)::text
FROM pilots_pilot p
LEFT JOIN city_service s ON s.slug = p.service
LEFT JOIN city_organisation o ON o.id = p.committee_id
LEFT JOIN city_user u ON u.id = p.owner_id
WHERE p.slug = %(slug)s OR p.id = %(id)s
"""


_TRIAL = msgspec.json.Decoder(Trial)
_RESULT = msgspec.json.Decoder(Result)


def trial(which: str | int) -> Trial | None:
    """One trial by its slug or id with all that its pages show; None when there is none. One query."""
    own = isinstance(which, int)
    values: dict[str, Any] = {"slug": "" if own else which, "id": which if own else None, "today": clock.today()}
    with connection.cursor() as cursor:
        cursor.execute(TRIAL, values)
        row = cursor.fetchone()
    return _TRIAL.decode(row[0]) if row else None


def result_of(look_id: int) -> Result | None:
    """The frozen result of one look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT result::text FROM pilots_look WHERE id = %s", [look_id])
        row = cursor.fetchone()
    return _RESULT.decode(row[0]) if row else None
