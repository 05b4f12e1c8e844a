"""What a trial gave beside what would have been: written to the ledger of effects as measured, with its interval, once a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadig.city import clock, effects
from stadig.city.models import Effect, Metric
from stadig.pilots.card import Card, Outcome
from stadig.pilots.figures import Figures
from stadig.pilots.models import Pilot
from stadig.pilots.statistics.terms import Allocation, Direction, Estimate, Result, Scale, Series, Verdict

SUMMED = ("effects", "upload", "derived")
"""Sources whose figures add up; the others, and shares, are told as a mean difference."""
SHARES = ("%", "av 100", "per 100", "1–5")


@dataclass(frozen=True, slots=True)
class Gain:
    """What was gained, positive when it is good, in ``unit``."""

    quantity: float
    low: float
    high: float
    unit: str


def adds_up(outcome: Outcome) -> bool:
    """Whether the outcome is an amount that can be saved, and not a share or a score."""
    return outcome.source in SUMMED and outcome.unit not in SHARES


def metric_of(outcome: Outcome) -> str:
    """The measure in the ledger under which what an outcome gained is kept."""
    return slugify(f"gained {outcome.slug} {outcome.unit}")[:60]


def record(pilot: Pilot, card: Card, result: Result, series: Figures) -> None:
    """Write what the look's month gave; a later look of the same month replaces it. Nothing without an interval, or where the verdict is withheld.

    A saving comes only from what would have been: effect × what was done. What is derived from it by a factor is marked as derived.
    """
    primary, outcome = result.primary, card.primary
    if primary is None or outcome is None or primary.low is None or primary.high is None or result.verdict is Verdict.WITHHELD:
        return
    if outcome.slug not in series:
        return
    gain = gained(card, outcome, primary, series[outcome.slug], result.through)
    if gain is None:
        return
    method = _("Försöket %(title)s: skillnad mot dem som inte fick tjänsten, 95 %% säkerhet") % {"title": pilot.title}
    _write(pilot, outcome, gain, result.through, method)
    for one in card.benefits:
        if one.source == "derived" and one.of == outcome.slug and adds_up(outcome):
            factor = effects.factor(one.factor, result.through.year)
            turned = Gain(gain.quantity * factor.value, gain.low * factor.value, gain.high * factor.value, one.unit)
            _write(
                pilot,
                one,
                turned,
                result.through,
                f"{outcome.title} × {factor.title}, {factor.year} ({factor.source})",
            )


def gained(card: Card, outcome: Outcome, effect: Estimate, series: Series, through: dt.date) -> Gain | None:
    """Effect × what those with the service did in the month that ``through`` is in; None where they did nothing."""
    first = max(through.replace(day=1), card.begins or through)
    did = with_service(series, card.allocation, card.begins or first)
    did &= (series.day >= np.datetime64(first)) & (series.day <= np.datetime64(through))
    total, count = float((series.value * series.weight)[did].sum()), float(series.weight[did].sum())
    if count == 0:
        return None
    low, high = effect.low if effect.low is not None else -np.inf, effect.high if effect.high is not None else np.inf
    sign = -1.0 if outcome.direction is Direction.LESS else 1.0
    if not adds_up(outcome):
        scale, unit = (100.0, "%") if card.scale is Scale.RELATIVE else (1.0, outcome.unit)
        ends = sorted((sign * low * scale, sign * high * scale))
        return Gain(sign * effect.value * scale, ends[0], ends[1], unit)
    found = [_difference(share, total, count, card.scale) for share in (effect.value, low, high)]
    if any(one is None for one in found):
        return None
    value, one, other = (sign * float(each or 0.0) for each in found)
    return Gain(value, min(one, other), max(one, other), outcome.unit)


def _difference(effect: float, total: float, count: float, scale: Scale) -> float | None:
    """What was done minus what would have been done: ``total = (1 + effect) × without``."""
    if scale is Scale.ABSOLUTE:
        return effect * count
    return total * effect / (1.0 + effect) if effect > -1.0 else None


def with_service(series: Series, allocation: Allocation | None, begins: dt.date) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(rows,): whether the row is of someone, or an area, that had the service that day."""
    if series.arm is not None:
        return np.asarray((series.arm == "pilot") & (series.day >= np.datetime64(begins)))
    if allocation is None:
        return np.asarray(series.day >= np.datetime64(begins))
    later = dict(allocation.begins)
    had = np.zeros(len(series.unit), dtype=np.bool_)
    for unit in allocation.treated:
        had |= (series.unit == unit) & (series.day >= np.datetime64(later.get(unit, begins)))
    return had


def _write(pilot: Pilot, outcome: Outcome, gain: Gain, through: dt.date, method: str) -> None:
    kind = "derived" if outcome.source == "derived" else "measured"
    metric = _metric(outcome, gain.unit)
    key = f"pilot:{pilot.pk}:{through:%Y-%m}"
    at = clock.midnight(through)
    held = Effect.objects.filter(metric_id=metric, key=key, replaced_by=None).values_list("quantity", flat=True).first()
    if held is None:
        effects.record(
            *(pilot.service, metric, gain.quantity, gain.unit, at),
            subject=("pilot", pilot.pk),
            key=key,
            kind=kind,
            method=method[:300],
            low=gain.low,
            high=gain.high,
            evidence=f"pilot:{pilot.slug}",
        )
    elif held != gain.quantity:
        effects.correct(metric, key, gain.quantity, gain.unit, method=method[:300], low=gain.low, high=gain.high, at=at)


def _metric(outcome: Outcome, unit: str) -> str:
    """The measure, made the first time. Its words are the city's own, in Swedish."""
    base = Metric.objects.filter(pk=outcome.metric).values_list("sustainability", flat=True).first() if outcome.metric else None
    kind = base or (
        "environmental"
        if "co2" in unit.casefold().replace("₂", "2")
        else "social"
        if outcome.source in ("cases", "ratings")
        else "economic"
    )
    with override("sv"):
        words = _("%(what)s: mindre än annars") if outcome.direction is Direction.LESS else _("%(what)s: mer än annars")
        title = (words % {"what": outcome.title})[:120]
    values = {
        "title": title,
        "unit": unit[:20],
        "direction": Metric.Direction.MORE,
        "additivity": Metric.Additivity.SUM if adds_up(outcome) else Metric.Additivity.MEAN,
        "sustainability": kind,
        "description": "",
    }
    return Metric.objects.get_or_create(slug=metric_of(outcome), defaults=values)[0].pk
