"""A small trial with persons, seeded, and what the real analysis says of it: for tests of pages and files."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from stadig.pilots import card as cards
from stadig.pilots import package
from stadig.pilots.card import Card, EqualTreatment, Guardrail, Outcome, Privacy, Purchase
from stadig.pilots.statistics import analysis
from stadig.pilots.statistics.terms import Design, Direction, Plan, Result, Scale, Series

BEGINS, ENDS = dt.date(2026, 5, 4), dt.date(2026, 11, 30)


def card(**changed: object) -> Card:
    """Reminders before a deadline: days late, fewer is better."""
    fields: dict[str, object] = {
        "title": "Påminnelse före sista dag",
        "service": "papperskorgar",
        "hypothesis": "Den som får en påminnelse blir klar i tid.",
        "unit": "person",
        "lever": "reminder",
        "design": Design.PERSONS,
        "primary": Outcome("days", "Dagar till komplett ansökan", "dagar", Direction.LESS, per="ansökan"),
        "scale": Scale.RELATIVE,
        "worthwhile": 0.2,
        "harm": 0.15,
        "guardrails": (Guardrail(Outcome("assisted", "Behövde hjälp", "av 100", Direction.LESS), 2.0, inclusion=True),),
        "benefits": (
            Outcome("minutes", "Handläggarens minuter", "min", Direction.LESS, source="derived", factor="co2_value", of="days"),
        ),
        "cost_ceiling_kr": 50_000.0,
        "cost_per_unit_ceiling_kr": 25.0,
        "owner": "enhetschefen",
        "begins": BEGINS,
        "ends": ENDS,
        "every_days": 14,
        "exit_plan": "Påminnelsen slås av.",
        "equal": EqualTreatment("Hälften påminns.", "Ingen förlorar något.", "nämnden", dt.date(2026, 4, 20), ENDS),
        "privacy": Privacy("Pseudonym.", "Allmänt intresse.", False, "Säg nej med ett klick."),
        "purchase": Purchase("own_work"),
    }
    return Card(**(fields | changed))  # type: ignore[arg-type]


def series(effect: float = 0.63, people: int = 800, seed: int = 20261122) -> dict[str, Series]:
    """Days until the application was complete, and how much someone had to help, one row per person."""
    random = np.random.default_rng(seed)
    day = np.sort(np.datetime64(BEGINS) + random.integers(0, 170, people))
    unit = np.array([f"h{number:05}" for number in random.permutation(people)])
    arm = np.where(random.random(people) < 0.5, "pilot", "comparison")
    value = random.gamma(9.0, 1.2, people) * np.where(arm == "pilot", effect, 1.0)
    age = np.array(["18-39", "40-64", "65-"])[random.integers(0, 3, people)]
    age[:2] = "90-"
    source, weight = np.full(people, "upload"), np.ones(people)
    helped = random.gamma(4.0, 0.2, people)
    return {
        "days": Series("days", unit, day, value, weight, source, arm, {"age_band": age}),
        "assisted": Series("assisted", unit, day, helped, weight, source, arm),
        "minutes": Series("minutes", unit, day, value * 7.0, weight, source, arm),
    }


@lru_cache
def analysed(effect: float = 0.63, through: dt.date = dt.date(2026, 10, 18)) -> tuple[Card, Plan, Result, bytes]:
    """(card, rule, result, figures as they are written) of the example."""
    one = card()
    plan, figures = cards.rule_of(one), series(effect)
    return one, plan, analysis.analyse(plan, figures, through=through, code_version="test"), analysis.canonical(figures)


def bundle(**changed: object) -> package.Bundle:
    """The example as a package."""
    one, plan, result, figures = analysed()
    shown, reduced = package.for_publication(plan, figures)
    fields: dict[str, object] = {
        "info": package.Info(
            package.FORMAT, "package", package.Origin("Lindhamn", "1399", "paminnelse", one.title), reduced=reduced
        ),
        "card": package.for_others(one),
        "drawn": package.drawn_of(one),
        "factors": (package.Factor("co2_value", "Värde", 7.0, "kr", 2020, "Trafikverket"),),
        "lessons": (package.Lesson(False, "Få läste dem", "Var tredje påminnelse öppnades inte."),),
        "plan": plan,
        "result": result,
        "series": shown,
    }
    return package.Bundle(**(fields | changed))  # type: ignore[arg-type]
