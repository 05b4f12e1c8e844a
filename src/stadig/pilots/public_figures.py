"""The figures beside the line: what each unit of effect has cost, what follows from it, other outcomes, and the guardrails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from stadig.pilots import saved, sentences
from stadig.pilots.amounts import Measure, fitting, level
from stadig.pilots.card import Card, Outcome
from stadig.pilots.public import Factor
from stadig.pilots.statistics.terms import Benefit, Direction, Held, Plan, Result
from stadig.ui import formatting


class Figure(NamedTuple):
    """One figure: ``kind`` is ``measured``, ``estimated`` or ``unknown`` (not measured yet); ``broken`` when a guardrail is passed."""

    kind: str
    label: str
    value: str
    unit: str
    note: str
    broken: bool = False


def figures(
    card: Card, plan: Plan, result: Result | None, amount: saved.Amount | None, *, spent_kr: float, factors: Sequence[Factor]
) -> tuple[Figure, ...]:
    """Cost first, then what is derived, other benefits, and the guardrails with inclusion first."""
    if card.primary is None:
        return ()
    found = list(_cost(card, plan, amount, spent_kr))
    if result is None:
        return tuple(found)
    for benefit in result.benefits:
        outcome = next((one for one in card.benefits if one.slug == benefit.slug), None)
        if outcome is not None:
            found += _benefit(card, outcome, benefit, amount, factors)
    held = {one.limit.slug: one for one in result.limits}
    for guard in sorted(card.guardrails, key=lambda one: not one.inclusion):
        if guard.outcome.slug in held:
            found.append(_limit(guard.outcome, held[guard.outcome.slug]))
    return tuple(found)


def _cost(card: Card, plan: Plan, amount: saved.Amount | None, spent_kr: float) -> Iterator[Figure]:
    """What one unit of effect has cost, beside the ceiling that was set."""
    if card.primary is None or not spent_kr:
        return
    ceiling = card.cost_per_unit_ceiling_kr
    each = saved.cost_of_each(spent_kr, amount) if amount is not None else None
    less = plan.direction is Direction.LESS
    if card.primary.unit in sentences.OF_A_HUNDRED:
        label, unit = (_("Kostnad för varje %(unit)s mindre") if less else _("Kostnad för varje %(unit)s till")), _one(card)
        label = f"{label} ({card.primary.title[:1].lower()}{card.primary.title[1:]})"
    else:
        unit = formatting.unit(card.primary.unit)
        label = (
            _("Kostnad delad på antalet %(unit)s som sparades") if less else _("Kostnad delad på antalet %(unit)s som tillkom")
        )
    if each is None:
        whole = _("Hela taket är %(kr)s kr.") % {"kr": _kr(card.cost_ceiling_kr)} if card.cost_ceiling_kr is not None else ""
        yield Figure("measured", _("Kostnad hittills"), _kr(spent_kr), "kr", whole)
        return
    if each.low is not None and each.high is not None:
        span = _("Mellan %(low)s och %(high)s kr.") % {"low": _kr(each.low), "high": _kr(each.high)}
    else:
        span = _("Hur säker den är går inte att säga än.")
    passed = ceiling is not None and each.value is not None and each.value > ceiling
    capped = (_("Taket %(kr)s kr är passerat.") if passed else _("Taket var %(kr)s kr.")) if ceiling is not None else ""
    note = f"{span} {capped % {'kr': _kr(ceiling)}}" if capped else span
    yield Figure("measured", label % {"unit": unit}, _kr(each.value), "kr", note, passed)


def _one(card: Card) -> str:
    """What a share is of, one of it."""
    return {
        "person": _("person"),
        "household": _("hushåll"),
        "case": _("ärende"),
        "school": _("skola"),
        "bin": _("korg"),
        "lamp": _("lampa"),
        "home": _("bostad"),
    }.get(card.unit, _("svar"))


def _kr(value: float | None) -> str:
    return formatting.number(value, 0 if value is None else fitting(value))


def _benefit(
    card: Card, outcome: Outcome, benefit: Benefit, amount: saved.Amount | None, factors: Sequence[Factor]
) -> Iterator[Figure]:
    factor = next((one for one in reversed(factors) if one.slug == outcome.factor), None)
    if benefit.derived:
        if card.primary is not None and outcome.of == card.primary.slug and amount is not None and factor is not None:
            yield _derived(card.primary, outcome, saved.times(amount, factor.value, factor.low, factor.high), factor)
        return
    if benefit.estimate is None:
        return
    measure = Measure(outcome, card.scale)
    sure = sentences.is_sure(benefit.estimate) and benefit.p_adjusted is not None and benefit.p_adjusted <= 0.05
    span = f"{sentences.between(measure.signed(benefit.estimate.low), measure.signed(benefit.estimate.high))}."
    note = span if sure else " ".join((span, _("Ingen säker skillnad.")))
    number = measure.shown(benefit.estimate.value) or 0.0
    value = ("+" if number > 0 else "") + formatting.number(number, fitting(number))
    yield Figure("measured", outcome.title, value, measure.unit, note)


def _derived(of: Outcome, outcome: Outcome, amount: saved.Amount, factor: Factor) -> Figure:
    """What follows from the primary outcome by a factor: never a measurement of its own."""
    words = _("%(factor)s, vårt antagande") if factor.assumption else "%(factor)s"
    source = words % {"factor": f"{factor.title} {factor.year}"}
    note = _("Räknat från %(of)s, alltså inte en egen mätning. Faktor: %(factor)s.") % {
        "of": of.title[:1].lower() + of.title[1:],
        "factor": source,
    }
    value, unit = amount.value, outcome.unit
    if unit.startswith("kg") and abs(value) >= 1000:
        value, unit = value / 1000, "ton" + unit.removeprefix("kg")
    return Figure("estimated", outcome.title, formatting.number(value, fitting(value)), formatting.unit(unit), note)


def _limit(outcome: Outcome, held: Held) -> Figure:
    """A guardrail: the level, and the bound that must not be passed."""
    bound = " ".join(level(outcome, held.limit.bound))
    said = {
        "held": _("Gränsen är %(bound)s."),
        "broken": _("Gränsen %(bound)s är passerad."),
        "unknown": _("Gränsen är %(bound)s. Vi vet inte än."),
    }[held.state] % {"bound": bound}
    if held.estimate is None:
        return Figure("unknown", outcome.title, _("Inte mätt än"), "", said)
    value, unit = level(outcome, held.estimate.value)
    if held.limit.kind == "difference":
        said = " ".join((_("Skillnad mot dem utan tjänsten."), said))
        value = f"+{value}" if held.estimate.value > 0 else value
    return Figure("measured", outcome.title, value, unit, said, held.state == "broken")
