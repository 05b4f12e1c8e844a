"""A lookup as its page draws it: rows of blocks, the axis and what is said of where it stands."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.assistance import axis, benefits, blocks, calculation, incomes, row_words
from stadig.assistance.blocks import Answer, Block, Warn
from stadig.assistance.desk import Past
from stadig.assistance.lookups import Lookup
from stadig.assistance.proposal import Notice
from stadig.city import clock


class Place(NamedTuple):
    """Where a block's links lead."""

    case: int
    person: int
    may_ask: bool


class Row(NamedTuple):
    """A block and where it stands. ``version`` is another when the block is; ``oob`` puts it in where it stands."""

    block: Block
    place: Place
    version: str
    oob: bool


class Shown(NamedTuple):
    """Everything of a lookup that its page and its fragment draw. Plain values: what is drawn is remembered by them."""

    rows: tuple[Row, ...]
    axis: axis.Axis
    axis_version: str
    whole: int
    """Milliseconds that it may take."""
    missing: tuple[str, ...]
    status: str
    status_version: str
    oob: bool


class Summary(NamedTuple):
    """The question itself, as the page's head names it."""

    pk: int
    asked_at: dt.datetime
    by: str
    mine: bool
    period: tuple[dt.date, dt.date]
    is_older: bool


NEW, GONE, UP, DOWN = (
    "circle-plus",  # icon
    "circle-minus",  # icon
    "trending-up",  # icon
    "trending-down",  # icon
)


def shown(lookup: Lookup, place: Place, *, oob: bool = False) -> Shown:
    """The lookup in words and drawings. While it runs the blocks stand in the order the agencies were asked, afterwards evidence first."""
    if lookup.runs:
        return _made(lookup, place, oob=oob)
    return _remembered(replace(lookup, elapsed=0.0), place, oob, get_language(), clock.today())


@lru_cache(maxsize=512)
def _remembered(lookup: Lookup, place: Place, oob: bool, _language: str | None, _today: dt.date) -> Shown:
    return _made(lookup, place, oob=oob)


def _made(lookup: Lookup, place: Place, *, oob: bool) -> Shown:
    warned: dict[str, list[Warn]] = {}
    for one in lookup.compared:
        warned.setdefault(benefits.agency_of(one.about), []).append(_warning(one, lookup))
    made = tuple(blocks.block(one, () if one.outcome is None else warned.get(one.agency, ())) for one in lookup.answers)
    made = made if lookup.runs else blocks.ordered(made)
    drawn = axis.axis(lookup.answers, lookup.seconds, lookup.whole, elapsed=lookup.elapsed)
    status = (
        _("Frågan är ställd till myndigheterna. Svaren visas här när de kommer.") if drawn.runs else f"{drawn.title} {drawn.lead}"
    )
    return Shown(
        rows=tuple(Row(one, place, version(one), oob) for one in made),
        axis=drawn,
        axis_version=version((drawn.title, drawn.lead, drawn.wide.marks, drawn.runs)),
        whole=round(lookup.whole * 1000),
        missing=() if drawn.runs else blocks.missing(lookup.answers),
        status=status,
        status_version=version(status),
        oob=oob,
    )


def _warning(one: Notice, lookup: Lookup) -> Warn:
    """A finding as its block says it."""
    ref = calculation.ref(incomes.key_of(one.who, one.about)) if lookup.calculated else ""
    changed = UP if one.percent and one.percent > 0 else DOWN
    icon = {"changed": changed, "new": NEW}.get(one.code, GONE)
    return Warn(icon, row_words.compared(one, lookup.month), ref)


def told(answers: Sequence[Answer], place: Place) -> tuple[Row, ...]:
    """What was written down of calls, where no agency has been asked."""
    return tuple(Row(one, place, version(one), oob=False) for one in map(blocks.block, answers))


def version(value: object) -> str:
    """The same for the same value in every process."""
    return f"{zlib.crc32(repr(value).encode()):08x}"


class PastRow(NamedTuple):
    """An earlier question in the list, and the address of what it gave."""

    past: Past
    address: str
    current: bool
