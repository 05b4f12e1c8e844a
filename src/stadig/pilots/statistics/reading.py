"""A file of figures as someone has it, into series; and all that is wrong with it as findings. Nothing is left out unnamed."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from stadig.city import cells, tables
from stadig.pilots import extract
from stadig.pilots.statistics.persons import COMPARISON, PILOT
from stadig.pilots.statistics.series import ordered
from stadig.pilots.statistics.terms import Finding, Series

ARMS = {
    **dict.fromkeys(
        ("pilot", "treatment", "treated", "test", "försök", "forsok", "behandling", "insats", "b", "1", "ja", "yes"), PILOT
    ),
    **dict.fromkeys(("comparison", "control", "kontroll", "jämförelse", "jamforelse", "a", "0", "nej", "no"), COMPARISON),
}
COLUMNS = (
    tables.Column("unit", ("enhet", "person", "område", "area", "ärende", "case", "id"), required=True),
    tables.Column("time", ("tid", "tidpunkt", "dag", "datum", "day", "date", "timestamp"), cells.moment(), required=True),
    tables.Column("value", ("värde", "resultat", "result"), cells.number()),
    tables.Column("source", ("källa",)),
    tables.Column("arm", ("grupp", "försöksgrupp"), cells.one_of(ARMS)),
    tables.Column("unit_of_measure", ("måttenhet", "uom")),
    tables.Column("weight", ("vikt",), cells.number(low=0)),
    tables.Column("outcome", ("mått", "utfall", "metric")),
)
MOST_LABELS = 50
"""A column with more labels than this is no group."""
MOST_SHOWN = 10
_TOO_MANY = 0.05
"""When a larger share of the rows cannot be read, what is left may be a skewed part: no verdict."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file held: a series per outcome, its unit of measure where the file says it, and what was wrong."""

    outcomes: dict[str, Series]
    units: dict[str, str]
    findings: tuple[Finding, ...]
    rows: int
    described: str
    """How it was read, for example ``cp1252, semicolon``."""


@dataclass(slots=True)
class _Rows:
    """The rows of one outcome while the file is read."""

    numbers: list[int] = field(default_factory=list[int])
    values: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def read(path: Path, *, outcome: str = "", today: dt.date | None = None, given: Mapping[str, str] | None = None) -> Read:
    """Read CSV (any usual encoding, separator and decimal sign) or a spreadsheet, with Swedish or English headings.

    Needed are *unit*, *time* and *value*; known are *arm*, *weight*, *source*, *unit_of_measure* and *outcome* (several in one
    file); all other columns with few labels are groups. ``outcome`` names the figures when the file does not. Days after ``today``
    are faults. ``given`` says which heading holds a field.

    Raises
    ------
    tables.TableFault
        It is no table, is empty, or lacks a column; the message says which, and the way out.
    """
    table = tables.open_table(path)
    latest = None if today is None else dt.datetime.combine(today, dt.time(23, 59), cells.STOCKHOLM)
    columns = [replace(one, parse=cells.moment(latest=latest)) if one.field == "time" else one for one in COLUMNS]
    found = tables.match(table, [replace(one, required=True) if one.field == "value" else one for one in columns], given)
    extra = [at for at, heading in enumerate(table.headings) if heading and at not in found.values()]
    groups = {f"group {at}": at for at in extra}
    columns += [tables.Column(name, ()) for name in groups]
    kept, faults, total = _sorted_out(tables.typed(table, columns, found | groups), outcome or path.stem)
    if not total:
        raise tables.TableFault(f"{path.name}: has headings but no rows under them.")
    findings = list(_faulty(faults, table.headings[found["time"]], table.headings[found["value"]], total))
    if "cp1252" in table.described:
        findings.append(Finding("read_as", "note", path.name, {"encoding": "cp1252"}))
    headings = {name: table.headings[at].removeprefix(extract.GROUP) for name, at in groups.items()}
    findings += _unused(headings, kept)
    outcomes: dict[str, Series] = {}
    units: dict[str, str] = {}
    for slug in sorted(kept):
        findings += _duplicates(slug, kept[slug])
        measures = Counter(str(row["unit_of_measure"]) for row in kept[slug].values if "unit_of_measure" in row)
        if len(measures) > 1:
            findings.append(Finding("mixed_units", "withhold", slug, {"units": dict(sorted(measures.items()))}))
        elif measures:
            units[slug] = next(iter(measures))
        outcomes[slug] = ordered(_series(slug, kept[slug].values, headings, path.name, has_arm="arm" in found))
    return Read(outcomes, units, tuple(findings), total, table.described)


def read_bytes(data: bytes, name: str, **how: Any) -> Read:
    """The same for a file that was sent; ``name`` with its ending says what it is, and is what messages call it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        return read(path, **how)


def from_canonical(data: bytes) -> dict[str, Series]:
    """The series of a canonical file, exactly as they were. Raises :class:`extract.BadExtract`."""
    return extract.read(data)


def _sorted_out(
    rows: Iterator[tables.Row | tables.RowFault], outcome: str
) -> tuple[dict[str, _Rows], list[tables.RowFault], int]:
    """Rows by outcome, the faults, and how many rows there were."""
    kept: dict[str, _Rows] = {}
    faults: list[tables.RowFault] = []
    total = 0
    for row in rows:
        total += 1
        if isinstance(row, tables.RowFault):
            faults.append(row)
            continue
        of = kept.setdefault(str(row.values.get("outcome", outcome)), _Rows())
        of.numbers.append(row.number)
        of.values.append(row.values)
    return kept, faults, total


def _faulty(faults: Sequence[tables.RowFault], time: str, value: str, total: int) -> Iterator[Finding]:
    """One finding per kind of fault, with how many rows, the first of them, what was written there and the way out."""
    kinds: dict[tuple[str, str], list[tables.RowFault]] = {}
    for one in faults:
        kinds.setdefault((_kind(one, time, value), one.column), []).append(one)
    for (code, column), rows in sorted(kinds.items()):
        figures = {
            "rows": len(rows),
            "of": total,
            "column": column,
            "at": [one.row for one in rows[:MOST_SHOWN]],
            "written": list(dict.fromkeys(one.value for one in rows))[:3],
            "problem": rows[0].problem,
        }
        yield Finding(code, "withhold" if len(faults) > _TOO_MANY * total else "warning", column, figures)


def _kind(fault: tables.RowFault, time: str, value: str) -> str:
    if fault.column == time:
        words = {"future": "future_dates", "is before": "early_dates", "is empty": "empty_cells"}
        return next((code for word, code in words.items() if word in fault.problem), "not_dates")
    if fault.column == value:
        return "not_numbers"
    return "empty_cells" if "is empty" in fault.problem else "unreadable_rows"


def _unused(headings: dict[str, str], kept: Mapping[str, _Rows]) -> Iterator[Finding]:
    """Other columns with too many labels to be groups: they are taken away, and named."""
    for name in list(headings):
        labels = {str(row[name]) for of in kept.values() for row in of.values if name in row}
        if len(labels) > MOST_LABELS or not labels:
            yield Finding("column_not_used", "note", headings.pop(name), {"labels": len(labels)})


def _duplicates(slug: str, rows: _Rows) -> Iterator[Finding]:
    """The same unit and time twice: the same figure counts once, different figures count not at all and withhold the verdict."""
    seen: dict[tuple[str, dt.datetime], list[int]] = {}
    for at, row in enumerate(rows.values):
        seen.setdefault((str(row["unit"]), row["time"]), []).append(at)
    same: list[list[int]] = []
    differ: list[list[int]] = []
    for places in seen.values():
        if len(places) > 1:
            alike = len({_figure(rows.values[at]) for at in places}) == 1
            (same if alike else differ).append(places)
    for code, severity, groups in (("duplicates_differ", "withhold", differ), ("duplicates_same", "note", same)):
        if groups:
            numbers = [[rows.numbers[at] for at in places] for places in groups]
            figures = {"times": len(groups), "rows": sum(map(len, groups)), "at": numbers[:MOST_SHOWN]}
            yield Finding(code, severity, slug, figures)
    gone = {at for places in differ for at in places} | {at for places in same for at in places[1:]}
    rows.values[:] = [row for at, row in enumerate(rows.values) if at not in gone]


def _figure(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row.get("value"), row.get("weight"), row.get("arm")


def _series(slug: str, rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str], name: str, *, has_arm: bool) -> Series:
    """The rows as arrays; an empty value is NaN, so that it can be counted as missing."""
    days = [row["time"].astimezone(cells.STOCKHOLM).date() for row in rows]
    return Series(
        slug,
        np.array([str(row["unit"]) for row in rows], dtype=np.str_),
        np.array(days, dtype="datetime64[D]"),
        np.array([row.get("value", np.nan) for row in rows], dtype=np.float64),
        np.array([row.get("weight", 1.0) for row in rows], dtype=np.float64),
        np.array([str(row.get("source", name)) for row in rows], dtype=np.str_),
        np.array([str(row.get("arm", "")) for row in rows], dtype=np.str_) if has_arm else None,
        {heading: np.array([str(row.get(key, "")) for row in rows], dtype=np.str_) for key, heading in headings.items()},
    )
