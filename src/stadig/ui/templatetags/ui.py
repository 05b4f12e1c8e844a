"""Template tags and filters of the frame; built in, so that no template needs to load them.

A list of many rows uses the tags ``{% icon %}``, ``{% fill %}`` and ``{% tag %}`` (a few microseconds each);
the components ``<c-icon>``, ``<c-fill>`` and ``<c-tag>`` give the same markup for a single place on a page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from stadig.ui import formatting, navigation

register = template.Library()
log = logging.getLogger(__name__)

register.filter("km", formatting.kilometres)
register.filter("percent", formatting.percent)
register.filter("clock", formatting.clock)
register.filter("moment", formatting.moment)
register.filter("ago", formatting.ago)
register.filter("duration", formatting.duration)
register.filter("size", formatting.size)
register.filter("unit", formatting.unit)


@register.filter
def num(value: Any, decimals: int = 0) -> str:
    return formatting.number(value, decimals)


@register.filter
def amount(value: Any) -> str:
    """A number with as many decimals as it needs: none when whole or over a hundred, else one."""
    whole = isinstance(value, int) or abs(value) >= 100 or value == round(value)
    return formatting.number(value, 0 if whole else 1)


@register.filter
def day(value: Any) -> str:
    """*fredag 4 december*"""
    return formatting.day(value)


@register.filter
def date_short(value: Any) -> str:
    """*4 december*"""
    return formatting.day(value, weekday=False)


@register.filter
def inside(value: Any) -> str:
    """A name in the middle of a sentence: *the Tax Agency*."""
    return formatting.inside(str(value))


@register.filter
def law(value: Any) -> str:
    """A statute whose number is never parted from its sign at the end of a line: *15 kap. 10 § socialtjänstlagen*."""
    return formatting.law(str(value))


@register.filter
def capital(value: Any) -> str:
    """The first letter as a capital, the rest as it is (unlike ``capfirst`` it takes lazy strings and dates)."""
    text = str(value)
    return text[:1].upper() + text[1:]


@register.filter
def one_line(value: Any) -> str:
    """An address of several lines on one: *Hamngatan 2, 432 80 Lindhamn*."""
    return ", ".join(filter(None, map(str.strip, str(value).splitlines())))


@lru_cache(maxsize=8)
def _sprite(_: bool) -> str:
    return static("icons.svg")


def sprite() -> str:
    """The address of the icon sheet."""
    return static("icons.svg") if settings.DEBUG else _sprite(False)


@lru_cache(maxsize=1)
def _drawn() -> frozenset[str]:
    """The names on the icon sheet that was built."""
    path = finders.find("icons.svg")
    text = Path(path).read_text(encoding="utf-8") if isinstance(path, str) else ""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', text))


@lru_cache(maxsize=512)
def _icon(address: str, name: str, css: str, label: str) -> SafeString:
    if name not in _drawn():
        log.warning("The icon %s is not on the sheet. Name it on a line with the word icon; then run make assets.", name)
        name = "circle"  # icon: what stands for one that we do not have, such as a package from another city may name
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"></use></svg>', f"i {css}".strip(), spoken, address, name)


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon from Lucide. Silent for screen readers unless it is given a ``label``."""
    return _icon(sprite(), str(name), str(css), str(label)) if name else mark_safe("")


TAG_ICONS = {  # each icon's name stands on a line of its own so that the build finds it
    "success": "check",  # icon
    "info": "info",  # icon
    "warning": "triangle-alert",  # icon
    "danger": "circle-alert",  # icon
    "neutral": "minus",  # icon
}


@register.simple_tag
def tag(kind: str, text: str, icon: str = "") -> SafeString:
    """A status in words, with an icon and a tint; the word carries the meaning."""
    symbol = _icon(sprite(), icon or TAG_ICONS.get(kind, "minus"), "", "")
    return format_html('<span class="ds-tag" data-color="{}">{} {}</span>', kind, symbol, text)


@register.simple_tag
def fill(percent: float | str | None, text: str = "", label: str = "") -> SafeString:
    """A bar that is filled to ``percent``; from 95 it is hot, from 75 warm. ``text`` says the same in words."""
    if percent is None or percent == "":
        return format_html('<span class="fill muted">{}</span>', text or formatting.DASH)
    share = max(0.0, min(100.0, float(percent)))
    heat = " hot" if share >= 95 else " warm" if share >= 75 else ""
    words = format_html("<b>{}</b>", text) if text else mark_safe("")
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<span class="fill{}"><svg {}><rect class="track" width="100%"/><rect class="value" width="{}%"/></svg>{}</span>',
        heat,
        spoken,
        f"{share:.1f}",
        words,
    )


@register.simple_tag
def bar(percent: float | None, label: str = "") -> SafeString:
    """How far something has come, 0–100; ``label`` says it in words to a screen reader."""
    share = max(0.0, min(100.0, float(percent or 0)))
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect class="track" width="100%"/><rect class="value" width="{}%"/></svg>',
        label or formatting.percent(share),
        f"{share:.1f}",
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own address with some parameters changed: ``?{% query page=2 %}``; None removes one."""
    request = context.get("request")
    if not request:
        return ""
    parameters = request.GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            parameters.pop(key, None)
        else:
            parameters[key] = str(value)
    return parameters.urlencode()


@register.filter
def error_count(form: Any) -> int:
    return sum(len(errors) for errors in form.errors.values())


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, name: str, number: int) -> str:
    """The address of another page of the same list."""
    return query(context, **{name: number})


register.simple_tag(sprite)
register.simple_tag(navigation.foot_items)


@register.filter
def tel(value: Any) -> str:
    """A phone number as a link takes it: digits and a leading plus."""
    return "".join(sign for sign in str(value) if sign.isdigit() or sign == "+")


@register.simple_tag
def draw(chart: Any, csv: str = "") -> SafeString:
    """A chart with its title, its drawings for wide and narrow pages, and its numbers as a table."""
    return chart.html(csv)


_token: list[Callable[[Any, str], str]] = []


def use_live(token: Callable[[Any, str], str]) -> None:
    """Let ``{% live %}`` sign what a page listens to; called by the room above that owns it."""
    _token[:] = [token]


@register.simple_tag(takes_context=True)
def live(context: template.Context, topic: str, url: str) -> SafeString:
    """Attributes for an element that ``url`` draws: it is fetched again when something on ``topic`` has changed.

    ``<div id="alarms" {% live "alarms" url %}>``. The element stays, and with it the connection, so that no news is lost
    while it is fetched; what it holds is replaced, once for news that come together. Without JavaScript the page is
    simply as it was when it was loaded.
    """
    if not _token:
        return mark_safe("")
    request = context.get("request")
    signed = _token[0](getattr(request, "user", None), topic)
    return format_html(
        'hx-ext="sse" sse-connect="/events?token={}" hx-get="{}" hx-trigger="sse:message delay:200ms" '
        'hx-select="[sse-connect] &gt; *" hx-swap="innerHTML"',
        signed,
        url,
    )
