"""One analysis of a trial: its plan and its series in, a frozen result out. The same in gives the same bytes out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from stadig.pilots import card, extract
from stadig.pilots.statistics import areas, checks, comparison, limits, meters, multiple, parts, persons, verdict
from stadig.pilots.statistics.series import ordered
from stadig.pilots.statistics.terms import (
    Benefit,
    Design,
    Estimate,
    Finding,
    Held,
    Limit,
    Look,
    Plan,
    Result,
    Scale,
    Series,
)

METHODS = {
    Design.PERSONS: "asymptotic confidence sequence (arXiv:2103.06476, eq. 9)",
    Design.AREAS: "sequential re-randomisation with alpha spending",
    Design.COMPARISON: "difference-in-differences with placebo inference and alpha spending",
    Design.BEFORE_AFTER: "before and after, described",
}


def analyse(
    plan: Plan,
    outcomes: Mapping[str, Series],
    *,
    through: dt.date,
    code_version: str,
    neighbours: Mapping[str, Sequence[str]] | None = None,
    also: Sequence[Finding] = (),
) -> Result:
    """All that the rule needs, through a day: looks, guardrails, benefits, parts, findings and the verdict.

    ``outcomes`` holds a series per slug; an outcome without one is a finding. ``neighbours`` (unit → units beside it) lets
    spill-over be looked for. ``also`` holds what was found when the figures were read; it counts like the rest. The order of the rows does not matter.
    """
    series = {slug: ordered(outcomes[slug]) for slug in sorted(outcomes)}
    days = look_days(plan, through)
    findings = [*also, *checks.all_of(plan, series, through, neighbours=neighbours)]
    looks: tuple[Look, ...] = ()
    if plan.outcome in series:
        looks, lacks = looks_of(plan, series[plan.outcome], days)
        findings += lacks
    guarded = tuple(_held(plan, one, series, days, findings) for one in plan.limits)
    benefits = _benefits(plan, series, days, findings)
    primary = looks[-1].estimate if looks else None
    what, because, judged = verdict.judge(plan, primary, guarded, findings, through)
    return Result(
        plan_digest=card.digest(plan),
        data_sha256=hashlib.sha256(canonical(series)).hexdigest(),
        method=METHODS[plan.design],
        seed=plan.seed,
        code_version=code_version,
        through=through,
        looks=looks,
        limits=guarded,
        benefits=benefits,
        parts=parts.parts(plan, series[plan.outcome], through) if plan.outcome in series else (),
        findings=_once(findings),
        verdict=what,
        because=because,
        beside=meters.pairs(neighbours or {}),
        judged_not_shown=judged,
    )


def canonical(outcomes: Mapping[str, Series]) -> bytes:
    """The series in one written form, rows in one order: what ``data_sha256`` is of. ``extract.read`` reads it."""
    return extract.written({slug: ordered(series) for slug, series in outcomes.items()})


def written(result: Result) -> bytes:
    """The result as JSON, names in order: the same result is the same bytes."""
    return msgspec.json.encode(result, order="sorted")


def look_days(plan: Plan, through: dt.date) -> tuple[dt.date, ...]:
    """The last day of each whole period of ``every_days`` so far, and the trial's last day itself."""
    last = min(through, plan.ends)
    length = (last - plan.begins).days
    days = [plan.begins + dt.timedelta(days) for days in range(plan.every_days - 1, length + 1, plan.every_days)]
    if last == plan.ends and length > 0 and last not in days:
        days.append(last)
    return tuple(days)


def looks_of(plan: Plan, series: Series, days: Sequence[dt.date]) -> tuple[tuple[Look, ...], tuple[Finding, ...]]:
    """The looks by the plan's design."""
    if plan.design is Design.PERSONS:
        return persons.looks(plan, series, days)
    if plan.design is Design.AREAS:
        return areas.looks(plan, series, days)
    if plan.design is Design.COMPARISON:
        return comparison.looks(plan, series, days)
    return parts.before_after(plan, series, days)


def _held(plan: Plan, limit: Limit, series: Mapping[str, Series], days: Sequence[dt.date], findings: list[Finding]) -> Held:
    """A guardrail at the latest look, at its share of the guardrails' alpha."""
    if limit.slug not in series or not days:
        return verdict.held(limit, None)
    alpha = multiple.shared(plan.alpha_limits, len(plan.limits))
    if limit.kind == "level":
        return verdict.held(limit, limits.level(plan, series[limit.slug], days[-1], alpha=alpha, bound=limit.bound))
    own = replace(plan, outcome=limit.slug, direction=limit.direction, scale=Scale.ABSOLUTE, alpha=alpha)
    looks, lacks = looks_of(own, series[limit.slug], days)
    findings += _of_other(lacks, limit.slug, findings)
    return verdict.held(limit, looks[-1].estimate if looks else None)


def _benefits(plan: Plan, series: Mapping[str, Series], days: Sequence[dt.date], findings: list[Finding]) -> tuple[Benefit, ...]:
    """The other outcomes at the latest look. Those derived from another outcome are shown but are no evidence of their own."""
    found: list[Estimate | None] = []
    for slug in plan.benefits:
        looks: tuple[Look, ...] = ()
        if slug in series:
            looks, lacks = looks_of(replace(plan, outcome=slug, harm=None), series[slug], days)
            findings += _of_other(lacks, slug, findings)
        found.append(looks[-1].estimate if looks else None)
    adjusted = multiple.holm(
        [None if slug in plan.derived or one is None else one.p for slug, one in zip(plan.benefits, found, strict=True)]
    )
    return tuple(Benefit(slug, one, p, slug in plan.derived) for slug, one, p in zip(plan.benefits, found, adjusted, strict=True))


def _of_other(lacks: Sequence[Finding], slug: str, known: Sequence[Finding]) -> list[Finding]:
    """What another outcome lacks, but for what is already said: it keeps that outcome, not the primary one, from being judged."""
    said = [(one.code, one.values) for one in known]
    new = [one for one in lacks if (one.code, one.values) not in said]
    return [replace(one, where=slug, severity="warning" if one.severity == "withhold" else one.severity) for one in new]


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once, the gravest first, otherwise in the order they were found."""
    order = {"withhold": 0, "warning": 1, "note": 2}
    seen: dict[bytes, Finding] = {}
    for one in findings:
        seen.setdefault(msgspec.json.encode(one, order="sorted"), one)
    return tuple(sorted(seen.values(), key=lambda one: order.get(one.severity, 3)))
