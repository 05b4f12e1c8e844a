"""Every page of the town at hand, each as the first person who is let in: what benchmarks and budgets walk through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver

LEAVE_ALONE = ("konto/", "demo/")
"""Log-in has its own limits; switching between people changes who one is."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page and who sees it; an empty ``who`` is someone not logged in."""

    name: str
    path: str
    who: str

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people, not data for a map or a table, nor a document."""
        return not self.path.endswith((".json", ".csv", ".xml", ".pdf"))


def visits(client: Callable[[str], Any], people: list[str]) -> tuple[list[Visit], list[str]]:
    """(visits, names of addresses that no one gets a page from with a plain GET).

    ``client(username)`` gives a Django test client logged in as that person, or as no one for an empty name.
    """
    found: list[Visit] = []
    without: list[str] = []
    for name, path in addresses():
        who = next((who for who in ["", *people] if path and client(who).get(path).status_code == 200), None)
        if who is None:
            without.append(name)
        else:
            found.append(Visit(name, path, who))
    return found, without


def addresses() -> Iterator[tuple[str, str]]:
    """(name, path) of each address, its parts filled with the first fitting thing in the database; no path without one."""
    for name, pattern, converters in _patterns(get_resolver().url_patterns, "", "", {}):
        if pattern.startswith(LEAVE_ALONE):
            continue
        path = "/" + pattern
        for key, converter in converters.items():
            value = sample(name, key)
            if value is None:
                path = ""
                break
            start = path.index("<")
            path = path[:start] + str(converter.to_url(value)) + path[path.index(">") + 1 :]
        yield name, path


def sample(name: str, key: str) -> Any:
    """A value for a part of an address: the id of the first thing there is, or None."""
    from stadig.cases.models import BulletinNotice, Case
    from stadig.city import clock
    from stadig.city.models import Person, RoleAssignment, Service, User
    from stadig.post.models import Message
    from stadig.sensing.models import Alarm, AlarmRule, Datastream, Device, Thing
    from stadig.waste.models import Bin, Report, Stop, Vehicle
    from stadig.work.models import WorkOrder

    models: dict[str, Any] = {
        "bin_id": Bin,
        "vehicle_id": Vehicle,
        "stop_id": Stop,
        "order_id": WorkOrder,
        "message_id": Message,
        "alarm_id": Alarm,
        "thing_id": Thing,
        "datastream_id": Datastream,
        "device_id": Device,
        "rule_id": AlarmRule,
        "case_id": Case,
        "notice_id": BulletinNotice,
    }
    if key in models:
        return models[key].objects.order_by("pk").values_list("pk", flat=True).first()
    if key == "pk":
        found: Any = User.objects.filter(is_staff=True)
        if name == "city:role-remove":
            found = RoleAssignment.objects
        elif name == "city:person":
            found = Person.objects.exclude(protection="")
        return found.order_by("pk").values_list("pk", flat=True).first()
    if key == "token":
        return Report.objects.order_by("pk").values_list("token", flat=True).first()
    if key == "slug":
        return Service.objects.order_by("pk").values_list("slug", flat=True).first()
    if key == "day":
        return clock.today()
    number = _in_the_diary() if name == "cases:diary-case" else 1
    return {"name": "streets", "number": number, "step": 1, "committee": "gatu-och-parknamnden"}.get(key)


def _in_the_diary() -> str | None:
    """The number of a case in the diary of the committee that the walk reads, as it stands in an address."""
    from stadig.cases import diary, numbers
    from stadig.cases.models import Case

    shown = Case.objects.filter(diary.shown(), committee__name="Gatu- och parknämnden").order_by("-pk")
    number = shown.values_list("number", flat=True).first()
    return numbers.address(number) if number else None


def _patterns(found: list[Any], before: str, space: str, converters: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for each in found:
        mine = converters | getattr(each.pattern, "converters", {})
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _patterns(each.url_patterns, route, inner, mine)
        elif isinstance(each, URLPattern) and "(" not in route:
            yield f"{space}{each.name or route}", route, mine


def path_of(url: str) -> str:
    """The path of an address."""
    return urlsplit(url).path
