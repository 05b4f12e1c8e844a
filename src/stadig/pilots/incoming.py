"""A file of figures as rows of the one table, with all that keeps it from being taken. It is taken whole or refused whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

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
        "personal_data",
    }
)
"""Findings for which a file is refused whole: nothing of it is stored until they are mended."""
MOST_NAMED = 10
GROUPS = {
    **dict.fromkeys(("age", "age_band", "ålder", "åldersgrupp"), "age"),
    **dict.fromkeys(("district", "område", "stadsdel"), "district"),
    **dict.fromkeys(("sex", "gender", "kön"), "sex"),
    **dict.fromkeys(("language", "språk"), "language"),
    **dict.fromkeys(("channel", "kanal"), "channel"),
}
"""Headings whose columns are kept, as the group they are: who gained is told by these alone. Nothing else of a file is stored."""
_TELLING = re.compile(r"\S+@\S+\.\S+|(?:\+46|\b0)[\d ()-]{7,}\d|\b(?:19|20)?\d{6}[-+ ]?\d{4}\b")
"""An e-mail address, a phone number, or what may be a personnummer."""


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
    findings += [*personal(series, card), *not_kept(series)]
    twice = sorted({unit for (unit, _), times in Counter(pairs).items() if times > 1})
    if twice:
        named = [] if card.design is Design.PERSONS else twice[:MOST_NAMED]
        findings.append(Finding("several_a_day", "withhold", outcome.slug, {"units": len(twice), "names": named}))
    return _rows(series, card, pilot), findings


def personal(series: Series, card: Card) -> Iterator[Finding]:
    """Columns that tell who someone is; never what they say. Persons' own ids are made pseudonyms, areas' names are published."""
    columns = dict(series.group) if card.design is Design.PERSONS else {"unit": series.unit, **series.group}
    for heading, labels in columns.items():
        telling = sum(1 for one in labels.tolist() if _TELLING.search(str(one)))
        if telling:
            yield Finding("personal_data", "withhold", heading, {"column": heading, "rows": telling})


def not_kept(series: Series) -> Iterator[Finding]:
    for heading in series.group:
        if heading.casefold() not in GROUPS:
            yield Finding("column_not_kept", "note", heading, {"column": heading})


def _rows(series: Series, card: Card, pilot: Pilot) -> list[Row]:
    units = series.unit.tolist()
    if card.design is Design.PERSONS:
        units = [persons.opaque(f"pilot:{pilot.pk}:{one}")[:24] for one in units]
    arms = [""] * len(units) if series.arm is None else series.arm.tolist()
    kept = {GROUPS[name.casefold()]: of for name, of in series.group.items() if name.casefold() in GROUPS}
    labels = [{name: str(of[at]) for name, of in kept.items() if of[at]} for at in range(len(units))]
    columns = (units, series.day.tolist(), series.value.tolist(), series.weight.tolist(), arms, labels)
    return [Row(*one) for one in zip(*columns, strict=True)]
