"""What all charts share: what they are called, the figure around a drawing, the table under it, and safe SVG.

A chart is remembered by its values: the same values give the same figure, so it is drawn once for each language. Every
text in it is escaped, also one that was marked as safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from stadig.ui import formatting

WIDE, NARROW = 720, 358
CHARACTER = 7.4
"""About how wide a character of the 14-px labels is, in the drawing's own units."""
MOST_ROWS = 60
"""Rows of a table under a chart."""
MOST_REMEMBERED = 256
"""Figures kept in each process: one is about 20 kB."""


def width_of(text: str, size: float = 14) -> float:
    return len(text) * CHARACTER * size / 14


def cut(text: str, room: float) -> str:
    """The text, with an ellipsis where it would take more than ``room``."""
    most = max(4, int(room / CHARACTER))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def evenly(count: int) -> range:
    """Which of ``count`` rows a table shows: all, or every second, third …, and always the last."""
    step = max(1, -(-count // MOST_ROWS))
    return range((count - 1) % step, count, step)


@dataclass(slots=True)
class Drawing:
    """An SVG that is being drawn. Every text and value is escaped."""

    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, **attributes: object) -> None:
        pairs = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{value if type(value) in (int, float) else escape(str(value))}"'
            for name, value in attributes.items()
        )
        self.parts.append(f"<{tag}{pairs}/>")

    def text(self, words: str, x: float, y: float, css: str = "", anchor: str = "") -> None:
        pairs = f' class="{css}"' if css else ""
        pairs += f' text-anchor="{anchor}"' if anchor else ""
        self.parts.append(f'<text x="{round(x, 1)}" y="{round(y, 1)}"{pairs}>{escape(words)}</text>')

    def html(self, css: str, label: str) -> str:
        return (
            f'<svg class="chart {css}" viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{escape(label)}">'
            f"{''.join(self.parts)}</svg>"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``title`` says the finding, ``subtitle`` the unit and the uncertainty; ``unit`` follows every number."""

    title: str
    subtitle: str = ""
    unit: str = ""
    decimals: int = 0
    level: int = 2
    heading_size: str = "xs"
    """How large the title is: ``md`` where the chart is what the page is about."""
    signed: bool = False
    """Numbers are differences: those above nothing are written with a plus."""
    opened: bool = False
    """The numbers stand open: where there is room for them beside what else is said."""

    def empty(self) -> bool:
        """Whether there is not a single number."""
        raise NotImplementedError

    def description(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        raise NotImplementedError

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The numbers: names of the columns, and rows. Of a long series :func:`evenly` many; the file has them all."""
        raise NotImplementedError

    def draw(self, width: int) -> Drawing:
        """The drawing alone, :data:`WIDE` or :data:`NARROW`."""
        raise NotImplementedError

    def write(self, value: float | None, tongue: str = "") -> str:
        """A number with its unit, as it is said in a label."""
        plus = "+" if self.signed and value is not None and value > 0 else ""
        if self.unit == "%":
            return plus + formatting.percent(value, self.decimals, tongue)
        text = plus + formatting.number(value, self.decimals, tongue)
        return f"{text}{formatting.SPACE}{self.unit}" if self.unit and text != formatting.DASH else text

    def html(self, csv: str = "") -> SafeString:
        """The whole figure. ``csv`` is the address of the numbers as a file."""
        return _figure(self, str(csv), formatting.language(), formatting.today().year)


@lru_cache(maxsize=MOST_REMEMBERED, typed=True)
def _figure(chart: Chart, csv: str, _language: str, _year: int) -> SafeString:
    """The figure; days in it are written with their year when it is not this one."""
    subtitle = f'<p class="muted small">{escape(chart.subtitle)}</p>' if chart.subtitle else ""
    heading = (
        f'<h{chart.level} class="ds-heading" data-size="{escape(chart.heading_size)}">{escape(chart.title)}</h{chart.level}>'
    )
    if chart.empty():
        said = gettext("Här finns inga mätvärden än.")
        inside = f'<p class="empty">{escape(said)}</p>'
    else:
        said, numbers = chart.description(), escape(gettext("Siffrorna som tabell"))
        fetch = escape(gettext("Hämta alla rader, CSV"))
        link = f'<p class="mt-2"><a href="{escape(csv)}">{fetch}</a></p>' if csv else ""
        inside = (
            f"{chart.draw(WIDE).html('wide', said)}{chart.draw(NARROW).html('narrow', said)}"
            f'<details class="ds-details numbers"{" open" if chart.opened else ""}><summary>{numbers}</summary>'
            f'<div class="scroll" tabindex="0" role="region" aria-label="{numbers}">'
            f"{_table(*chart.table(), chart.title)}{link}</div></details>"
        )
    return mark_safe(f'<figure class="figure"><figcaption>{heading}{subtitle}</figcaption>{inside}</figure>')  # noqa: S308  all escaped


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    head = '</th><th scope="col" class="r">'.join([escape(name) for name in columns])
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join([f"""<td class="r">{escape(cell)}</td>""" for cell in row[1:]])}</tr>'
        for row in rows
    )
    return (
        f'<table class="ds-table"><caption class="sr">{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{head}</th></tr></thead><tbody>{body}</tbody></table>'
    )
