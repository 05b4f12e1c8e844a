"""Reading the ground."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from stadig.city import clock, effects
from stadig.city.models import (
    AuditEntry,
    AuditReason,
    Disclosure,
    Metric,
    Notice,
    Organisation,
    Pseudonym,
    Service,
    User,
)
from stadig.city.sorting import sort_key


def with_descendants(roots: Iterable[int]) -> set[int]:
    """The ids of these organisations and of all beneath them. One query."""
    found = set(roots)
    if not found:
        return found
    children: dict[int | None, list[int]] = {}
    for pk, parent in Organisation.objects.values_list("pk", "parent_id").order_by():
        children.setdefault(parent, []).append(pk)
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def committee_of(organisation: Organisation) -> Organisation:
    """The authority an organisation belongs to: the root of its tree. One query per level."""
    while organisation.parent is not None:
        organisation = organisation.parent
    return organisation


def organisation_rows() -> list[tuple[int, Organisation]]:
    """The tree as rows (depth from 0), each level in Swedish order. One query."""
    children: dict[int | None, list[Organisation]] = {}
    for one in Organisation.objects.all():
        children.setdefault(one.parent_id, []).append(one)  # type: ignore[attr-defined]
    rows: list[tuple[int, Organisation]] = []
    waiting = [(0, one) for one in reversed(children.get(None, []))]
    while waiting:
        depth, one = waiting.pop()
        rows.append((depth, one))
        waiting += [(depth + 1, child) for child in reversed(children.get(one.pk, []))]
    return rows


def notices(*, service: Service | None = None) -> QuerySet[Notice]:
    """Notices that hold now, newest first."""
    now = clock.now()
    found = Notice.objects.filter(Q(until=None) | Q(until__gt=now), published_at__lte=now).select_related("district")
    return found.filter(service=service) if service else found[:50]


def metrics() -> QuerySet[Metric]:
    """The measures, by slug."""
    return Metric.objects.order_by("slug")


def staff_page(query: str, number: str | None) -> Page[User]:  # pyright: ignore[reportInvalidTypeArguments]
    """Staff in Swedish order, twenty-five at a time."""
    found = User.objects.filter(is_staff=True).select_related("organisation").prefetch_related("assignments")
    if query.strip():
        found = found.filter(Q(sort_key__contains=sort_key(query)) | Q(username__icontains=query.strip()))
    return Paginator(found, 25).get_page(number)


def effect_rows(totals: list[effects.Total]) -> list[dict[str, object]]:
    """Totals with the words of the register. Two queries."""
    declared = effects.declared()
    titles = {metric.slug: metric.title for metric in Metric.objects.all()}
    services = dict(Service.objects.values_list("slug", "title"))
    return [
        {
            "total": total,
            "title": str(declared.get(total.metric, {}).get("title", titles[total.metric])),
            "service": services.get(total.service, total.service),
            "estimated": total.kind != "measured",
        }
        for total in totals
    ]


def disclosures(user: Any) -> QuerySet[Disclosure]:
    """The latest disclosures from the user's own committee."""
    if user.organisation is None:
        return Disclosure.objects.none()
    return Disclosure.objects.filter(committee=committee_of(user.organisation)).select_related("by", "to").order_by("-at")[:50]


def audit_page(chosen: dict[str, Any], number: str | None) -> Page[AuditEntry]:  # pyright: ignore[reportInvalidTypeArguments]
    """The log, newest first, fifty at a time."""
    found = AuditEntry.objects.order_by("-position")
    if chosen.get("did"):
        found = found.filter(did=chosen["did"].strip())
    if chosen.get("what"):
        found = found.filter(what__startswith=chosen["what"].strip())
    if chosen.get("user"):
        found = found.filter(actor=f"user:{chosen['user'].pk}")
    return Paginator(found, 50).get_page(number)


def audit_rows(page: Iterable[AuditEntry], reader: Any) -> list[dict[str, Any]]:
    """Entries with names: staff by name, residents as the reader may see them. Three queries."""
    entries = list(page)
    users = User.objects.in_bulk({int(e.actor[5:]) for e in entries if e.actor.startswith("user:")})
    values = {e.actor[7:] for e in entries if e.actor.startswith("person:")} | {
        e.what_id for e in entries if e.what == "city.person"
    }
    people = (
        {str(p.value): p.person for p in Pseudonym.objects.filter(value__in=values).select_related("person")} if values else {}
    )
    reasons = dict(AuditReason.objects.filter(position__in=[e.position for e in entries]).values_list("position", "text"))

    def name(actor: str) -> str:
        kind, _, key = actor.partition(":")
        if kind == "user":
            return str(users.get(int(key), ""))
        return str(people[key].shown_to(reader)) if key in people else ""

    return [
        {
            "entry": entry,
            "who": name(entry.actor),
            "what_name": name(f"person:{entry.what_id}") if entry.what == "city.person" else "",
            "reason": reasons.get(entry.position, ""),
        }
        for entry in entries
    ]
