"""A line over time (or over a number), with an optional band that shows the uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from stadig.ui import formatting
from stadig.ui.charts import frame
from stadig.ui.charts.scale import Scale, decimals, extent, finite, seconds, step, thin, ticks, time_ticks

Place = datetime | date | float


@dataclass(frozen=True, slots=True)
class Series:
    """One line. ``x`` rises; ``y`` may hold None or NaN, which leave a gap. ``low`` and ``high`` make a band."""

    label: str
    x: Sequence[Place]
    y: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


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


@dataclass(frozen=True, slots=True)
class Line:
    """A line chart. ``unit`` follows every number; ``y_range`` fixes the axis, else it is fitted (from zero when near)."""

    title: str
    series: tuple[Series, ...]
    subtitle: str = ""
    unit: str = ""
    decimals: int = 0
    thresholds: tuple[Threshold, ...] = ()
    events: tuple[Event, ...] = ()
    y_range: tuple[float, float] | None = None
    x_unit: str = ""
    height: int = 300
    level: int = 2

    def figures(self) -> list[float]:
        """Every number that must fit within the drawing."""
        found: list[float | None] = [threshold.y for threshold in self.thresholds]
        for line in self.series:
            found += [*line.y, *line.low, *line.high]
        return [float(value) for value in found if value is not None and finite(value)]

    def empty(self) -> bool:
        return not any(finite(value) for line in self.series for value in line.y)

    def write(self, value: float | None) -> str:
        """A number with its unit, as it is said in a label."""
        if self.unit == "%":
            return formatting.percent(value, self.decimals)
        text = formatting.number(value, self.decimals)
        return f"{text}{formatting.SPACE}{self.unit}" if self.unit and finite(value) else text

    def when(self, place: Place) -> str:
        if isinstance(place, datetime):
            return formatting.day(place, weekday=False) + " " + formatting.clock(place)
        if isinstance(place, date):
            return formatting.day(place, weekday=False)
        return formatting.number(place, decimals(step(abs(place) or 1, 100))) + (f" {self.x_unit}" if self.x_unit else "")

    def description(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        parts = [self.title]
        for line in self.series:
            found = extent(line.y)
            if found:
                last = next(value for value in reversed(line.y) if finite(value))
                parts.append(
                    gettext("%(name)s: lägst %(low)s, högst %(high)s, sist %(last)s")
                    % {
                        "name": line.label,
                        "low": self.write(found[0]),
                        "high": self.write(found[1]),
                        "last": self.write(last),
                    }
                )
        return ". ".join(parts) + "."

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The numbers: one row per place on the x axis, columns per series and bound."""
        head = [gettext("Tid") if self._timed() else (self.x_unit or gettext("Värde"))]
        rows: dict[float, list[str]] = {}
        width = 1 + sum(1 + 2 * bool(line.low) for line in self.series)
        column = 1
        for line in self.series:
            head.append(line.label)
            if line.low:
                head += [gettext("Lägst"), gettext("Högst")]
            for index, place in enumerate(line.x):
                row = rows.setdefault(seconds(place), [self.when(place)] + [formatting.DASH] * (width - 1))
                row[column] = self.write(line.y[index])
                if line.low:
                    row[column + 1], row[column + 2] = self.write(line.low[index]), self.write(line.high[index])
            column += 1 + 2 * bool(line.low)
        return head, [rows[key] for key in sorted(rows)]

    def _timed(self) -> bool:
        return any(isinstance(line.x[0], date) for line in self.series if line.x)

    def html(self, csv: str = "") -> SafeString:
        """The whole figure."""
        if self.empty():
            return frame.nothing(self.title, self.subtitle, self.level)
        columns, rows = self.table()
        said = self.description()
        return frame.figure(
            title=self.title,
            subtitle=self.subtitle,
            wide=self.draw(frame.WIDE, self.height, side=True).html("wide", said),
            narrow=self.draw(frame.NARROW, 250, side=False).html("narrow", said),
            columns=columns,
            rows=rows,
            csv=csv,
            level=self.level,
        )

    def draw(self, width: int, height: int, *, side: bool) -> frame.Drawing:
        """The drawing alone. ``side``: labels stand to the right of the lines (wide) or above them (narrow)."""
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
        across = extent([seconds(place) for line in self.series for place in line.x]) or (0.0, 1.0)
        x = Scale(*across, left, right)
        y = Scale(marks[0], marks[-1], height - 30, 14)
        for mark, name in zip(marks, names, strict=True):
            level = y(mark)
            drawing.add(
                "line", class_="ax" if mark == marks[0] or mark == 0 else "gr", x1=round(left, 1), x2=right, y1=level, y2=level
            )
            drawing.text(name, left - 8, level + 5, anchor="end")
        self._x_axis(drawing, x, across, height)
        self._events(drawing, x, across, height, side=side)
        self._thresholds(drawing, y, left, right, side=side)
        for index, line in enumerate(self.series):
            self._line(drawing, line, index, x, y)
        self._ends(drawing, x, y, side=side)
        return drawing

    def _tick(self, mark: float, places: int) -> str:
        return formatting.percent(mark, places) if self.unit == "%" else formatting.number(mark, places)

    def _end_label(self, line: Series) -> str:
        last = next((value for value in reversed(line.y) if finite(value)), None)
        return f"{line.label} {self.write(last)}" if len(self.series) > 1 else self.write(last)

    def _side_width(self) -> float:
        labels = [self._end_label(line) for line in self.series]
        for threshold in self.thresholds:
            labels += [threshold.label, threshold.causes]
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
        for threshold in self.thresholds:
            level = y(threshold.y)
            number = "2" if threshold.kind == "limit" else ""
            drawing.add("line", class_=f"ref{number}", x1=round(left, 1), x2=right, y1=level, y2=level)
            if side:
                drawing.text(threshold.label, right + 8, level + (0 if threshold.causes else 5), f"lref{number} sm")
                if threshold.causes:
                    drawing.text(threshold.causes, right + 8, level + 15, "sm")
            else:
                words = f"{threshold.label} {threshold.causes}".strip()
                drawing.text(words, left + 6, level - 6 if level > 40 else level + 16, f"lref{number} sm")

    def _line(self, drawing: frame.Drawing, line: Series, index: int, x: Scale, y: Scale) -> None:
        xs = [seconds(place) for place in line.x]
        kept = thin(xs, line.y, 400)
        number = index % 3 + 1
        if line.low and line.high:
            sound = [i for i in kept if finite(line.low[i]) and finite(line.high[i])]
            if len(sound) > 1:
                upper = [f"{x(xs[i])} {y(line.high[i] or 0)}" for i in sound]
                lower = [f"{x(xs[i])} {y(line.low[i] or 0)}" for i in reversed(sound)]
                drawing.add("path", class_=f"b{number}", d="M" + "L".join(upper + lower) + "Z")
        pieces: list[str] = []
        drawing_now = False
        for i in kept:
            if not finite(line.y[i]):
                drawing_now = False
                continue
            pieces.append(f"{'L' if drawing_now else 'M'}{x(xs[i])} {y(line.y[i] or 0)}")
            drawing_now = True
        drawing.add("path", class_=f"l{number}", d="".join(pieces))

    def _ends(self, drawing: frame.Drawing, x: Scale, y: Scale, *, side: bool) -> None:
        taken = [y(one.y) + extra for one in self.thresholds for extra in ((0, 14) if one.causes else (0,))] if side else []
        for index, line in enumerate(self.series):
            last = next((i for i in range(len(line.y) - 1, -1, -1) if finite(line.y[i])), None)
            if last is None:
                continue
            at, level = x(seconds(line.x[last])), y(line.y[last] or 0)
            drawing.add("circle", class_=f"d{index % 3 + 1}", cx=at, cy=level, r=5.5)
            words = self._end_label(line)
            if side:
                place = _free(level, taken, y.end, y.start)
                taken.append(place)
                drawing.text(words, x.end + 10, place + 5, f"lbl s{index % 3 + 1}")
            else:
                place = level - 12 if level > 30 else level + 24
                drawing.text(words, x.end, place + 18 * index, f"lbl s{index % 3 + 1}", "end")


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
