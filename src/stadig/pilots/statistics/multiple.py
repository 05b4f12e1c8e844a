"""Several outcomes at once: what a p-value is worth when one looked at many."""

from __future__ import annotations

from collections.abc import Sequence


def holm(ps: Sequence[float | None]) -> tuple[float | None, ...]:
    """P-values adjusted by Holm's step-down method, in the same order; None stays None and is not counted.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
    """
    known = sorted((p, at) for at, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    largest = 0.0
    for rank, (p, at) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        adjusted[at] = largest
    return tuple(adjusted)


def shared(alpha: float, count: int) -> float:
    """What each of ``count`` guardrails gets of ``alpha`` (Bonferroni); all of it where there is one or none."""
    return alpha / max(count, 1)
