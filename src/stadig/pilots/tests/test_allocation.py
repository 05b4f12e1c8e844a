"""The draw: the same for everyone who has the seed, from a list that anyone can make."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics.terms import Allocation
from stadig.pilots.tests.towns import names


def test_a_draw_can_be_redone_by_hand():
    made = lots.draw(("Alby", "Bro", "Dala", "Ekeby"), 2, "Sundsvall 2026-11-22")
    listed = [("Alby", "Bro"), ("Alby", "Dala"), ("Alby", "Ekeby"), ("Bro", "Dala"), ("Bro", "Ekeby"), ("Dala", "Ekeby")]
    assert lots.listing(made, 10) == listed
    assert made.treated == listed[int(hashlib.sha256(b"Sundsvall 2026-11-22").hexdigest(), 16) % 6]
    assert lots.is_redrawn(made) and not lots.is_redrawn(replace(made, seed="another"))


def test_pairs_are_counted_as_a_binary_number_with_the_first_pair_foremost():
    pairs = (("a", "b"), ("c", "d"), ("e", "f"))
    made = lots.draw(tuple("abcdef"), 0, "seed", method="pairs", pairs=pairs)
    number = int(hashlib.sha256(b"seed").hexdigest(), 16) % 8
    assert made.treated == tuple(
        pair[0] if number >> place & 1 else pair[1] for pair, place in zip(pairs, (2, 1, 0), strict=True)
    )
    assert lots.admissible(made).total == 8


@given(st.integers(2, 12), st.data())
def test_every_complete_draw_is_listed_once(count, data):
    chosen = data.draw(st.integers(1, count - 1))
    draws = lots.admissible(Allocation(names(count), names(count)[:chosen]))
    assert draws.listed and len(draws.rows) == draws.total == math.comb(count, chosen)
    assert (draws.rows.sum(axis=1) == chosen).all()
    assert len(np.unique(draws.rows, axis=0)) == len(draws.rows)
    unlike, own = draws.unlike(len(draws.rows) - 1)
    assert len(unlike) * (2 if 2 * chosen == count else 1) == len(draws.rows)
    assert draws.number_of(unlike[own]) == len(draws.rows) - 1


def test_the_smallest_p_is_what_the_design_can_reach():
    def smallest(count: int, chosen: int) -> float:
        return lots.admissible(Allocation(names(count), names(count)[:chosen])).smallest_p

    assert smallest(6, 3) == pytest.approx(0.1)
    assert smallest(8, 4) == pytest.approx(2 / 70)
    assert smallest(10, 5) == pytest.approx(2 / 252)
    assert smallest(7, 3) == pytest.approx(1 / 35)
    six = tuple((f"{number}a", f"{number}b") for number in range(6))
    paired = Allocation(tuple(name for pair in six for name in pair), tuple(first for first, _ in six), "pairs", six)
    assert lots.admissible(paired).smallest_p == pytest.approx(2 / 64)


def test_constrained_draws_are_those_that_balance():
    levels = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    made = lots.draw(names(8), 4, "seed", method="constrained", balance=levels[:, None].tolist(), tolerance=0.2)
    draws = lots.admissible(made)
    apart = np.abs(np.where(draws.rows, levels, 0).sum(axis=1) / 4 - np.where(draws.rows, 0, levels).sum(axis=1) / 4)
    assert (apart <= 0.2 * levels.std(ddof=1)).all()
    every = lots.admissible(replace(made, method="complete"))
    assert len(draws.rows) == int((lots.imbalance(every.rows, levels[:, None]) <= 0.2).sum()) < 70
    assert draws.number_of(lots.mask(made)) is not None
    with pytest.raises(lots.BadDraw, match="Widen"):
        lots.admissible(replace(made, balance=tuple((2.0**number,) for number in range(8)), tolerance=0.01))


@pytest.mark.parametrize("method", ["complete", "constrained", "pairs"])
def test_draws_too_many_to_list_come_from_the_seed_with_the_one_made_first(method):
    units = names(60)
    pairs = tuple(zip(units[::2], units[1::2], strict=True))
    balance = [[float(number % 7)] for number in range(60)]
    made = lots.draw(units, 30, "seed", method=method, pairs=pairs, balance=balance, tolerance=0.3)
    draws = lots.admissible(made)
    assert not draws.listed and len(draws.rows) >= 1000
    assert draws.total == (2**30 if method == "pairs" else None)
    assert (draws.rows[0] == lots.mask(made)).all() and (draws.rows.sum(axis=1) == 30).all()
    assert lots.is_redrawn(made)
    assert lots.admissible(made).digest == draws.digest != lots.admissible(replace(made, seed="other")).digest
    if method == "pairs":
        assert (draws.rows[:, ::2] != draws.rows[:, 1::2]).all()
    if method == "constrained":
        assert (lots.imbalance(draws.rows, np.array(balance)) <= 0.3).all()


def test_the_digest_is_that_of_lines_of_noughts_and_ones():
    draws = lots.admissible(Allocation(("a", "b", "c"), ("a",)))
    assert draws.digest == hashlib.sha256(b"100\n010\n001\n").hexdigest()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=6, max_size=6))
def test_pairs_have_the_smallest_total_distance(figures):
    baseline = np.array(figures)
    found = lots.matched_pairs(names(6), baseline)
    scaled = lots.standardised(baseline)
    at = {name: number for number, name in enumerate(names(6))}

    def length(pairs) -> float:
        return sum(float(np.linalg.norm(scaled[one] - scaled[other])) for one, other in pairs)

    best = min(length(zip(order[::2], order[1::2], strict=True)) for order in permutations(range(6)))
    assert length((at[one], at[other]) for one, other in found) == pytest.approx(best)


def test_many_units_are_paired_with_their_neighbours():
    assert lots.matched_pairs(("a", "b", "c", "d"), np.array([1.0, 9, 2, 8])) == (("a", "c"), ("b", "d"))
    random = np.random.default_rng(3)
    figures = random.normal(size=(30, 2))
    pairs = lots.matched_pairs(names(30), figures)
    assert sorted(name for pair in pairs for name in pair) == list(names(30))
    with pytest.raises(lots.BadDraw, match="even"):
        lots.matched_pairs(names(3), np.zeros(3))


@pytest.mark.parametrize(
    ("allocation", "words"),
    [
        (Allocation(("a", "b"), ("a", "b")), "nothing to compare"),
        (Allocation(("a", "b"), ()), "nothing to compare"),
        (Allocation(("a", "a"), ("a",)), "twice"),
        (Allocation(("a", "b"), ("c",)), "not among"),
        (Allocation(("a", "b", "c", "d"), ("a",), "pairs", (("a", "b"),)), "exactly one pair"),
        (Allocation(("a", "b"), ("a",), "constrained", balance=((1.0,),), tolerance=1), "one row"),
    ],
)
def test_an_impossible_draw_says_why(allocation, words):
    with pytest.raises(lots.BadDraw, match=words):
        lots.admissible(allocation)


def test_a_draw_without_a_public_seed_is_refused():
    with pytest.raises(lots.BadDraw, match="public"):
        lots.draw(names(4), 2, " ")
