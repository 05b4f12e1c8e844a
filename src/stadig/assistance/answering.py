"""One raw answer beside what was read out of it: each fact with its place, what the schema says, and what was left where it lay."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.assistance import agencies, fact_words, lookups, outcome_words, raw_words
from stadig.assistance.fact_words import Line
from stadig.assistance.outcome_words import Look
from stadig.assistance.raw_words import Piece
from stadig.exchange import queries
from stadig.exchange import words as reasons
from stadig.exchange.merging import BlockView

ENDINGS: Final = {"json": "json", "xml": "xml", "multipart": "txt"}


class Stated(NamedTuple):
    """A fact's lines and where in the answer they stand."""

    lines: tuple[Line, ...]
    path: str


class Of(NamedTuple):
    """What was read of one agency, or one part of it."""

    name: str
    look: Look
    facts: tuple[Stated, ...]
    schema: str
    schema_errors: tuple[str, ...]
    remarks: tuple[str, ...]
    dropped: tuple[str, ...]
    unknown: tuple[str, ...]
    fault: str
    statute: str
    seconds: float | None


class Answer(NamedTuple):
    """The whole page of one answer. Times are the city's."""

    of: tuple[Of, ...]
    pieces: tuple[Piece, ...]
    late: bool
    asked_at: dt.datetime | None
    answered_at: dt.datetime | None
    beyond_law: bool
    """It held fields that the law does not give us."""


def answer(raw: queries.Raw) -> Answer:
    """What is shown of a raw answer that the reader may see."""
    view = queries.view(raw.lookup)
    blocks = [one for agency in view.agencies for one in agency.blocks if one.call == raw.call]
    row = next(one for one in view.lookups if one.id == raw.lookup)
    return Answer(
        of=tuple(_of(one) for one in blocks),
        pieces=raw_words.pieces(raw.body, raw.media_type) if raw.body else (),
        late=any(one.late for one in blocks),
        asked_at=lookups.city(raw.intent_at, row),
        answered_at=lookups.city(raw.answered_at, row),
        beyond_law=any(one.block.dropped for one in blocks),
    )


def ending(media_type: str) -> str:
    """How the file's name ends, by what the agency called it."""
    kind = media_type.lower()
    return next((end for word, end in ENDINGS.items() if word in kind), "bin")


def schema_words(valid: bool | None, faults: int) -> str:
    """Whether the answer follows its contract, in plain words."""
    if valid is None:
        return _("Svaret är inte prövat mot kontraktet: kontraktets filer är inte installerade här.")
    if valid:
        return _("Svaret följer kontraktet.")
    said = ngettext("Svaret avviker från kontraktet på %(n)s punkt.", "Svaret avviker från kontraktet på %(n)s punkter.", faults)
    noted = _("Det är antecknat, och det som gick att läsa är läst.")
    return f"{said % {'n': faults}} {noted}"


def _of(one: BlockView) -> Of:
    said = one.block
    name = agencies.name(said.agency)
    return Of(
        name=f"{name}, {outcome_words.part(said.part)}" if said.part else name,
        look=outcome_words.look(said.outcome),
        facts=tuple(Stated(fact_words.of(fact), fact.path) for fact in said.facts),
        schema=schema_words(said.schema_valid, len(said.schema_errors)),
        schema_errors=said.schema_errors,
        remarks=tuple(reasons.reason(one) for one in said.remarks),
        dropped=said.dropped,
        unknown=said.unknown,
        fault=" ".join(filter(None, [reasons.reason(said.error_code) or said.error_code, said.error_text])),
        statute=one.statute,
        seconds=None if one.latency_ms is None else one.latency_ms / 1000,
    )
