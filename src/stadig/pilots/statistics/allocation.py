"""Which areas get the service: the draw from a public seed, and every draw that was possible.

Anyone can redo a draw by hand. The possible draws stand in a fixed order (``admissible``); the SHA-256 of the seed text (UTF-8), read as one
whole number, divided by how many they are, leaves a remainder: that is the number of the draw, counted from zero. ::

    printf '%s' 'Stadig Sundsvall 2026-11-22' | sha256sum

Where they are too many to list, each area gets the SHA-256 of the seed, a line break and its name; those with the smallest get the service.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Allocation

LISTED = 20_000
"""As many draws as this are listed one by one; more are drawn from."""
SEARCHED = 200_000
"""Constrained: as many draws as this are looked through for those that are admissible."""
COUNTED = 10**15
"""More draws than this are said to be too many to count: the number helps no reader, and JSON cannot hold it."""
TRIES = 200
"""Constrained, drawn: as many attempts as this per draw that is wanted, before the tolerance is said to be too narrow."""


class BadDraw(ValueError):
    """A draw that cannot be made as described. The message names what is wrong and the way out."""


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws that a design could have made, one row each, in order; a column per unit, in the allocation's order."""

    rows: NDArray[np.bool_]
    """(draws, units): who gets the service."""
    total: int | None
    """How many there are in all; None above ``COUNTED``, or where they are too many to count under a constraint."""
    listed: bool
    """Every one is here. Otherwise row 0 is the draw that was made, and the others come from the same design by the seed."""

    @property
    def digest(self) -> str:
        """SHA-256 over the rows, each a line of 0 and 1: the same list gives the same digest everywhere."""
        lines = np.where(self.rows, b"1", b"0").astype("S1")
        return hashlib.sha256(b"".join(line.tobytes() + b"\n" for line in lines)).hexdigest()

    @property
    def smallest_p(self) -> float:
        """The smallest two-sided p that the design can ever give: a draw and its mirror image cannot be told apart."""
        return min(1.0, (2.0 if self.mirrored else 1.0) / len(self.rows))

    @property
    def mirrored(self) -> bool:
        """Whether every draw stands there with its mirror image, in which the others get the service."""
        return self.listed and 2 * int(self.rows[0].sum()) == self.rows.shape[1]

    def unlike(self, own: int) -> tuple[NDArray[np.bool_], int]:
        """The draws of which no two are each other's mirror image, and where the row ``own`` stands among them."""
        if not self.mirrored:
            return self.rows, own
        kept = self.rows[:, 0] == self.rows[own, 0]
        return self.rows[kept], int(kept[:own].sum())

    def tested(self, own: int, most: int, seed: str) -> tuple[NDArray[np.bool_], int]:
        """At most so many of the unlike draws (never fewer than 1,000): the one made, and others drawn from the list by the seed.

        The one made is as likely as each of the others to be any of them, so a test over these few is as exact as over all.
        """
        rows, at = self.unlike(own)
        if len(rows) <= max(most, 1000):
            return rows, at
        others = np.delete(np.arange(len(rows)), at)
        kept = generator(f"tested\n{seed}").choice(others, max(most, 1000) - 1, replace=False)
        return rows[np.concatenate([[at], np.sort(kept)])], 0

    def number_of(self, drawn: NDArray[np.bool_]) -> int | None:
        """The row of a draw; None where the design could not have made it."""
        found = np.flatnonzero((self.rows == drawn).all(axis=1))
        return int(found[0]) if len(found) else None


def mask(allocation: Allocation) -> NDArray[np.bool_]:
    """(units,): who got the service. Raises BadDraw for a name that is not among the units, or stands twice."""
    if len(set(allocation.units)) != len(allocation.units):
        raise BadDraw("A unit stands twice among those to be drawn. Name each once.")
    strangers = sorted(set(allocation.treated) - set(allocation.units))
    if strangers:
        raise BadDraw(f"{', '.join(strangers)} got the service but was not among the units. Add them, or take them away.")
    return np.isin(np.array(allocation.units, dtype=np.str_), np.array(allocation.treated, dtype=np.str_))


def admissible(allocation: Allocation, *, permutations: int = 999) -> Draws:
    """Every draw that the allocation's design could have made, or the one made and at least 999 more drawn by its seed.

    Complete: all ways to choose as many, in the order of the first unit, then the second …. Pairs: one of each pair, counted as a binary
    number with the first pair foremost, 1 where its first gets the service. Constrained: those of the complete ones whose standardised
    differences of means are all within the tolerance.

    Raises
    ------
    BadDraw
        No draw is possible: none or all get it, a unit lacks its pair, a row of background figures is missing, nothing is within the tolerance.
    """
    own = mask(allocation)
    count, chosen = len(own), int(own.sum())
    if allocation.method == "pairs":
        return _paired(allocation, own, permutations)
    if not 0 < chosen < count:
        raise BadDraw("Some must get the service and some must not, otherwise there is nothing to compare.")
    total = math.comb(count, chosen)
    if allocation.method == "constrained":
        return _constrained(allocation, own, permutations, total)
    if total <= LISTED:
        return Draws(_all(count, chosen), total, True)
    random = generator(allocation.seed)
    return Draws(
        np.vstack([own, _some(random, count, chosen, max(permutations, 999))]), total if total <= COUNTED else None, False
    )


def draw(
    units: Sequence[str],
    chosen: int,
    seed: str,
    *,
    method: str = "complete",
    pairs: Iterable[tuple[str, str]] = (),
    balance: Iterable[Sequence[float]] = (),
    tolerance: float = 0.0,
) -> Allocation:
    """Draw who gets the service, the same for everyone who has the seed. ``chosen`` is ignored for pairs.

    Raises
    ------
    BadDraw
        As :func:`admissible`; also an empty seed, since a draw that no one can redo is not public.
    """
    if not seed.strip():
        raise BadDraw("Write a seed that is public before the draw, such as a date and a title.")
    rows = tuple(tuple(float(one) for one in row) for row in balance)
    blank = Allocation(tuple(units), tuple(units[:chosen]), method, tuple(pairs), rows, tolerance, seed)
    if method == "pairs":
        blank = replace(blank, treated=tuple(first for first, _ in blank.pairs))
    drawn = _drawn(blank)
    return replace(blank, treated=tuple(unit for unit, gets in zip(blank.units, drawn, strict=True) if gets))


def is_redrawn(allocation: Allocation) -> bool:
    """Whether the public seed gives the draw that was made."""
    return bool(allocation.seed) and bool((_drawn(allocation) == mask(allocation)).all())


def number(seed: str) -> int:
    """The SHA-256 of a text as one whole number."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")


def generator(seed: str) -> np.random.Generator:
    """The random numbers of a seed for the draws beside the one made; another stream than the draw's own."""
    return np.random.Generator(np.random.PCG64(number(f"beside\n{seed}")))


def matched_pairs(units: Sequence[str], baseline: NDArray[np.float64]) -> tuple[tuple[str, str], ...]:
    """Pairs of the most alike, so that the sum of the distances is the smallest. ``baseline``: (units,) or (units, figures).

    Figures are standardised. One figure: neighbours in order, which is exact. Several: exact up to 16 units (every matching), beyond that
    improved by exchange until no two pairs can better themselves. Pairs and their members keep the order of ``units``.

    Raises
    ------
    BadDraw
        An odd number of units.
    """
    if len(units) % 2:
        raise BadDraw("Pairs need an even number of units. Leave one out, or draw without pairs.")
    figures = standardised(np.asarray(baseline, dtype=np.float64).reshape(len(units), -1))
    if figures.shape[1] == 1:
        order = np.argsort(figures[:, 0], kind="stable")
        found = [(int(one), int(other)) for one, other in order.reshape(-1, 2)]
    else:
        apart = np.sqrt(((figures[:, None, :] - figures[None, :, :]) ** 2).sum(axis=2))
        found = _best_matching(apart) if len(units) <= 16 else _good_matching(apart)
    return tuple((units[one], units[other]) for one, other in sorted((min(pair), max(pair)) for pair in found))


def standardised(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """(units, figures) with mean 0 and standard deviation 1; a figure that is the same everywhere becomes 0."""
    spread = figures.std(axis=0, ddof=1) if len(figures) > 1 else np.zeros(figures.shape[1])
    return (figures - figures.mean(axis=0)) / np.where(spread > 0, spread, np.inf)


def imbalance(rows: NDArray[np.bool_], balance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draws,): the largest absolute standardised difference of means of each draw (Moulton 2004; Ivers et al. 2012)."""
    figures = standardised(balance)
    with_it = rows @ figures / rows.sum(axis=1, keepdims=True)
    without = ~rows @ figures / (~rows).sum(axis=1, keepdims=True)
    return np.abs(with_it - without).max(axis=1)


def _drawn(allocation: Allocation) -> NDArray[np.bool_]:
    seed, units = allocation.seed, allocation.units
    draws = admissible(allocation)
    if draws.listed:
        return draws.rows[number(seed) % len(draws.rows)]
    if allocation.method == "pairs":
        firsts = {pair[number(f"{seed}\n{pair[0]}\n{pair[1]}") % 2] for pair in allocation.pairs}
        return np.array([unit in firsts for unit in units])
    chosen = len(allocation.treated)
    for attempt in range(LISTED):
        salt = f"{seed}\n{attempt}" if allocation.method == "constrained" else seed
        order = sorted(range(len(units)), key=lambda at: (number(f"{salt}\n{units[at]}"), at))
        drawn = np.zeros(len(units), dtype=np.bool_)
        drawn[order[:chosen]] = True
        if allocation.method != "constrained" or imbalance(drawn[None, :], _background(allocation))[0] <= allocation.tolerance:
            return drawn
    raise _too_narrow(allocation)


def _all(count: int, chosen: int) -> NDArray[np.bool_]:
    total = math.comb(count, chosen)
    flat = np.fromiter((at for row in combinations(range(count), chosen) for at in row), dtype=np.intp, count=total * chosen)
    rows = np.zeros((total, count), dtype=np.bool_)
    np.put_along_axis(rows, flat.reshape(total, chosen), True, axis=1)
    return rows


def _some(random: np.random.Generator, count: int, chosen: int, wanted: int) -> NDArray[np.bool_]:
    order = np.argsort(random.random((wanted, count)), axis=1)
    return order < chosen


def _paired(allocation: Allocation, own: NDArray[np.bool_], permutations: int) -> Draws:
    at = {unit: number for number, unit in enumerate(allocation.units)}
    named = [unit for pair in allocation.pairs for unit in pair]
    if sorted(named) != sorted(allocation.units):
        raise BadDraw("Every unit must stand in exactly one pair. Mend the pairs.")
    count = len(allocation.pairs)
    first = np.array([at[one] for one, _ in allocation.pairs])
    second = np.array([at[other] for _, other in allocation.pairs])
    listed = 2**count <= LISTED
    if listed:
        codes = np.arange(2**count, dtype=np.int64)[:, None] >> np.arange(count - 1, -1, -1, dtype=np.int64)
        heads: NDArray[np.bool_] = np.equal(codes % 2, 1)
    else:
        heads = generator(allocation.seed).random((max(permutations, 999), count)) < 0.5
    rows = np.zeros((len(heads), len(own)), dtype=np.bool_)
    rows[:, first], rows[:, second] = heads, ~heads
    return Draws(rows if listed else np.vstack([own, rows]), 2**count if 2**count <= COUNTED else None, listed)


def _background(allocation: Allocation) -> NDArray[np.float64]:
    balance = np.array(allocation.balance, dtype=np.float64)
    if balance.ndim != 2 or len(balance) != len(allocation.units):
        raise BadDraw("Give one row of background figures per unit, all as long.")
    return balance


def _constrained(allocation: Allocation, own: NDArray[np.bool_], permutations: int, total: int) -> Draws:
    balance = _background(allocation)
    count, chosen = len(own), int(own.sum())
    if total <= SEARCHED:
        rows = _all(count, chosen)
        rows = rows[imbalance(rows, balance) <= allocation.tolerance]
        if not len(rows):
            raise _too_narrow(allocation)
        if len(rows) <= LISTED:
            return Draws(rows, len(rows), True)
        number_of = len(rows)
    else:
        number_of = None
    random, kept, wanted = generator(allocation.seed), [own[None, :]], max(permutations, 999)
    for _ in range(TRIES):
        some = _some(random, count, chosen, wanted)
        kept.append(some[imbalance(some, balance) <= allocation.tolerance])
        if sum(map(len, kept)) > wanted:
            return Draws(np.vstack(kept)[: wanted + 1], number_of, False)
    raise _too_narrow(allocation)


def _too_narrow(allocation: Allocation) -> BadDraw:
    return BadDraw(f"Hardly any draw is within the tolerance {allocation.tolerance:g}. Widen it, or balance on fewer figures.")


def _best_matching(apart: NDArray[np.float64]) -> list[tuple[int, int]]:
    count = len(apart)
    best: dict[int, tuple[float, int, int]] = {(1 << count) - 1: (0.0, -1, -1)}

    def left(taken: int) -> float:
        if taken not in best:
            one = next(at for at in range(count) if not taken >> at & 1)
            choices = (
                (float(apart[one, other]) + left(taken | 1 << one | 1 << other), one, other)
                for other in range(one + 1, count)
                if not taken >> other & 1
            )
            best[taken] = min(choices)
        return best[taken][0]

    left(0)
    pairs: list[tuple[int, int]] = []
    taken = 0
    while taken != (1 << count) - 1:
        _, one, other = best[taken]
        pairs.append((one, other))
        taken |= 1 << one | 1 << other
    return pairs


def _good_matching(apart: NDArray[np.float64]) -> list[tuple[int, int]]:
    free, pairs = set(range(len(apart))), list[tuple[int, int]]()
    for flat in np.argsort(apart, axis=None, kind="stable"):
        one, other = divmod(int(flat), len(apart))
        if one < other and one in free and other in free:
            pairs.append((one, other))
            free -= {one, other}
    better = True
    while better:
        better = False
        for here, there in combinations(range(len(pairs)), 2):
            (a, b), (c, d) = pairs[here], pairs[there]
            ways = (((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c)))
            best = min(ways, key=lambda way: float(apart[way[0]] + apart[way[1]]))
            if apart[best[0]] + apart[best[1]] < apart[a, b] + apart[c, d] - 1e-12:
                pairs[here], pairs[there], better = best[0], best[1], True
    return pairs


def listing(allocation: Allocation, limit: int) -> list[tuple[str, ...]]:
    """The first admissible draws as names, to be shown."""
    rows = admissible(allocation).rows
    names = np.array(allocation.units, dtype=np.str_)
    return [tuple(str(name) for name in names[row]) for row in islice(rows, limit)]
