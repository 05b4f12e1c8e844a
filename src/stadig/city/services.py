"""The register of services: what rooms declare in code, and how each runs, set by an administrator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from stadig.city import effects, plain
from stadig.city.models import Organisation, Service


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


@dataclass(frozen=True, slots=True)
class Words:
    """What a service is called in one language, and what else people call it."""

    title: str
    description: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A service in the reader's language. ``url`` is where it begins; empty when this city has no such page."""

    title: str
    description: str
    icon: str
    url: str


_declared: dict[str, Declared] = {}
WITH_OWNER = f"""
SELECT {plain.columns(Service, "s")}, {plain.columns(Organisation, "o")}
FROM city_service s LEFT JOIN city_organisation o ON o.id = s.owner_id WHERE s.slug = %s AND s.declared
"""  # noqa: S608 - the names are those of our own columns


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


def enrol(
    source: str,
    slug: str,
    *,
    page: str,
    words: Mapping[str, Words],
    icon: str = "circle",
    audience: str = "residents",
    owner: Organisation | None = None,
) -> Service:
    """Put a service that lives in the database into the register, or renew what it is called. How it runs stays as it was set.

    ``words`` is language → :class:`Words`, Swedish among them. ``owner`` answers for it until another is chosen. Raises ValueError for a name that the code has declared or another room enrolled.
    """
    if slug in _declared or Service.objects.filter(slug=slug).exclude(source__in=("", source)).exists():
        raise ValueError(f"A service called {slug} exists already. Give this one another name.")
    texts = [text for one in words.values() for text in (one.title, *one.synonyms, one.description) if text]
    swedish = words.get("sv") or next(iter(words.values()))
    values: dict[str, Any] = {
        "title": swedish.title[:120],
        "description": swedish.description,
        "audience": audience,
        "search_text": " | ".join(texts).casefold(),
        "declared": True,
        "source": source,
        "page": page,
        "icon": icon,
        "words": {language: {"title": one.title, "description": one.description} for language, one in words.items()},
    }
    service = Service.objects.update_or_create(slug=slug, defaults=values)[0]
    if owner is not None and service.owner is None:
        service.owner = owner
        service.save(update_fields=["owner"])
    return service


def shown(service: Service) -> Shown:
    """The service as it is written for the reader."""
    known = declared(service.slug)
    if known is not None:
        return Shown(str(known.title), str(known.description), known.icon, _address(known.url_name))
    title, description = in_words(service.words, service.title, service.description)
    return Shown(title, description, service.icon or "circle", service.page)


def title_of(slug: str, words: str, title: str) -> str:
    """What a service is called in the reader's language; ``words`` is JSON as it is stored."""
    known = declared(slug)
    return str(known.title) if known else in_words(json.loads(words), title, "")[0]


def in_words(words: Mapping[str, Mapping[str, str]], title: str, description: str) -> tuple[str, str]:
    """Title and description in the reader's language, else as they are given."""
    found = words.get((translation.get_language() or "sv").partition("-")[0]) or {}
    return found.get("title") or title, found.get("description") or description


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


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
    Service.objects.exclude(slug__in=_declared).filter(declared=True, source="").update(declared=False)


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
    """A declared service with its owner, or None. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_OWNER, [slug])
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    service: Any = plain.made(Service, row)
    service.owner = plain.made(Organisation, row)
    return service
