"""Verbs of the one who handles a case: take it, hand it out, hand it back; notes and things to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stadig.cases import access, definitions, states
from stadig.cases.actions import CaseClosed, CaseError, go_to, locked, tell
from stadig.cases.models import Case, Group, Note
from stadig.city import audit, clock, live
from stadig.city.models import User
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

MOST_AT_ONCE = 100


class CannotHandle(CaseError):
    """The one named may not work with this case: another unit's, or a case in which they are a party."""


@verb
def take(by: User, case_id: int, *, request_id: UUID | None = None) -> Case:
    """Take a case, and begin it when nobody has. Raises CaseClosed; Case.DoesNotExist for one the person may not handle."""
    case = open_case(by, case_id)
    if case.assignee_id != by.pk:
        _give(case, by, by=by)
    definition = definitions.of(case)
    begin = [one for one in states.pressed(definition, case.status) if definition.status(one.end).group == Group.OPEN]
    if case.group == Group.NEW and len(begin) == 1:
        go_to(case, definition, begin[0].end, by=by)
    audit.record(by, "took a case", case)
    return case


@verb
def assign(by: User, case_id: int, to: User, *, request_id: UUID | None = None) -> Case:
    """Give a case to a colleague who may handle it. Raises CannotHandle, CaseClosed; Case.DoesNotExist."""
    case = open_case(by, case_id)
    if not Case.objects.filter(access.may_handle(to), pk=case_id).exists():
        raise CannotHandle(_("%(name)s får inte arbeta med ärendet. Välj någon i enheten som inte själv är part.") % {"name": to})
    if case.assignee_id != to.pk:
        _give(case, to, by=by)
    audit.record(by, "assigned", case, to=to.pk)
    return case


@verb
def hand_back(by: User, case_id: int, *, request_id: UUID | None = None) -> Case:
    """Nobody has the case any more; it stands where it stood. Raises CaseClosed; Case.DoesNotExist."""
    case = open_case(by, case_id)
    if case.assignee_id is not None:
        case.assignee = None
        case.save(update_fields=["assignee"])
        tell(case, "handed_back", by=by)
    audit.record(by, "handed back", case)
    return case


@verb
def take_many(by: User, case_ids: Sequence[int], *, request_id: UUID | None = None) -> dict[str, int | None]:
    """Take several cases; gives who had each before, so that it can be undone. Those one may not take, or are closed, are left."""
    return _many(by, case_ids, by)


@verb
def assign_many(by: User, case_ids: Sequence[int], to: User | None, *, request_id: UUID | None = None) -> dict[str, int | None]:
    """Give several cases to one colleague, or to nobody; gives who had each before. Those that cannot be given are left."""
    return _many(by, case_ids, to)


@verb
def put_back(by: User, before: dict[str, int | None], now: int | None, *, request_id: UUID | None = None) -> int:
    """Undo: give each case back to the one who had it, unless someone else has it by now; gives how many."""
    users = User.objects.in_bulk({pk for pk in before.values() if pk})
    undone = 0
    for case in _cases(by, [int(pk) for pk in before]):
        if case.assignee_id == now:
            _give(case, users.get(before[str(case.pk)] or 0), by=by)
            audit.record(by, "assigned", case, to=case.assignee_id)
            undone += 1
    return undone


@verb
def note(by: User, case_id: int, text: str, *, request_id: UUID | None = None) -> Note:
    """Write something down for colleagues. Raises ValidationError for an empty text; Case.DoesNotExist."""
    return _note(by, locked(by, case_id), text)


@verb
def task(
    by: User, case_id: int, text: str, due_on: date, *, for_user: User | None = None, request_id: UUID | None = None
) -> Note:
    """Write down something to do by a day, for oneself or a colleague. Raises ValidationError; CannotHandle; Case.DoesNotExist."""
    case = locked(by, case_id)
    whom = for_user or by
    if whom != by and not Case.objects.filter(access.may_handle(whom), pk=case_id).exists():
        raise CannotHandle(
            _("%(name)s får inte arbeta med ärendet. Välj någon i enheten som inte själv är part.") % {"name": whom}
        )
    return _note(by, case, text, due_on=due_on, for_user=whom)


@verb
def done(by: User, note_id: int, *, request_id: UUID | None = None) -> Note:
    """Something to do is done; what is done stays done. Raises Note.DoesNotExist."""
    note = (
        Note.objects.select_for_update(of=("self",)).filter(case__in=Case.objects.filter(access.may_handle(by))).get(pk=note_id)
    )
    if note.done_at is None:
        note.done_at = clock.now()
        note.save(update_fields=["done_at"])
    audit.record(by, "did a task", ("cases.case", note.case_id), note=note.pk)
    return note


def _note(by: User, case: Case, text: str, **more: object) -> Note:
    if not text.strip():
        raise ValidationError(_("Skriv något först."))
    made = Note.objects.create(case=case, text=text.strip()[:4000], at=clock.now(), by=by, **more)
    live.publish("cases", case.pk, made.pk)
    audit.record(by, "noted", case, note=made.pk)
    return made


def open_case(by: User, case_id: int) -> Case:
    """A case that is not closed, locked. Raises CaseClosed; Case.DoesNotExist."""
    case = locked(by, case_id)
    if case.group == Group.CLOSED:
        raise CaseClosed(_("Ärendet är avslutat. Det gäller fortfarande."))
    return case


def _cases(by: User, case_ids: Sequence[int]) -> list[Case]:
    """Locked in one order, so that two who choose the same cases do not wait for each other for ever."""
    found = Case.objects.select_for_update(of=("self",)).filter(access.may_handle(by), pk__in=case_ids[:MOST_AT_ONCE])
    return list(found.exclude(group=Group.CLOSED).order_by("pk"))


def _many(by: User, case_ids: Sequence[int], to: User | None) -> dict[str, int | None]:
    before: dict[str, int | None] = {}
    cases = _cases(by, case_ids)
    theirs = (
        set(Case.objects.filter(access.may_handle(to), pk__in=[one.pk for one in cases]).values_list("pk", flat=True))
        if to
        else set()
    )
    for case in cases:
        if case.assignee_id == (to.pk if to else None) or (to and case.pk not in theirs):
            continue
        before[str(case.pk)] = case.assignee_id
        _give(case, to, by=by)
        audit.record(by, "assigned", case, to=to.pk if to else None)
    return before


def _give(case: Case, to: User | None, *, by: User) -> None:
    case.assignee = to
    case.save(update_fields=["assignee"])
    tell(case, "assigned" if to else "handed_back", by=by, note=str(to) if to and to != by else "")
