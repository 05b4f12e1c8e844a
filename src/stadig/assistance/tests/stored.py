"""Lookups with their answers as they lie stored, for tests of pages that need no agency."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from pathlib import Path
from typing import Any

from stadig.assistance import gate
from stadig.assistance.tests.people import Town
from stadig.city import clock
from stadig.city.models import Person
from stadig.exchange import models, sealed
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealing import seal
from stadig.exchange.terms import Block


def answered(
    town: Town,
    who: Person,
    period: gate.Period,
    *blocks: Block,
    body: bytes = b"{}",
    again_of: models.Lookup | None = None,
    minutes_ago: float = 0,
) -> models.Lookup:
    """A finished question by Petra with these blocks: answers came after a second each, what was silent after five."""
    permit = gate.permit(town.petra, town.couple.pk, who.pk, period, [one.agency for one in blocks], again=True)
    begun = clock.real_now() - dt.timedelta(minutes=minutes_ago, seconds=10)
    lookup = models.Lookup.objects.create(
        permit=permit,
        kind="again" if again_of else "person",
        again_of=again_of,
        case=town.couple.pk,
        person=who,
        by=town.petra,
        unit=town.unit,
        period_from=period[0],
        period_to=period[1],
        asked_at=clock.now() - dt.timedelta(minutes=minutes_ago),
        begun_at=begun,
        deadline_at=begun + dt.timedelta(seconds=7),
        finished_at=begun + dt.timedelta(seconds=5),
    )
    for number, one in enumerate(blocks, 1):
        _store(lookup, one, number, body)
    return lookup


def connected(folder: Path, *agencies: str) -> Path:
    """A file that connects these agencies to a place where no one answers."""
    path = folder / "exchange.toml"
    listed = ", ".join(f'"{one}"' for one in agencies)
    path.write_text(
        '[asker]\norganisation_number = "162120001234"\nname = "Lindhamns kommun"\n\n[[connection]]\nname = "test"\n'
        f'contract = "ssbtek-11"\nurl = "http://127.0.0.1:9/"\nagencies = [{listed}]\n'
    )
    return path


def raw_of(lookup: models.Lookup) -> int:
    """The id of a lookup's first call."""
    return models.Call.objects.filter(lookup=lookup).order_by("pk")[0].pk


def _store(lookup: models.Lookup, one: Block, number: int, body: bytes) -> None:
    begun, permit = lookup.begun_at, lookup.permit
    silent = one.outcome == Outcome.TIMEOUT
    seconds = 5 if silent else number
    correlation = uuid.uuid4()
    answer: dict[str, Any] = {} if silent else {
        "answered_at": begun + dt.timedelta(seconds=seconds),
        "raw_sha256": hashlib.sha256(body).hexdigest(),
        "raw_sealed": seal(body, f"call:{correlation}"),
        "raw_bytes": len(body),
        "media_type": "application/json",
        "status": 200,
    }  # fmt: skip
    call = models.Call.objects.create(
        lookup=lookup,
        connection="test",
        contract="LEFI v9",
        agencies=[one.agency],
        correlation_id=correlation,
        intent_at=begun,
        **answer,
    )
    models.Block.objects.create(
        lookup=lookup,
        call=call,
        agency=one.agency,
        part=one.part,
        outcome=one.outcome,
        asked_at=begun,
        answered_at=None if silent else begun + dt.timedelta(seconds=seconds),
        latency_ms=None if silent else seconds * 1000,
        contract="LEFI v9",
        basis_id=permit.laws.get(one.agency),
        sealed=sealed.close(sealed.Content(one.facts, one.error_text), lookup.uuid, one.agency, one.part),
        stored_at=begun + dt.timedelta(seconds=seconds),
    )
