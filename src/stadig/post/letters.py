"""Letters: queue one, see what waits, say that it was printed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from stadig.city import audit, clock
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.post.models import Letter, Message, MessageState

if TYPE_CHECKING:
    from stadig.city.models import Organisation, User

KEEP = timedelta(days=30)
"""How long a letter is kept after it was printed, so that one that jammed can be printed again."""


def waiting() -> QuerySet[Letter]:
    """Letters to print, the oldest first."""
    return Letter.objects.filter(printed_at=None).select_related("person").order_by("created_at", "pk")


@verb
def queue(
    by: User | None,
    *,
    title: str,
    text: str,
    person: Person | None = None,
    name: str = "",
    address: str = "",
    pdf: bytes | None = None,
    organisation: Organisation | None = None,
    language: str = "sv",
    key: str | None = None,
    message: Message | None = None,
    request_id: UUID | None = None,
) -> Letter:
    """Put a letter in the queue to print: to a registered person, or to a name and an address.

    With a ``key`` the same letter is queued once. ``pdf`` is printed as it is; without it the text is. A protected person's letter is
    marked ``mediated``: it goes through Skatteverket, and nobody here sees where.
    """
    if key and (before := Letter.objects.filter(key=key).first()):
        return before
    letter = Letter.objects.create(
        message=message,
        person=person,
        name="" if person else name[:200],
        address="" if person else address,
        mediated=bool(person and person.protection),
        organisation=organisation,
        title=title[:200],
        text=text,
        pdf=pdf,
        language=language,
        key=key,
        created_at=clock.now(),
    )
    audit.record(by, "queued", letter)
    return letter


@verb
def mark_printed(by: User, letter_ids: Iterable[int], *, request_id: UUID | None = None) -> int:
    """The letters were printed and put in the post; returns how many had not been before."""
    now = clock.now()
    found = list(Letter.objects.select_for_update().filter(pk__in=list(letter_ids), printed_at=None))
    for letter in found:
        letter.printed_at, letter.printed_by, letter.erase_at = now, by, now + KEEP
        letter.save(update_fields=["printed_at", "printed_by", "erase_at"])
        audit.record(by, "printed", letter)
    sent = [letter.message_id for letter in found if letter.message_id]  # pyright: ignore[reportAttributeAccessIssue]
    whole = Message.objects.filter(pk__in=sent) | Message.objects.filter(within__in=sent)
    whole.update(state=MessageState.SENT, sent_at=now, error="")
    return len(found)


@verb
def take_back(by: User, letter_ids: Iterable[int], *, request_id: UUID | None = None) -> int:
    """The letters were not printed after all; they wait again. Returns how many."""
    found = list(Letter.objects.select_for_update().filter(pk__in=list(letter_ids), printed_at__isnull=False))
    for letter in found:
        letter.printed_at = letter.printed_by = letter.erase_at = None
        letter.save(update_fields=["printed_at", "printed_by", "erase_at"])
        audit.record(by, "printed anew", letter)
    return len(found)


@verb
def erase_outdated() -> int:
    """Erase letters whose time is out; returns how many. That they were sent stands with their message."""
    return Letter.objects.filter(erase_at__lte=clock.now()).delete()[0]
