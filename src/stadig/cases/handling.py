"""Verbs of the one who handles a case: take it, hand it out, hand it back; notes and things to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stadig.cases import access, colleagues, definitions, states, telling
from stadig.cases.actions import CaseClosed, CaseError, go_to, locked, tell
from stadig.cases.models import Case, Group, Note
from stadig.city import audit, clock, live
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from stadig.city.models import Organisation, User


class CannotHandle(CaseError):
    """The one named may not work with this case: another unit's, or a case in which they are a party."""


@verb
def take(by: User, case_id: int, *, request_id: UUID | None = None) -> Case:
    """Take a case, and begin it when nobody has. Raises CaseClosed; Case.DoesNotExist for one the person may not handle."""
    case = open_case(by, case_id)
    if case.assignee_id != by.pk:
        give(case, by, by=by)
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
        give(case, to, by=by)
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
def move(by: User, case_id: int, to: Organisation, *, note: str = "", request_id: UUID | None = None) -> Case:
    """Hand a case to another unit of its committee, where nobody has it yet. Its clocks run on.

    Raises CannotHandle for a unit of another committee, which is another authority; CaseClosed; Case.DoesNotExist.
    """
    case = open_case(by, case_id)
    if to.pk != case.unit_id:
        if to not in colleagues.units(case):
            raise CannotHandle(
                _("%(unit)s hör till en annan nämnd. Välj en enhet i %(committee)s.") % {"unit": to, "committee": case.committee}
            )
        case.unit, case.assignee = to, None
        case.save(update_fields=["unit", "assignee"])
        tell(case, "moved", by=by, note=f"{to}. {note.strip()[:200]}".removesuffix(". "))
    audit.record(by, "moved", case, to=to.pk)
    return case


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
    made = _note(by, case, text, due_on=due_on, for_user=whom)
    if whom != by:
        telling.colleague(whom, case, _("Något att göra senast %(day)s") % {"day": due_on.isoformat()})
    return made


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


def give(case: Case, to: User | None, *, by: User) -> None:
    """Write down who has a locked case. For verbs inside their transaction."""
    case.assignee = to
    case.save(update_fields=["assignee"])
    tell(case, "assigned" if to else "handed_back", by=by, note=str(to) if to and to != by else "")
