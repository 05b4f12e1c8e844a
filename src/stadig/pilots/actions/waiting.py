"""Verbs of a file that has been looked through: it waits for its sender, who takes it in with a button or throws it away."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import zlib
from typing import Any, Final, NamedTuple

from stadig.city import audit, clock, persons
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.pilots import access
from stadig.pilots.actions.common import held, require
from stadig.pilots.errors import GoneFile
from stadig.pilots.models import Waiting

KEPT: Final = dt.timedelta(days=1)


class Kept(NamedTuple):
    """A file that waits, whole."""

    id: Any
    outcome: str
    name: str
    data: bytes


@verb
def keep_waiting(by: User, data: bytes, name: str, *, pilot_id: int | None = None, outcome: str = "") -> Waiting:
    """Keep what was sent, encrypted, until its sender has decided; an earlier one for the same trial is thrown away."""
    require(by, access.PLAN)
    pilot = None if pilot_id is None else held(pilot_id)
    Waiting.objects.filter(by=by, pilot=pilot).delete()
    kept = Waiting.objects.create(
        by=by,
        pilot=pilot,
        outcome=outcome,
        name=name[:160],
        data=persons.seal_text(base64.b64encode(zlib.compress(data)).decode()).encode(),
        sha256=hashlib.sha256(data).hexdigest(),
        at=clock.now(),
    )
    audit.record(by, "kept_waiting", kept)
    return kept


def waiting(by: User, pilot_id: int | None = None) -> Waiting | None:
    """The sender's own file that waits, without its bytes; None when there is none, or its day is over."""
    found = Waiting.objects.filter(by=by, pilot_id=pilot_id, at__gt=clock.now() - KEPT)
    return found.defer("data").first()


def waiting_file(by: User, waiting_id: str, pilot_id: int | None = None) -> Kept:
    """The sender's own file that waits. Raises GoneFile when it is another's, has been taken in, or its day is over."""
    found = Waiting.objects.filter(by=by, pilot_id=pilot_id, at__gt=clock.now() - KEPT)
    one = next((one for one in found if str(one.pk) == waiting_id), None)
    try:
        data = zlib.decompress(base64.b64decode(persons.unseal_text(bytes(one.data).decode()))) if one else b""
    except persons.KeyChanged:  # no one can read it any more: it is sent again
        raise GoneFile from None
    if one is None or hashlib.sha256(data).hexdigest() != one.sha256:
        raise GoneFile
    return Kept(one.pk, one.outcome, one.name, data)


@verb
def throw_away(by: User, waiting_id: Any) -> None:
    """The sender is done with it."""
    Waiting.objects.filter(by=by, pk=waiting_id).delete()
    audit.record(by, "threw_away", ("pilots.Waiting", str(waiting_id)))


@verb
def erase_waiting() -> int:
    """Erase every file whose day is over; returns how many."""
    return Waiting.objects.filter(at__lte=clock.now() - KEPT).delete()[0]
