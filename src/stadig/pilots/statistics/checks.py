"""What is wrong with the data, named before anything is concluded from it. Nothing is left out without a finding that counts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from stadig.pilots.statistics.terms import Finding, Plan, Series


def all_of(
    plan: Plan, outcomes: Mapping[str, Series], through: dt.date, *, neighbours: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Finding]:
    """Every finding of every outcome that the plan names; only the primary outcome's can withhold the verdict."""
    for slug in (plan.outcome, *(one.slug for one in plan.limits), *plan.benefits):
        if slug not in outcomes or not len(outcomes[slug].unit):
            yield Finding("no_series", "warning", slug)
