"""Checks of what an applicant completes. The room that asked the questions registers one: this room does not know what a right answer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stadig.cases.models import CaseType


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that is missing or wrong. ``text`` says what to do, in the reader's language."""

    path: str
    text: str


Check = Callable[[CaseType, Mapping[str, Any], Sequence[str]], Sequence[Fault]]
"""``check(case_type, answers, paths)`` → what is wrong with the answers at ``paths``; ``answers`` is the whole, laid together."""
_checks: list[Check] = []


def register(check: Check) -> Check:
    """Register a check in ``apps.ready()``."""
    if check not in _checks:
        _checks.append(check)
    return check


def faults(case_type: CaseType, answers: Mapping[str, Any], paths: Sequence[str]) -> tuple[Fault, ...]:
    """What every registered check finds."""
    return tuple(fault for check in _checks for fault in check(case_type, answers, paths))
