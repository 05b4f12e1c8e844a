"""How the services work for people, open to everyone. Counted by ourselves, without trackers, and no person in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadig.cases import rating
from stadig.cases.models import Channel
from stadig.city.permissions import needs, public
from stadig.eservices import access, published, remarks, statistics
from stadig.eservices.models import EService
from stadig.eservices.statistics import Figures, Mean
from stadig.ui import charts, formatting


@dataclass(frozen=True, slots=True)
class Row:
    """One service in the list of all."""

    name: str
    title: str
    started: int
    submitted: int
    share: str
    median: str
    ease: str


@public
def every(request: HttpRequest) -> HttpResponse:
    """All services."""
    found, language = statistics.of(), _language()
    rows = [_row(one.name, one.text("service.title", language), found.get(one.name)) for one in published.every()]
    begin, until = statistics.period()
    return render(request, "eservices/statistics.html", {"rows": tuple(rows), "begin": begin, "until": until})


@public
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One service."""
    try:
        _service, package = published.current(name)
    except EService.DoesNotExist:
        raise Http404 from None
    figures, language = statistics.of(name)[name], _language()
    begin, until = statistics.period()
    context = {
        "name": name,
        "title": package.text("service.title", language),
        "begin": begin,
        "until": until,
        "figures": figures,
        "handling": _handling(figures),
        "ease": _mean(figures.ease),
        "least": statistics.LEAST,
        "dropping": _dropping(statistics.steps(package, figures, language), figures),
        "channels": _channels(figures),
        "easy": _easy(figures),
        "may_read_lines": EService.objects.filter(access.owned(request.user), name=name).exists()
        if access.REMARKS.held_by(request.user)
        else False,
    }
    return render(request, "eservices/service_statistics.html", context)


@needs(access.REMARKS)
@never_cache
@require_safe
def lines(request: HttpRequest, name: str) -> HttpResponse:
    """What people wrote about how easy one service was, for those who own it."""
    if not EService.objects.filter(access.owned(request.user), name=name).exists():
        raise Http404
    _service, package = published.current(name)
    labels: dict[int, Any] = dict(rating.SCORES)
    written = remarks.of(name)
    context = {
        "name": name,
        "title": package.text("service.title", _language()),
        "enough": written.enough,
        "least": statistics.LEAST,
        "next": remarks.next_month(),
        "lines": tuple(
            (formatting.month(f"{one.month:%Y-%m}"), str(labels[one.value]), one.value, one.text) for one in written.lines
        ),
    }
    return render(request, "eservices/remarks.html", context)


def _language() -> str:
    return (get_language() or "sv").partition("-")[0]


def _row(name: str, title: str, figures: Figures | None) -> Row:
    if figures is None:
        return Row(name, title, 0, 0, formatting.DASH, formatting.DASH, formatting.DASH)
    share = figures.share_submitted
    return Row(
        name,
        title,
        figures.started,
        figures.submitted,
        formatting.percent(share) if share is not None else formatting.DASH,
        _days(figures.handling.median) if figures.handling else formatting.DASH,
        formatting.number(figures.ease.value, 1) if figures.ease else formatting.DASH,
    )


def _days(days: float) -> str:
    shown = formatting.number(days, 1 if days < 10 else 0)
    return _("%(n)s dagar") % {"n": shown}


def _handling(figures: Figures) -> dict[str, str]:
    if figures.handling is None:
        return {}
    return {
        "median": _days(figures.handling.median),
        "most": _days(figures.handling.most),
        "cases": formatting.number(figures.handling.cases),
    }


def _mean(mean: Mean | None) -> dict[str, str]:
    if mean is None:
        return {}
    numbers = {"value": mean.value, "low": mean.low, "high": mean.high}
    return {name: formatting.number(value, 1) for name, value in numbers.items()} | {"answers": formatting.number(mean.answers)}


def _dropping(steps: list[tuple[str, int]], figures: Figures) -> charts.Bars | None:
    """How many came how far; the title names the step where most stopped."""
    if figures.started < statistics.LEAST:
        return None
    way = [(_("Började"), figures.started), *steps, (_("Skickade in"), figures.submitted)]
    falls = [(before[1] - after[1], after[0]) for before, after in pairwise(way)]
    fall, step = max(falls)
    title = _("Flest slutar vid ”%(step)s”") % {"step": step} if fall > 0 else _("Nästan alla som börjar skickar in")
    bars = tuple(charts.Bar(label, float(count)) for label, count in way)
    return charts.Bars(title=title, subtitle=_("Så många blev klara med varje steg"), heading=_("Steg"), bars=bars, decimals=0)


def _channels(figures: Figures) -> charts.Bars | None:
    if not figures.channels:
        return None
    labels: dict[str, Any] = dict(Channel.choices)
    parts = sorted(((100 * count / figures.submitted, str(labels[one])) for one, count in figures.channels.items()), reverse=True)
    share, label = parts[0]
    title = _("%(share)s kom in på det vanligaste sättet: %(channel)s") % {
        "share": formatting.percent(share),
        "channel": label.lower(),
    }
    bars = tuple(charts.Bar(name, value) for value, name in parts)
    return charts.Bars(title=title, subtitle=_("Hur ansökningarna kom in, procent"), unit="%", heading=_("Sätt"), bars=bars)


def _easy(figures: Figures) -> charts.Dots | None:
    """How easy it was: all together, and every group that is large enough."""
    if figures.ease is None:
        return None
    labels: dict[str, Any] = dict(Channel.choices)
    dots = [_dot(_("Alla"), figures.ease, total=True)]
    dots += [_dot(str(labels[name]), one) for name, one in figures.ease_by_channel.items()]
    dots += [_dot(_band(name), one) for name, one in figures.ease_by_band.items()]
    title = _("Lätthet %(value)s av 5") % {"value": formatting.number(figures.ease.value, 1)}
    subtitle = _("Medelvärde med 95 % säkerhet, 1 är mycket svårt och 5 mycket lätt")
    return charts.Dots(title=title, subtitle=subtitle, heading=pgettext("statistik", "Grupp"), dots=tuple(dots), decimals=1)


def _dot(label: str, mean: Mean, *, total: bool = False) -> charts.Dot:
    return charts.Dot(label, mean.value, mean.low, mean.high, total)


def _band(name: str) -> str:
    low, _sep, high = name.partition("-")
    return _("%(low)s–%(high)s år") % {"low": low, "high": high} if high else _("%(low)s år och äldre") % {"low": low}
