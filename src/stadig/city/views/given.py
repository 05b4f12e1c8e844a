"""What the services gave: the director's start page, whom the digital way did not reach, and the summary all staff may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadig.city import access, clock, desk, director, given_sql, given_words, services, told
from stadig.city.given_sql import Month
from stadig.city.permissions import needs
from stadig.ui import export, formatting

YEAR, LATELY = "12", "30"
"""Chosen instead of a month: the twelve whole months behind, or the last thirty days."""


class Choice(NamedTuple):
    """A period to choose."""

    value: str
    label: str
    chosen: bool


class FileRow(NamedTuple):
    """One gain of one service in a file."""

    title: str
    what: str
    quantity: float
    unit: str
    low: float | None
    high: float | None
    kind: str
    why: str


def chosen_month(request: HttpRequest) -> Month:
    """The month that the address asks for, else the latest whole one."""
    return given_sql.written_month(request.GET.get("manad", "")) or given_sql.latest_whole()


def choices(since: dt.date, chosen: str, *, year: bool = False) -> tuple[Choice, ...]:
    """The months since then, before them the last days and the last year where ``year``; ``chosen`` is one of them."""
    return _choices(given_sql.months(since), chosen, year, formatting.language(), clock.today())


@lru_cache(maxsize=128)
def _choices(months: tuple[Month, ...], chosen: str, year: bool, _language: str, today: dt.date) -> tuple[Choice, ...]:
    first = [
        Choice(LATELY, _("Senaste trettio dagarna"), chosen == LATELY),
        Choice(YEAR, _("Senaste tolv månaderna"), chosen == YEAR),
    ]
    return (*(first if year else ()), *(Choice(one.written, _label(one, today), one.written == chosen) for one in months))


def _label(month: Month, today: dt.date) -> str:
    name = formatting.month(month.written)
    text = _("%(month)s hittills") % {"month": name} if month.end > today else name
    return text[:1].upper() + text[1:]


def director_start(request: HttpRequest) -> HttpResponseBase:
    """*Det här gav tjänsterna i oktober*; ``?format=csv`` gives the table as a file."""
    month = chosen_month(request)
    found = director.read(month)
    file = export.table(request, f"tjanst-for-tjanst-{month.written}", director.columns(), _file(found))
    if file is not None:
        return file
    reached = told.reached(*director.year_to(month))
    values: dict[str, Any] = {
        "page": director.page(found),
        "chart": director.reach_chart(reached.ages, _("Ålder"), month) if reached.ages else None,
        "cards": director.grouped(desk.cards_for(request.user)),
        "choices": choices(found.since, month.written),
        "month": month.written,
        "report_url": reverse(told.REPORT[0]) if told.REPORT else "",
    }
    return render(request, "city/director.html", values)


def _file(found: director.Given) -> Iterator[FileRow]:
    titles = {one.slug: services.title_of(one.slug, one.words, one.title) for one in found.services}
    titles |= {director.own_row(one): one.title for one in found.trials}
    labels, kinds = given_words.titles(), given_words.kind_words()
    for one in found.gains:
        title, what, unit = titles.get(one.service, one.service), labels[one.column], str(one.column)
        yield FileRow(title, what, round(one.quantity, 3), unit, one.low, one.high, kinds[one.kind], one.why)


@needs(access.GIVEN)
@require_safe
def reach(request: HttpRequest) -> HttpResponseBase:
    """Whom the digital way did not reach, by age and by district."""
    month = chosen_month(request)
    found = told.reached(*director.year_to(month))
    values = {
        "month_name": given_words.month_name(month),
        "ages": director.reach_chart(found.ages, _("Ålder"), month, level=2) if found.ages else None,
        "districts": director.reach_chart(found.districts, _("Stadsdel"), month, level=2) if found.districts else None,
        "least": director.LEAST,
        "choices": choices(given_sql.register(month.first.year).since, month.written),
    }
    return render(request, "city/reach.html", values)


def _period(asked: str) -> tuple[str, dt.datetime, dt.datetime, str]:
    """(what was chosen, begin, end, in words): a month, the twelve whole ones behind, or else the last thirty days."""
    month = given_sql.written_month(asked)
    if month is not None:
        return month.written, *month.moments, _("i %(month)s") % {"month": given_words.month_name(month)}
    if asked == YEAR:
        begin, end = (clock.midnight(day) for day in director.year_to(given_sql.latest_whole()))
        return YEAR, begin, end, _("de senaste tolv hela månaderna")
    return LATELY, clock.now() - dt.timedelta(days=30), clock.now(), _("de senaste trettio dagarna")


@needs(access.EFFECTS)
@require_safe
def effect_summary(request: HttpRequest) -> HttpResponseBase:
    """Everything the ledger holds of a period, the measured first within each service; also as a file."""
    chosen, begin, end, period = _period(request.GET.get("manad", ""))
    register = given_sql.register(end.year)
    rows = given_words.effect_rows(given_sql.rows(begin, end), register.services)
    columns = [
        (_("Tjänst"), "service"),
        (_("Mått"), "title"),
        (_("Värde"), "quantity"),
        (_("Enhet"), "unit"),
        (_("Lägst"), "low"),
        (_("Högst"), "high"),
        (_("Hur vi vet"), "known"),
        (_("Hur det är räknat"), "method"),
        (_("Hållbarhet"), "sustainability"),
    ]
    file = export.table(request, f"effekter-{chosen}", columns, rows)
    if file is not None:
        return file
    offered = choices(register.since, chosen, year=True)
    values = {"rows": rows, "period": period, "choices": offered, "chosen": chosen}
    return render(request, "city/effects.html", values)


def is_for(request: HttpRequest) -> bool:
    """Whether the start page of the one who asks is this one."""
    return access.GIVEN.held_by(request.user)
