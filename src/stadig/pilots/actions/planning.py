"""Verbs before the start: an idea, its card, its units, and the lot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import slugify

from stadig.city import audit, clock
from stadig.city import queries as city
from stadig.city.models import Service, User
from stadig.city.verbs import verb
from stadig.pilots import access
from stadig.pilots import card as cards
from stadig.pilots.actions.common import State, held, latest, merged, next_version, require
from stadig.pilots.card import Card
from stadig.pilots.errors import AlreadyDrawn, BadUnits, NotNamed, UnknownService
from stadig.pilots.models import CardVersion, Pilot, Unit
from stadig.pilots.statistics.terms import Allocation

SLUG = 60
"""As long as the name of a roll-out may be."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """An area, school, bin … that is to be in the trial. ``arm`` is ``pilot`` or ``comparison`` where it is chosen and not drawn."""

    ref: str
    name: str
    district_id: int | None = None
    arm: str = ""
    begins: dt.date | None = None


@verb
def create(by: User | None, title: str, service: str) -> Pilot:
    """Begin a trial of a service: an idea with an empty card. Raises NotAllowed, NotNamed, UnknownService."""
    require(by, access.PLAN)
    name = title.strip()[:160]
    if not name:
        raise NotNamed
    known = Service.objects.select_related("owner").filter(slug=service).first()
    if known is None:
        raise UnknownService(service=service)
    now = clock.now()
    committee = city.committee_of(known.owner) if known.owner else None
    pilot = Pilot.objects.create(
        slug=_free_slug(name), title=name, service=service, committee=committee, owner=by, created_at=now
    )
    next_version(pilot, Card(title=name, service=service), by, now)
    audit.record(by, "created", pilot)
    return pilot


def _free_slug(title: str) -> str:
    wanted = slugify(title)[: SLUG - 4].strip("-") or "forsok"
    taken = set(Pilot.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := wanted if n == 1 else f"{wanted}-{n}") not in taken)


@verb
def save_card(by: User | None, pilot_id: int, card: Card, *, seen: int) -> CardVersion:
    """Save the card of an idea as a new draft; ``seen`` is the number of the version that was opened.

    What someone else saved meanwhile in other fields is kept beside mine. Saved again unchanged it is the same version.

    Raises
    ------
    ChangedMeanwhile
        The same field was changed by both. It carries what was typed, and what the other wrote.
    WrongState
        The trial has started: use :func:`change`.
    """
    require(by, access.PLAN)
    pilot = held(pilot_id, State.IDEA)
    newest = latest(pilot)
    theirs = cards.read(newest.card)
    mine = cards.with_allocation(merged(newest, card, seen), theirs.allocation)
    if mine == theirs:
        return newest
    saved = next_version(pilot, mine, by, clock.now())
    if mine.title.strip():
        pilot.title = mine.title.strip()[:160]
    pilot.service = mine.service or pilot.service
    pilot.save(update_fields=["title", "service"])
    audit.record(by, "saved_card", pilot, version=saved.number)
    return saved


@verb
def set_units(by: User | None, pilot_id: int, units: Sequence[NewUnit], *, why: str = "") -> Pilot:
    """Say which areas, schools or bins are in the trial, and where they are chosen and not drawn: which arm each is in.

    Raises
    ------
    BadUnits
        A unit twice, without a ref, or with an arm that is none.
    AlreadyDrawn
        The lot has been cast for other units, and ``why`` is empty. With a reason the draw is thrown away.
    """
    require(by, access.PLAN)
    pilot = held(pilot_id, State.IDEA)
    refs = [one.ref.strip() for one in units]
    twice = sorted({ref for ref in refs if refs.count(ref) > 1})
    if twice or not all(refs) or any(one.arm not in ("", "pilot", "comparison") for one in units):
        raise BadUnits(twice=twice)
    card = cards.read(latest(pilot).card)
    drawn = card.allocation is not None and card.allocation.method != "chosen"
    if drawn and card.allocation is not None and sorted(card.allocation.units) == sorted(refs):
        _rename(pilot, units)
        return pilot
    if drawn and not why.strip():
        raise AlreadyDrawn(count=len(card.allocation.units) if card.allocation else 0)
    Unit.objects.filter(pilot=pilot).delete()
    Unit.objects.bulk_create(
        Unit(
            pilot=pilot,
            ref=ref,
            name=one.name.strip() or ref,
            district_id=one.district_id,
            arm="" if drawn else one.arm,
            begins=one.begins,
        )
        for ref, one in zip(refs, units, strict=True)
    )
    note_allocation(pilot, card, None if drawn else _chosen(units), by, why)
    audit.record(by, "set_units", pilot, count=len(refs))
    return pilot


def _rename(pilot: Pilot, units: Sequence[NewUnit]) -> None:
    for one in units:
        Unit.objects.filter(pilot=pilot, ref=one.ref.strip()).update(
            name=one.name.strip() or one.ref, district_id=one.district_id
        )


def _chosen(units: Sequence[NewUnit]) -> Allocation | None:
    """Areas that were chosen: an allocation that says so. None until both arms have one."""
    if {one.arm for one in units} != {"pilot", "comparison"}:
        return None
    return Allocation(
        units=tuple(one.ref.strip() for one in units),
        treated=tuple(one.ref.strip() for one in units if one.arm == "pilot"),
        method="chosen",
        begins=tuple((one.ref.strip(), one.begins) for one in units if one.begins and one.arm == "pilot"),
    )


def note_allocation(
    pilot: Pilot, card: Card, allocation: Allocation | None, by: User | None, why: str, **also: Any
) -> CardVersion:
    """A version of the card with another allocation; the same one is no new version."""
    if card.allocation == allocation and not also:
        return latest(pilot)
    changed = replace(card, allocation=allocation, **also)
    return next_version(pilot, changed, by, clock.now(), why=why.strip()[:500])
