"""The seven-second axis as SVG. Remembered by value: the same drawing is written once."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from stadig.assistance.axis import Drawing

SHAPES: Final = {
    "disc": '<circle r="9" class="mk-data"/>',
    "ring": '<circle r="8" class="mk-ring"/>',
    "half": '<circle r="8" class="mk-ring"/><path d="M0-8a8 8 0 0 1 0 16z" class="mk-fill"/>',
    "diamond": '<path d="M0-11 11 0 0 11-11 0z" class="mk-warn"/>',
    "hollow": '<path d="M0-10 10 0 0 10-10 0z" class="mk-warn-o"/>',
    "question": '<path d="M0-11 9.500-5.500v11L0 11-9.500 5.500v-11z" class="mk-warn"/>'
    '<path d="M-2.600-2.400a2.600 2.600 0 1 1 3.800 2.300C.3.400 0 .9 0 1.800M0 4.900v.1" class="mk-cut-s"/>',
    "crossed": '<rect x="-10" y="-10" width="20" height="20" rx="4" class="mk-bad"/><path d="M-4-4l8 8m0-8l-8 8" class="mk-cut"/>',
    "triangle": '<path d="M0-10.500 11.500 9.500h-23z" class="mk-bad"/><path d="M0-3.200V3M0 6.200v.1" class="mk-cut"/>',
    "barred": '<rect x="-8.500" y="-8.500" width="17" height="17" rx="3" class="mk-none"/><path d="M-7.500 7.500l15-15" class="mk-none"/>',
}
"""Each shape around its own middle. The shape carries the meaning, the colour only repeats it."""


def mark(shape: str) -> SafeString:
    """One shape for the legend."""
    return mark_safe(f'<svg width="20" height="20" viewBox="-12 -12 24 24" aria-hidden="true">{SHAPES[shape]}</svg>')  # noqa: S308


@lru_cache(maxsize=512)
def svg(drawing: Drawing, css: str) -> SafeString:
    """The drawing, silent for screen readers: the list beside it says the same."""
    top = drawing.top
    bar = f'y="{56 - top:g}" height="12" rx="6" x="{drawing.edge:g}"'
    parts = [
        f'<rect {bar} width="{drawing.length:g}" class="ax-track"/>',
        f'<rect {bar} width="{drawing.done:g}" class="ax-done" data-axis-bar="{drawing.length:g}"/>',
    ]
    for x, words, anchor in drawing.ticks:
        parts.append(f'<line x1="{x:g}" x2="{x:g}" y1="{72 - top:g}" y2="{78 - top:g}" class="ax"/>')
        parts.append(f'<text x="{x:g}" y="{96 - top:g}" text-anchor="{anchor}">{escape(words)}</text>')
    for label in drawing.labels:
        ends = f'y1="{label.stem_from - top:g}" y2="{label.stem_to - top:g}"'
        parts.append(f'<line x1="{label.x:g}" x2="{label.x:g}" {ends} class="ax"/>')
        for y, names, seconds in label.lines:
            after = f' <tspan class="sec">{escape(seconds)}</tspan>' if seconds else ""
            place = f'x="{label.x:g}" y="{y - top:g}" text-anchor="{label.anchor}"'
            parts.append(f'<text class="lbl" {place}>{escape(names)}{after}</text>')
    for one in drawing.marks:
        parts.append(f'<g transform="translate({one.x:g} {one.y - top:g})">{SHAPES[one.shape]}</g>')
    box = f"0 0 {drawing.width:g} {drawing.height:g}"
    return mark_safe(f'<svg class="chart {css}" viewBox="{box}" aria-hidden="true" focusable="false">{"".join(parts)}</svg>')  # noqa: S308
