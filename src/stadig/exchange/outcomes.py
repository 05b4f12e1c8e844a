"""What asking an agency can lead to. The outcomes never collapse into each other, and two alone are evidence.

That something is missing is never evidence that it does not exist: a fault, a silence, a closed door or a code we do not know says nothing
about anyone's income.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """What one agency, or one part of its answer, led to."""

    DATA = "data"
    """The agency stated something about the person in the period."""
    NOTHING_STATED = "nothing_stated"
    """The agency answered, in words we know, that it has nothing about the person in the period."""
    PARTIAL = "partial"
    """Some parts came, others did not: what came is shown, the whole is no evidence."""
    NOT_ENTITLED = "not_entitled"
    """The agency says that we may not ask for this, or leaves it out for that reason."""
    NO_MATCH = "no_match"
    """The agency does not know the person by this number."""
    PROTECTED = "protected"
    """The person's data are protected there and are not given out this way."""
    ERROR = "error"
    """A fault, on the way or at the agency."""
    TIMEOUT = "timeout"
    """No answer in time."""
    BREAKER_OPEN = "breaker_open"
    """Not asked, because the agency has failed again and again just now."""
    CLOSED = "closed"
    """Not asked, because the agency is closed at this hour."""
    NOT_ASKED = "not_asked"
    """Not asked: not chosen, no legal basis, or a period outside its limit."""
    UNKNOWN_CODE = "unknown_code"
    """The answer holds a status we do not know, so it could not be read for certain."""
    MANUAL = "manual"
    """Told by phone or on paper and written down by a person."""


EVIDENCE = frozenset({Outcome.DATA, Outcome.NOTHING_STATED})
"""The outcomes that count as evidence. Nothing else ever does, and nothing else ever reads as "no income"."""
WORTH_ASKING_AGAIN = frozenset({Outcome.ERROR, Outcome.TIMEOUT, Outcome.BREAKER_OPEN, Outcome.CLOSED})
"""The outcomes that may be another when the same is asked again a while later, without anyone doing anything. PARTIAL depends on its parts."""


def is_evidence(outcome: Outcome) -> bool:
    """Whether a figure may rest on it."""
    return outcome in EVIDENCE


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of an agency from those of its parts.

    The same everywhere: that one. Only evidence: DATA. Some data or evidence and something else: PARTIAL. No evidence at all and different
    reasons: the one that says most about what to do (the order of this enumeration, from PROTECTED on, decides). No parts: NOT_ASKED.
    """
    found = set(outcomes)
    if not found:
        return Outcome.NOT_ASKED
    if len(found) == 1:
        return found.pop()
    if found <= EVIDENCE:
        return Outcome.DATA
    if found & {Outcome.DATA, Outcome.PARTIAL, Outcome.NOTHING_STATED}:
        return Outcome.PARTIAL
    order = (
        Outcome.PROTECTED,
        Outcome.NO_MATCH,
        Outcome.NOT_ENTITLED,
        Outcome.UNKNOWN_CODE,
        Outcome.ERROR,
        Outcome.TIMEOUT,
        Outcome.BREAKER_OPEN,
        Outcome.CLOSED,
        Outcome.MANUAL,
        Outcome.NOT_ASKED,
    )
    return next(one for one in order if one in found)
