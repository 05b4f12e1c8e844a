"""The verb by which a file of figures comes in."""

from __future__ import annotations

import hashlib

from stadig.city import audit
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.pilots import access, figures, incoming
from stadig.pilots import card as cards
from stadig.pilots.actions.common import State, held, latest, require
from stadig.pilots.errors import BadFigures, UnknownOutcome
from stadig.pilots.models import Batch


@verb
def upload(by: User | None, pilot_id: int, outcome: str, name: str, data: bytes) -> Batch:
    """Take a file of figures for an outcome, whole; the same file twice is one. A unit's figure of the same day is replaced.

    Raises
    ------
    BadFigures
        The file was refused whole. It names every row that is wrong.
    UnknownOutcome
        The card has no such outcome, or its figures come from somewhere else than files.
    WrongState
        The trial is closed.
    """
    require(by, access.PLAN)
    pilot = held(pilot_id, State.IDEA, State.RUNNING, State.DECIDED)
    card = cards.read(latest(pilot).card)
    wanted = next((one for one in figures.outcomes_of(card) if one.slug == outcome and one.source == "upload"), None)
    if wanted is None:
        raise UnknownOutcome(outcome=outcome)
    sha256 = hashlib.sha256(data).hexdigest()
    if (same := Batch.objects.filter(pilot=pilot, outcome=outcome, source="upload", sha256=sha256).first()) is not None:
        return same
    rows, findings = incoming.rows_of(wanted, card, pilot, name, data)
    if refused := [one for one in findings if one.code in incoming.REFUSED]:
        raise BadFigures(name, refused)
    batch = figures.add(pilot, outcome, rows, findings, name=name, source="upload", sha256=sha256, by=by)
    audit.record(by, "uploaded", pilot, batch=batch.pk, rows=batch.rows)
    return batch
