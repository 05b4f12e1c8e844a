"""What one can apply for and report: the list, and each service's own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadig.city import given_words, rollout, services
from stadig.city.models import Service
from stadig.city.permissions import public
from stadig.eservices import access, offers
from stadig.eservices.models import EService
from stadig.eservices.package import Package
from stadig.eservices.views import own


@dataclass(frozen=True, slots=True)
class Listed:
    """One service in the catalogue."""

    title: str
    text: str
    url: str
    icon: str
    paused: str


@public
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every e-service, A–Ö."""
    staff = bool(getattr(request.user, "is_staff", False))
    found = Service.objects.filter(source=offers.SOURCE, declared=True, status__in=(Service.Status.PILOT, Service.Status.RUNNING))
    found = list(found if staff else found.exclude(audience=Service.Audience.STAFF))
    on = rollout.among([one.slug for one in found], own.person(request))
    rows: list[Listed] = []
    for one in found:
        if one.slug in on:
            shown = services.shown(one)
            rows.append(Listed(shown.title, shown.description, one.page, shown.icon, one.operating_message if one.paused else ""))
    return render(request, "eservices/catalogue.html", {"rows": rows})


@public
@require_safe
def service(request: HttpRequest, name: str) -> HttpResponse:
    """One service: what it is, who may, what one needs, how long it takes, the other ways, and one thing to press."""
    try:
        offer = offers.of(name, own.person(request))
    except EService.DoesNotExist:
        raise Http404 from None
    language = get_language() or "sv"
    package = offer.package
    return render(
        request,
        "eservices/service.html",
        {
            "offer": offer,
            "given": given_words.section(name),
            "title": package.text("service.title", language),
            "lead": package.text("service.lead", language),
            "purpose": package.text("service.purpose", language),
            "fee": package.text("service.fee", language) or offer.service.local.get("fee", ""),
            "audience": _audience(package),
            "needs": _needs(package, language),
            "about": package.about,
            "grounds": _grounds(package, language),
            "begin_url": reverse("eservices:begin", args=[name]),
            "must_log_in": bool(package.about.login) and not offers.is_known(request),
            "paper_url": reverse("eservices:blank", args=[name]) if offer.on_paper else "",
            "steps": len(package.flow.steps),
            "request_id": uuid4(),
            "may_edit": access.EDIT.held_by(request.user),
        },
    )


def _grounds(package: Package, language: str) -> list[tuple[Any, str, str]]:
    """(what it is, the words, their language where it is not the page's): on what ground, and how long we keep what was said."""
    named = {"legal_basis": _("Lagstöd"), "data_basis": _("Rättslig grund"), "data_kept": _("Så länge sparar vi dem")}
    own_words = package.texts.get(language, {})
    found: list[tuple[Any, str, str]] = []
    for name, label in named.items():
        said = str(own_words.get(f"service.{name}") or "")
        if text := said or str(getattr(package.about, name)):
            found.append((label, text, "" if said or language == "sv" else "sv"))
    return found


def _audience(package: Package) -> str:
    named: dict[str, Any] = {
        "resident": _("invånare"),
        "company": _("företag"),
        "association": _("föreningar"),
        "visitor": _("besökare"),
        "employee": _("anställda i kommunen"),
    }
    from stadig.ui.formatting import list_of

    return list_of([str(named.get(one, one)) for one in package.about.audience])


def _needs(package: Package, language: str) -> list[str]:
    """What to have at hand: as the package says it, else the files that are asked for."""
    own_words = package.texts.get(language, {}).get("service.needs") or package.texts.get("sv", {}).get("service.needs")
    if isinstance(own_words, list):
        return [str(one) for one in own_words]
    files = [one for one in package.flow.questions() if one.kind == "file"]
    return [package.text(f"question.{one.key}.label", language) for one in files]
