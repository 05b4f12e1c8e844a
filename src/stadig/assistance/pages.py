"""A lookup as its page draws it: rows of blocks, the axis and what is said of where it stands."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stadig.assistance import axis, axis_drawing, blocks
from stadig.assistance.blocks import Answer, Block, Warn
from stadig.assistance.lookups import Lookup, Past


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


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything of a lookup that its page and its fragment draw."""

    rows: tuple[Row, ...]
    axis: axis.Axis
    axis_version: str
    wide: SafeString
    narrow: SafeString
    legend: tuple[tuple[SafeString, str], ...]
    elapsed: int
    """Milliseconds since it was asked."""
    whole: int
    missing: tuple[str, ...]
    status: str
    status_version: str


def shown(lookup: Lookup, place: Place, warnings: Mapping[str, Sequence[Warn]] | None = None, *, oob: bool = False) -> Shown:
    """The lookup in words and drawings. While it runs the blocks stand in the order the agencies were asked, afterwards evidence first."""
    made = tuple(blocks.block(one, (warnings or {}).get(one.agency, ())) for one in lookup.answers)
    made = made if lookup.runs else blocks.ordered(made)
    drawn = axis.axis(lookup.answers, lookup.seconds, lookup.whole, elapsed=lookup.elapsed)
    status = (
        _("Frågan är ställd till myndigheterna. Svaren visas här när de kommer.") if drawn.runs else f"{drawn.title} {drawn.lead}"
    )
    return Shown(
        rows=tuple(Row(one, place, version(one), oob) for one in made),
        axis=drawn,
        axis_version=version((drawn.title, drawn.lead, drawn.wide.marks, drawn.runs)),
        wide=axis_drawing.svg(drawn.wide, "wide"),
        narrow=axis_drawing.svg(drawn.narrow, "narrow"),
        legend=tuple((axis_drawing.mark(one.shape), one.label) for one in drawn.legend),
        elapsed=round(lookup.elapsed * 1000),
        whole=round(lookup.whole * 1000),
        missing=() if drawn.runs else blocks.missing(lookup.answers),
        status=status,
        status_version=version(status),
    )


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
