"""Verbs for several cases at once, each with a way back. Those that one may not change, or that cannot go there, are left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stadig.cases import access, definitions, states
from stadig.cases.actions import go_to, tell
from stadig.cases.handling import give
from stadig.cases.models import Case, Clock, Group
from stadig.city import audit
from stadig.city.models import User
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from uuid import UUID

MOST_AT_ONCE = 100
Before = dict[str, int | None]
"""Case id → who had it before."""


@verb
def assign_many(by: User, case_ids: Sequence[int], to: User | None, *, request_id: UUID | None = None) -> Before:
    """Give cases to one person (oneself: take them), or to nobody; gives who had each of those that changed hands."""
    cases = _cases(by, case_ids)
    chosen = [case.pk for case in cases]
    theirs = set(Case.objects.filter(access.may_handle(to), pk__in=chosen).values_list("pk", flat=True)) if to else set(chosen)
    before: Before = {}
    for case in cases:
        if case.pk in theirs and case.assignee_id != (to.pk if to else None):
            before[str(case.pk)] = case.assignee_id
            give(case, to, by=by)
            audit.record(by, "assigned", case, to=to.pk if to else None)
    return before


@verb
def give_back_many(by: User, before: Before, now: int | None, *, request_id: UUID | None = None) -> int:
    """Undo :func:`assign_many`: each case to the one who had it, unless it has changed hands since; gives how many."""
    users = User.objects.in_bulk({pk for pk in before.values() if pk})
    undone = 0
    for case in _cases(by, [int(pk) for pk in before]):
        if case.assignee_id == now:
            give(case, users.get(before[str(case.pk)] or 0), by=by)
            audit.record(by, "assigned", case, to=case.assignee_id)
            undone += 1
    return undone


@verb
def set_status_many(by: User, case_ids: Sequence[int], status: str, *, request_id: UUID | None = None) -> dict[str, str]:
    """Take each case that can go there to ``status``; gives where each stood. None is closed this way: that is done one by one."""
    before: dict[str, str] = {}
    for case in _cases(by, case_ids):
        definition = definitions.of(case)
        open_ways = {
            one.end for one in states.pressed(definition, case.status) if definition.status(one.end).group != Group.CLOSED
        }
        if status in open_ways:
            before[str(case.pk)] = case.status
            go_to(case, definition, status, by=by)
            audit.record(by, "set status", case, status=status)
    return before


@verb
def put_status_back(by: User, before: dict[str, str], now: str, *, request_id: UUID | None = None) -> int:
    """Undo :func:`set_status_many` where nothing has happened since: the status, and the deadlines that it met; gives how many."""
    undone = 0
    for case in _cases(by, [int(pk) for pk in before]):
        if case.status != now:
            continue
        Clock.objects.filter(case=case, met_at=case.status_since).update(met_at=None)
        go_to(case, definitions.of(case), before[str(case.pk)], by=by)
        tell(case, "undone", by=by)
        audit.record(by, "set status", case, status=case.status)
        undone += 1
    return undone


def _cases(by: User, case_ids: Sequence[int]) -> list[Case]:
    """Locked in one order, so that two who choose the same cases do not wait for each other for ever."""
    found = Case.objects.select_for_update(of=("self",)).select_related("type").filter(access.may_handle(by))
    return list(found.filter(pk__in=case_ids[:MOST_AT_ONCE]).exclude(group=Group.CLOSED).order_by("pk"))
