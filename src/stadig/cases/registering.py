"""Verbs of the diary desk: put a document in a case, or begin a case with it.

Offentlighets- och sekretesslagen (2009:400) 5 kap. 1–2 §§: what is received or drawn up is registered without delay with its date, a
number, from or to whom, and in short what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.cases import access, actions, general
from stadig.cases.models import Case, Channel, Document
from stadig.city import audit, clock, outbox
from stadig.city.personnummer import is_valid
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.post import actions as post

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from stadig.city.models import Organisation, Person, User
    from stadig.files.models import StoredFile

KINDS: Final[dict[str, Any]] = {
    "application": gettext_lazy("Ansökan eller anmälan"),
    "completion": gettext_lazy("Komplettering"),
    "letter": gettext_lazy("Brev"),
    "email": gettext_lazy("E-post"),
    "phone_note": gettext_lazy("Telefonsamtal"),
    "reply": gettext_lazy("Svar på brev"),
    "appeal": gettext_lazy("Överklagande"),
    "message": gettext_lazy("Meddelande"),
    "decision": gettext_lazy("Beslut"),
    "note": gettext_lazy("Tjänsteanteckning"),
    "receipt": gettext_lazy("Kvittens"),
    "other": gettext_lazy("Annan handling"),
}
AT_THE_DESK: Final = ("letter", "email", "phone_note", "reply", "appeal", "completion", "note", "other")
CHANNELS: Final = {"email": Channel.EMAIL, "phone_note": Channel.PHONE}


@dataclass(frozen=True, slots=True)
class NewDocument:
    """Something received, sent or drawn up. ``title`` says what it is, never who; ``counterpart`` is who, unless it is ``person``.

    ``counterpart_public``: an authority, a company or an association, whose name may stand in the public diary.
    """

    direction: str
    title: str
    kind: str = "letter"
    at: datetime | None = None
    counterpart: str = ""
    counterpart_public: bool = False
    person: Person | None = None
    text: str = ""
    confidentiality: str = ""
    files: Sequence[StoredFile] = ()
    language: str = "sv"


def kind_words(kind: str) -> str:
    """*Brev* for ``letter``; a kind without words is a document like any other."""
    return str(KINDS.get(kind, KINDS["other"]))


def check_title(title: str) -> str:
    """The title as it may stand in a list. Raises ValidationError when it is empty or holds a personnummer."""
    words = " ".join(title.replace("\0", "").split())[:200]
    if not words:
        raise ValidationError({"what": _("Skriv kort vad det är.")})
    if any(is_valid(word.strip(".,;:()"), today=clock.today()) for word in words.split()):
        raise ValidationError({"what": _("Det står ett personnummer i texten. Ta bort det: texten syns i diariet.")})
    return words


def in_answer_to(new: NewDocument, document: int | None) -> NewDocument:
    """The same, as the reply to a letter of ours when its slip named one."""
    if document is None:
        return new
    title = new.title.strip() or _("Svar på brev, handling %(number)s") % {"number": document}
    return replace(new, title=title, kind="reply")


@verb
def add_document(by: User | None, case_id: int, new: NewDocument, *, request_id: UUID | None = None) -> Document:
    """Put a document in a case, open or closed, and tell the one who handles it.

    Raises Case.DoesNotExist for a case the person may not register in; ValidationError for a title that may not stand in a list.
    """
    scope = access.may_register(by) if by else access.ALL
    case = Case.objects.select_for_update(of=("self",)).select_related("assignee").filter(scope).get(pk=case_id)
    document = actions.add_document(case, by=by, **_fields(new))
    document.files.add(*_handed_over(by, new))
    actions.tell(case, "document", by=by, document=document)
    if case.assignee and case.assignee != by:
        text = _("Ny handling i %(number)s: %(kind)s.") % {"number": case.number, "kind": kind_words(new.kind)}
        post.tell(case.assignee, text, reverse("cases:case", args=[case.pk]))
    outbox.announce("case.document", case=case.pk, document=document.pk)
    audit.record(by, "registered a document", case, document=document.pk)
    return document


@verb
def begin_case(by: User, committee: Organisation, new: NewDocument, *, request_id: UUID | None = None) -> Case:
    """Begin a general case of the committee with a document. Raises ValidationError for a title that may not stand in a list."""
    reach = access.REGISTER.organisations(by)
    if reach is not None and committee.pk not in reach:
        raise ValidationError({"committee": _("Du registrerar inte för den nämnden. Välj en annan.")})
    values = _fields(new)
    case = actions.register(
        by,
        general.type_of(by, committee),
        title=str(values["title"]),
        channel=CHANNELS.get(new.kind, Channel.PAPER),
        kind=new.kind,
        parties=_parties(new),
        files=_handed_over(by, new),
        language=new.language,
    )
    if new.confidentiality:
        Case.objects.filter(pk=case.pk).update(confidentiality=new.confidentiality, subject_secret=True)
    Document.objects.filter(case=case, number=1).update(by=by, **values)
    audit.record(by, "registered a document", case)
    return case


def said(case: Case, document: int) -> str:
    """What the one at the desk reads when it is done."""
    return _("Registrerat: %(number)s, handling %(document)s.") % {"number": case.number, "document": document}


def _fields(new: NewDocument) -> dict[str, Any]:
    return {
        "direction": new.direction,
        "kind": new.kind,
        "title": check_title(new.title),
        "at": new.at or clock.now(),
        "counterpart": "" if new.person else " ".join(new.counterpart.replace("\0", "").split())[:200],
        "counterpart_public": new.counterpart_public and new.person is None,
        "person": new.person,
        "text": new.text.replace("\0", ""),
        "confidentiality": new.confidentiality[:120],
        "language": new.language,
    }


def _handed_over(by: User | None, new: NewDocument) -> list[StoredFile]:
    return files.hand_over(by, [one.pk for one in new.files], purpose=access.FILES)


def _parties(new: NewDocument) -> list[actions.NewParty]:
    if new.direction != Document.Direction.RECEIVED or not (new.person or new.counterpart):
        return []
    role = "organisation" if new.counterpart_public else "applicant"
    return [actions.NewParty(role, new.person, name="" if new.person else new.counterpart)]
