"""A file of figures as rows of the one table, with all that keeps it from being taken. It is taken whole or refused whole."""

from __future__ import annotations

from collections import Counter

from stadig.city import clock, persons
from stadig.city.tables import TableFault
from stadig.pilots.card import Card, Outcome
from stadig.pilots.figures import Row
from stadig.pilots.models import Pilot
from stadig.pilots.statistics import reading
from stadig.pilots.statistics.terms import Design, Finding, Series

REFUSED = frozenset(
    {
        "no_table",
        "no_such_outcome",
        "other_unit",
        "several_a_day",
        "not_numbers",
        "not_dates",
        "future_dates",
        "early_dates",
        "empty_cells",
        "unreadable_rows",
        "mixed_units",
        "duplicates_differ",
    }
)
"""Findings for which a file is refused whole: nothing of it is stored until they are mended."""
MOST_NAMED = 10


def rows_of(outcome: Outcome, card: Card, pilot: Pilot, name: str, data: bytes) -> tuple[list[Row], list[Finding]]:
    """The rows of a file for one outcome, and what is to be known of them. Persons get pseudonyms."""
    try:
        found = reading.read_bytes(data, name, outcome=outcome.slug, today=clock.today())
    except TableFault as fault:
        return [], [Finding("no_table", "withhold", name, {"problem": str(fault)})]
    findings = list(found.findings)
    series = found.outcomes.get(outcome.slug)
    if series is None:
        return [], [
            *findings,
            Finding("no_such_outcome", "withhold", name, {"wanted": outcome.slug, "held": sorted(found.outcomes)}),
        ]
    given = found.units.get(outcome.slug, "")
    if given and outcome.unit and given.casefold() != outcome.unit.casefold():
        findings.append(Finding("other_unit", "withhold", outcome.slug, {"given": given, "wanted": outcome.unit}))
    pairs = zip(series.unit.tolist(), series.day.tolist(), strict=True)
    twice = sorted({unit for (unit, _), times in Counter(pairs).items() if times > 1})
    if twice:
        named = [] if card.design is Design.PERSONS else twice[:MOST_NAMED]
        findings.append(Finding("several_a_day", "withhold", outcome.slug, {"units": len(twice), "names": named}))
    return _rows(series, card, pilot), findings


def _rows(series: Series, card: Card, pilot: Pilot) -> list[Row]:
    units = series.unit.tolist()
    if card.design is Design.PERSONS:
        units = [persons.opaque(f"pilot:{pilot.pk}:{one}")[:24] for one in units]
    arms = [""] * len(units) if series.arm is None else series.arm.tolist()
    labels = [{name: str(of[at]) for name, of in series.group.items() if of[at]} for at in range(len(units))]
    columns = (units, series.day.tolist(), series.value.tolist(), series.weight.tolist(), arms, labels)
    return [Row(*one) for one in zip(*columns, strict=True)]
