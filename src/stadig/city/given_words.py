"""What services gave, as it is written: figures with how they are known, the four kinds of sustainability, a service's own section."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from stadig.city import costs, given_sql, services, told
from stadig.city.given import FULL_TIME_MIN, MEASURED, REASON, Column, Factor, Figure, Gain, Row, gains, left_out, total
from stadig.city.given_sql import Given, Known, Month
from stadig.city.models import Effect, Metric
from stadig.city.told import Trial
from stadig.ui import formatting
from stadig.ui.formatting import DASH, SPACE


class Tile(NamedTuple):
    """One figure with its mark. ``kind``: measured, estimated, derived, or none where nothing was measured."""

    kind: str
    label: str
    value: str = ""
    unit: str = ""
    interval: str = ""
    note: str = ""


class Quarter(NamedTuple):
    """One of the four kinds of sustainability: what was gained, and what was done."""

    title: str
    icon: str
    gained: tuple[Tile, ...]
    done: tuple[Tile, ...]


class Section(NamedTuple):
    """What a service has given, for its own page."""

    month: str
    quarters: tuple[Quarter, ...]
    trials: tuple[Trial, ...]
    since: str
    """*Sedan maj 2025*; empty when nothing can be summed."""
    ever: tuple[str, ...]
    """What all its time gave, a line for each measure."""
    cost: str
    """What the service costs a year, in a sentence."""
    net: str
    """The month's gain less what the service and its trials cost; empty where there is nothing to set against each other."""


class Cost(NamedTuple):
    """What a service costs: what holds today, and its part of a month in kronor (None: nobody has said)."""

    now: costs.Said | None
    month_kr: float | None


MISSING = "none"
"""The kind of a figure that was not measured."""
ICONS = {"environmental": "leaf", "social": "users", "economic": "coins", "democratic": "landmark"}


def titles() -> dict[Column, str]:
    """What each column is called where it leads a page."""
    return {
        Column.TIME: _("Sparad arbetstid"),
        Column.KM: _("Färre kilometer"),
        Column.KWH: _("Mindre el"),
        Column.VISITS: _("Resor som inte behövdes"),
        Column.CO2: _("Lägre utsläpp"),
        Column.MONEY: _("Lägre kostnad, netto"),
    }


def month_name(month: Month) -> str:
    """*oktober*, with the year when it is not this one."""
    name = formatting.month(month.written)
    return name.removesuffix(f" {formatting.today().year}")


def rough(value: float) -> float:
    """The value with three digits that count: more would claim to be surer than it is."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, 2 - math.floor(math.log10(abs(value))))


def number(value: float) -> str:
    """Three digits that count, with decimals only under ten."""
    short = rough(value)
    return formatting.number(short, 0 if abs(short) >= 10 or short == round(short) else 1)


def _scaled(figure: Figure) -> tuple[float, str]:
    """(by what to divide, the unit in which it is then written)."""
    if figure.column is Column.CO2 and abs(figure.quantity) >= 1000:
        return 1000.0, _("ton CO₂")
    if figure.column is Column.MONEY and abs(figure.quantity) >= 10_000:
        return 1000.0, _("tkr")
    return 1.0, {Column.VISITS: "", Column.CO2: "kg CO₂"}.get(figure.column, str(figure.column))


def interval(low: float | None, high: float | None, size: float = 1.0) -> str:
    """*1 380–1 900*; nothing where none is known."""
    if low is None or high is None or low == high:
        return ""
    between = f" {_('till')} " if low < 0 else formatting.DASH
    return f"{number(low / size)}{between}{number(high / size)}"


def tile(column: Column, figure: Figure | None) -> Tile:
    """One of the six figures a page leads with."""
    label = titles()[column]
    if figure is None:
        return Tile(MISSING, label)
    size, unit = _scaled(figure)
    notes = [_note(figure)]
    if figure.besides:
        notes.append(_("Därtill cirka %(n)s räknat från andra värden.") % {"n": number(figure.besides / size)})
    if figure.otherwise is not None:
        notes.append(_("Räknat på ett annat sätt: cirka %(n)s.") % {"n": number(figure.otherwise / size)})
    said = interval(figure.low, figure.high, size)
    return Tile(figure.kind, label, number(figure.quantity / size), unit, said, " ".join(one for one in notes if one))


def _note(figure: Figure) -> str:
    if figure.column is Column.TIME and figure.quantity >= FULL_TIME_MIN / 2:
        people = formatting.number(figure.quantity / FULL_TIME_MIN, 0 if figure.quantity >= 2 * FULL_TIME_MIN else 1)
        return _("Ungefär %(n)s heltider.") % {"n": people}
    if figure.column is Column.MONEY:
        return _("Efter vad försöken och tjänsterna kostade, där det är angivet.")
    return "" if figure.kind == MEASURED or not figure.why or figure.why.startswith(REASON) else figure.why + "."


def cell(figure: Figure | None) -> str:
    """A figure in a table: ``≈`` before what is not measured, a dash for what is missing."""
    if figure is None:
        return DASH
    return ("" if figure.kind == MEASURED else f"≈{SPACE}") + number(figure.quantity)


def section(slug: str) -> Section:
    """What a service gave in the latest whole month, by the four kinds, its trials and all its time. Three or four queries."""
    month = given_sql.latest_whole()
    found = given_sql.of_service(month, slug)
    trials = tuple([one for one in told.trials(month.first, month.end) if one.service == slug])
    factors = given_sql.factors(month.first.year) if any(one.row.is_gain and one.row.rows for one in found) else ()
    today = formatting.today()
    said = costs.said(today + dt.timedelta(days=1), slug)
    cost = Cost(costs.in_force(said, today), costs.spread(said, month.first, month.end).get(slug))
    return _section(month, found, trials, factors, cost, formatting.language(), today.year)


@lru_cache(maxsize=256)
def _section(
    month: Month,
    found: tuple[Given, ...],
    trials: tuple[Trial, ...],
    factors: tuple[Factor, ...],
    cost: Cost,
    _tongue: str,
    _year: int,
) -> Section:
    """The same values give the same words in a language: they are put together once."""
    rows = [one.row for one in found]
    gained = gains([one for one in rows if one.rows], factors)
    net = _net(month, gained, cost.month_kr, sum(one.spent_kr for one in trials))
    return Section(month_name(month), quarters(rows, factors), trials, *_ever(found), cost_said(cost.now), net)


def cost_said(cost: costs.Said | None) -> str:
    """What a service costs a year, or that nobody has said."""
    if cost is None:
        return _("Vad tjänsten kostar om året är inte angivet.")
    values = {"kr": formatting.number(cost.year_kr, 0), "day": formatting.day(cost.from_day, weekday=False, year=True)}
    return _("Tjänsten kostar %(kr)s kr om året sedan %(day)s. Källa: %(source)s.") % {
        **values,
        "source": cost.source.rstrip("."),
    }


def cost_row(cost: costs.Said) -> tuple[str, str, str, str]:
    """A row of the history: from when, kronor a year, source, when it was said."""
    day = formatting.day(cost.from_day, weekday=False, year=True)
    return day, formatting.number(cost.year_kr, 0), cost.source, formatting.moment(cost.at)


def _net(month: Month, found: Sequence[Gain], own: float | None, tried: float) -> str:
    """The month's gain less what the service and its trials cost, as a sum that can be followed."""
    gained = total(found, Column.MONEY)
    if gained is None and own is None and not tried:
        return ""
    worth = gained.quantity if gained else 0.0
    values = {
        "month": month_name(month),
        "worth": number(worth),
        "own": f"{number(own)} kr" if own is not None else _("inte angiven"),
        "tried": number(tried),
        "net": number(worth - (own or 0.0) - tried),
    }
    return (
        _(
            "Netto i %(month)s: %(net)s kr. Värdet av tid och väg är %(worth)s kr, tjänstens kostnad %(own)s och försökens kostnad "
            "%(tried)s kr."
        )
        % values
    )


def quarters(rows: Sequence[Row], factors: Sequence[Factor]) -> tuple[Quarter, ...]:
    """The four kinds, each with what was gained (first) and what was done; what follows from a gain stands beside it."""
    within = [row for row in rows if row.rows]
    other = left_out(within, factors)
    held = [(row.sustainability, _or_another_way(row, other)) for row in within if row.is_gain]
    found = [gain for gain in gains(within, factors) if gain.why.startswith(REASON)]
    for column in Column:
        for residents in (False, True):
            figure = total([one for one in found if one.residents is residents], column)
            if figure is not None:
                held.append((KIND_OF[column], _follows(figure, residents=residents)))
    done = [(row.sustainability, of_row(row)) for row in within if not row.is_gain]
    return tuple(
        Quarter(
            str(kind.label),
            ICONS[kind.value],
            tuple(one for of, one in held if of == kind.value),
            tuple(one for of, one in done if of == kind.value),
        )
        for kind in Metric.Sustainability
    )


KIND_OF = {
    Column.TIME: "economic",
    Column.KM: "environmental",
    Column.KWH: "environmental",
    Column.VISITS: "social",
    Column.CO2: "environmental",
    Column.MONEY: "economic",
}
"""Which kind of sustainability a derived figure belongs to."""


def _follows(figure: Figure, *, residents: bool) -> Tile:
    found = tile(figure.column, figure)
    label = _("Kilometer som ingen behövde köra") if residents and figure.column is Column.KM else found.label
    label = _("Värdet av tid och väg") if figure.column is Column.MONEY else label
    return found._replace(label=label, note=_("Ingen egen mätning."))


def _or_another_way(row: Row, left: frozenset[tuple[str, str, str]]) -> Tile:
    """The measure; where another tells the same thing better, it says that the two are not added."""
    found = of_row(row)
    if (row.service, row.metric, row.kind) not in left:
        return found
    said = _("Ett annat sätt att räkna samma sak. De läggs inte ihop.")
    return found._replace(note=f"{found.note} {said}".strip())


def of_row(row: Row) -> Tile:
    """A measure as the ledger has it."""
    unit = formatting.unit(row.unit)
    note = "" if row.kind == MEASURED and not row.is_gain else row.method
    note = f"{note}." if note and not note.endswith(".") else note
    return Tile(row.kind, given_sql.title_of(row), number(row.quantity), unit, interval(row.low, row.high), note)


def _ever(found: Iterable[Given]) -> tuple[str, tuple[str, ...]]:
    """*Sedan maj 2025* and *Inkomna ärenden: 1 234* of what can be summed and is measured or done."""
    summed = [one for one in found if one.row.additivity == "sum"]
    if not summed:
        return "", ()
    since = min(one.since for one in summed)
    parts = [
        f"{given_sql.title_of(one.row)}: {'' if one.row.kind == MEASURED else '≈' + SPACE}{number(one.ever)}{SPACE}{formatting.unit(one.row.unit)}".rstrip()
        for one in summed
    ]
    return _("Sedan %(month)s") % {"month": formatting.month(f"{formatting.local(since):%Y-%m}")}, tuple(parts)


class EffectRow(NamedTuple):
    """A total in words, with its interval where its rows had one."""

    title: str
    service: str
    quantity: float
    unit: str
    kind: str
    known: str
    low: float | None
    high: float | None
    interval: str
    method: str
    sustainability: str


def kind_words() -> dict[str, str]:
    """How an effect is known, in words."""
    return {value: str(label) for value, label in Effect.Kind.choices} | {Effect.Kind.DERIVED.value: _("Beräknat")}


def effect_rows(totals: tuple[Row, ...], register: tuple[Known, ...]) -> tuple[EffectRow, ...]:
    """Totals with the words of the register, in the reader's language."""
    return _effect_rows(totals, register, formatting.language())


@lru_cache(maxsize=64)
def _effect_rows(totals: tuple[Row, ...], register: tuple[Known, ...], _language: str) -> tuple[EffectRow, ...]:
    known = kind_words()
    kinds: dict[str, str] = {value: str(label) for value, label in Metric.Sustainability.choices}
    titles = {one.slug: services.title_of(one.slug, one.words, one.title) for one in register}
    return tuple(
        EffectRow(
            given_sql.title_of(row),
            titles.get(row.service) or _("Ingen särskild tjänst"),
            row.quantity,
            row.unit,
            row.kind,
            known[row.kind],
            row.low,
            row.high,
            interval(row.low, row.high),
            row.method,
            kinds[row.sustainability],
        )
        for row in totals
    )
