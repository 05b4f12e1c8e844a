"""The rule, exactly as it was said beforehand: withdraw, continue or scale up, and why."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence

from stadig.pilots.statistics.terms import Design, Direction, Estimate, Finding, Held, Limit, Plan, Verdict


def held(limit: Limit, estimate: Estimate | None) -> Held:
    """A guardrail is broken when its interval lies wholly beyond the bound, unknown while there is no interval."""
    if estimate is None or (estimate.low is None and estimate.high is None):
        return Held(limit, estimate, "unknown")
    low, high = bounds(estimate)
    beyond = low > limit.bound if limit.direction is Direction.LESS else high < limit.bound
    return Held(limit, estimate, "broken" if beyond else "held")


def bounds(estimate: Estimate) -> tuple[float, float]:
    """Low and high, where a bound that is missing lies infinitely far out."""
    return (
        -math.inf if estimate.low is None else estimate.low,
        math.inf if estimate.high is None else estimate.high,
    )


def good(direction: Direction, estimate: Estimate) -> tuple[float, float, float]:
    """(value, worst end, best end) with the sign turned so that more is better."""
    low, high = bounds(estimate)
    if direction is Direction.MORE:
        return estimate.value, low, high
    return -estimate.value, -high, -low


def judge(
    plan: Plan, primary: Estimate | None, limits: Sequence[Held], findings: Sequence[Finding], through: dt.date
) -> tuple[Verdict, tuple[Finding, ...], bool]:
    """The verdict, the reasons with their figures, and whether it is judged, not shown, because the last date came.

    Scale up: the interval lies wholly on the good side of 0, the estimate is worthwhile, every guardrail is known and none broken.
    Withdraw: the good end of the interval is below the smallest worthwhile effect, or a guardrail is broken. Otherwise continue.
    """
    stops = sorted({one.code for one in findings if one.severity == "withhold"})
    if stops:
        return Verdict.WITHHELD, (Finding("withheld", "withhold", "", {"codes": stops}),), False
    against = tuple(_against(plan, primary, limits))
    if against:
        return Verdict.WITHDRAW, against, False
    lacking = tuple(_lacking(plan, primary, limits))
    if not lacking and primary is not None:
        return Verdict.SCALE_UP, (Finding("shown", "note", plan.outcome, _figures(plan, primary)),), False
    if through >= plan.ends:
        end = Verdict.WITHDRAW if plan.at_end == "withdraw" else Verdict.CONTINUE
        return end, (*lacking, Finding("at_end", "note", "", {"at_end": plan.at_end, "ends": plan.ends.isoformat()})), True
    return Verdict.CONTINUE, lacking, False


def _against(plan: Plan, primary: Estimate | None, limits: Sequence[Held]) -> Iterator[Finding]:
    """All that withdraws the trial."""
    for one in limits:
        if one.state == "broken" and one.estimate is not None:
            figures = {"value": one.estimate.value, "low": one.estimate.low, "high": one.estimate.high, "bound": one.limit.bound}
            yield Finding("limit_broken", "note", one.limit.slug, figures)
    if primary is None or plan.design is Design.BEFORE_AFTER:
        return
    _, _, best = good(plan.direction, primary)
    if plan.harm is not None and best < -plan.harm:
        yield Finding("harm", "note", plan.outcome, _figures(plan, primary) | {"harm": plan.harm})
    elif best < plan.worthwhile:
        yield Finding("cannot_be_worthwhile", "note", plan.outcome, _figures(plan, primary))


def _lacking(plan: Plan, primary: Estimate | None, limits: Sequence[Held]) -> Iterator[Finding]:
    """All that is still missing for scaling up."""
    if plan.design is Design.BEFORE_AFTER:
        yield Finding("before_after", "note", plan.outcome)
        return
    if primary is None:
        yield Finding("no_estimate_yet", "note", plan.outcome)
    else:
        value, worst, _ = good(plan.direction, primary)
        if worst <= 0:
            yield Finding("not_shown_yet", "note", plan.outcome, _figures(plan, primary))
        if value < plan.worthwhile:
            yield Finding("smaller_than_worthwhile", "note", plan.outcome, _figures(plan, primary))
    for one in limits:
        if one.state == "unknown":
            yield Finding("limit_unknown", "note", one.limit.slug, {"bound": one.limit.bound})


def _figures(plan: Plan, primary: Estimate) -> dict[str, float | None]:
    return {"value": primary.value, "low": primary.low, "high": primary.high, "worthwhile": plan.worthwhile}
