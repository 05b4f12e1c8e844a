"""What services gave beside what would have been: gains by kind, what follows from them by a factor, and the money. No Django.

A *gain* is a row whose measure's name begins with :data:`GAINED`: it was written by a comparison (a trial's look, or a plan
beside the old fixed rounds), positive when it is good. All else in the ledger is what was *done*, and is never called saved.
Each benefit has one home: what a service gained of a kind is its measured gain, else what was estimated directly, else what follows
from something else by a factor. The others are ways of telling the same thing, and are never added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

GAINED = "gained-"
MEASURED, ESTIMATED, DERIVED = "measured", "estimated", "derived"
REASON = "× "
"""How the reason of a gain begins that follows from another by a factor."""
FULL_TIME_MIN = 9600
"""Minutes of work of one person in a month: 160 hours."""


class Column(StrEnum):
    """The kinds of gain that are added up over services, with the unit each is added in."""

    TIME = "min"
    KM = "km"
    KWH = "kWh"
    VISITS = "besök"
    CO2 = "kg CO₂"
    MONEY = "kr"


UNITS: Mapping[str, tuple[Column, float]] = {
    "min": (Column.TIME, 1.0),
    "minuter": (Column.TIME, 1.0),
    "h": (Column.TIME, 60.0),
    "tim": (Column.TIME, 60.0),
    "timmar": (Column.TIME, 60.0),
    "km": (Column.KM, 1.0),
    "kwh": (Column.KWH, 1.0),
    "mwh": (Column.KWH, 1000.0),
    "besök": (Column.VISITS, 1.0),
    "resor": (Column.VISITS, 1.0),
    "kg co2": (Column.CO2, 1.0),
    "kg co2e": (Column.CO2, 1.0),
    "ton co2": (Column.CO2, 1000.0),
    "ton co2e": (Column.CO2, 1000.0),
    "kr": (Column.MONEY, 1.0),
    "kronor": (Column.MONEY, 1.0),
}
"""How a measure's unit is added up, written in lower case and with a plain 2."""


class Row(NamedTuple):
    """One measure of one service in a period, as the ledger has it. ``low`` and ``high`` where its rows said how sure they were."""

    service: str
    metric: str
    title: str
    unit: str
    kind: str
    sustainability: str
    additivity: str
    quantity: float
    low: float | None
    high: float | None
    rows: int
    method: str
    """How it was reckoned, where all its rows say the same."""

    @property
    def is_gain(self) -> bool:
        """Whether it is beside what would have been, and not only what was done."""
        return self.metric.startswith(GAINED)


class Factor(NamedTuple):
    """A number with its source that turns one measure into another."""

    slug: str
    title: str
    value: float
    low: float | None
    high: float | None
    year: int
    source: str


class Derivation(NamedTuple):
    """``of`` × ``factor`` / ``per`` is ``into``. ``own``: what residents gain, which is no money of the city's."""

    of: Column
    factor: str
    into: Column
    per: float = 1.0
    residents: bool = False


DERIVATIONS = (
    Derivation(Column.VISITS, "visit_km", Column.KM, residents=True),
    Derivation(Column.KM, "collection_co2e", Column.CO2),
    Derivation(Column.KM, "own_car_co2e", Column.CO2, residents=True),
    Derivation(Column.KWH, "electricity_co2e", Column.CO2),
    Derivation(Column.TIME, "crew_hour", Column.MONEY, per=60.0),
    Derivation(Column.KM, "vehicle_km_kr", Column.MONEY),
)
"""What follows from a gain, in the order it is reckoned: kilometres from visits come before what comes from kilometres."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What one service gained of one kind in a period, in the column's unit. ``why`` says how it is known."""

    service: str
    column: Column
    quantity: float
    low: float | None
    high: float | None
    kind: str
    why: str = ""
    residents: bool = False
    """Gained by residents: a trip they did not make costs the city nothing less."""
    otherwise: float | None = None
    """What it would be by another way of telling the same thing, which was left out."""

    @property
    def sure(self) -> bool:
        """Measured against a comparison."""
        return self.kind == MEASURED


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of gains of one column: what is measured where anything is, and how much is reckoned besides."""

    column: Column
    quantity: float
    low: float | None
    high: float | None
    kind: str
    why: str = ""
    besides: float = 0.0
    otherwise: float | None = None
    """The sum by another way of telling the same things, where there is one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One service's gains by column; what is missing was not measured."""

    service: str
    gains: tuple[Gain, ...]

    def of(self, column: Column) -> Figure | None:
        """The column's sum for this service, whatever its kind; None where nothing was gained or lost."""
        return total(self.gains, column)


def column_of(unit: str) -> tuple[Column, float] | None:
    """(column, how much one of ``unit`` is in its unit); None for a unit that is not added up."""
    return UNITS.get(unit.casefold().replace("₂", "2"))


def gains(rows: Iterable[Row], factors: Iterable[Factor], spent: Mapping[str, float] | None = None) -> tuple[Gain, ...]:
    """Every gain in ``rows`` that can be added up, with what follows from it by ``factors``, and less what was ``spent`` (kr by service).

    One home for each: measured before estimated before derived; what a comparison has told of a column is not also reckoned.
    """
    known = {one.slug: one for one in factors}
    found = _kept([(row, one) for row in rows if (one := _gain(row))], known)[0]
    for each in DERIVATIONS:
        factor = known.get(each.factor)
        if factor is not None:
            found += _derived(found, each, factor)
    sure = {(one.service, one.column) for one in found if one.sure}
    kept = [one for one in found if one.sure or one.residents or (one.service, one.column) not in sure]
    costs = [Gain(name, Column.MONEY, -kr, -kr, -kr, DERIVED) for name, kr in sorted((spent or {}).items()) if kr]
    return (*kept, *costs)


def left_out(rows: Iterable[Row], factors: Iterable[Factor]) -> frozenset[tuple[str, str, str]]:
    """(service, measure, kind) of the rows that are another way of telling what the service's own home for it tells."""
    pairs = [(row, one) for row in rows if (one := _gain(row))]
    return frozenset((row.service, row.metric, row.kind) for row in _kept(pairs, {one.slug: one for one in factors})[1])


_RANK: Mapping[str, int] = {MEASURED: 0, ESTIMATED: 1, DERIVED: 2}


def _kept(pairs: Sequence[tuple[Row, Gain]], factors: Mapping[str, Factor]) -> tuple[list[Gain], list[Row]]:
    """The gains at home in their service and column, and the rows that were left out: told by another way.

    Where what was derived is left out for something direct, all that was derived beside it is left out too if it follows from the direct
    one by a factor: emissions are those of the kilometres that are shown.
    """
    best: dict[tuple[str, Column], int] = {}
    for _row, one in pairs:
        best[one.service, one.column] = min(best.get((one.service, one.column), 2), _RANK[one.kind])
    beaten = {one.service for _row, one in pairs if one.kind == DERIVED and best[one.service, one.column] < 2}
    sources = [(each.of, each.into) for each in DERIVATIONS if each.factor in factors and not each.residents]

    def at_home(one: Gain) -> bool:
        if one.kind != DERIVED:
            return _RANK[one.kind] == best[one.service, one.column]
        follows = any(into is one.column and best.get((one.service, of), 2) < 2 for of, into in sources)
        return best[one.service, one.column] == 2 and not (one.service in beaten and follows)

    kept = [one for _row, one in pairs if at_home(one)]
    away = [(row, one) for row, one in pairs if not at_home(one)]
    return _with_others(kept, [one for _row, one in away]), [row for row, _one in away]


def _with_others(kept: Sequence[Gain], away: Sequence[Gain]) -> list[Gain]:
    """The same gains; the first of a service and column says what the best of the other ways would make it."""
    others: dict[tuple[str, Column], dict[int, float]] = {}
    for one in away:
        ways = others.setdefault((one.service, one.column), {})
        ways[_RANK[one.kind]] = ways.get(_RANK[one.kind], 0.0) + one.quantity
    found: list[Gain] = []
    for one in kept:
        ways = others.pop((one.service, one.column), None)
        rest = sum(each.quantity for each in kept if (each.service, each.column) == (one.service, one.column)) - one.quantity
        found.append(replace(one, otherwise=ways[min(ways)] - rest) if ways else one)
    return found


def _gain(row: Row) -> Gain | None:
    known = column_of(row.unit) if row.is_gain and row.additivity == "sum" and row.rows else None
    if known is None:
        return None
    column, size = known
    low, high = (None if one is None else one * size for one in (row.low, row.high))
    return Gain(row.service, column, row.quantity * size, low, high, row.kind, row.method, residents=column is Column.VISITS)


def _derived(found: Sequence[Gain], each: Derivation, factor: Factor) -> list[Gain]:
    """What ``each`` makes of the gains found; not where the ledger holds that column of the service already."""
    told = {one.service for one in found if one.column is each.into and not one.residents and one.kind != DERIVED}
    told |= {one.service for one in found if one.column is each.into and not one.why.startswith(REASON)}
    rows: list[Gain] = []
    for one in found:
        if one.column is not each.of or one.residents is not each.residents or one.service in told:
            continue
        ends = products((one.low, one.high), (factor.low, factor.high), one.quantity, factor.value)
        low, high = (None, None) if ends is None else (ends[0] / each.per, ends[1] / each.per)
        quantity = one.quantity * factor.value / each.per
        why = f"{REASON}{factor.title}, {factor.year}"
        rows.append(Gain(one.service, each.into, quantity, low, high, DERIVED, why, residents=each.residents))
    return rows


def products(
    one: tuple[float | None, float | None], other: tuple[float | None, float | None], value: float, factor: float
) -> tuple[float, float] | None:
    """The widest interval of a product of two that each lie in theirs; a side without one counts as exact. None where neither has."""
    if None in one and None in other:
        return None
    first = (value, value) if one[0] is None or one[1] is None else (one[0], one[1])
    second = (factor, factor) if other[0] is None or other[1] is None else (other[0], other[1])
    ends = [a * b for a in first for b in second]
    return min(ends), max(ends)


def total(found: Iterable[Gain], column: Column) -> Figure | None:
    """All gains of a column as one figure; measured only if every part is. None where there is none."""
    parts = [one for one in found if one.column is column]
    return _together(parts, column) if parts else None


def headline(found: Iterable[Gain], column: Column) -> Figure | None:
    """The column as a page leads with it: what is measured, with what is reckoned besides; all of it where nothing is measured."""
    parts = [one for one in found if one.column is column]
    sure = [one for one in parts if one.sure]
    if not sure or column is Column.MONEY:
        return _together(parts, column) if parts else None
    figure = _together(sure, column)
    rest = sum(one.quantity for one in parts if not one.sure)
    return Figure(column, figure.quantity, figure.low, figure.high, figure.kind, figure.why, rest, figure.otherwise)


def _together(parts: Sequence[Gain], column: Column) -> Figure:
    """The sum. The interval adds the ends, which is wider than needed where errors are independent: never too narrow."""
    bounded = any(one.low is not None and one.high is not None and one.low != one.high for one in parts)
    low = sum(one.quantity if one.low is None else one.low for one in parts) if bounded else None
    high = sum(one.quantity if one.high is None else one.high for one in parts) if bounded else None
    kinds = {one.kind for one in parts}
    kind = kinds.pop() if len(kinds) == 1 else ESTIMATED if ESTIMATED in kinds else DERIVED
    reasons = {one.why for one in parts} - {""}
    other = any(one.otherwise is not None for one in parts)
    otherwise = sum(one.quantity if one.otherwise is None else one.otherwise for one in parts) if other else None
    why = reasons.pop() if len(reasons) == 1 else ""
    return Figure(column, sum(one.quantity for one in parts), low, high, kind, why, otherwise=otherwise)


def lines(found: Iterable[Gain], services: Iterable[str]) -> tuple[Line, ...]:
    """The gains of each of ``services``, in their order."""
    by: dict[str, list[Gain]] = {}
    for one in found:
        by.setdefault(one.service, []).append(one)
    return tuple(Line(name, tuple(by.get(name, ()))) for name in services)


def headlines(found: Sequence[Gain]) -> tuple[tuple[Column, Figure | None], ...]:
    """All six columns: the measured first, then what is estimated or derived, last what was not measured; else in their order."""
    every = [(column, headline(found, column)) for column in Column]
    return tuple(sorted(every, key=lambda one: 2 if one[1] is None else 0 if one[1].kind == MEASURED else 1))
