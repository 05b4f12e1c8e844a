"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SECONDS = 5.0
"""How long anything outside may take to answer."""


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report. ``advice`` is empty when all is well."""

    state: State
    what: str
    text: str
    advice: str = ""
