"""The names of the card's fields and what they hold, in words: for what was changed, and by whom."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.pilots import card_fields
from stadig.ui import formatting

_OTHERS = {
    "guardrails": card_fields._("Gränser för skada"),
    "benefits": card_fields._("Andra nyttor"),
    "primary": card_fields._("Det ni mäter"),
    "primary.source": card_fields._("Varifrån kommer siffrorna?"),
    "primary.metric": card_fields._("Vilken av siffrorna?"),
    "allocation": card_fields._("Lottningen"),
    "alpha": card_fields._("Hur säkert svaret ska vara"),
    "seed": card_fields._("Startvärde för slumpen"),
}


def field(where: str) -> str:
    """What a field of the card is called on the page: its question, or for a list the list's name."""
    known = _labels(get_language())
    return known.get(where) or known.get(where.partition(".")[0]) or where


@lru_cache(maxsize=8)
def _labels(_language: str | None) -> dict[str, str]:
    fixed = {one.name: str(one.label) for section in card_fields.SECTIONS for one in section.fields}
    return fixed | {name: str(said) for name, said in _OTHERS.items()}


def value(where: str, held: Any) -> str:
    """What a field holds, to be read: the chosen answer's words, a day, a number; a list as the titles in it."""
    if isinstance(held, bool):
        return _("Ja") if held else _("Nej")
    if not held and held != 0:
        return _("Inget")
    if isinstance(held, list | tuple | dict):
        return ", ".join(_title(one) for one in (held if isinstance(held, list | tuple) else [held]))
    if isinstance(held, dt.date):
        return formatting.day(held, weekday=False)
    if isinstance(held, str):
        return _choices(get_language()).get((where, held), held)
    return formatting.number(held, 0 if float(held).is_integer() else 3)


def _title(one: Any) -> str:
    if isinstance(one, dict):
        inner = one.get("outcome", one)
        bound = one.get("bound")
        title = str(inner.get("title") or inner.get("method") or "")
        return title if bound is None else f"{title} {formatting.number(bound, 0 if float(bound).is_integer() else 2)}"
    return str(one)


@lru_cache(maxsize=8)
def _choices(_language: str | None) -> dict[tuple[str, str], str]:
    sources = {("primary.source", slug): str(said) for slug, said in card_fields.SOURCES}
    return sources | {
        (one.name, slug): str(said) for section in card_fields.SECTIONS for one in section.fields for slug, said in one.choices
    }
