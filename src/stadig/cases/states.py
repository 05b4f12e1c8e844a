"""The small state machine of a case: which ways lead on, and whether one may be taken.

States come from data (a case type), so no library that wants them in code fits; the machine is three functions.
"""

from __future__ import annotations

from stadig.cases.definition import Definition, Transition


class NoSuchWay(Exception):
    """The case cannot go from where it stands to there. ``ways`` are the statuses it can go to."""

    def __init__(self, start: str, end: str, ways: tuple[str, ...]) -> None:
        super().__init__(f"no way from {start} to {end}; from there one can go to: {', '.join(ways) or 'nowhere'}")
        self.start, self.end, self.ways = start, end, ways


def ways(definition: Definition, status: str) -> tuple[Transition, ...]:
    """Every way on from a status, in the order the case type names them."""
    return tuple(one for one in definition.transitions if one.start == status)


def pressed(definition: Definition, status: str, by: str = "case_worker") -> tuple[Transition, ...]:
    """The ways that someone may press a button for: a case worker, or the applicant."""
    return tuple(one for one in ways(definition, status) if one.do and one.by == by)


def to_group(definition: Definition, status: str, *groups: str) -> Transition | None:
    """The first way to a status of one of these groups; None when there is none."""
    return next((one for one in ways(definition, status) if definition.status(one.end).group in groups), None)


def way(definition: Definition, start: str, end: str) -> Transition:
    """The way from ``start`` to ``end``. Raises NoSuchWay."""
    for one in ways(definition, start):
        if one.end == end:
            return one
    raise NoSuchWay(start, end, tuple(one.end for one in ways(definition, start)))
