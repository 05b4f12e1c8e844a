"""Parts of a page that are remembered: the same values give the same HTML, so it is drawn once.

``{% part "room/_card.html" card=card %}`` draws a template that sees the values named and nothing else: no request, no
user, no clock. What it draws follows from them and the language, so nothing has to be invalidated.
``{% parts "room/_row.html" rows %}`` does so for each of ``rows``; the template knows it as ``row``.

What is another for each request has a place in the template, ``{% place "csrf" %}``, and is written there afterwards:
``{% framed %}`` is a part of the frame, whose places are those of ``PLACES``; ``fill`` does so from Python.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, Parser, Token, token_kwargs
from django.template.loader import get_template
from django.utils.functional import LazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from stadig.ui.escape import escaped

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


@functools.lru_cache(maxsize=MOST_REMEMBERED, typed=True)
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


def plain(value: Any) -> Any:
    """A value as it may be remembered: no lazy object, which would keep its request alive, and no safe text."""
    if isinstance(value, LazyObject):
        bool(value)
        value = value.__dict__["_wrapped"]
    return value + "" if isinstance(value, SafeString) else value


class PartNode(Node):
    """``{% part %}``. A word written in the tag itself is plain text like any other."""

    def __init__(self, name: FilterExpression, values: dict[str, FilterExpression]) -> None:
        self.name = name
        self.values = tuple(values.items())

    def render(self, context: template.Context) -> SafeString:
        within: Any = context  # Django's own types take a mapping, and a Context is none
        return draw(self.name.resolve(within), **{key: plain(value.resolve(within)) for key, value in self.values})


class FramedNode(PartNode):
    """``{% framed %}``: a part with places that each request fills."""

    def render(self, context: template.Context) -> SafeString:
        html = super().render(context)
        return fill(html, **{name: value(context) for name, value in PLACES.items() if _mark(name) in html})


def _compiled(node: type[PartNode]) -> Callable[[Parser, Token], PartNode]:
    def compile_tag(parser: Parser, token: Token) -> PartNode:
        _, name, *rest = token.split_contents()
        values = token_kwargs(rest, parser)
        if rest:
            raise template.TemplateSyntaxError(f"{token.contents}: the values of a part are given by name, not {rest}.")
        return node(parser.compile_filter(name), values)

    return compile_tag


register.tag("part", _compiled(PartNode))
register.tag("framed", _compiled(FramedNode))


@register.simple_tag
def parts(name: str, rows: Iterable[Any]) -> SafeString:
    """The same part for each of ``rows``, in their order; the template knows each as ``row``."""
    if settings.DEBUG:
        return SafeString("".join([draw(name, row=row) for row in rows]))
    language = get_language()
    return SafeString("".join([_draw(name, language, (("row", row),)) for row in rows]))


def _mark(name: str) -> SafeString:
    """What stands at a place: no text from the database, and none that a form has accepted, holds a NUL."""
    return SafeString(f"\0{name}\0")


register.simple_tag(_mark, name="place")


def fill(html: SafeString, /, **places: str) -> SafeString:
    """``html`` with a text at each of these places, in their order; one that is not a SafeString is escaped."""
    text = str(html)
    for name, value in places.items():
        text = text.replace(_mark(name), escaped(value))
    return SafeString(text)


def _csrf(context: template.Context) -> str:
    """The hidden control by which Django knows that a form is ours."""
    return SafeString(f'<input type="hidden" name="csrfmiddlewaretoken" value="{context.get("csrf_token", "")!s}">')


def _here(context: template.Context) -> str:
    request = context.get("request")
    return request.get_full_path() if request else "/"


def _path(context: template.Context) -> str:
    request = context.get("request")
    return quote(request.path) if request else "/"


def _once(context: template.Context) -> str:
    return str(context.get("once", ""))


PLACES: dict[str, Callable[[template.Context], str]] = {"csrf": _csrf, "once": _once, "here": _here, "path": _path}
"""What is written anew for each request: ``once`` is the form's own number; ``csrf`` first, so that nothing in an address is
read as its place."""
