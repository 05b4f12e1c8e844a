"""``{% translate "…" %}`` and ``{% url "…" %}`` of one constant, worked out once: Django spends ninety calls on each, each time.

Built in after Django's own, whose tags still take all other forms: filters, variables, ``as``, arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, Library
from django.template.base import Node, Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as translated

register = Library()


class Constant(Node):
    """Says the same each time, in each language or for each set of addresses."""

    def __init__(self, say: Callable[[], str]) -> None:
        self.say = say

    def render(self, context: Context) -> str:
        return self.say()


@lru_cache(maxsize=4096)
def _word(text: str, _language: str | None) -> SafeString:
    msgid = text.replace("%", "%%")
    return SafeString(translated(msgid).replace("%%", "%"))


@lru_cache(maxsize=4096, typed=True)
def _address(name: str, _urls: str, _prefix: str, args: tuple[int | str, ...] = ()) -> str:
    return conditional_escape(reverse(name, args=args))


class Address(Node):
    """The address of one thing by its number or its name, which the next page links to as well."""

    def __init__(self, name: str, node: URLNode) -> None:
        self.name = name
        self.node = node

    def render(self, context: Context) -> str:
        within: Any = context
        args = tuple([part.resolve(within) for part in self.node.args])
        if not all(type(one) in (int, str) for one in args):
            return self.node.render(context)
        return _address(self.name, settings.ROOT_URLCONF, get_script_prefix(), args)


def _literal(expression: Any) -> str | None:
    """The text of an expression that is a string written out, with no filter."""
    text = getattr(expression.var, "literal", expression.var)
    return text if isinstance(text, str) and not expression.filters else None


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """A text of the program, which is written as it stands; as Django's tag."""
    node = do_translate(parser, token)
    text = _literal(node.filter_expression) if isinstance(node, TranslateNode) else None
    if text is None or node.noop or node.asvar or node.message_context or settings.DEBUG:
        return node
    return Constant(lambda: _word(text, get_language()))


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """The address of a page; as Django's tag."""
    node: URLNode = django_url(parser, token)
    name = _literal(node.view_name)
    if name is None or node.kwargs or node.asvar:
        return node
    return Address(name, node) if node.args else Constant(lambda: _address(name, settings.ROOT_URLCONF, get_script_prefix()))
