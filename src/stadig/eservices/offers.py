"""What this city offers to fill in: each service with its words, whether it is open now, and the other ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from stadig.city import assurance, clock, municipality, rollout, services
from stadig.city.models import Service
from stadig.city.services import Words
from stadig.eservices import published
from stadig.eservices.models import EService
from stadig.eservices.package import Package

SOURCE: Final = "eservices"


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as a visitor meets it. ``closed`` is why it cannot be begun now: paused, not_here, not_yet, over, withdrawn; or empty."""

    service: EService
    package: Package
    record: Service | None
    closed: str
    phone: str
    ways: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.service.name


def of(name: str, subject: Any = None) -> Offer:
    """The service people fill in now, for ``subject`` (a person, or None). Raises EService.DoesNotExist."""
    service, package = published.current(name)
    record = services.with_owner(name)
    local = service.local
    phone = str(local.get("phone") or (record.phone if record else "") or municipality.current().phone or "")
    ways = tuple(way for way in (record.other_ways if record else "").splitlines() if way.strip())
    return Offer(service, package, record, _closed(package, record, subject), phone, ways)


def _closed(package: Package, record: Service | None, subject: Any) -> str:
    today = clock.today()
    if record is None or record.status not in (Service.Status.PILOT, Service.Status.RUNNING):
        return "withdrawn"
    if record.paused:
        return "paused"
    if package.about.open_from and today < date.fromisoformat(package.about.open_from):
        return "not_yet"
    if package.about.open_until and today > date.fromisoformat(package.about.open_until):
        return "over"
    return "" if rollout.is_on(package.name, subject) else "not_here"


def enrol(service: EService, package: Package) -> None:
    """Bring a service into the city's register: the start page, the search and the list A–Ö then know it in every language it has."""
    words = {
        language: Words(
            title=str(texts.get("service.title") or package.name),
            description=str(texts.get("service.lead") or ""),
            synonyms=tuple(map(str, found)) if isinstance(found := texts.get("service.synonyms"), list) else (),
        )
        for language, texts in package.texts.items()
    }
    services.enrol(
        SOURCE,
        service.name,
        page=reverse("eservices:service", args=[service.name]),
        words=words,
        icon=package.about.icon,
        audience=audience_of(package),
    )


def audience_of(package: Package) -> str:
    """Residents, or staff when it is for employees alone."""
    return Service.Audience.STAFF if package.about.audience == ("employee",) else Service.Audience.RESIDENTS


STAFF_LEVEL: Final = 2
"""What the log-in of someone who works here counts as: a password and a second factor, or the city's own provider."""


def is_known(request: HttpRequest) -> bool:
    """Whether someone is logged in whom a draft can belong to."""
    user: Any = request.user
    return bool(user.is_authenticated and (user.person_id or user.is_staff))


def is_sure(request: HttpRequest, login: str) -> bool:
    """Whether the log-in is as sure as the service asks for; a service that asks for none is open to anyone."""
    if not login:
        return True
    level = max(assurance.level(request), STAFF_LEVEL if getattr(request.user, "is_staff", False) else 0)
    return is_known(request) and level >= assurance.wanted(login)
