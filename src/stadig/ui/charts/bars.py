"""Bars lying down: a name, a length, and the number at its end."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from stadig.ui import formatting
from stadig.ui.charts import frame
from stadig.ui.charts.scale import Scale, extent, finite


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. ``value`` None says that the number is missing. ``muted`` draws it in grey, for comparison."""

    label: str
    value: float | None
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(frame.Chart):
    """Bars from zero; ``heading`` names what they are."""

    bars: tuple[Bar, ...]
    heading: str = ""

    def empty(self) -> bool:
        return not any(finite(bar.value) for bar in self.bars)

    def description(self) -> str:
        return self.title + ". " + ", ".join(f"{bar.label} {self.write(bar.value)}" for bar in self.bars) + "."

    def table(self) -> tuple[list[str], list[list[str]]]:
        head = [self.heading or gettext("Grupp"), self.unit or gettext("Antal")]
        return head, [[bar.label, self.write(bar.value)] for bar in self.bars]

    def draw(self, width: int) -> frame.Drawing:
        """The drawing alone; names to the left, on a narrow drawing cut at a third of the width."""
        pitch = 40 if width > 500 else 34
        drawing = frame.Drawing(width, pitch * len(self.bars) + 4)
        room = min(max(frame.width_of(bar.label) for bar in self.bars) + 18, width * 0.42)
        low, high = extent([bar.value for bar in self.bars]) or (0.0, 1.0)
        low, high = min(0.0, low), max(0.0, high)
        if low == high:
            high = 1.0
        ends = max(frame.width_of(self.write(bar.value)) for bar in self.bars) + 14
        x = Scale(low, high, room + (ends if low < 0 else 0), width - ends)
        zero = x(0)
        for index, bar in enumerate(self.bars):
            middle = index * pitch + pitch / 2
            drawing.text(frame.cut(bar.label, room - 12), 0, middle + 5)
            if bar.value is None or not finite(bar.value):
                drawing.text(formatting.DASH, zero + 8, middle + 5)
                continue
            end = x(bar.value)
            drawing.add(
                "rect",
                class_="bar0" if bar.muted else "bar1",
                x=min(zero, end),
                y=middle - 11,
                width=round(max(2.0, abs(end - zero)), 1),
                height=22,
                rx=2,
            )
            before = bar.value < 0
            drawing.text(self.write(bar.value), end + (-8 if before else 8), middle + 5, "lbl", "end" if before else "")
        if low < 0:
            drawing.add("line", class_="ax", x1=zero, x2=zero, y1=0, y2=drawing.height)
        return drawing
