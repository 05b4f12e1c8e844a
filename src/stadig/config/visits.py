"""Every page of the town at hand, each as the first person who is let in: what benchmarks and budgets walk through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver

LEAVE_ALONE = ("konto/", "demo/")
"""Log-in has its own limits; switching between people changes who one is."""
PEOPLE = ("karin", "leila", "jonas", "eva", "ove", "mirja", "amina", "petra", "yusuf", "lars", "nadia", "henrik")
"""Those of the demo town who together see every page."""


ASKING = ("assistance:", "exchange:")
"""Rooms whose addresses name a question to agencies."""
EDITED = ("edition_id", "step_id", "path", "status_id", "decision_id")
"""Parts of the addresses of the editor of e-services."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page and who sees it; an empty ``who`` is someone not logged in."""

    name: str
    path: str
    who: str

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people, not data for a map or a table, nor a document."""
        return not self.path.endswith((".json", ".csv", ".xml", ".pdf", ".zip"))


def visits(client: Callable[[str], Any], people: Iterable[str]) -> tuple[list[Visit], list[str]]:
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
            value = (_of_a_question if name.startswith(ASKING) else sample)(name, key)
            if value is None:
                path = ""
                break
            start = path.index("<")
            path = path[:start] + str(converter.to_url(value)) + path[path.index(">") + 1 :]
        yield name, path


def sample(name: str, key: str) -> Any:
    """A value for a part of an address: the id of the first thing there is, or None."""
    from stadig.city import clock, given_sql
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
    if key == "slug" and not name.startswith("pilots:"):
        return Service.objects.order_by("pk").values_list("slug", flat=True).first()
    if key in ("day", "month"):
        return clock.today() if key == "day" else given_sql.latest_whole().written
    return (
        _of_a_trial(name, key)
        or _of_a_case(name, key)
        or _of_an_edition(key)
        or {"name": "streets", "number": 1, "step": 1, "committee": "gatu-och-parknamnden"}.get(key)
    )


def _of_a_trial(name: str, key: str) -> Any:
    """A part of the address of a trial's page: one that is planned for the pages before the start, else one that has started."""
    from stadig.pilots.models import Pilot

    if key != "pilot_id" and not (key == "slug" and name.startswith("pilots:")):
        return None
    planned = name in ("pilots:desk-card", "pilots:desk-design", "pilots:desk-start")
    found = Pilot.objects.filter(state="idea") if planned else Pilot.objects.exclude(state="idea")
    field = "slug" if key == "slug" else "pk"
    if name == "pilots:desk-allocations":
        found = found.filter(versions__card__allocation__seed__gt="")
    return (
        found.order_by("pk").values_list(field, flat=True).first()
        or Pilot.objects.order_by("pk").values_list(field, flat=True).first()
    )


def _of_a_question(name: str, key: str) -> Any:
    """A part of the address of a question to agencies or a calculation: an open case that has been asked about, and what was answered."""
    from stadig.assistance import calculation
    from stadig.assistance.models import Entry, Norm, Proposal, Rules
    from stadig.cases.models import Case
    from stadig.city.models import User
    from stadig.exchange.models import Call, LegalBasis, Lookup

    rows = {"pk": LegalBasis, "proposal_id": Proposal, "entry_id": Entry}
    rows["set_id"] = Norm if name.startswith("assistance:norm") else Rules
    if key in rows:
        return rows[key].objects.order_by("-pk").values_list("pk", flat=True).first()
    if key in ("agency", "name"):
        return {"agency": "FK", "name": "ssbtek-v11"}[key]
    asked = Lookup.objects.exclude(kind="manual").order_by("-pk")
    of = asked.filter(case__in=Case.objects.exclude(group="closed").values("pk")).first() or asked.first()
    if of is None:
        return None
    if key == "ref":
        worker = User.objects.filter(username="petra").first()
        drawn = worker and calculation.shown(of.case, None, worker)
        return next((row.ref for row in drawn.rows if row.editable and row.kind == "income"), None) if drawn else None
    call = Call.objects.filter(lookup=of).exclude(raw_sha256="").order_by("pk").values_list("pk", flat=True).first()
    return {"case_id": of.case, "person_id": of.person_id, "lookup_id": of.pk, "call_id": call}.get(key)


def _of_an_edition(key: str) -> Any:
    """A part of the address of what someone is changing in an e-service."""
    from stadig.eservices.editing.opening import package_of
    from stadig.eservices.models import Edition

    edition = Edition.objects.order_by("pk").first() if key in EDITED else None
    if edition is None or key == "edition_id":
        return edition and edition.pk
    package = package_of(bytes(edition.archive))
    found = {
        "step_id": [step.id for step in package.flow.steps],
        "path": [question.path for question in package.flow.questions()],
        "status_id": [status.id for status in package.case.statuses],
        "decision_id": [decision.id for decision in package.case.decisions],
    }
    return next(iter(found[key]), None)


def _of_a_case(name: str, key: str) -> Any:
    """A value for an address of a form, a case or the notice board."""
    from stadig.cases.models import BulletinNotice

    if key == "notice_id":  # the latest: the first have been taken down
        return BulletinNotice.objects.order_by("-pk").values_list("pk", flat=True).first()
    if key == "case_id":
        return _case(name)
    if name.startswith("eservices:") and key in ("draft_id", "step_id", "name"):
        return _form(name, key)
    return _in_the_diary() if name == "cases:diary-case" and key == "number" else None


def _case(name: str) -> int | None:
    """The first case; on Mina sidor the first of someone who can log in, and to complete one that waits for them."""
    from stadig.cases.models import Case, Completion

    own = Case.objects.filter(parties__person__user__isnull=False)
    if name == "eservices:complete":
        own = own.filter(pk__in=Completion.objects.filter(answered_at=None, withdrawn_at=None).values("case"))
    found = own if name == "eservices:complete" or name.startswith("cases:my-") else Case.objects.all()
    return found.order_by("pk").values_list("pk", flat=True).first()


def _form(name: str, key: str) -> Any:
    """A service; what someone has begun to fill in, and where; or, for a receipt, what someone who can log in has sent."""
    from stadig.eservices import published
    from stadig.eservices.models import Draft, EService, Submission

    if key == "name":
        return EService.objects.order_by("pk").values_list("name", flat=True).first()
    if name.startswith("eservices:receipt"):
        sent = Submission.objects.filter(case__parties__person__user__isnull=False)
        return sent.order_by("submitted_at").values_list("pk", flat=True).first()
    asks_for_whom = name == "eservices:whom"
    order = "version__name" if asks_for_whom else "-version__name"  # the association's, or the fault in the street
    draft = Draft.objects.select_related("version").exclude(person=None).order_by("started_at", order).first()
    if draft is None or key == "draft_id":
        return draft and draft.pk
    return published.of(draft.version).flow.steps[0].id


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
