"""The register of services: what rooms declare in code, and how each runs, set by an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import translation

from stadig.city import effects
from stadig.city.models import Service


@dataclass(frozen=True)
class Declared:
    """What a room says about its service. Texts may be lazily translated."""

    slug: str
    title: Any
    description: Any
    url_name: str
    audience: str
    icon: str
    synonyms: tuple[Any, ...]
    phone: str
    status: str


_declared: dict[str, Declared] = {}


def declare(
    *,
    slug: str,
    title: Any,
    description: Any,
    url_name: str,
    audience: str = "residents",
    icon: str = "circle",
    synonyms: tuple[Any, ...] = (),
    phone: str = "",
    status: str = "running",
) -> None:
    """Declare a service in ``apps.ready()``; ``status`` and ``phone`` are only what it begins with."""
    _declared[slug] = Declared(slug, title, description, url_name, audience, icon, tuple(synonyms), phone, status)


def declared(slug: str) -> Declared | None:
    """What the code says about a service; None when no room declares it any more."""
    return _declared.get(slug)


def sync() -> None:
    """Bring the tables in line with what the rooms declare. Run after every migration."""
    effects.sync()
    for service in _declared.values():
        texts: list[str] = []
        for language in ("en", "sv"):
            with translation.override(language):
                texts += [str(service.title), *map(str, service.synonyms), str(service.description)]
        with translation.override("sv"):
            words = {
                "title": str(service.title),
                "description": str(service.description),
                "audience": service.audience,
                "search_text": " | ".join(texts).casefold(),
                "declared": True,
            }
            Service.objects.update_or_create(
                slug=service.slug,
                defaults=words,
                create_defaults=words | {"slug": service.slug, "status": service.status, "phone": service.phone},
            )
    Service.objects.exclude(slug__in=_declared).filter(declared=True).update(declared=False)


def listed(audience: str = "residents") -> QuerySet[Service]:
    """Services to show, A–Ö: declared, and neither an idea nor withdrawn."""
    shown = (Service.Status.PILOT, Service.Status.RUNNING)
    return Service.objects.filter(declared=True, audience=audience, status__in=shown)


def is_paused(slug: str) -> bool:
    """Whether an administrator has paused the service. Asked by views that start something."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT paused FROM city_service WHERE slug = %s", [slug])
        return (True,) in cursor.fetchall()


def with_owner(slug: str) -> Service | None:
    """A declared service with its owner, or None."""
    return Service.objects.select_related("owner").filter(slug=slug, declared=True).first()
