"""What this city offers to fill in: each service with its words, whether it is open now, and the other ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.cases.models import Channel
from stadig.city import assurance, clock, municipality, rollout, services
from stadig.city.models import Service
from stadig.city.services import Words
from stadig.eservices import published
from stadig.eservices.models import EService
from stadig.eservices.package import Package
from stadig.ui import formatting

SOURCE: Final = "eservices"


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as a visitor meets it. ``closed`` is why it cannot be begun now: paused, not_here, not_yet, over, withdrawn,
    not_this_way; or empty."""

    service: EService
    package: Package
    record: Service | None
    closed: str
    phone: str
    ways: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def on_paper(self) -> bool:
        """Whether a form to print is worth sending in: also while the service is paused, but not before or after its time."""
        return "paper" in self.package.about.channels and self.closed in ("", "paused", "not_this_way")

    @property
    def helps(self) -> bool:
        """Whether someone here fills in for who calls."""
        return "assisted" in self.package.about.channels and self.closed in ("", "not_this_way")

    @property
    def why_closed(self) -> str:
        return why_closed(self)


def of(name: str, subject: Any = None, channel: str = Channel.WEB) -> Offer:
    """The service people fill in now, for ``subject`` (a person, or None), in one of the ways it can come to us.

    Raises EService.DoesNotExist.
    """
    service, package = published.current(name)
    record = services.with_owner(name)
    local = service.local
    phone = str(local.get("phone") or (record.phone if record else "") or municipality.current().phone or "")
    ways = tuple(way for way in (record.other_ways if record else "").splitlines() if way.strip())
    closed = _closed(package, record, subject) or ("" if way_of(channel) in package.about.channels else "not_this_way")
    return Offer(service, package, record, closed, phone, ways)


def way_of(channel: str) -> str:
    """What a package calls the way something came to us: on the web, on paper, or with someone's help."""
    return {Channel.WEB: "web", Channel.PAPER: "paper"}.get(Channel(channel), "assisted")


def why_closed(offer: Offer) -> str:
    """Why a service cannot be begun, in a sentence."""
    about = offer.package.about
    return {
        "paused": _("Tjänsten är pausad.") + f" {offer.record.operating_message if offer.record else ''}".rstrip(),
        "not_yet": _("Tjänsten öppnar %(day)s.") % {"day": _day(about.open_from)},
        "over": _("Tiden för att ansöka är slut. Sista dagen var %(day)s.") % {"day": _day(about.open_until)},
        "withdrawn": _("Tjänsten finns inte just nu."),
        "not_here": _("Tjänsten finns bara för en del av kommunen än så länge, och inte för den här personen."),
        "not_this_way": _("Tjänsten tar inte emot ansökningar på det här sättet."),
    }.get(offer.closed, "")


def _day(written: str) -> str:
    return formatting.day(date.fromisoformat(written), year=True) if written else ""


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
        owner=service.current.case_type.unit,
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
