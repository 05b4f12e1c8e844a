"""A line over time (or over a number), with an optional band that shows the uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils.translation import gettext

from stadig.ui import formatting
from stadig.ui.charts import frame
from stadig.ui.charts.scale import Scale, decimals, extent, seconds, step, thin, ticks, time_ticks

Place = datetime | date | float
INFINITE = float("inf")
WORDS = 16
"""Height of a line of small words beside a wide drawing."""
ROW = 20
"""Height of a threshold's words above a narrow drawing."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line. ``x`` rises; ``y`` may hold None or NaN, which leave a gap. ``low`` and ``high`` make a band."""

    label: str
    x: Sequence[Place]
    y: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()

    def __post_init__(self) -> None:
        """Keep what is given as tuples, by which a chart can be remembered, and every gap as None."""
        object.__setattr__(self, "x", tuple(self.x))
        for name in ("y", "low", "high"):
            values = [None if value is None or not -INFINITE < value < INFINITE else value for value in getattr(self, name)]
            object.__setattr__(self, name, tuple(values))

    def last(self) -> int | None:
        """Where the last number stands."""
        return next((index for index in range(len(self.y) - 1, -1, -1) if self.y[index] is not None), None)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dashed line with its label and what happens there. ``kind``: ``goal`` (ochre) or ``limit`` (red)."""

    y: float
    label: str
    causes: str = ""
    kind: str = "goal"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at ``x``, drawn as an upright dotted line: *Tömd*."""

    x: Place
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(frame.Chart):
    """A line chart. ``y_range`` fixes the axis, else it is fitted (from zero when near)."""

    series: tuple[Series, ...]
    thresholds: tuple[Threshold, ...] = ()
    events: tuple[Event, ...] = ()
    y_range: tuple[float, float] | None = None
    x_unit: str = ""
    height: int = 300
    nothing: str = ""
    """What the line at zero says, beside it on a wide drawing."""
    last_interval: bool = False
    """Write the last number's band under it."""
    more: tuple[tuple[str, tuple[float | None, ...]], ...] = ()
    """Further columns of the table of a chart with one series: name, and one whole number per place."""

    def figures(self) -> list[float]:
        """Every number that must fit within the drawing."""
        found: list[float | None] = [threshold.y for threshold in self.thresholds]
        for line in self.series:
            found += [*line.y, *line.low, *line.high]
        return [value for value in found if value is not None]

    def empty(self) -> bool:
        return all(line.last() is None for line in self.series)

    def when(self, place: Place) -> str:
        if isinstance(place, date):
            return _when(place, formatting.language(), formatting.today().year)
        return formatting.number(place, decimals(step(abs(place) or 1, 100))) + (f" {self.x_unit}" if self.x_unit else "")

    def description(self) -> str:
        parts = [self.title]
        for line in self.series:
            found, last = extent(line.y), line.last()
            if found and last is not None:
                parts.append(
                    gettext("%(name)s: lägst %(low)s, högst %(high)s, sist %(last)s")
                    % {
                        "name": line.label,
                        "low": self.write(found[0]),
                        "high": self.write(found[1]),
                        "last": self.write(line.y[last]),
                    }
                )
        return ". ".join(parts) + "."

    def table(self) -> tuple[list[str], list[list[str]]]:
        """One row per place on the x axis, columns per series and bound."""
        head = [gettext("Tid") if self._timed() else (self.x_unit or gettext("Värde"))]
        rows: dict[Place, list[float | None]] = {}
        for line in self.series:
            head.append(line.label)
            columns: list[Sequence[float | None]] = [line.y]
            if line.low:
                head += [gettext("Lägst"), gettext("Högst")]
                columns += [line.low, line.high]
            before: list[float | None] = [None] * (len(head) - 1 - len(columns))
            for place, *values in zip(line.x, *columns, strict=True):
                earlier = rows.get(place, [])
                rows[place] = [*earlier, *before[len(earlier) :]][: len(before)] + values
        places = sorted(rows, key=seconds) if len(self.series) > 1 else list(rows)
        shown = list(frame.evenly(len(places)))
        width, tongue, year = len(head) - 1, formatting.language(), formatting.today().year
        found = [
            [
                _when(x, tongue, year) if isinstance(x, date) else self.when(x),
                *[self.write(value, tongue) for value in (rows[x] + [None] * width)[:width]],
            ]
            for x in [places[index] for index in shown]
        ]
        for name, values in self.more:
            head.append(name)
            for row, index in zip(found, shown, strict=True):
                row.append(formatting.number(values[index], 0, tongue))
        return head, found

    def _timed(self) -> bool:
        return any(isinstance(line.x[0], date) for line in self.series if line.x)

    def draw(self, width: int) -> frame.Drawing:
        """The drawing alone. Labels stand to the right of the lines on a wide one, above them on a narrow one."""
        side = width >= frame.WIDE
        height = self.height if side else min(self.height, 250)
        drawing = frame.Drawing(width, height)
        found = self.figures()
        low, high = self.y_range or (min(found), max(found))
        if not self.y_range and 0 < low < high * 0.6:
            low = 0.0
        marks = ticks(low, high, 5 if height > 200 else 3)
        places = decimals(step(marks[-1] - marks[0], len(marks) - 1)) if len(marks) > 1 else self.decimals
        names = [self._tick(mark, places) for mark in marks]
        left = max(frame.width_of(name) for name in names) + 12
        right = width - (self._side_width() if side else 10)
        all_xs = [[seconds(place) for place in line.x] for line in self.series]
        across = extent([place for xs in all_xs for place in xs]) or (0.0, 1.0)
        x = Scale(*across, left, right)
        y = Scale(marks[0], marks[-1], height - 30, 14 if side else 14 + ROW * len(self.thresholds))
        for mark, name in zip(marks, names, strict=True):
            level = y(mark)
            drawing.add(
                "line", class_="ax" if mark == marks[0] or mark == 0 else "gr", x1=round(left, 1), x2=right, y1=level, y2=level
            )
            drawing.text(name, left - 8, level + 5, anchor="end")
        self._x_axis(drawing, x, across, height)
        self._events(drawing, x, across, height, side=side)
        self._thresholds(drawing, y, left, right, side=side)
        for index, (line, xs) in enumerate(zip(self.series, all_xs, strict=True)):
            _line(drawing, line, x.places(xs), index % 3 + 1, y)
        self._ends(drawing, x, y, side=side)
        return drawing

    def _tick(self, mark: float, places: int) -> str:
        plus = "+" if self.signed and mark > 0 else ""
        return plus + (formatting.percent(mark, places) if self.unit == "%" else formatting.number(mark, places))

    def _end_label(self, line: Series) -> str:
        last = line.last()
        said = self.write(None if last is None else line.y[last])
        return f"{line.label} {said}" if len(self.series) > 1 else said

    def _interval(self, line: Series) -> str:
        """``(−44 till −31 %)``: the band where the line ends."""
        last = line.last()
        if not self.last_interval or last is None or not line.low or line.low[last] is None or line.high[last] is None:
            return ""
        low = ("+" if self.signed and (line.low[last] or 0) > 0 else "") + formatting.number(line.low[last], self.decimals)
        high = ("+" if self.signed and (line.high[last] or 0) > 0 else "") + formatting.number(line.high[last], self.decimals)
        high = self.write(line.high[last]) if self.unit == "%" else high  # a longer unit stands on the line above
        return "(" + gettext("%(low)s till %(high)s") % {"low": low, "high": high} + ")"

    def _side_width(self) -> float:
        labels = [self._end_label(line) for line in self.series]
        for threshold in self.thresholds:
            labels += [threshold.label, threshold.causes]
        labels += [self.nothing, *(self._interval(line) for line in self.series)]
        return min(190.0, max((frame.width_of(label) for label in labels), default=0) + 16)

    def _x_axis(self, drawing: frame.Drawing, x: Scale, across: tuple[float, float], height: int) -> None:
        wanted = max(2, int((x.end - x.start) / 72))
        if self._timed():
            moments, unit = time_ticks(*across, wanted)
            for moment in moments:
                at = x(moment.timestamp())
                drawing.add("line", class_="ax", x1=at, x2=at, y1=height - 30, y2=height - 25)
                drawing.text(_moment(moment, unit), at, height - 8, anchor="middle")
            return
        values = [value for value in ticks(*across, wanted) if across[0] <= value <= across[1]]
        places = decimals(step(across[1] - across[0], wanted))
        for value in values:
            drawing.text(formatting.number(value, places), x(value), height - 8, anchor="middle")

    def _events(self, drawing: frame.Drawing, x: Scale, across: tuple[float, float], height: int, *, side: bool) -> None:
        """Upright lines; a word that comes back on every line is written on the first alone."""
        said: set[str] = set()
        for event in self.events:
            if not across[0] <= seconds(event.x) <= across[1]:
                continue
            at = x(seconds(event.x))
            drawing.add("line", class_="ev", x1=at, x2=at, y1=14, y2=height - 30)
            if event.label and side and event.label not in said:
                said.add(event.label)
                drawing.text(event.label, min(at + 5, x.end - frame.width_of(event.label, 13)), 24, "sm")

    def _thresholds(self, drawing: frame.Drawing, y: Scale, left: float, right: float, *, side: bool) -> None:
        for index, threshold in enumerate(self.thresholds):
            level = y(threshold.y)
            number = "2" if threshold.kind == "limit" else ""
            drawing.add("line", class_=f"ref{number}", x1=round(left, 1), x2=right, y1=level, y2=level)
            if not side:
                row = 10 + ROW * index  # above the lines, where no curve can lie under the words
                drawing.add("line", class_=f"ref{number}", x1=round(left, 1), x2=round(left + 22, 1), y1=row, y2=row)
                words = ": ".join(part for part in (threshold.label, threshold.causes) if part)
                drawing.text(frame.cut(words, right - left - 28), left + 28, row + 5, f"lref{number} sm")

    def _beside(self, drawing: frame.Drawing, y: Scale, right: float) -> list[float]:
        """Write what the level lines say, to their right and clear of each other; the heights that are taken."""
        said = [(y(one.y), "2" if one.kind == "limit" else "", one.label, one.causes) for one in self.thresholds]
        if self.nothing:
            said.append((y(0.0), "-", self.nothing, ""))
        said.sort()
        taken: list[float] = []
        places = _apart([(level, WORDS * (2 if causes else 1)) for level, _, _, causes in said], y.end - 4, y.start + 18)
        for place, (_, number, label, causes) in zip(places, said, strict=True):
            first = place + 5 - (WORDS / 2 if causes else 0)
            drawing.text(label, right + 8, first, "sm" if number == "-" else f"lref{number} sm")
            taken.append(first - 5)
            if causes:
                drawing.text(causes, right + 8, first + WORDS, "sm")
                taken.append(first - 5 + WORDS)
        return taken

    def _ends(self, drawing: frame.Drawing, x: Scale, y: Scale, *, side: bool) -> None:
        taken = self._beside(drawing, y, x.end) if side else []
        for index, line in enumerate(self.series):
            last = line.last()
            if last is None:
                continue
            at, level = x(seconds(line.x[last])), y(line.y[last] or 0)
            drawing.add("circle", class_=f"d{index % 3 + 1}", cx=at, cy=level, r=5.5)
            words = self._end_label(line)
            interval = self._interval(line)
            if side:
                place = _free(level, taken, y.end, y.start)
                taken.append(place)
                drawing.text(words, x.end + 10, place + 5, f"lbl s{index % 3 + 1}")
                if interval:
                    taken.append(place + 17)
                    drawing.text(interval, x.end + 10, place + 21, "sm")
            else:
                words = f"{words} {interval}".strip()
                place = level + 26 if interval and level + 26 < y.start else level - 12 if level > 30 else level + 24
                drawing.text(words, x.end, place + 18 * index, f"lbl s{index % 3 + 1}", "end")


@lru_cache(maxsize=4096)
def _when(place: datetime | date, tongue: str, this_year: int) -> str:
    """*4 december 14.32*, with the year when it is not this one. Curves beside each other have the same moments."""
    day = formatting.day(place, weekday=False, year=formatting.local(place).year != this_year, tongue=tongue)
    return f"{day} {formatting.clock(place, tongue)}" if isinstance(place, datetime) else day


def _line(drawing: frame.Drawing, line: Series, at: Sequence[str], number: int, y: Scale) -> None:
    """The band and over it the line, with gaps where there are no numbers; a point for each two units of width is enough."""
    kept = thin(line.y, drawing.width // 2)
    at = [at[i] for i in kept]
    if line.low and line.high:
        sound = [(place, line.low[i], line.high[i]) for i, place in zip(kept, at, strict=True)]
        sound = [(place, low, high) for place, low, high in sound if low is not None and high is not None]
        if len(sound) > 1:
            upper = [f"{place} {level}" for (place, *_), level in zip(sound, y.places([high for *_, high in sound]), strict=True)]
            lower = [f"{place} {level}" for (place, *_), level in zip(sound, y.places([low for _, low, _ in sound]), strict=True)]
            drawing.add("path", class_=f"b{number}", d="M" + "L".join(upper + lower[::-1]) + "Z")
    pieces: list[str] = []
    pen = "M"
    for i, place, level in zip(kept, at, y.places([line.y[i] or 0.0 for i in kept]), strict=True):
        if line.y[i] is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{place} {level}")
        pen = "L"
    drawing.add("path", class_=f"l{number}", d="".join(pieces))


def _apart(blocks: Sequence[tuple[float, float]], top: float, bottom: float) -> list[float]:
    """Middles of blocks, each (wished middle, height) in ascending order, moved as little as keeps them apart and inside."""
    places: list[float] = []
    edge = top
    for middle, height in blocks:
        place = max(middle, edge + height / 2)
        places.append(place)
        edge = place + height / 2
    edge = bottom
    for index in range(len(blocks) - 1, -1, -1):
        height = blocks[index][1]
        places[index] = min(places[index], edge - height / 2)
        edge = places[index] - height / 2
    return places


def _free(level: float, taken: list[float], top: float, bottom: float) -> float:
    """The height nearest ``level`` where a label stands clear of the others."""
    tries = sorted((level + shift for shift in range(-160, 161, 4)), key=lambda place: abs(place - level))
    return next(
        (place for place in tries if top - 4 <= place <= bottom + 4 and all(abs(place - other) >= 18 for other in taken)),
        min(max(level, top), bottom),
    )


def _moment(moment: datetime, unit: str) -> str:
    tongue = formatting.language()
    month = formatting.MONTHS[tongue][moment.month - 1][:3]
    if unit == "hour":
        return formatting.clock(moment) if moment.hour else f"{moment.day} {month}"
    if unit in {"day", "week"}:
        return f"{moment.day} {month}"
    if unit == "month":
        return month if moment.month > 1 else f"{month} {moment.year}"
    return str(moment.year)
