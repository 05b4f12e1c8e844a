"""The two charts of a trial's page: the line over its looks, and the dots of its areas and groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.pilots import sentences
from stadig.pilots.amounts import Measure, sign
from stadig.pilots.card import Card
from stadig.pilots.public import Unit
from stadig.pilots.statistics.terms import Estimate, Part, Plan, Result, Scale
from stadig.ui import charts, formatting

KINDS = {
    "area": gettext_lazy("Område"),
    "district": gettext_lazy("Område"),
    "age_band": gettext_lazy("Ålder"),
    "age": gettext_lazy("Ålder"),
    "sex": gettext_lazy("Kön"),
    "language": gettext_lazy("Språk"),
    "channel": gettext_lazy("Kanal"),
    "unit": gettext_lazy("Enhet"),
}


def line(card: Card, plan: Plan, result: Result, units: Sequence[Unit]) -> charts.Line | None:
    """The difference at each look with its interval, and what each threshold causes. None before the first estimate."""
    looks = [look for look in result.looks if look.estimate is not None]
    if card.primary is None or not looks:
        return None
    measure = Measure(card.primary, card.scale)
    estimates = [_told(look.estimate, card.scale) for look in looks if look.estimate is not None]
    sure = [one.low is not None and one.high is not None for one in estimates]
    goal = sign(plan.direction) * plan.worthwhile
    thresholds = [charts.Threshold(goal * measure.times, _least(measure, goal), _("krav för att skala upp"))]
    if plan.harm is not None:
        bad = -sign(plan.direction) * plan.harm
        thresholds.append(charts.Threshold(bad * measure.times, measure.brief(bad), _("då drar vi tillbaka"), "limit"))
    numbers = [measure.times * one for one in _finite(estimates)] + [threshold.y for threshold in thresholds] + [0.0]
    return charts.Line(
        title=sentences.finding(card, result.primary),
        subtitle=" ".join((subtitle(card, plan, units), *_band(plan, sure))),
        unit=measure.short,
        decimals=measure.decimals,
        heading_size="md",
        series=(
            charts.Series(
                _("Skillnad"),
                [look.through for look in looks],
                [measure.shown(one.value) for one in estimates],
                [measure.shown(one.low) for one in estimates],
                [measure.shown(one.high) for one in estimates],
            ),
        ),
        thresholds=tuple(thresholds),
        events=tuple(_starts(plan, units)),
        y_range=_range(numbers, [measure.times * one.value for one in estimates]),
        nothing=_("Ingen skillnad"),
        last_interval=True,
        signed=True,
        height=360,
        more=((counted(card), tuple(float(one.n_pilot) if one.n_pilot else None for one in estimates)),),
    )


def counted(card: Card) -> str:
    """The column that says of how many: *Korgar*."""
    return {
        "person": _("Personer"),
        "household": _("Hushåll"),
        "case": _("Ärenden"),
        "school": _("Skolor"),
        "district": _("Områden"),
        "bin": _("Korgar"),
        "lamp": _("Lampor"),
        "home": _("Bostäder"),
    }.get(card.unit, _("Antal"))


def _least(measure: Measure, goal: float) -> str:
    return _("Minst %(size)s") % {"size": measure.brief(goal)}


def _finite(estimates: Sequence[object]) -> list[float]:
    found = [getattr(one, name) for one in estimates for name in ("value", "low", "high")]
    return [one for one in found if one is not None]


def _range(numbers: list[float], values: list[float]) -> tuple[float, float]:
    """An axis that shows every estimate and threshold, but not the whole of the first wide intervals."""
    core = [*values, *numbers[-3:]]
    span = max(core) - min(core) or 1.0
    return max(min(numbers), min(core) - span * 0.8), min(max(numbers), max(core) + span * 0.8)


def _told(one: Estimate, scale: Scale) -> Estimate:
    """The estimate without an end that says nothing: whatever is measured falls by at most 100 %."""
    empty = scale is Scale.RELATIVE and one.high is None and one.low is not None and one.low <= -1
    return replace(one, low=None) if empty else one


def _band(plan: Plan, sure: Sequence[bool]) -> Iterator[str]:
    """What the band shows, where one is drawn; ``sure``: at which looks there is one."""
    percent = formatting.percent((1 - plan.alpha) * 100)
    if all(sure):
        yield _("Fältet visar osäkerheten, %(percent)s.") % {"percent": percent}
    elif any(sure):
        yield _("Fältet visar osäkerheten, %(percent)s, från den dag då den går att räkna.") % {"percent": percent}


def subtitle(card: Card, plan: Plan, units: Sequence[Unit]) -> str:
    """Unit and comparison."""
    if card.primary is None:
        return ""
    hundredths = card.primary.unit in sentences.OF_A_HUNDRED
    per = " " + _("per %(what)s") % {"what": card.primary.per} if card.primary.per and not hundredths else ""
    others = sum(1 for unit in units if unit.arm == "comparison")
    if others:
        beside = ngettext("mot %(n)s enhet utan", "mot %(n)s enheter utan", others) % {"n": others}
        if card.unit == "district":
            beside = ngettext("mot %(n)s område utan", "mot %(n)s områden utan", others) % {"n": others}
    else:
        beside = _("mot dem som lottades att vara utan") if plan.design == "persons" else _("före och efter")
    unit = _("procentenheter") if hundredths and card.scale is Scale.ABSOLUTE else formatting.unit(card.primary.unit)
    return _("Skillnad i %(unit)s%(per)s %(beside)s.") % {"unit": unit, "per": per, "beside": beside}


def _starts(plan: Plan, units: Sequence[Unit]) -> list[charts.Event]:
    """Those that began later than the first day."""
    days: dict[dt.date, list[str]] = {}
    for unit in units:
        if unit.begins is not None and unit.begins > plan.begins and unit.arm == "pilot":
            days.setdefault(unit.begins, []).append(unit.name)
    return [
        charts.Event(day, _("%(who)s startar") % {"who": names[0] if len(names) == 1 else len(names)})
        for day, names in days.items()
    ]


def dots(card: Card, plan: Plan, result: Result, kind: str, names: dict[str, str]) -> charts.Dots | None:
    """The effect in each area or group, and in all together. None when nothing may be shown."""
    if card.primary is None:
        return None
    measure = Measure(card.primary, card.scale)
    rows = [_dot(part, measure, names) for part in result.parts if part.kind == kind and not part.suppressed and part.estimate]
    if not rows:
        return None
    every = result.primary
    if every is not None:
        rows.append(
            charts.Dot(_("Alla"), measure.shown(every.value), measure.shown(every.low), measure.shown(every.high), total=True)
        )
    told = any(row.low is not None for row in rows[:-1])
    by_area = kind in ("area", "district", "unit")
    return charts.Dots(
        title=_("Olika mycket i olika områden") if by_area else _("Olika mycket för olika åldrar och grupper"),
        subtitle=measure.told(_how_sure(kind, told=told)),
        unit=measure.short,
        decimals=measure.decimals,
        heading_size="md",
        heading=str(KINDS.get(kind, _("Grupp"))),
        dots=tuple(rows),
        reference=sign(plan.direction) * plan.worthwhile * measure.times,
    )


def _how_sure(kind: str, *, told: bool) -> str:
    """What the strokes of the dots say; in plain words where there are none."""
    if kind == "area" and told:
        return _(
            "Punkt är områdets egen förändring mot dem som är utan. Strecket är hur mycket ett enda område rör sig av sig självt. "
            "Det beskriver bara: regeln ser till alla tillsammans. Den streckade linjen är kravet."
        )
    if kind == "area":
        return _(
            "Punkt är områdets egen förändring mot dem som är utan. Hur säker den är går inte att säga: de som är utan är för få, "
            "eller rör sig inte alls. Den streckade linjen är kravet."
        )
    if told:
        return _("Punkt är bästa gissning, streck är osäkerhet. Den streckade linjen är kravet.")
    return _("Punkt är bästa gissning. Var för sig är de för få för att säga hur säker den är. Den streckade linjen är kravet.")


def _dot(part: Part, measure: Measure, names: dict[str, str]) -> charts.Dot:
    found = part.estimate
    label = names.get(part.label, part.label)
    if found is None:
        return charts.Dot(label, None)
    return charts.Dot(label, measure.shown(found.value), measure.shown(found.low), measure.shown(found.high))


def pooled(
    card: Card, rows: Sequence[tuple[str, float, float]], together: tuple[float, float, float] | None
) -> charts.Dots | None:
    """Each municipality that has tried the same (name, estimate, standard error), and all pooled (value, low, high)."""
    if card.primary is None or not rows:
        return None
    measure = Measure(card.primary, card.scale)
    found = [
        charts.Dot(name, measure.shown(value), measure.shown(value - 1.96 * error), measure.shown(value + 1.96 * error))
        for name, value, error in rows
    ]
    if together is not None:
        value, low, high = together
        found.append(charts.Dot(_("Tillsammans"), measure.shown(value), measure.shown(low), measure.shown(high), total=True))
    return charts.Dots(
        title=_("Samma försök i flera kommuner"),
        subtitle=measure.told(_("Sammanvägt så att kommunerna får vara olika. Punkt är bästa gissning, streck är osäkerhet.")),
        unit=measure.short,
        decimals=measure.decimals,
        heading=_("Kommun"),
        dots=tuple(found),
    )
