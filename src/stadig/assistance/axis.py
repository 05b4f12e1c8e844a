"""The seven-second axis: one mark for each agency where it answered. The shape carries the meaning; the same stands as a list.

One wide drawing for a desk, where every mark has its name, and one for a phone, where the blocks below repeat the names. Plain data in,
plain data out: positions in the drawing's own units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from stadig.assistance import agencies, outcome_words
from stadig.assistance.blocks import Answer, heading
from stadig.ui import formatting

WIDE, WIDE_EDGE = 1120.0, 14.0
NARROW, NARROW_EDGE = 340.0, 12.0
STEP: Final = 20.0
"""Between two marks at the same moment, and between two lines of names."""
SIGN: Final = 8.2
"""How wide a letter of a name is drawn, about."""
LONGEST_LINE: Final = 34
AXIS: Final = 56.0
"""The upper edge of the axis."""
LEVELS: Final = 16


class Mark(NamedTuple):
    """One mark: which shape, and where."""

    shape: str
    x: float
    y: float


class Label(NamedTuple):
    """The names at one moment: the foot of their stem, its end, and each line with where it stands."""

    x: float
    stem_from: float
    stem_to: float
    anchor: str
    lines: tuple[tuple[float, str, str], ...]
    """(y, names, seconds)."""


class Drawing(NamedTuple):
    """One drawing of the axis. ``top`` and ``height`` are of its view box; ``done`` is how long the coloured part is."""

    width: float
    top: float
    height: float
    edge: float
    length: float
    done: float
    ticks: tuple[tuple[float, str, str], ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]


class Legend(NamedTuple):
    """One shape and what it means."""

    shape: str
    label: str


class Axis(NamedTuple):
    """The whole figure. ``spoken`` is the same as a list, for those who do not see it."""

    title: str
    lead: str
    runs: bool
    seconds: float
    wide: Drawing
    narrow: Drawing
    legend: tuple[Legend, ...]
    spoken: tuple[str, ...]


def axis(answers: Sequence[Answer], seconds: float | None, whole: float, *, elapsed: float = 0.0) -> Axis:
    """The axis of one lookup. ``seconds`` is when it was done (None while it runs), ``whole`` its deadline in seconds, ``elapsed`` how
    long it has run. What came after the deadline stands at its end."""
    title, lead = heading(answers, seconds)
    runs = any(one.outcome is None for one in answers)
    marked = [
        (one, min(one.seconds, whole)) for one in answers if one.seconds is not None and outcome_words.look(one.outcome).mark
    ]
    marked.sort(key=lambda pair: (pair[1], agencies.place(pair[0].agency)))
    reach = elapsed if runs else seconds if seconds is not None else max((at for _one, at in marked), default=0.0)
    shapes = dict.fromkeys(outcome_words.look(one.outcome) for one, _at in marked)
    return Axis(
        title=title,
        lead=lead,
        runs=runs,
        seconds=round(min(reach, whole), 1),
        wide=_drawing(marked, min(reach, whole), whole, WIDE, WIDE_EDGE, named=True),
        narrow=_drawing(marked, min(reach, whole), whole, NARROW, NARROW_EDGE, named=False),
        legend=tuple(Legend(look.mark, str(look.label)) for look in shapes),
        spoken=tuple(_spoken(one) for one in answers),
    )


def _spoken(one: Answer) -> str:
    name, label = agencies.name(one.agency), str(outcome_words.look(one.outcome).label).lower()
    if one.seconds is None or one.outcome is None:
        return f"{name}: {label}"
    after = _("efter %(seconds)s sekunder") % {"seconds": formatting.number(one.seconds, 1)}
    late = f", {str(outcome_words.LATE).lower()}" if one.late else ""
    return f"{name}: {label}, {after}{late}"


def _drawing(
    marked: Sequence[tuple[Answer, float]], reach: float, whole: float, width: float, edge: float, *, named: bool
) -> Drawing:
    length = width - 2 * edge

    def x(at: float) -> float:
        return round(edge + length * at / whole, 1)

    groups = _groups(marked, x)
    marks = tuple(
        Mark(
            outcome_words.look(one.outcome).mark, round(_within(at + (place - (len(group) - 1) / 2) * STEP, edge, width), 1), 62.0
        )
        for at, group in groups
        for place, one in enumerate(group)
    )
    labels = _labels(groups, width) if named else ()
    top = min([40.0, *(label.lines[0][0] - 18 for label in labels)])
    bottom = max([104.0, *(label.lines[-1][0] + 8 for label in labels)])
    last = round(whole)
    ticks = tuple(
        (x(second), f"{second}{formatting.SPACE}s", "start" if second == 0 else "end" if second == last else "middle")
        for second in range(last + 1)
    )
    return Drawing(width, top, bottom - top, edge, length, round(x(reach) - edge, 1), ticks, marks, labels)


def _groups(marked: Sequence[tuple[Answer, float]], x: Callable[[float], float]) -> list[tuple[float, list[Answer]]]:
    """Marks so close that they would cover each other stand beside each other, at their middle."""
    groups: list[tuple[float, list[tuple[float, Answer]]]] = []
    for one, at in marked:
        place = x(at)
        if groups and place - groups[-1][1][-1][0] < STEP:
            groups[-1][1].append((place, one))
        else:
            groups.append((place, [(place, one)]))
    return [(sum(place for place, _one in group) / len(group), [one for _place, one in group]) for _at, group in groups]


class _Box(NamedTuple):
    """Where something is drawn."""

    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: _Box) -> bool:
        """Whether the two would be read into each other."""
        beside = self.left > other.right + 8 or self.right + 8 < other.left
        return not (beside or self.top > other.bottom or self.bottom < other.top)


def _labels(groups: Sequence[tuple[float, list[Answer]]], width: float) -> tuple[Label, ...]:
    """Names above and below in turn, each as near the axis as it can stand without touching another.

    Where that leaves no room for one, all are placed anew, none across the marks that come after it.
    """
    return _tried(groups, width, careful=False) or _tried(groups, width, careful=True) or ()


def _tried(groups: Sequence[tuple[float, list[Answer]]], width: float, *, careful: bool) -> tuple[Label, ...] | None:
    """The labels, or None when one of them found no room; the ``careful`` try always gives some."""
    taken: list[_Box] = []
    found: list[Label] = []
    for number, (at, group) in enumerate(groups):
        written = _lines(group)
        wide = max(len(f"{names} {seconds}") for names, seconds in written) * SIGN
        after = [_Box(x - 1, x + 1, -1000, 1000) for x, _group in groups[number + 1 : number + 3]] if careful else []
        free = (one for one in _places(at, wide, len(written), number, width) if not _touched(one[1:], taken))
        chosen = next((one for one in free if not _touched(one[1:2], after)), None)
        if chosen is None and not careful:
            return None
        if chosen is None:
            every = list(_places(at, wide, len(written), number, width))
            chosen = next((one for one in every if not _touched(one[1:], taken)), every[0])
        anchor, box, stem = chosen
        above = box.bottom < AXIS
        taken += [box, stem]
        lines = tuple((round(box.top + 14 + STEP * place, 1), *words) for place, words in enumerate(written))
        found.append(Label(round(at, 1), AXIS + 4, box.bottom - 2 if above else box.top, anchor, lines))
    return tuple(found)


def _touched(parts: Sequence[_Box], others: Sequence[_Box]) -> bool:
    return any(part.touches(other) for part in parts for other in others)


def _places(at: float, wide: float, lines: int, number: int, width: float) -> Iterator[tuple[str, _Box, _Box]]:
    """(anchor, label, stem) of one name wherever it may stand: over the middle of its mark at every level, then beside it."""
    lefts = {"middle": at - wide / 2, "start": at, "end": at - wide}
    for anchor, left in lefts.items():
        if left < 0 or left + wide > width:
            continue
        for level in range(LEVELS):
            box = _box(left, wide, level // 2, lines, above=(level + number) % 2 == 0)
            yield anchor, box, _stem(at, box)


def _stem(at: float, box: _Box) -> _Box:
    """The line from the axis to a label."""
    if box.bottom < AXIS:
        return _Box(at - 1, at + 1, box.bottom, AXIS - 4)
    return _Box(at - 1, at + 1, AXIS + 44, box.top)


def _box(left: float, wide: float, level: int, lines: int, *, above: bool) -> _Box:
    """A label with so many lines, so many levels from the axis; below, it leaves room for the seconds."""
    if above:
        bottom = 28.0 - level * (STEP + 4)
        return _Box(left, left + wide, bottom - lines * STEP, bottom)
    top = 110.0 + level * (STEP + 4)
    return _Box(left, left + wide, top, top + lines * STEP)


def _lines(group: Sequence[Answer]) -> list[tuple[str, str]]:
    """The names of those who answered at one moment, in lines, and after the last the seconds."""
    lines: list[str] = []
    for name in [agencies.name(one.agency) for one in group]:
        if lines and len(lines[-1]) + len(name) + 2 <= LONGEST_LINE:
            lines[-1] += f", {name}"
        else:
            if lines:
                lines[-1] += ","
            lines.append(name)
    seconds = [one.seconds for one in group if one.seconds is not None]
    spans = {formatting.number(min(seconds), 1), formatting.number(max(seconds), 1)}
    said = (
        f"{formatting.number(min(seconds), 1)}\N{EN DASH}{formatting.number(max(seconds), 1)}" if len(spans) > 1 else spans.pop()
    )
    return [(line, said if place == len(lines) - 1 else "") for place, line in enumerate(lines)]


def _within(at: float, edge: float, width: float) -> float:
    return max(edge, min(width - edge, at))
