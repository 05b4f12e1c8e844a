"""Dots with intervals: best guess as a dot, uncertainty as a line, and what is asked for as a dashed line across."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from stadig.ui import formatting
from stadig.ui.charts import frame
from stadig.ui.charts.scale import Scale, decimals, finite, step, ticks


@dataclass(frozen=True, slots=True)
class Dot:
    """One row. ``total`` draws a diamond and bold text: all rows taken together."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots(frame.Chart):
    """Dots on a common scale, with ``reference`` as a dashed line; ``heading`` names what they are."""

    dots: tuple[Dot, ...]
    reference: float | None = None
    heading: str = ""

    def empty(self) -> bool:
        return not any(finite(dot.value) for dot in self.dots)

    def interval(self, dot: Dot) -> str:
        """``−41 % (−49 till −33)``"""
        if not (finite(dot.low) and finite(dot.high)):
            return self.write(dot.value)
        low, high = (formatting.number(value, self.decimals) for value in (dot.low, dot.high))
        span = gettext("%(low)s till %(high)s") % {"low": low, "high": high}
        return f"{self.write(dot.value)} ({span})"

    def description(self) -> str:
        return self.title + ". " + ", ".join(f"{dot.label} {self.interval(dot)}" for dot in self.dots) + "."

    def table(self) -> tuple[list[str], list[list[str]]]:
        head = [self.heading or gettext("Grupp"), gettext("Bästa gissning"), gettext("Lägst"), gettext("Högst")]
        return head, [[dot.label, self.write(dot.value), self.write(dot.low), self.write(dot.high)] for dot in self.dots]

    def draw(self, width: int) -> frame.Drawing:
        """The drawing alone: names to the left, numbers to the right, the scale beneath."""
        pitch = 36
        drawing = frame.Drawing(width, pitch * len(self.dots) + 34)
        wide = width > 500
        room = min(max(frame.width_of(dot.label) for dot in self.dots) + 18, width * (0.34 if wide else 0.3))
        words = [self.interval(dot) if wide else self.write(dot.value) for dot in self.dots]
        right = width - max(frame.width_of(word) for word in words) - 14
        numbers = [value for dot in self.dots for value in (dot.value, dot.low, dot.high) if value is not None and finite(value)]
        numbers += [self.reference] if self.reference is not None else []
        marks = ticks(min(numbers), max(numbers), 5 if wide else 3)
        places = decimals(step(marks[-1] - marks[0], max(1, len(marks) - 1)))
        x = Scale(marks[0], marks[-1], room + 8, right - 8)
        bottom = pitch * len(self.dots) + 6
        for mark in marks:
            at = x(mark)
            drawing.add("line", class_="ax" if mark == 0 else "gr", x1=at, x2=at, y1=0, y2=bottom)
            name = formatting.percent(mark, places) if self.unit == "%" else formatting.number(mark, places)
            drawing.text(name, at, bottom + 20, anchor="middle")
        if self.reference is not None:
            drawing.add("line", class_="ref", x1=x(self.reference), x2=x(self.reference), y1=0, y2=bottom)
        for index, dot in enumerate(self.dots):
            middle = index * pitch + pitch / 2
            css = "lbl" if dot.total else ""
            drawing.text(frame.cut(dot.label, room - 10), 0, middle + 5, css)
            drawing.text(words[index], width, middle + 5, css, "end")
            self._mark(drawing, dot, middle, x)
        return drawing

    def _mark(self, drawing: frame.Drawing, dot: Dot, middle: float, x: Scale) -> None:
        if dot.value is None or not finite(dot.value):
            return
        if dot.low is not None and dot.high is not None and finite(dot.low) and finite(dot.high):
            drawing.add("line", class_="iv", x1=x(dot.low), x2=x(dot.high), y1=middle, y2=middle)
        at = x(dot.value)
        if dot.total:
            drawing.add("path", class_="d1", d=f"M{at - 8} {middle}L{at} {middle - 8}L{at + 8} {middle}L{at} {middle + 8}Z")
        else:
            drawing.add("circle", class_="d1", cx=at, cy=middle, r=6)
