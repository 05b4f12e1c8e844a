"""What the staff's page and the public one both show of a trial: the verdict in three cells, and the rule with when it was locked."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _

from stadig.pilots.statistics.terms import Verdict


class Cell(NamedTuple):
    """One of the three things that a rule may say, with its reason."""

    verdict: str
    on: bool
    why: str


class Span(NamedTuple):
    """A piece of the rule's sentence."""

    text: str
    strong: bool = False


class Rule(NamedTuple):
    """The rule as a sentence, and when it was locked."""

    spans: tuple[Span, ...]
    number: int = 1
    locked: dt.date | None = None
    digest: str = ""
    machine: str = ""


def cells(verdict: Verdict | None, because: str = "", worthwhile: str = "") -> tuple[Cell, ...]:
    """Withdraw, continue, scale up: what the rule says is on, with ``because``; the others say why they are not.

    ``verdict`` is None before the first look; ``worthwhile`` is the smallest worthwhile effect in words.
    """
    if verdict is None:
        return (
            Cell("withdraw", False, _("Vi har inte tittat än")),
            Cell("continue", False, because or _("Det första svaret kommer när siffrorna räcker")),
            Cell("scale_up", False, _("Vi har inte tittat än")),
        )
    if verdict is Verdict.WITHHELD:
        no_answer = _("Siffrorna bär inget svar")
        return (
            Cell("withdraw", False, no_answer),
            Cell("continue", False, because or _("Regeln säger inget förrän felet är rättat")),
            Cell("scale_up", False, no_answer),
        )
    shown = _("Kravet %(least)s är inte visat") % {"least": worthwhile} if worthwhile else _("Kravet är inte visat")
    others = {
        "withdraw": _("Ingen gräns är nådd"),
        "continue": _("Svaret är redan klart nog"),
        "scale_up": shown,
    }
    return tuple(Cell(one, one == verdict.value, because if one == verdict.value else said) for one, said in others.items())
