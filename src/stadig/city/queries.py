"""Reading the ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q

from stadig.city import access, clock, effects, persons, plain
from stadig.city.models import (
    Factor,
    Metric,
    Notice,
    Organisation,
    RoleAssignment,
    Service,
    User,
)
from stadig.city.roles import Role
from stadig.city.sorting import sort_key
from stadig.ui import formatting

BENEATH = """
WITH RECURSIVE beneath(top, id) AS (
    SELECT id, id FROM city_organisation WHERE id = ANY(%s)
    UNION SELECT beneath.top, o.id FROM beneath JOIN city_organisation o ON o.parent_id = beneath.id
)
SELECT top, array_agg(id) FROM beneath GROUP BY top
"""


def beneath(roots: Iterable[int]) -> dict[int, set[int]]:
    """For each of these organisations the ids of itself and of all beneath it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BENEATH, [list(roots)])
        return {top: set(found) for top, found in cursor.fetchall()}


def committee_of(organisation: Organisation) -> Organisation:
    """The authority an organisation belongs to: the root of its tree. One query per level."""
    while organisation.parent is not None:
        organisation = organisation.parent
    return organisation


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One unit as the tree shows it; ``depth`` counts from 0."""

    depth: int
    name: str
    kind: str
    phone: str


def organisation_rows() -> list[OrganisationRow]:
    """The tree as rows, each level in Swedish order. One query."""
    kinds: dict[str, str] = {value: str(label) for value, label in Organisation.Kind.choices}
    children: dict[int | None, list[tuple[int, str, str, str]]] = {}
    for parent, *one in Organisation.objects.values_list("parent_id", "pk", "name", "kind", "phone"):
        children.setdefault(parent, []).append(tuple(one))
    rows: list[OrganisationRow] = []
    waiting = [(0, one) for one in reversed(children.get(None, []))]
    while waiting:
        depth, (pk, name, kind, phone) = waiting.pop()
        rows.append(OrganisationRow(depth, name, kinds[kind], phone))
        waiting += [(depth + 1, child) for child in reversed(children.get(pk, []))]
    return rows


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice in words."""

    pk: int
    title: str
    text: str
    kind: str
    day: str
    district: str


def notices(*, service: Service | None = None) -> list[NoticeRow]:
    """The latest notices that hold now, newest first. One query."""
    now = clock.now()
    found = Notice.objects.filter(Q(until=None) | Q(until__gt=now), published_at__lte=now)
    if service:
        found = found.filter(service=service)
    kinds: dict[str, str] = {value: str(label) for value, label in Notice.Kind.choices}
    return [
        NoticeRow(pk, title, text, kinds[kind], formatting.day(at), district or "")
        for pk, title, text, kind, at, district in found.values_list(
            "pk", "title", "text", "kind", "published_at", "district__name"
        )[:50]
    ]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A measure in words."""

    title: str
    text: str
    unit: str
    sustainability: str
    direction: str
    additivity: str


def metric_rows() -> list[MetricRow]:
    """The measures, by slug, in the reader's language where the program declares them. One query."""
    declared = effects.declared()
    fields = (Metric.Sustainability, Metric.Direction, Metric.Additivity)
    kinds, directions, ways = ({value: str(label) for value, label in field.choices} for field in fields)
    found = Metric.objects.order_by("slug").values_list(
        "slug", "title", "description", "unit", "sustainability", "direction", "additivity"
    )
    return [
        MetricRow(
            str(declared.get(slug, {}).get("title", title)),
            str(declared.get(slug, {}).get("description", text)),
            unit,
            kinds[kind],
            directions[direction],
            ways[way],
        )
        for slug, title, text, unit, kind, direction, way in found
    ]


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor as it is read; ``interval`` is empty where none is known."""

    title: str
    value: str
    interval: str
    unit: str
    year: int
    source: str
    source_url: str
    assumption: bool


def factor_rows() -> list[FactorRow]:
    """Every factor, the latest year first. One query."""
    return [
        FactorRow(one.title, one.written, one.written_range, one.unit, one.year, one.source, one.source_url, one.assumption)
        for one in Factor.objects.order_by("slug", "-year")
    ]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Someone who works here. ``roles`` is written out."""

    pk: int
    name: str
    username: str
    active: bool
    organisation: str
    roles: str


def staff_page(query: str, number: str | None) -> tuple[Page, list[StaffRow]]:
    """Staff in Swedish order, twenty-five at a time. Three queries."""
    found = User.objects.filter(is_staff=True).values_list(
        "pk", "first_name", "last_name", "username", "is_active", "organisation__name"
    )
    if query.strip():
        found = found.filter(Q(sort_key__contains=sort_key(query)) | Q(username__icontains=query.strip()))
    page = Paginator(found, 25).get_page(number)
    rows = list(page)
    roles: dict[int, list[str]] = {}
    held = RoleAssignment.objects.filter(user_id__in=[row[0] for row in rows]).order_by("pk")
    for pk, role in held.values_list("user_id", "role"):
        roles.setdefault(pk, []).append(str(Role(role).label))
    return page, [
        StaffRow(pk, f"{first} {last}".strip() or username, username, active, organisation or "", ", ".join(roles.get(pk, ())))
        for pk, first, last, username, active, organisation in rows
    ]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that someone holds; an empty ``organisation`` or ``district`` means everywhere."""

    pk: int
    role: str
    organisation: str
    district: str


STAFF = f"""
SELECT {plain.columns(User, "u")}, {plain.columns(Organisation, "o")}
FROM city_user u LEFT JOIN city_organisation o ON o.id = u.organisation_id WHERE u.id = %s AND u.is_staff
"""  # noqa: S608 - the names are those of our own columns
ROLES = """
SELECT held.id, held.role, coalesce(o.name, ''), coalesce(d.name, '') FROM city_roleassignment held
LEFT JOIN city_organisation o ON o.id = held.organisation_id LEFT JOIN city_district d ON d.id = held.district_id
WHERE held.user_id = %s ORDER BY held.id
"""


def staff(pk: int) -> User | None:
    """Someone who works here, with their organisation; None for anyone else. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STAFF, [pk])
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    user: Any = plain.made(User, row)
    user.organisation = plain.made(Organisation, row)
    return user


def roles_of(user: User) -> list[RoleRow]:
    """What a user holds, in words. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES, [user.pk])
        return [RoleRow(pk, str(Role(role).label), unit, district) for pk, role, unit, district in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as its administrators see it in the list."""

    slug: str
    title: str
    paused: bool
    declared: bool
    status: str
    owner: str
    phone: str


def service_rows() -> list[ServiceRow]:
    """Every service, A–Ö. One query."""
    states: dict[str, str] = {value: str(label) for value, label in Service.Status.choices}
    found = Service.objects.values_list("slug", "title", "paused", "declared", "status", "owner__name", "phone")
    return [
        ServiceRow(slug, title, paused, declared, states[status], owner or "", phone)
        for slug, title, paused, declared, status, owner, phone in found
    ]


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """A disclosure in words; ``until`` is a day."""

    what: str
    what_id: str
    to: str
    by: str
    until: str
    reason: str


DISCLOSED = """
WITH RECURSIVE above(id, parent) AS (
    SELECT id, parent_id FROM city_organisation WHERE id = %s
    UNION SELECT o.id, o.parent_id FROM above JOIN city_organisation o ON o.id = above.parent
)
SELECT d.what, d.what_id, coalesce(nullif(trim(receiver.first_name || ' ' || receiver.last_name), ''), receiver.username),
    coalesce(nullif(trim(giver.first_name || ' ' || giver.last_name), ''), giver.username), d.until, d.reason
FROM city_disclosure d JOIN above ON above.id = d.committee_id AND above.parent IS NULL
JOIN city_user receiver ON receiver.id = d.to_id JOIN city_user giver ON giver.id = d.by_id
ORDER BY d.at DESC LIMIT 50
"""


def disclosures(user: Any) -> list[DisclosureRow]:
    """The latest disclosures from the user's own committee, the root of their unit's tree. One query."""
    with connection.cursor() as cursor:
        cursor.execute(DISCLOSED, [user.organisation_id])
        return [
            DisclosureRow(what, key, to, by, formatting.day(until), reason)
            for what, key, to, by, until, reason in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class RevealRow:
    """Someone saw a protected person's data; ``about`` is what the reader may see of that person."""

    position: int
    day: str
    time: str
    who: str
    about: str
    reason: str


REVEALED = """
WITH staff AS (
    SELECT coalesce('person:' || p.value, 'user:' || u.id) AS actor,
        coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username) AS name
    FROM city_user u LEFT JOIN city_pseudonym p ON p.person_id = u.person_id
    WHERE u.is_staff AND (%(within)s::bigint[] IS NULL OR u.organisation_id = ANY(%(within)s::bigint[]))
), revealed AS (
    SELECT e.position, e.at, coalesce(staff.name, e.actor) AS who, e.what_id
    FROM city_auditentry e LEFT JOIN staff ON staff.actor = e.actor
    WHERE e.did = 'revealed' AND e.what = 'city.person' AND (%(within)s::bigint[] IS NULL OR staff.actor IS NOT NULL)
)
"""
"""Each time someone in these organisations (null: anyone) saw a protected person's data. The log knows staff by number or pseudonym."""
REVEALS = f"""
{REVEALED}
SELECT e.position, e.at, e.who, e.what_id, coalesce(r.text, ''), about.id, about.given_name, about.family_name, about.protection
FROM (SELECT * FROM revealed ORDER BY position DESC LIMIT 100) e
LEFT JOIN city_auditreason r ON r.position = e.position
LEFT JOIN city_pseudonym p ON p.value = CASE WHEN e.what_id ~ '^[0-9a-f-]{{36}}$' THEN e.what_id::uuid END
LEFT JOIN city_person about ON about.id = p.person_id
ORDER BY e.position DESC
"""  # noqa: S608 - only what stands above
SINCE = f"{REVEALED} SELECT count(*) FROM revealed WHERE at >= %(since)s"  # noqa: S608 - only what stands above


def reveals(reader: Any) -> list[RevealRow]:
    """The latest hundred, newest first: by those who work in the reader's part of the organisation, to an auditor by all. One query."""
    with connection.cursor() as cursor:
        cursor.execute(REVEALS, _within(reader))
        found = cursor.fetchall()
    return [
        RevealRow(
            position,
            formatting.day(at),
            formatting.clock(at),
            who,
            what_id if about[0] is None else persons.shown(persons.Named(*about), reader).name,
            reason,
        )
        for position, at, who, what_id, reason, *about in found
    ]


def reveals_since(reader: Any, at: dt.datetime) -> int:
    """How many of them there are since ``at`` (real time). One query."""
    with connection.cursor() as cursor:
        cursor.execute(SINCE, _within(reader) | {"since": at})
        [(many,)] = cursor.fetchall()
    return many


def _within(reader: Any) -> dict[str, Any]:
    within = access.REVEALS.organisations(reader)
    return {"within": None if within is None else sorted(within)}
