"""Sideways drafts: one room offers, the room that receives the kind shows it in its inbox."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from stadig.city import clock
from stadig.city.models import Draft

_receivers: dict[str, str] = {}


class NoReceiver(Exception):
    """No room receives this kind of draft. Check the kind's name, and that the room is installed."""


def receives(kind: str, url_name: str) -> None:
    """The room shows drafts of this kind at ``url_name``. Called in ``apps.ready()``."""
    _receivers[kind] = url_name


def offer(kind: str, draft: dict[str, Any], source: tuple[str, int]) -> Draft:
    """Offer a draft; the same source twice is one draft. Raises NoReceiver."""
    if kind not in _receivers:
        raise NoReceiver(kind)
    made, _ = Draft.objects.get_or_create(
        kind=kind, source=source[0], source_id=str(source[1]), defaults={"content": draft, "at": clock.now()}
    )
    return made


def waiting(kind: str) -> QuerySet[Draft]:
    """Drafts no one has taken or turned down, oldest first."""
    return Draft.objects.filter(kind=kind, state=Draft.State.WAITING).order_by("at", "pk")


def take(draft_id: int) -> Draft:
    """Take a waiting draft; raises ``Draft.DoesNotExist`` when someone else was quicker. Call it inside a verb."""
    draft = Draft.objects.select_for_update().get(pk=draft_id, state=Draft.State.WAITING)
    draft.state = Draft.State.TAKEN
    draft.save(update_fields=["state"])
    return draft


def decline(draft_id: int) -> None:
    """Turn a waiting draft down."""
    Draft.objects.filter(pk=draft_id, state=Draft.State.WAITING).update(state=Draft.State.DECLINED)


def url_name(kind: str) -> str | None:
    """Where drafts of this kind are shown."""
    return _receivers.get(kind)
