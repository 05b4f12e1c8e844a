"""What a trial gave beside what would have been: written to the ledger of effects as measured, with its interval, once a month."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadig.city import clock, effects
from stadig.city.models import Effect, Metric
from stadig.pilots import saved
from stadig.pilots.card import Card, Outcome, rule_of
from stadig.pilots.figures import Figures
from stadig.pilots.models import Pilot
from stadig.pilots.saved import Amount
from stadig.pilots.statistics.series import chosen
from stadig.pilots.statistics.terms import Direction, Estimate, Result, Scale, Verdict

SUMMED = ("effects", "upload", "derived")
"""Sources whose figures add up; the others, and shares, are told as a mean difference."""
SHARES = ("%", "av 100", "per 100", "1–5")


def adds_up(outcome: Outcome) -> bool:
    """Whether the outcome is an amount that can be saved, and not a share or a score."""
    return outcome.source in SUMMED and outcome.unit not in SHARES


def metric_of(outcome: Outcome, unit: str = "") -> str:
    """The measure in the ledger under which what an outcome gained is kept."""
    return slugify(f"gained {outcome.slug} {unit or outcome.unit}".replace("%", "percent"))[:60]


def record(pilot: Pilot, card: Card, result: Result, series: Figures) -> None:
    """Write what each month since the start gave, by what the look says of all its figures: a later look corrects the earlier ones'.

    Nothing without an interval, or where the verdict is withheld. A share or a score is told for the look's month alone. A saving comes only from what would have been: effect × what was done. What is derived from it by a factor is marked as derived.
    """
    primary, outcome = result.primary, card.primary
    if primary is None or outcome is None or primary.low is None or primary.high is None or result.verdict is Verdict.WITHHELD:
        return
    own = series.get(outcome.slug)
    if own is None:
        return
    method = _("Försöket %(title)s: skillnad mot dem som inte fick tjänsten, 95 %% säkerhet") % {"title": pilot.title}
    if not adds_up(outcome):
        unit = "%" if card.scale is Scale.RELATIVE else outcome.unit
        _write(pilot, outcome, _as_it_is(card, outcome, primary), unit=unit, through=result.through, method=method)
        return
    for first, last in months(card.begins or result.through, result.through):
        month = chosen(own, (own.day >= np.datetime64(first)) & (own.day <= np.datetime64(last)))
        gain = saved.total(rule_of(card), month, primary)
        if gain is None:
            continue
        _write(pilot, outcome, gain, unit=outcome.unit, through=last, method=method)
        for one in card.benefits:
            if one.source == "derived" and one.of == outcome.slug:
                factor = effects.factor(one.factor, last.year)
                turned = saved.times(gain, factor.value, factor.low, factor.high)
                how = f"{outcome.title} × {factor.title}, {factor.year} ({factor.source})"
                _write(pilot, one, turned, unit=one.unit, through=last, method=how)


def months(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """(first day, last day) of each month within two days, both included; the ends may be parts of a month."""
    found: list[tuple[dt.date, dt.date]] = []
    while first <= last:
        following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        found.append((first, min(last, following - dt.timedelta(days=1))))
        first = following
    return found


def _as_it_is(card: Card, outcome: Outcome, effect: Estimate) -> Amount:
    """A share or a score is no amount: the difference itself, positive when it is good, in percent where it is relative."""
    sign = (-1.0 if outcome.direction is Direction.LESS else 1.0) * (100.0 if card.scale is Scale.RELATIVE else 1.0)
    low, high = sorted(sign * one for one in (effect.low or 0.0, effect.high or 0.0))
    return Amount(sign * effect.value, low, high)


def _write(pilot: Pilot, outcome: Outcome, gain: Amount, *, unit: str, through: dt.date, method: str) -> None:
    kind = "derived" if outcome.source == "derived" else "measured"
    metric = _metric(outcome, unit)
    key = f"pilot:{pilot.pk}:{through:%Y-%m}"
    at = clock.midnight(through)
    held = Effect.objects.filter(metric_id=metric, key=key, replaced_by=None).values_list("quantity", "low", "high").first()
    if held is None:
        effects.record(
            *(pilot.service, metric, gain.value, unit, at),
            subject=("pilot", pilot.pk),
            key=key,
            kind=kind,
            method=method[:300],
            low=gain.low,
            high=gain.high,
            evidence=f"pilot:{pilot.slug}",
        )
    elif held != (gain.value, gain.low, gain.high):
        effects.correct(metric, key, gain.value, unit, method=method[:300], low=gain.low, high=gain.high, at=at)


def _metric(outcome: Outcome, unit: str) -> str:
    """The measure, made the first time. Its words are the city's own, in Swedish."""
    base = Metric.objects.filter(pk=outcome.metric).values_list("sustainability", flat=True).first() if outcome.metric else None
    climate = "co2" in unit.casefold().replace("₂", "2")
    kind = base or ("environmental" if climate else "social" if outcome.source in ("cases", "ratings") else "economic")
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
    return Metric.objects.get_or_create(slug=metric_of(outcome, unit), defaults=values)[0].pk
