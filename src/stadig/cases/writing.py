"""Verbs of what is said between the municipality and a party: messages, what we ask for, what is sent in, and taking it all back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from stadig.cases import access, answered, completing, definitions, states, telling, terms
from stadig.cases.actions import CaseClosed, CaseError, add_document, go_to, tell
from stadig.cases.handling import open_case
from stadig.cases.models import Case, Clock, Completion, Decision, Document, Group, Message
from stadig.city import audit, clock, outbox
from stadig.city.verbs import verb
from stadig.files.models import StoredFile

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from stadig.city.models import User

ROW = re.compile(r"\[\d*\]")
MOST = 10_000


class AlreadyAsked(CaseError):
    """The applicant has been asked and has not answered yet. Take that question back first."""


class NothingAsked(CaseError):
    """We do not wait for anything from the applicant: it was answered, or taken back."""


class NotOpen(CaseError):
    """An answer that we did not ask to be completed."""


class NotValid(CaseError):
    """What was sent in is missing something. Nothing was kept; ``faults`` say what."""

    def __init__(self, faults: Sequence[completing.Fault]) -> None:
        super().__init__(", ".join(fault.text for fault in faults))
        self.faults = tuple(faults)


class CannotWithdraw(CaseError):
    """The case cannot be taken back any more: it is decided, or its type does not allow it."""


class TooEarly(CaseError):
    """A party may ask for a decision when six months have passed. ``day`` is the first day they may."""

    def __init__(self, day: date) -> None:
        super().__init__(_("Du kan begära det från och med %(day)s.") % {"day": day.isoformat()})
        self.day = day


@verb
def write(by: User, case_id: int, text: str, files: Sequence[StoredFile] = (), *, request_id: UUID | None = None) -> Message:
    """Write to the other side: a party writes to us, who handles the case writes to the parties. The other side is told.

    ``files`` must be kept for cases and stored by the one who writes. Raises ValidationError for nothing said, or another's file;
    Case.DoesNotExist for one who is neither a party nor may handle the case.
    """
    case = _of_either(by, case_id)
    from_party = access.is_party(by, case_id)
    if not text.strip() and not files:
        raise ValidationError(_("Skriv något först."))
    _check_files(by, files)
    message = Message.objects.create(case=case, from_party=from_party, text=text.strip()[:MOST], at=clock.now(), by=by)
    message.files.add(*files)
    tell(case, "message_in" if from_party else "message", by=None if from_party else by)
    if from_party:
        telling.assignee(case, _("Den sökande har skrivit"))
    else:
        telling.parties(case, "message", f"case-message:{message.pk}")
    outbox.announce("case.message", case=case.pk, message=message.pk)
    audit.record(by, "wrote", case, message=message.pk)
    return message


@verb
def seen(by: User, case_id: int, *, request_id: UUID | None = None) -> int:
    """Mark what the other side wrote as read; gives how many. Raises Case.DoesNotExist."""
    case = _of_either(by, case_id)
    theirs = not access.is_party(by, case_id)
    return Message.objects.filter(case=case, from_party=theirs, read_at=None).update(read_at=clock.now())


@verb
def ask_completion(
    by: User, case_id: int, paths: Sequence[str], text: str, due_on: date, *, request_id: UUID | None = None
) -> Completion:
    """Ask the applicant for what is missing. The named answers alone are open to them; the deadlines stand still meanwhile.

    Raises ValidationError without a text, a question or a day that is to come; AlreadyAsked; CaseClosed; Case.DoesNotExist.
    """
    case = open_case(by, case_id)
    definition, now = definitions.of(case), clock.now()
    if Completion.objects.filter(case=case, answered_at=None, withdrawn_at=None).exists():
        raise AlreadyAsked(_("Vi väntar redan på svar. Ta tillbaka den frågan först, eller skriv ett meddelande."))
    asked = {str(field["path"]) for field in definition.fields}
    chosen = tuple(dict.fromkeys(path for path in paths if ROW.sub("[]", path) in asked))
    if not text.strip():
        raise ValidationError({"text": _("Skriv vad ni behöver och varför.")})
    if not chosen or len(chosen) != len(set(paths)):
        raise ValidationError({"paths": _("Välj minst en fråga som den sökande ska svara på igen.")})
    if due_on <= clock.today():
        raise ValidationError({"due_on": _("Välj en dag som inte har varit, så att den sökande hinner svara.")})
    completion = Completion.objects.create(
        case=case, paths=list(chosen), text=text.strip()[:MOST], asked_at=now, asked_by=by, due_on=due_on
    )
    tell(case, "completion_asked", by=by)
    way = states.to_group(definition, case.status, Group.APPLICANT)
    if way and case.group != Group.APPLICANT:
        go_to(case, definition, way.end, by=by)
    telling.parties(case, "completion", f"case-completion:{completion.pk}", due_on=due_on)
    outbox.announce("case.completion_asked", case=case.pk, completion=completion.pk)
    audit.record(by, "asked to complete", case, completion=completion.pk)
    return completion


@verb
def take_back_completion(by: User, case_id: int, *, request_id: UUID | None = None) -> Case:
    """We need nothing more: the question is taken back and the clocks run again. Raises NothingAsked; Case.DoesNotExist."""
    case = open_case(by, case_id)
    completion = _asked(case)
    completion.withdrawn_at = clock.now()
    completion.save(update_fields=["withdrawn_at"])
    tell(case, "completion_taken_back", by=by)
    _go_on(case, by=by)
    audit.record(by, "took back a question", case, completion=completion.pk)
    return case


@verb
def complete(
    by: User, case_id: int, answers: Mapping[str, Any], files: Sequence[StoredFile] = (), *, request_id: UUID | None = None
) -> Document:
    """What we asked for comes in, from a party or from one who handles the case and got it on paper: a received document.

    ``answers`` are path → answer, for the paths that were asked for alone. Raises NothingAsked; NotOpen for another answer; NotValid;
    Case.DoesNotExist.
    """
    case = _of_either(by, case_id)
    completion = _asked(case)
    if not answers or not set(answers) <= set(completion.paths):
        raise NotOpen(_("Du kan bara svara på det vi frågade om."))
    before = came_in(case)
    try:
        whole = answered.laid(before, answers)
    except KeyError as fault:
        raise NotOpen(_("Du kan bara svara på det vi frågade om.")) from fault
    if faults := completing.faults(case.type, whole, completion.paths):
        raise NotValid(faults)
    _check_files(by, files)
    changed = {ROW.sub("", path.partition(".")[0]) for path in answers}
    document = add_document(
        case,
        Document.Direction.RECEIVED,
        "completion",
        "Komplettering",
        person=by.person if access.is_party(by, case_id) else None,
        by=None if access.is_party(by, case_id) else by,
        data={name: whole[name] for name in changed},
        language=telling.language_of(case),
    )
    document.files.add(*files)
    completion.answered_at = clock.now()
    completion.save(update_fields=["answered_at"])
    tell(case, "completed", by=None if access.is_party(by, case_id) else by, document=document)
    _go_on(case, by=None)
    telling.assignee(case, _("Kompletteringen har kommit"), but=by)
    outbox.announce("case.completed", case=case.pk, document=document.pk)
    audit.record(by, "completed", case, document=document.pk)
    return document


@verb
def withdraw(by: User, case_id: int, *, request_id: UUID | None = None) -> Case:
    """A party takes back what they applied for. Raises CannotWithdraw; Case.DoesNotExist for one who is no party."""
    case = _of_party(by, case_id)
    definition = definitions.of(case)
    pressed = states.pressed(definition, case.status, by="applicant")
    way = next((one for one in pressed if definition.status(one.end).group == Group.CLOSED), None)
    if way is None:
        raise CannotWithdraw(_("Ärendet går inte att ta tillbaka nu. Skriv till oss om det har ändrats något."))
    Completion.objects.filter(case=case, answered_at=None, withdrawn_at=None).update(withdrawn_at=clock.now())
    tell(case, "withdrawn", by=None)
    go_to(case, definition, way.end, by=None)
    telling.assignee(case, _("Den sökande tog tillbaka ärendet"))
    audit.record(by, "withdrew", case)
    return case


@verb
def ask_for_decision(by: User, case_id: int, *, request_id: UUID | None = None) -> Clock:
    """A party asks, once, that the case be decided: the authority then has four weeks (FL 12 §).

    Raises TooEarly before six months; AlreadyAsked a second time; CaseClosed; Case.DoesNotExist for one who is no party.
    """
    case = _of_party(by, case_id)
    first, now = terms.may_ask_for_decision(case.registered_at), clock.now()
    if case.group == Group.CLOSED or Decision.objects.filter(case=case).exists():
        raise CaseClosed(_("Ärendet är redan avgjort."))
    if Clock.objects.filter(case=case, name=terms.DECISION_ASKED).exists():
        raise AlreadyAsked(_("Begäran är redan gjord. Den går att göra en gång i ett ärende."))
    if clock.today() < first:
        raise TooEarly(first)
    made = Clock.objects.create(
        case=case, name=terms.DECISION_ASKED, starts_at=now, due_at=terms.due(now, terms.ANSWER_WITHIN_DAYS)
    )
    case.due_at = min(filter(None, (case.due_at, made.due_at)))
    case.save(update_fields=["due_at"])
    add_document(case, Document.Direction.RECEIVED, "decision-asked", "Begäran om att ärendet avgörs", person=by.person)
    tell(case, "decision_asked", by=None)
    telling.assignee(case, _("Den sökande begär att ärendet avgörs inom fyra veckor"))
    audit.record(by, "asked for a decision", case)
    return made


CAME_IN = (
    "SELECT data::json FROM cases_document WHERE case_id = %s AND direction = 'received' AND data IS NOT NULL ORDER BY number"
)


def came_in(case: Case) -> dict[str, Any]:
    """What the applicant answered, with every completion laid over it."""
    with connection.cursor() as cursor:
        cursor.execute(CAME_IN, [case.pk])
        found: list[tuple[dict[str, Any]]] = cursor.fetchall()
    data: dict[str, Any] = {}
    for (one,) in found:
        data |= one or {}
    return data


def _asked(case: Case) -> Completion:
    completion = Completion.objects.select_for_update().filter(case=case, answered_at=None, withdrawn_at=None).first()
    if completion is None:
        raise NothingAsked(_("Vi väntar inte på något. Det är redan besvarat, eller så tog vi tillbaka frågan."))
    return completion


def _go_on(case: Case, *, by: User | None) -> None:
    """From waiting for the applicant back to work, where the case type knows a way."""
    definition = definitions.of(case)
    way = states.to_group(definition, case.status, Group.OPEN, Group.NEW)
    if case.group == Group.APPLICANT and way:
        go_to(case, definition, way.end, by=by)


def _of_either(by: User, case_id: int) -> Case:
    return _held(access.of_party(by) | access.may_handle(by), case_id)


def _of_party(by: User, case_id: int) -> Case:
    return _held(access.of_party(by), case_id)


def _held(scope: Q, case_id: int) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("type", "assignee").filter(scope).get(pk=case_id)


def _check_files(by: User, files: Sequence[StoredFile]) -> None:
    for file in files:
        if file.purpose != access.FILES or file.stored_by_id != by.pk:
            raise ValidationError(_("En fil kunde inte bifogas. Välj den en gång till."))
