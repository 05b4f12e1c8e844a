"""Keys for the SensorThings interface, and what is open data."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from stadig.city import audit, clock
from stadig.city.models import User
from stadig.sensing.errors import NameTaken, UnknownScope
from stadig.sensing.models import StaToken, Thing
from stadig.sensing.sta import tokens


@transaction.atomic
def create_token(
    name: str,
    scopes: Iterable[str],
    *,
    things: Iterable[int] | None = None,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> str:
    """Make a bearer token for the SensorThings interface and return it; it can't be shown again.

    Raises
    ------
    UnknownScope
        A scope is none of read, create, update, delete.
    NameTaken
        There is a token of that name, revoked or not.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(StaToken.Scope.values):
        raise UnknownScope(f"{', '.join(wanted) or '–'}: {', '.join(StaToken.Scope.values)}")
    if StaToken.objects.filter(name=name).exists():
        raise NameTaken(name)
    token = tokens.PREFIX + secrets.token_urlsafe(32)
    made = StaToken.objects.create(
        name=name,
        hash=tokens.hashed(token),
        scopes=wanted,
        limited=things is not None,
        created_at=clock.real_now(),
        expires_at=expires_at,
    )
    if things is not None:
        made.things.set(Thing.objects.filter(pk__in=list(things)))
    audit.record(by, "created", made)
    return token


@transaction.atomic
def revoke_token(name: str, *, by: User | None = None) -> bool:
    """Revoke a token; within five seconds no process takes it. Returns False when there was none to revoke."""
    found = StaToken.objects.select_for_update().filter(name=name, revoked_at=None).first()
    if found is None:
        return False
    found.revoked_at = clock.real_now()
    found.save(update_fields=["revoked_at"])
    audit.record(by, "revoked", found)
    return True


@transaction.atomic
def set_open(thing_id: int, is_open: bool, *, by: User | None = None) -> int | None:
    """Make a thing and its datastreams open data, or close them. Returns how many datastreams; None if there is no such thing."""
    thing = Thing.objects.select_for_update().filter(pk=thing_id).first()
    if thing is None:
        return None
    thing.public = is_open
    thing.save(update_fields=["public"])
    count = thing.datastreams.update(public=is_open)
    audit.record(by, "opened" if is_open else "closed", thing)
    return count
