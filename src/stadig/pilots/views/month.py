"""The month's report to a committee: choose month and committee, get one page."""

from __future__ import annotations

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stadig.city import given_sql, given_words
from stadig.city.given_sql import Month
from stadig.city.permissions import needs
from stadig.city.views.given import choices
from stadig.pilots import access, monthly


class Report(NamedTuple):
    """One page that can be made."""

    committee: str
    services: int
    url: str


@needs(access.REPORT)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The month's reports: the whole city, and each committee that has services."""
    month = given_sql.written_month(request.GET.get("manad", "")) or given_sql.latest_whole()
    register = given_sql.register(month.first.year)
    found: dict[int, Report] = {}
    for one in register.services:
        if one.committee_id is not None and one.committee:
            held = found.get(one.committee_id)
            url = f"{_address(month)}?namnd={one.committee_id}"
            found[one.committee_id] = Report(one.committee, held.services + 1 if held else 1, url)
    values = {
        "month_name": given_words.month_name(month),
        "city_url": _address(month),
        "reports": tuple(found.values()),
        "ownerless": sum(one.committee_id is None and one.declared for one in register.services),
        "choices": choices(register.since, month.written),
    }
    return render(request, "pilots/reports.html", values)


def _address(month: Month) -> str:
    return reverse("pilots:month-report", args=[month.written])


@needs(access.REPORT)
@require_safe
def report(request: HttpRequest, month: str) -> HttpResponse:
    """The page itself, as PDF; of one committee where the address says which (``?namnd=``)."""
    wanted, committee = given_sql.written_month(month), request.GET.get("namnd", "")
    if wanted is None or (committee and not committee.isdecimal()):
        raise Http404
    response = HttpResponse(monthly.pdf(wanted, int(committee) if committee else None), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="manadsrapport-{wanted.written}.pdf"'
    return response
