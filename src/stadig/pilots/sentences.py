"""The rule of a trial as one plain sentence, what it found in a heading, and the figures as they are said."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from stadig.pilots.card import Card, Guardrail, Outcome
from stadig.pilots.showing import Span
from stadig.pilots.statistics.terms import Design, Direction, Estimate, Scale
from stadig.ui import formatting

OF_A_HUNDRED = ("%", "av 100", "per 100")
BOLD = re.compile(r"\*([^*]+)\*")
UNIT = re.compile(r"\D+$")


def figure(value: float | None) -> str:
    """A number with as many decimals as it deserves: three digits that count, no more than three decimals."""
    if value is None or not math.isfinite(value):
        return formatting.DASH
    size = abs(value)
    decimals = 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{value:.{decimals}f}"
    return formatting.number(value, len(text.rstrip("0").partition(".")[2]) if "." in text else 0)


def amount(value: float | None, unit: str, scale: Scale = Scale.ABSOLUTE, *, level: bool = False) -> str:
    """*20 %* for a share of the comparison, *2 av 100* for a level in hundredths, *3 procentenheter* for a difference in them, *4 km*."""
    if value is None:
        return formatting.DASH
    if scale is Scale.RELATIVE:
        return formatting.percent(value * 100, 0 if abs(value) >= 0.1 or round(value * 100, 1) == round(value * 100) else 1)
    if unit in OF_A_HUNDRED:
        return (_("%(n)s av 100") if level else _("%(n)s procentenheter")) % {"n": figure(value)}
    name = formatting.unit(unit)
    return f"{figure(value)}{formatting.SPACE}{name}" if name else figure(value)


def spans(text: str) -> tuple[Span, ...]:
    """The pieces of a text in which ``*…*`` is to be bold."""
    found = [Span(piece, at % 2 == 1) for at, piece in enumerate(BOLD.split(text))]
    return tuple(one for one in found if one.text)


def plain(pieces: tuple[Span, ...]) -> str:
    """The sentence without emphasis."""
    return "".join(one.text for one in pieces)


def rule(card: Card) -> tuple[Span, ...]:
    """The decision rule as it was said beforehand, in the reader's language; empty while the card lacks outcome, requirement or last day."""
    if card.primary is None or card.worthwhile is None or card.ends is None:
        return ()
    parts = [_up(card, card.primary, card.worthwhile), _down(card, card.primary), _else(card, card.ends)]
    return spans(" ".join(parts))


def _up(card: Card, primary: Outcome, worthwhile: float) -> str:
    if card.design is Design.BEFORE_AFTER:
        return _("Vi jämför bara med hur det var förut, så försöket kan inte visa att vi ska *skala upp*.")
    least = _("minst %(amount)s") % {"amount": amount(worthwhile, primary.unit, card.scale)}
    values = {"better": _better(primary, least), "than": than(card)}
    return _("Om %(better)s %(than)s *skalar vi upp*.") % values


def _down(card: Card, primary: Outcome) -> str:
    reasons = [_harm(card, primary, card.harm)] if card.harm is not None else []
    reasons += [_beyond(one) for one in card.guardrails]
    if card.design is not Design.BEFORE_AFTER:
        reasons.append(_("det är säkert att kravet inte nås"))
    if not reasons:
        return ""
    if len(reasons) == 1:
        return _("Om %(reason)s *drar vi tillbaka*.") % {"reason": reasons[0]}
    first = pgettext("mellan villkor", ", om ").join(reasons[:-1])
    return _("Om %(first)s, eller om %(last)s, *drar vi tillbaka*.") % {"first": first, "last": reasons[-1]}


def _else(card: Card, ends: dt.date) -> str:
    day = formatting.day(ends, weekday=False)
    if card.at_end == "keep":
        return _("Annars *fortsätter vi*, längst till %(day)s. Utan svar då behåller vi det som det är.") % {"day": day}
    return _("Annars *fortsätter vi*, längst till %(day)s. Utan svar då drar vi tillbaka.") % {"day": day}


def _wording(outcome: Outcome, which: str) -> str:
    found = outcome.wording.get(formatting.language())
    return getattr(found, which, "") if found else ""


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _better(outcome: Outcome, much: str) -> str:
    if own := _wording(outcome, "better"):
        return own.replace("{}", much)
    words = _("%(what)s blir *%(much)s lägre*") if outcome.direction is Direction.LESS else _("%(what)s blir *%(much)s högre*")
    return words % {"what": _lower(outcome.title), "much": much}


def _harm(card: Card, primary: Outcome, harm: float) -> str:
    much = _("mer än %(amount)s") % {"amount": amount(harm, primary.unit, card.scale)}
    return _worse(primary, much)


def _worse(primary: Outcome, much: str) -> str:
    if own := _wording(primary, "worse"):
        return own.replace("{}", much)
    words = _("det blir %(much)s högre") if primary.direction is Direction.LESS else _("det blir %(much)s lägre")
    return words % {"much": much}


def _beyond(limit: Guardrail) -> str:
    much = amount(limit.bound, limit.outcome.unit, level=limit.kind == "level")
    return _clause(limit.outcome, limit.kind, much)


def _clause(outcome: Outcome, kind: str, much: str) -> str:
    level = kind == "level"
    if own := _wording(outcome, "worse"):
        return own.replace("{}", much)
    values = {"what": _lower(outcome.title), "amount": much}
    if outcome.direction is Direction.LESS:
        words = _("%(what)s blir mer än %(amount)s") if level else _("%(what)s ökar mer än %(amount)s")
    else:
        words = _("%(what)s blir mindre än %(amount)s") if level else _("%(what)s minskar mer än %(amount)s")
    return words % values


def generated(card: Card, outcome: Outcome, which: str) -> str:
    """The clause that an outcome without words of its own gets, with ``{}`` for the amount. ``which`` is ``better`` or ``worse``."""
    bare = replace(outcome, wording={})
    if which == "better":
        return _better(bare, "{}")
    limit = next((one for one in card.guardrails if one.outcome.slug == outcome.slug), None)
    return _clause(bare, limit.kind, "{}") if limit else _worse(bare, "{}")


def than(card: Card) -> str:
    """*än i jämförelseområdena*: whom the trial is compared with."""
    if card.design is Design.BEFORE_AFTER:
        return _("än förut")
    return {
        "district": _("än i jämförelseområdena"),
        "school": _("än i jämförelseskolorna"),
        "bin": _("än vid de andra papperskorgarna"),
        "lamp": _("än vid de andra lamporna"),
        "home": _("än i de andra boendena"),
    }.get(card.unit, _("än för dem som inte är med"))


def finding(card: Card, estimate: Estimate | None) -> str:
    """What was found, as a heading: *Bilarna kör 37 % kortare per korg*. Says when nothing is sure yet."""
    if card.primary is None or estimate is None:
        return _("Vi har inget svar än")
    if not is_sure(estimate):
        return _("Ingen säker skillnad")
    return _first_upper(_said(card, card.primary, estimate.value))


def _said(card: Card, outcome: Outcome, value: float) -> str:
    good = (value < 0) == (outcome.direction is Direction.LESS)
    much = amount(abs(value), outcome.unit, card.scale)
    if good:
        return BOLD.sub(r"\1", _better(outcome, much))
    if own := _wording(outcome, "worse"):
        return BOLD.sub(r"\1", own.replace("{}", much))
    words = _("%(what)s blir %(much)s högre") if value > 0 else _("%(what)s blir %(much)s lägre")
    return words % {"what": _lower(outcome.title), "much": much}


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_sure(estimate: Estimate) -> bool:
    """Whether the interval lies wholly on one side of nothing."""
    low = -math.inf if estimate.low is None else estimate.low
    high = math.inf if estimate.high is None else estimate.high
    return low > 0 or high < 0


def signed(value: float | None, unit: str, scale: Scale) -> str:
    """*−37 %*, *+4 km*."""
    if value is None:
        return formatting.DASH
    text = amount(value, unit, scale)
    return f"+{text}" if value > 0 else text


def interval(card: Card, estimate: Estimate | None) -> str:
    """*−44 till −31 %*; an end that is not known yet is said so. Empty without an estimate, or when nothing is sure of it."""
    if card.primary is None or estimate is None:
        return ""
    # That something is at least −100 % is always so, and says nothing.
    unknown = estimate.low is None or (card.scale is Scale.RELATIVE and estimate.low <= -1)
    if unknown and estimate.high is None:
        return ""
    low, high = (signed(one, card.primary.unit, card.scale) for one in (estimate.low, estimate.high))
    if estimate.low is None:
        return _("högst %(high)s") % {"high": high}
    if estimate.high is None:
        return _("minst %(low)s") % {"low": low}
    return between(low, high)


def between(low: str, high: str) -> str:
    """*−44 till −31 %*: two written amounts with their unit once, where it is the same."""
    number = UNIT.sub("", low)
    return _("%(low)s till %(high)s") % {"low": number if high.endswith(low.removeprefix(number)) else low, "high": high}


def least(card: Card, estimate: Estimate) -> str:
    """*Minst 31 % bättre, kravet var 20 %*: what the trial has shown at the least, beside the requirement."""
    if card.primary is None:
        return ""
    ends = [abs(one) for one in (estimate.low, estimate.high) if one is not None]
    sure = amount(min(ends), card.primary.unit, card.scale) if ends else formatting.DASH
    much = _("minst %(amount)s") % {"amount": sure}
    said = BOLD.search(_better(card.primary, much))
    values = {"least": _first_upper(said.group(1) if said else much), "worthwhile": requirement(card)}
    return _("%(least)s, kravet var %(worthwhile)s") % values


def requirement(card: Card) -> str:
    """The smallest worthwhile effect: *20 %*."""
    return amount(card.worthwhile, card.primary.unit, card.scale) if card.primary else ""
