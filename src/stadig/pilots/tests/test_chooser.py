"""Which designs could answer a question, and what is refused with the reason."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stadig.pilots import card
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import chooser, level, power
from stadig.pilots.statistics.chooser import Advice, Question
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.terms import Design, Scale
from stadig.pilots.tests.towns import names

AREAS = Question("district", "equipment", 12, 0.3, mean=10, sd=2, runs=100)
PERSONS = Question("case", "reminder", 2000, 0.1, Scale.ABSOLUTE, sd=0.5, per_period=200)


def by(question: Question) -> dict[tuple[str, str], Advice]:
    return {(one.design.value, one.method): one for one in chooser.advise(question)}


def why(advice: Advice) -> dict[str, str]:
    for one in advice.why:
        assert set(FINDINGS[one.code]) == set(one.values), one.code
    return {one.code: one.severity for one in advice.why}


def test_twelve_areas_can_be_drawn_and_the_first_advice_is_the_strongest():
    advice = chooser.advise(AREAS)
    assert [one.recommended for one in advice] == [True] + [False] * (len(advice) - 1)
    best = advice[0]
    assert (best.design, best.method, best.draws) == (Design.AREAS, "complete", 924)
    assert best.smallest_p == pytest.approx(2 / 924)
    assert best.power is not None and best.fixed_power is not None and best.power > 0.5
    assert best.detectable is not None and 0.1 < best.detectable < 0.5
    assert best.expected_look is not None and 3 < best.expected_look < 12


def test_three_against_three_is_refused_since_it_can_never_show_anything():
    few = by(replace(AREAS, units=6))
    assert not any(one.possible for one in few.values())
    said = few["areas", "complete"].why[0]
    assert said.code == "areas_too_few" and said.values["smallest_p"] == pytest.approx(0.1)
    assert why(few["areas", "pairs"]) == {"areas_too_few": "withhold"}
    assert why(few["comparison-areas", "chosen"]) == {"comparison_too_few": "withhold"}


def test_four_against_four_can_and_is_told_how_little():
    eight = by(replace(AREAS, units=8, worthwhile=0.1))["areas", "complete"]
    assert eight.possible and why(eight) == {"power_low": "warning"}


@pytest.mark.parametrize("lever", ["decision", "fee", "benefit", "statutory_right"])
@pytest.mark.parametrize("question", [AREAS, PERSONS])
def test_decisions_fees_benefits_and_rights_are_never_drawn(question, lever):
    for one in chooser.advise(replace(question, lever=lever)):
        if one.design in (Design.AREAS, Design.PERSONS):
            assert not one.possible
            assert "never_by_lot" in why(one) or "method_errs" in why(one)
    assert chooser.BY_LOT == card.LEVERS
    assert set(chooser.PERSONS) <= set(card.UNITS)


def test_a_bare_before_and_after_is_always_refused():
    for question in (AREAS, PERSONS, replace(AREAS, units=1)):
        assert why(by(question)["before-after", "none"])["before_after"] == "withhold"


def test_the_worst_area_betters_itself_and_that_is_told():
    question = replace(AREAS, units=30, pilots=1, chosen=("7",), chosen_because_worst=True, lasting=0.6)
    made = by(question)
    assert why(made["comparison-areas", "chosen"])["worst_chosen"] == "warning"
    assert why(made["before-after", "none"])["worst_chosen"] == "warning"
    assert why(made["areas", "complete"]) == {"not_drawn": "withhold"}
    by_itself = next(one.values["by_itself_sd"] for one in made["before-after", "none"].why if one.code == "worst_chosen")
    largest = np.random.default_rng(1).normal(size=(20_000, 30)).max(axis=1).mean()
    assert by_itself == pytest.approx(0.4 * largest, rel=0.02)


def test_nineteen_comparison_areas_are_needed_and_a_year_before():
    one = replace(AREAS, units=20, pilots=1)
    assert by(one)["comparison-areas", "chosen"].possible
    assert why(by(replace(one, units=19))["comparison-areas", "chosen"])["comparison_too_few"] == "withhold"
    assert why(by(replace(one, before=6))["comparison-areas", "chosen"])["baseline_short"] == "withhold"


def test_persons_are_drawn_one_by_one_and_never_chosen():
    made = by(PERSONS)
    drawn = made["persons", "complete"]
    assert drawn.recommended and drawn.power is not None and drawn.power > 0.8
    assert drawn.expected_look is not None and drawn.expected_look < 10
    assert why(made["comparison-areas", "chosen"]) == {"persons_not_chosen": "withhold"}
    assert ("areas", "complete") not in made
    few = by(replace(PERSONS, units=50))["persons", "complete"]
    assert why(few) == {"persons_too_few": "withhold"}


def test_areas_analysed_as_persons_are_refused():
    assert why(by(AREAS)["persons", "complete"]) == {"method_errs": "withhold"}


def test_without_figures_a_design_is_possible_but_its_power_is_not_known():
    for question, key in ((replace(AREAS, sd=None), ("areas", "complete")), (replace(PERSONS, sd=None), ("persons", "complete"))):
        made = by(question)[key]
        assert made.possible and made.power is None
        assert why(made) == {"variation_unknown": "note"}


def test_the_draw_is_made_when_names_and_a_seed_are_given():
    random = np.random.default_rng(1)
    baseline = np.exp(random.normal(2, 0.4, 12) + random.normal(0, 0.1, (14, 12)))
    made = by(replace(AREAS, names=names(12), seed="Sundsvall 2026", baseline=baseline))
    for method in ("complete", "pairs", "constrained"):
        drawn = made["areas", method]
        assert drawn.allocation is not None and lots.is_redrawn(drawn.allocation) and len(drawn.allocation.treated) == 6
        assert drawn.power is not None and drawn.draws is not None and (drawn.smallest_p or 1) <= 0.05


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (replace(AREAS, worthwhile=0), "above 0"),
        (replace(AREAS, names=("a",)), "12 units but 1 names"),
        (replace(AREAS, baseline=np.ones((12, 3))), "12 units but 3 baselines"),
    ],
)
def test_figures_that_contradict_each_other_are_named(question, words):
    with pytest.raises(ValueError, match=words):
        chooser.advise(question)


@pytest.mark.parametrize("count", [8, 10, 12])
def test_every_method_that_errs_in_the_simulation_is_refused_there_and_ours_is_not(count):
    runs = 3000
    for method, looks, share in level.naive(count, runs):
        if level.at_least_surely(round(share * runs), runs) > 0.05:
            assert chooser.refused(method, count, looks=looks) is not None, (method, looks, share)
    rows, mirrored = level.half(count)
    made = power.simulate(rows, level.TOWN, shares=level.shares(), mirrored=mirrored, runs=runs)
    assert level.at_least_surely(round(made.sequential * runs), runs) <= 0.05
    assert chooser.refused("re-randomisation", count, smallest_p=2 / math.comb(count, count // 2)) is None
    assert {one: chooser.refused(one, count, looks=12) is not None for one in ("cluster-t", "area-z", "person-level", "confidence-sequence")} == {
        "cluster-t": True, "area-z": True, "person-level": True, "confidence-sequence": True,
    }  # fmt: skip
    with pytest.raises(ValueError, match="not known"):
        chooser.refused("guess", count)
