"""What someone is filling in: begun, saved, opened again, erased. It is encrypted, and no member of staff may read another's.

A draft is no received document (*eget utrymme*). It keeps the version of the package it began with, whatever is published since.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Q

from stadig.cases.models import Channel
from stadig.city import audit, clock, persons
from stadig.city.verbs import verb
from stadig.eservices import tallies
from stadig.eservices.models import Draft, EService
from stadig.files import actions as stored_files

if TYPE_CHECKING:
    from stadig.city.models import Person, User

KEEP: Final = timedelta(days=30)
FOR_OTHERS: Final = """
SELECT d.id, v.digest, d.saved_at FROM eservices_draft d JOIN eservices_packageversion v ON v.id = d.version_id
WHERE d.staff_id = %s ORDER BY d.saved_at DESC LIMIT 20
"""
"""How long a draft is kept after it was last saved."""
CODE_LETTERS: Final = "ACDEFGHJKLMNPQRTUVWXY34679"
"""No letter that is mistaken for another when it is read aloud or written by hand."""


@dataclass(frozen=True, slots=True)
class Acting:
    """The company or association one acts for, and on what ground."""

    name: str
    organisation_number: str
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone who is filled in for and is no registered person: a name and an address alone."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a draft holds, once opened. ``reached`` are the ids of the steps that have been sent."""

    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    acting: Acting | None = None
    contact: Contact | None = None
    reached: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict[str, str])
    """What the sender calls each file, shown to them alone; a stored file never bears it."""
    again: bool = False
    """The answers are last time's, and the applicant has been asked whether they still hold."""


def contents(draft: Draft) -> Contents:
    """What the draft holds. Only for its owner, and for submitting it. Raises ``persons.KeyChanged``."""
    if not draft.answers:
        return Contents()
    found = json.loads(persons.unseal_text(draft.answers))
    return Contents(
        answers=found["answers"],
        acting=Acting(**found["acting"]) if found.get("acting") else None,
        contact=Contact(**found["contact"]) if found.get("contact") else None,
        reached=tuple(found.get("reached", ())),
        names=dict(found.get("names", {})),
        again=bool(found.get("again")),
    )


def answers_of(draft: Draft) -> dict[str, Any]:
    """The answers as they were typed, hidden ones too: ``flow.evaluate`` says which of them count."""
    return contents(draft).answers


def code_of(draft_id: UUID) -> str:
    """The code that opens an anonymous draft: eight letters in two groups. It follows from the id and our key, and is stored nowhere."""
    digest = hmac.new(settings.PERSON_KEY.encode(), b"draft code " + draft_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:10], "big")
    letters = ""
    for _ in range(8):
        number, one = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[one]
    return f"{letters[:4]} {letters[4:]}"


def hash_of_code(code: str) -> str:
    """The keyed hash by which a draft is found; spaces, hyphens and small letters in the code do not matter."""
    return persons.opaque("draft " + "".join(code.upper().replace("-", "").split()))


@verb
def start(
    by: User | None,
    service: EService,
    *,
    language: str = "sv",
    channel: str = Channel.WEB,
    person: Person | None = None,
    begin_with: Contents | None = None,
    request_id: UUID | None = None,
) -> Draft:
    """Begin to fill in a service. ``person`` is whom it concerns; ``by`` is kept as the one who fills in
    when the channel is not the web, and when someone who works here fills in for their own work."""
    now = clock.now()
    pk = uuid4()
    staff = by if channel != Channel.WEB or (by is not None and by.is_staff and person is None) else None
    draft = Draft.objects.create(
        id=pk,
        version_id=service.current_id,  # pyright: ignore[reportAttributeAccessIssue]
        person=person,
        staff=staff,
        code_hash=None if person or staff else hash_of_code(code_of(pk)),
        channel=channel,
        language=language,
        answers=_sealed(begin_with or Contents()),
        started_at=now,
        saved_at=now,
        erase_at=now + KEEP,
    )
    tallies.count(service.name, "started", channel)
    if staff is not None and channel != Channel.WEB:
        ids: dict[str, Any] = {"person": person} if person else {}
        audit.record(by, "filled in for", ("eservices.draft", str(pk)), **ids)
    return draft


@verb
def save(
    by: User | None, scope: Q, draft_id: UUID, change: Callable[[Contents], Contents], *, step: str = "", reached: str = ""
) -> Draft:
    """Change what a draft holds: ``change`` gets it as it stands, so that two windows do not undo each other's answers.

    ``scope`` is ``access.may_fill_in(…)``. ``reached`` is a step that was sent as done. Raises Draft.DoesNotExist.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",)).select_related("version").defer("version__archive").get(scope, pk=draft_id)
    )
    before = contents(draft)
    after = change(before)
    if reached and reached not in after.reached:
        after = replace(after, reached=(*after.reached, reached))
        tallies.count(draft.version.name, "reached", draft.channel, reached)
    now = clock.now()
    draft.answers, draft.step = _sealed(after), step or draft.step
    draft.saved_at, draft.erase_at, draft.revision = now, now + KEEP, draft.revision + 1
    draft.save(update_fields=["answers", "step", "saved_at", "erase_at", "revision"])
    return draft


@verb
def throw_away(by: User | None, scope: Q, draft_id: UUID) -> None:
    """Its owner erases a draft with its files. Raises Draft.DoesNotExist."""
    erase(Draft.objects.select_for_update().get(scope, pk=draft_id))


@verb
def erase_outdated() -> int:
    """Erase drafts whose time is out, files and all; returns how many."""
    outdated = list(Draft.objects.select_for_update(skip_locked=True).filter(erase_at__lte=clock.now())[:500])
    for draft in outdated:
        erase(draft)
    return len(outdated)


def erase(draft: Draft) -> None:
    """The draft with its files. For verbs inside their transaction."""
    files = [one.file for one in draft.files.select_related("file")]  # pyright: ignore[reportAttributeAccessIssue]
    draft.delete()
    for file in files:
        stored_files.erase(file)


def sealed(answers: Mapping[str, Any], acting: Acting | None = None) -> str:
    """Answers as they are stored."""
    return _sealed(Contents(dict(answers), acting))


def _sealed(contents: Contents) -> str:
    held = {one.name: getattr(contents, one.name) for one in fields(contents)}
    return persons.seal_text(json.dumps(held, ensure_ascii=False, default=asdict))


def sealed_post(posted: Mapping[str, list[str]]) -> str:
    """What someone sent when their session had ended, encrypted to be kept in the session until they are back."""
    return persons.seal_text(json.dumps(dict(posted)))


def unsealed_post(sealed: str) -> dict[str, list[str]]:
    """What :func:`sealed_post` kept. Raises ``persons.KeyChanged``."""
    return json.loads(persons.unseal_text(sealed))


def for_others(staff_id: int | None) -> tuple[tuple[UUID, str, datetime], ...]:
    """(id, the package's digest, when it was saved) of what a member of staff fills in for others, the latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FOR_OTHERS, [staff_id])
        return tuple(cursor.fetchall())
