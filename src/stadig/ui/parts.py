"""Parts of a page that are remembered: the same values give the same HTML, so it is drawn once.

``{% part "room/_card.html" card=card %}`` draws a template that sees the values named and nothing else: no request, no
user, no clock. What it draws follows from them and the language, so nothing has to be invalidated.
``{% parts "room/_row.html" rows %}`` does so for each of ``rows``; the template knows it as ``row``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.functional import LazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
MOST_REMEMBERED = 8192
"""Parts kept in each process, the least used forgotten first: a row is about one kilobyte."""


def draw(name: str, /, **values: Any) -> SafeString:
    """The template ``name`` with ``values``, which must be hashable.

    Raises TypeError for a value that is not hashable, or that is or holds a SafeString: it equals the plain string that
    is escaped, so the two could not be told apart when one of them is remembered.
    """
    key = tuple(values.items())
    if settings.DEBUG:
        hash(key)
        return _draw.__wrapped__(name, get_language(), key)
    return _draw(name, get_language(), key)


@lru_cache(maxsize=MOST_REMEMBERED, typed=True)
def _draw(name: str, _language: str | None, values: tuple[tuple[str, Any], ...]) -> SafeString:
    for key, value in values:
        _refuse_safe(f"{name}: {key}", value)
    return get_template(name).template.render(template.Context(dict(values)))  # type: ignore[attr-defined]


def forget() -> None:
    """Forget every part: for tests that change a template's surroundings."""
    _draw.cache_clear()


def _refuse_safe(where: str, value: Any) -> None:
    if isinstance(value, SafeString):
        raise TypeError(f"{where} is a SafeString. Give a part plain text and let its template write the HTML.")
    if isinstance(value, tuple | frozenset):
        for one in value:
            _refuse_safe(where, one)
    for name in getattr(value, "__dataclass_fields__", ()):
        _refuse_safe(f"{where}.{name}", getattr(value, name))


def _plain(value: Any) -> Any:
    """A value as it may be remembered: no lazy object, which would keep its request alive, and no safe text."""
    if isinstance(value, LazyObject):
        bool(value)
        value = value.__dict__["_wrapped"]
    return value + "" if isinstance(value, SafeString) else value


@register.simple_tag
def part(name: str, /, **values: Any) -> SafeString:
    """One part; the values are given by name. A word written in the tag itself is plain text like any other."""
    return draw(name, **{key: _plain(value) for key, value in values.items()})


@register.simple_tag
def parts(name: str, rows: Iterable[Any]) -> SafeString:
    """The same part for each of ``rows``, in their order; the template knows each as ``row``."""
    return SafeString("".join([draw(name, row=row) for row in rows]))
