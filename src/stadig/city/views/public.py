"""What everyone may see: the services A–Ö, one service, how effects are counted."""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from stadig.city import clock, effects, municipality, queries, rollout, services
from stadig.city.models import Factor, Service
from stadig.city.permissions import public


def _shown(service: Service) -> dict[str, object]:
    """A service with its words in the reader's language."""
    declared = services.declared(service.slug)
    return {
        "service": service,
        "title": str(declared.title) if declared else service.title,
        "description": str(declared.description) if declared else service.description,
        "icon": declared.icon if declared else "circle",
        "url": reverse("city:service", args=[service.slug]),
    }


@public
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service for residents, A–Ö."""
    from stadig.city.sorting import sort_key

    shown = sorted(map(_shown, services.listed()), key=lambda one: sort_key(str(one["title"])))
    letters = [(letter, list(group)) for letter, group in groupby(shown, key=lambda one: str(one["title"])[:1].upper())]
    return render(request, "city/services.html", {"letters": letters, "count": len(shown)})


@public
@require_safe
def service_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One service: what it is, the way in, the other ways, and where it is on."""
    service = services.with_owner(slug)
    if service is None:
        raise Http404
    setting = rollout.setting(slug)
    subject = getattr(request.user, "person", None) if request.user.is_authenticated else None
    on = setting is None or rollout.decide(setting, subject, clock.now())
    context = _shown(service) | {
        "open": on and not service.paused and service.status in (Service.Status.PILOT, Service.Status.RUNNING),
        "stopped": setting is not None and setting.stopped,
        "districts": list(setting.districts.all()) if setting else [],
        "begin_url": _begin_url(slug),
        "phone": service.phone or municipality.current().phone,
        "ways": [way for way in service.other_ways.splitlines() if way.strip()],
        "notices": queries.notices(service=service),
    }
    return render(request, "city/service.html", context)


def _begin_url(slug: str) -> str:
    declared = services.declared(slug)
    try:
        return reverse(declared.url_name) if declared and declared.url_name else ""
    except NoReverseMatch:
        return ""


@public
@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """Every measure and factor, with sources: *Så räknar vi*."""
    declared = effects.declared()
    metrics = [
        {
            "metric": metric,
            "title": _word(declared, metric.slug, "title", metric.title),
            "text": _word(declared, metric.slug, "description", metric.description),
        }
        for metric in queries.metrics()
    ]
    return render(request, "city/how_we_count.html", {"metrics": metrics, "factors": Factor.objects.order_by("slug", "-year")})


def _word(declared: dict[str, dict[str, object]], slug: str, field: str, stored: str) -> str | Promise:
    return str(declared.get(slug, {}).get(field, stored))


@public
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Announcements and disturbances that are still of interest."""
    return render(request, "city/notices.html", {"notices": queries.notices()})
