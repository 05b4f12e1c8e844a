"""A question as it came to one agency, whatever contract it came by. Plain data; what does not change between two askings keys the cache."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


class Wrong(Exception):
    """The request breaks its contract. ``code`` is what the answer says; the text names the field, never its value."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Ingivare:
    """Who asks: *ingivare* of the contracts."""

    organisation: str
    name: str
    worker: str
    processors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one agency."""

    agency: str
    contract: str
    person: str = field(repr=False)
    """Twelve digits."""
    begin: dt.date
    end: dt.date
    today: dt.date
    """The day it is for the asker: what is paid later is planned."""
    present: dt.date
    """A day in the town's present month, from which stories count."""
    asker: Ingivare
    case: str
    purpose: str
    law: str
    parts: frozenset[str] = frozenset()
    """What is asked for in particular: Skatteverket's parts in v11, LEFI's ``formansinformation FK:BOB``."""
