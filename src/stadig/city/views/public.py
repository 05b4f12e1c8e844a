"""What everyone may see: the services A–Ö, one service, how effects are counted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stadig.city import given_words, municipality, queries, rollout, services
from stadig.city.models import Service
from stadig.city.permissions import public


@dataclass(frozen=True, slots=True)
class Row:
    """A service in the list."""

    title: str
    description: str
    url: str
    paused: bool
    pilot: bool


def _row(service: Service) -> Row:
    shown = services.shown(service)
    url = service.page or reverse("city:service", args=[service.slug])
    return Row(shown.title, shown.description, url, service.paused, service.status == Service.Status.PILOT)


@public
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service for residents, A–Ö."""
    from stadig.city.sorting import sort_key

    shown = sorted((_row(service) for service in services.listed()), key=lambda one: sort_key(one.title))
    letters = [(letter, list(group)) for letter, group in groupby(shown, key=lambda one: one.title[:1].upper())]
    return render(request, "city/services.html", {"letters": letters, "count": len(shown)})


@public
@require_safe
def service_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One service: what it is, the way in, the other ways, and where it is on."""
    service = services.with_owner(slug)
    if service is None:
        raise Http404
    if service.page:
        return redirect(service.page)
    shown = services.shown(service)
    setting = rollout.setting(slug)
    subject = getattr(request.user, "person", None) if request.user.is_authenticated else None
    on = rollout.under(setting, subject)
    context = {
        "service": service,
        "title": shown.title,
        "description": shown.description,
        "open": on and not service.paused and service.status in (Service.Status.PILOT, Service.Status.RUNNING),
        "stopped": setting is not None and setting.stopped,
        "districts": setting.districts if setting else (),
        "begin_url": shown.url,
        "phone": service.phone or municipality.current().phone,
        "ways": [way for way in service.other_ways.splitlines() if way.strip()],
        "notices": queries.notices(service=service),
        "given": given_words.section(slug),
    }
    return render(request, "city/service.html", context)


@public
@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """Every measure and factor, with sources: *Så räknar vi*."""
    context = {"metrics": queries.metric_rows(), "factors": queries.factor_rows()}
    return render(request, "city/how_we_count.html", context)


@public
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Announcements and disturbances that are still of interest."""
    return render(request, "city/notices.html", {"notices": queries.notices()})
