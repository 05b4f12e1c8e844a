"""How cases of one type are handled, as data: statuses, ways between them, deadlines, decisions and texts.

Rooms above make a :class:`Definition` and hand it to ``cases.actions.define``; it is stored with the case type and never changed.
No Django, no clock, no database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

GROUPS: Final = ("new", "open", "applicant", "others", "closed")
"""What a status means to everyone: nobody has begun; we work; we wait for the applicant; we wait for others; done."""
OUTCOMES: Final = ("approved", "partly", "refused", "dismissed")
APPEALS: Final = ("administrative", "legality", "none")
GIVEN: Final = "service."
"""What begins the name of a text that the service itself gives a draft, such as a calculation."""
PUT_IN: Final = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\}")
"""Where an answer goes in the draft of a decision: ``{distance_m}``, ``{person.name}``."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a case stands. ``group`` is one of :data:`GROUPS`."""

    id: str
    group: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one status to another. ``do`` is the verb a case worker presses; empty means by itself."""

    start: str
    end: str
    do: str = ""
    by: str = "case_worker"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock that starts when the case is registered and is met when it reaches ``until`` (a status or a group). Days count every day."""

    name: str
    days: int
    until: str = "closed"


@dataclass(frozen=True, slots=True)
class DecisionType:
    """A decision that may be made. ``outcome`` is one of :data:`OUTCOMES`, ``appeal`` of :data:`APPEALS`."""

    id: str
    outcome: str
    status: str
    statute: str
    appeal: str
    valid_months: int | None = None
    delegation: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """One case type in one version.

    ``texts`` is language → key → text: ``title``, ``status.ID.name``, ``status.ID.resident``, ``status.ID.next``, ``transition.DO``,
    ``decision.ID.name``, ``decision.ID.text``, ``decision.ID.appeal`` and ``decision.ID.draft`` where there are such, ``deadline.NAME``, ``question.PATH.label``. ``fields`` are the paths of the questions in the order they
    were asked, with the step they stand in, so that what came in can be shown without the room that asked.
    """

    first: str
    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]
    deadlines: tuple[Deadline, ...] = ()
    decisions: tuple[DecisionType, ...] = ()
    klassa: str = ""
    keep: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    fields: tuple[Mapping[str, Any], ...] = ()

    def text(self, key: str, language: str = "sv") -> str:
        """The text in ``language``, else in Swedish, else in any; empty when no language has it."""
        for one in (language, "sv", *self.texts):
            if found := self.texts.get(one, {}).get(key):
                return found
        return ""

    def status(self, name: str) -> Status:
        """Raises KeyError."""
        for status in self.statuses:
            if status.id == name:
                return status
        raise KeyError(name)

    def decision(self, name: str) -> DecisionType:
        """Raises KeyError."""
        for decision in self.decisions:
            if decision.id == name:
                return decision
        raise KeyError(name)


def to_data(definition: Definition) -> dict[str, Any]:
    """As plain data that JSON can hold."""
    return asdict(definition)


def from_data(data: Mapping[str, Any]) -> Definition:
    """What :func:`to_data` gave, read again."""
    return Definition(
        first=data["first"],
        statuses=tuple(Status(**one) for one in data["statuses"]),
        transitions=tuple(Transition(**one) for one in data["transitions"]),
        deadlines=tuple(Deadline(**one) for one in data["deadlines"]),
        decisions=tuple(DecisionType(**one) for one in data["decisions"]),
        klassa=data["klassa"],
        keep=data["keep"],
        texts=data["texts"],
        fields=tuple(data["fields"]),
    )
