"""Why something with a trial could not be done. The text is for the person who asked; it is written in :mod:`stadig.pilots.words`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stadig.pilots.card import Card, Problem
from stadig.pilots.statistics.terms import Finding

if TYPE_CHECKING:
    from stadig.pilots.models import CardVersion


class PilotError(Exception):
    """The base of this room's errors. ``code`` leads to the words, ``values`` fill them."""

    code = "failed"

    def __init__(self, code: str = "", **values: Any) -> None:
        self.code = code or type(self).code
        super().__init__(self.code)
        self.values = values

    def __str__(self) -> str:
        from stadig.pilots import words

        return words.error(self.code, self.values)


class NotAllowed(PilotError):
    """The one who asked does not hold the permission."""

    code = "not_allowed"


class UnknownPilot(PilotError):
    """There is no such trial."""

    code = "unknown_pilot"


class NotNamed(PilotError):
    """The trial has no title."""

    code = "not_named"


class UnknownService(PilotError):
    """No service in the register has that name."""

    code = "unknown_service"


class WrongState(PilotError):
    """The trial is not where this can be done. ``code`` says which way is open."""


class ChangedMeanwhile(PilotError):
    """Someone else saved the card after it was opened, in the same fields. ``mine`` is what was typed: nothing is lost."""

    code = "changed_meanwhile"

    def __init__(self, latest: CardVersion, mine: Card, fields: Sequence[tuple[str, Any, Any]]) -> None:
        super().__init__(count=len(fields))
        self.latest = latest
        self.mine = mine
        self.fields = tuple(fields)
        """(field, theirs, mine) where the two differ."""


class NotReady(PilotError):
    """The card may not be started. ``problems`` and ``findings`` name all that is missing or refused."""

    code = "not_ready"

    def __init__(self, problems: Sequence[Problem], findings: Sequence[Finding] = ()) -> None:
        super().__init__(count=len(problems) + len(findings))
        self.problems = tuple(problems)
        self.findings = tuple(findings)


class AlreadyDrawn(PilotError):
    """The lot has been cast for these units. A new draw says why."""

    code = "already_drawn"


class CannotDraw(PilotError):
    """The units cannot be drawn so."""

    code = "cannot_draw"


class BadUnits(PilotError):
    """The list of units has a unit twice, or one without a name of its own."""

    code = "bad_units"


class BadFigures(PilotError):
    """The file was refused whole. ``findings`` name every row that is wrong."""

    code = "bad_figures"

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        super().__init__(name=name, count=len(findings))
        self.findings = tuple(findings)


class UnknownOutcome(PilotError):
    """The card has no such outcome, or it is not read from a file."""

    code = "unknown_outcome"


class BadAmount(PilotError):
    """A cost is a positive sum of money with a word for what it was."""

    code = "bad_amount"


class NothingToLookAt(PilotError):
    """No whole day has passed since the trial began."""

    code = "nothing_to_look_at"


class NeedsReason(PilotError):
    """Something is done that others will ask about: the reason is public."""

    code = "needs_reason"


class CannotScaleUp(PilotError):
    """Before and after alone shows nothing: such a trial is never scaled up on its own evidence."""

    code = "cannot_scale_up"


class UnknownDecision(PilotError):
    """A decision is to withdraw, continue, keep as it is or scale up."""

    code = "unknown_decision"


class NothingLearnt(PilotError):
    """A trial is closed with at least one thing that did not work."""

    code = "nothing_learnt"


class NoWords(PilotError):
    """A lesson has a heading and a text."""

    code = "no_words"


class BadFile(PilotError):
    """A file from another municipality cannot be taken in. ``code`` says which fault it has."""


class NotOurs(PilotError):
    """A result is of a trial that was not copied from here."""

    code = "not_ours"


class GoneFile(PilotError):
    """A file that waited is not there any more."""

    code = "gone_file"
