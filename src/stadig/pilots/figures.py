"""One table of figures for all trials: what each outcome's source holds is gathered to points, and points are read as series."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from django.db import connection, transaction

from stadig.city import clock
from stadig.pilots.card import Card, Outcome
from stadig.pilots.models import Batch, Pilot
from stadig.pilots.statistics.terms import Design, Finding, Series

Figures = dict[str, Series]


class Row(NamedTuple):
    """One figure before it is stored."""

    unit: str
    day: dt.date
    value: float
    weight: float = 1.0
    arm: str = ""
    groups: Mapping[str, str] = {}


class Asked(NamedTuple):
    """What a source is asked for: the trial, the outcome, and the days from and through which."""

    pilot: Pilot
    card: Card
    outcome: Outcome
    since: dt.date
    through: dt.date

    @property
    def by_person(self) -> bool:
        """Whether each row is one person, case or household of its own."""
        return self.card.design is Design.PERSONS

    @property
    def length(self) -> int:
        """Days that one row of an area covers."""
        return 1 if self.outcome.every == "day" else 7

    @property
    def anchor(self) -> dt.date:
        """Periods are counted from the trial's first day, forward and back: none of them straddles the start."""
        return self.card.begins or self.since


def outcomes_of(card: Card) -> list[Outcome]:
    """All that a card measures: the primary outcome, the guardrails, the co-benefits; derived ones last."""
    every = [card.primary, *(one.outcome for one in card.guardrails), *card.benefits]
    return sorted((one for one in every if one is not None), key=lambda one: one.source == "derived")


def gather(pilot: Pilot, card: Card, *, until: dt.date) -> list[Batch]:
    """Read every outcome anew from its source, through a day; returns the batches that held something new.

    Uploaded files and answers are in the table already. What a source no longer holds goes from the table too: looks that
    were made keep the figures they were made of.
    """
    from stadig.pilots import sources

    since = (card.begins or until) - dt.timedelta(days=card.baseline_days)
    made: list[Batch] = []
    for one in outcomes_of(card):
        read = sources.READERS.get(one.source)
        if read is None:
            continue
        rows, name, findings = read(Asked(pilot, card, one, since, until))
        batch = replace(pilot, one.slug, one.source, rows, name=name, findings=findings)
        if batch is not None:
            made.append(batch)
    return made


def replace(
    pilot: Pilot, outcome: str, source: str, rows: Sequence[Row], *, name: str, findings: Iterable[Finding] = ()
) -> Batch | None:
    """Put the rows in place of all that came from this source before; None when they are the same as last time."""
    sha256 = _digest(rows)
    last = Batch.objects.filter(pilot=pilot, outcome=outcome).order_by("-at", "-pk").first()
    if last is not None and last.sha256 == sha256 and last.source == source:
        return None
    with transaction.atomic():
        batch = _batch(pilot, outcome, findings, name, source=source, sha256=sha256, rows=len(rows))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM pilots_point WHERE pilot_id = %s AND outcome = %s", [pilot.pk, outcome])
        insert(pilot.pk, outcome, batch.pk, rows)
    return batch


def add(pilot: Pilot, outcome: str, rows: Sequence[Row], findings: Iterable[Finding], **fields: Any) -> Batch:
    """Put the rows beside those that are there; a unit's figure of the same day is replaced. ``fields`` are the batch's own."""
    batch = _batch(pilot, outcome, findings, rows=len(rows), **fields)
    insert(pilot.pk, outcome, batch.pk, rows)
    return batch


def _batch(pilot: Pilot, outcome: str, findings: Iterable[Finding], name: str, **fields: Any) -> Batch:
    told = msgspec.to_builtins(tuple(findings))
    return Batch.objects.create(pilot=pilot, outcome=outcome, name=name[:160], findings=told, at=clock.now(), **fields)


INSERT = """
INSERT INTO pilots_point (pilot_id, outcome, batch_id, unit, day, value, weight, arm, groups)
SELECT %s, %s, %s, * FROM unnest(%s::text[], %s::date[], %s::float8[], %s::float8[], %s::text[], %s::jsonb[])
ON CONFLICT (pilot_id, outcome, unit, day) DO UPDATE SET
    value = EXCLUDED.value, weight = EXCLUDED.weight, arm = EXCLUDED.arm, groups = EXCLUDED.groups, batch_id = EXCLUDED.batch_id
"""


def insert(pilot_id: int, outcome: str, batch_id: int, rows: Sequence[Row]) -> None:
    """Write the rows in one statement."""
    if not rows:
        return
    unit, day, value, weight, arm, groups = zip(*rows, strict=True)
    columns = [*map(list, (unit, day, value, weight, arm)), [json.dumps(dict(one), ensure_ascii=False) for one in groups]]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [pilot_id, outcome, batch_id, *columns])


def _digest(rows: Sequence[Row]) -> str:
    written = "\n".join(
        f"{r.unit}\t{r.day}\t{r.value!r}\t{r.weight!r}\t{r.arm}\t{sorted(r.groups.items())}"
        for r in sorted(rows, key=lambda r: (r.day, r.unit))
    )
    return hashlib.sha256(written.encode()).hexdigest()


SERIES = """
SELECT p.outcome, p.unit, p.day, p.value, p.weight, b.source, p.arm, p.groups::text
FROM pilots_point p JOIN pilots_batch b ON b.id = p.batch_id
WHERE p.pilot_id = %s AND p.outcome = ANY(%s) AND p.day <= %s
ORDER BY p.outcome, p.day, p.unit COLLATE "C"
"""


def series(pilot_id: int, card: Card, *, through: dt.date) -> Figures:
    """Outcome → its figures through a day, ordered by day, then unit. An outcome without figures is left out. One query."""
    slugs = [one.slug for one in outcomes_of(card)]
    with connection.cursor() as cursor:
        values: list[Any] = [pilot_id, slugs, through]
        cursor.execute(SERIES, values)
        rows = cursor.fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return {slug: _series(slug, some) for slug, some in found.items()}


def _series(slug: str, rows: list[tuple[Any, ...]]) -> Series:
    _, unit, day, value, weight, source, arm, groups = zip(*rows, strict=True)
    labels = [json.loads(one) for one in groups]
    names = sorted({name for one in labels for name in one})
    return Series(
        outcome=slug,
        unit=np.array(unit),
        day=np.array(day, dtype="datetime64[D]"),
        value=np.array(value, dtype=np.float64),
        weight=np.array(weight, dtype=np.float64),
        source=np.array(source),
        arm=np.array(arm) if any(arm) else None,
        group={name: np.array([one.get(name, "") for one in labels]) for name in names},
    )
