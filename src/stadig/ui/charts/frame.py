"""What all charts share: the figure around a drawing, the table under it, and safe SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

WIDE, NARROW = 720, 358
CHARACTER = 7.4
"""About how wide a character of the 14-px labels is, in the drawing's own units."""


def width_of(text: str, size: float = 14) -> float:
    return len(text) * CHARACTER * size / 14


@dataclass(slots=True)
class Drawing:
    """An SVG that is being drawn. Every text and value is escaped."""

    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, **attributes: object) -> None:
        pairs = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{conditional_escape(value)}"'
            for name, value in attributes.items()
            if value is not None
        )
        self.parts.append(f"<{tag}{pairs}/>")

    def text(self, words: str, x: float, y: float, css: str = "", anchor: str = "") -> None:
        pairs = f' class="{css}"' if css else ""
        pairs += f' text-anchor="{anchor}"' if anchor else ""
        self.parts.append(f'<text x="{round(x, 1)}" y="{round(y, 1)}"{pairs}>{conditional_escape(words)}</text>')

    def html(self, css: str, label: str) -> SafeString:
        return format_html(
            '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
            css,
            self.width,
            self.height,
            label,
            mark_safe("".join(self.parts)),  # noqa: S308  every part was escaped when it was added
        )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> SafeString:
    head = format_html_join("", '<th scope="col"{}>{}</th>', ((_right(index), name) for index, name in enumerate(columns)))
    body = mark_safe("").join(
        format_html(
            "<tr>{}</tr>",
            mark_safe("").join(
                format_html('<th scope="row">{}</th>', cell) if index == 0 else format_html('<td class="r">{}</td>', cell)
                for index, cell in enumerate(row)
            ),
        )
        for row in rows
    )
    return format_html(
        '<table class="ds-table"><caption class="sr">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        caption,
        head,
        body,
    )


def _right(index: int) -> SafeString:
    return mark_safe(' class="r"') if index else mark_safe("")


def figure(
    *,
    title: str,
    subtitle: str,
    wide: SafeString,
    narrow: SafeString,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    csv: str = "",
    level: int = 2,
    most: int = 60,
) -> SafeString:
    """Title, both drawings and the numbers. A long table shows ``most`` rows spread evenly; the file has them all."""
    shown = rows
    if len(rows) > most:
        shown = [rows[round(index * (len(rows) - 1) / (most - 1))] for index in range(most)]
    link = mark_safe("")
    if csv:
        link = format_html(
            '<p class="mt-2"><a href="{}">{}</a></p>', csv, gettext("Hämta alla %(count)s rader, CSV") % {"count": len(rows)}
        )
    return format_html(
        '<figure class="figure"><figcaption><h{0} class="ds-heading" data-size="xs">{1}</h{0}>{2}</figcaption>{3}{4}'
        '<details class="ds-details numbers"><summary>{5}</summary><div class="scroll" tabindex="0" role="region" aria-label="{5}">'
        "{6}{7}</div></details></figure>",
        level,
        title,
        format_html('<p class="muted small">{}</p>', subtitle) if subtitle else mark_safe(""),
        wide,
        narrow,
        gettext("Siffrorna som tabell"),
        _table(columns, shown, title),
        link,
    )


def nothing(title: str, subtitle: str, level: int = 2) -> SafeString:
    """A chart without a single number says so instead of drawing an empty frame."""
    return format_html(
        '<figure class="figure"><figcaption><h{0} class="ds-heading" data-size="xs">{1}</h{0}>{2}</figcaption>'
        '<p class="empty">{3}</p></figure>',
        level,
        title,
        format_html('<p class="muted small">{}</p>', subtitle) if subtitle else mark_safe(""),
        gettext("Här finns inga mätvärden än."),
    )
