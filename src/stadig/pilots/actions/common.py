"""What the verbs share: who may, and the trial held while it is changed."""

from __future__ import annotations

from typing import Any

from stadig.city.models import User
from stadig.city.permissions import Permission
from stadig.pilots import card as cards
from stadig.pilots import merging
from stadig.pilots.errors import ChangedMeanwhile, NotAllowed, UnknownPilot, WrongState
from stadig.pilots.models import CardVersion, Pilot

State = Pilot.State


def require(by: User | None, wanted: Permission) -> None:
    """``by`` None is the command line, a job or a seed. Raises NotAllowed."""
    if by is not None and not wanted.held_by(by):
        raise NotAllowed(what=wanted.description)


def held(pilot_id: int, *states: State) -> Pilot:
    """The trial, locked until the transaction ends. Raises UnknownPilot, WrongState when it is in none of ``states``."""
    pilot = Pilot.objects.select_for_update().filter(pk=pilot_id).first()
    if pilot is None:
        raise UnknownPilot
    if states and pilot.state not in states:
        wanted = "idea" if State.IDEA in states else "running" if State.RUNNING in states else "decided"
        raise WrongState(f"not_{wanted}_but_{pilot.state}", title=pilot.title)
    return pilot


def latest(pilot: Pilot) -> CardVersion:
    """The version of the card that was written last."""
    return CardVersion.objects.filter(pilot=pilot).order_by("-number")[0]


def frozen(pilot: Pilot) -> CardVersion:
    """The version that holds since the trial started."""
    return CardVersion.objects.filter(pilot=pilot, frozen_at__isnull=False).order_by("-number")[0]


def merged(newest: CardVersion, card: cards.Card, seen: int) -> cards.Card:
    """What was typed with what someone else saved after version ``seen`` was opened. Raises ChangedMeanwhile for the same field."""
    if newest.number == seen:
        return card
    opened = CardVersion.objects.filter(pilot_id=newest.pilot_id, number=seen).first()
    base = cards.read(opened.card) if opened else cards.Card()
    both, clashes = merging.merge(base, cards.read(newest.card), card)
    if clashes:
        raise ChangedMeanwhile(newest, card, clashes)
    return both


def next_version(pilot: Pilot, card: cards.Card, by: User | None, at: Any, **fields: Any) -> CardVersion:
    """Write the card as the next version."""
    before = CardVersion.objects.filter(pilot=pilot).order_by("-number").values_list("number", flat=True).first() or 0
    return CardVersion.objects.create(pilot=pilot, number=before + 1, card=cards.plain(card), by=by, at=at, **fields)
