"""What of a block is sealed: facts, what an agency wrote of a fault, and what was told by phone or on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import msgspec

from stadig.exchange.sealing import seal, unseal
from stadig.exchange.terms import Fact


@dataclass(frozen=True, slots=True)
class Told:
    """What someone at an agency said by phone, or what a paper from it states, as a case worker wrote it down."""

    whom: str
    """Who said it: name or function at the agency."""
    at: dt.datetime
    said: str
    number: str = ""
    """The phone number called, or the paper's own number."""
    channel: str = "phone"
    """``phone`` or ``paper``."""
    minutes: int | None = None
    """How long it took, the queue with it."""
    facts: tuple[Fact, ...] = ()
    """What of it can be counted with, as the case worker understood it."""


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies sealed of one block."""

    facts: tuple[Fact, ...] = ()
    error_text: str = ""
    told: Told | None = None
    remarks: tuple[str, ...] = ()


NOTHING = Content()
_decoder = msgspec.json.Decoder(Content)
_encoder = msgspec.json.Encoder()


def place(lookup: UUID | str, agency: str, part: str) -> str:
    """What a block's seal is bound to."""
    return f"block:{lookup}:{agency}:{part}"


def close(content: Content, lookup: UUID | str, agency: str, part: str) -> bytes | None:
    """The content sealed; None where there is nothing to seal."""
    return None if content == NOTHING else seal(_encoder.encode(content), place(lookup, agency, part))


def open_(sealed: bytes | memoryview | None, lookup: UUID | str, agency: str, part: str) -> Content:
    """The content again. Raises ``sealing.KeyChanged``."""
    return NOTHING if sealed is None else _decoder.decode(unseal(sealed, place(lookup, agency, part)))
