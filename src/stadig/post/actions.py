"""Say something to someone: to a person by the channels they chose, by e-mail to an address, by a notice to an employee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from stadig.city import audit, clock, erasure
from stadig.city.models import Person, User
from stadig.city.verbs import verb
from stadig.post import contact, routes, sending
from stadig.post.models import Channel, ContactChoice, Letter, Message, MessageState, Notice

KEEP = timedelta(days=30)
"""How long an address and the text are kept after a message has gone."""
ATTEMPTS = 5
"""By a channel that has none after it."""
BEFORE_NEXT = 3
"""Attempts by a channel before the next is tried."""
GATHER = timedelta(minutes=10)
"""Real time for which a message waits for others about the same thing: they become one."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is no registered person: a company's contact, someone who reported without a log-in."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@verb
def notify_person(
    to: Person | Recipient,
    template: str,
    context: dict[str, Any],
    *,
    key: str,
    about: str = "",
    language: str = "",
    email: str = "",
    gather: timedelta = GATHER,
    keep: timedelta = KEEP,
) -> Message:
    """Reach someone, once: by the channels they chose, the next when one fails, a letter last. Returns the queued message.

    ``template`` is a text template whose first line is the subject; the second is empty. ``about`` names the thing, such as
    ``cases.case:7``: several messages about it within ``gather`` become one. ``language`` is the receiver's own where they have
    chosen one, else this, else Swedish. ``email`` is an address they gave in this matter, used where they have none of their own. With nothing to reach them by, the message is kept as failed, for staff to see.

    A protected person gets *you have a message* by e-mail and text message; the words go in the letter alone.
    """
    if before := Message.objects.filter(key=key).first():
        return before
    person = to if isinstance(to, Person) else None
    chosen_language, ways = _ways(to, email)
    spoken = chosen_language or language or settings.LANGUAGE_CODE
    subject, body = _rendered(template, context, spoken)
    others = ({"email": email} if email else {}) if isinstance(to, Person) else asdict(to)
    first = _gathering(person, others, about) if ways else None
    now = clock.now()
    message = Message.objects.create(
        person=person,
        contact=others,
        channel=ways[0] if ways else Channel.LETTER,
        left=list(ways[1:]),
        about=about,
        within=first,
        subject=subject,
        body=body,
        template=template,
        language=spoken,
        key=key,
        state=MessageState.QUEUED if ways else MessageState.FAILED,
        error="" if ways else sending.NoWay.__name__,
        created_at=now,
        erase_at=now + keep,
    )
    if ways and first is None:
        _defer(message, gather if about else timedelta())
    audit.record(None, "queued", message)
    return message


@verb
def notify(
    to: str | User,
    template: str,
    context: dict[str, Any],
    *,
    language: str = "sv",
    key: str | None = None,
    keep: timedelta = KEEP,
) -> Message:
    """Queue one message to one address. ``template`` is a text template whose first line is the subject; the second is empty.

    With a ``key`` the same message is queued once, however often it is asked for.
    """
    address = to.email if isinstance(to, User) else to
    if key and (before := Message.objects.filter(key=key).first()):
        return before
    subject, body = _rendered(template, context, language)
    now = clock.now()
    message = Message.objects.create(
        address=address,
        subject=subject,
        body=body,
        template=template,
        language=language,
        key=key,
        created_at=now,
        erase_at=now + keep,
    )
    _defer(message, timedelta())
    audit.record(None, "queued", message)
    return message


@verb
def send(message_id: int) -> Message:
    """Hand a queued message, with those gathered to it, to the channel whose turn it is.

    A letter goes to the queue to print and is sent when it has been. Raises OSError when the channel fails: tell :func:`failed`.
    """
    message = Message.objects.select_for_update(of=("self",)).select_related("person").get(pk=message_id)
    if message.state != MessageState.QUEUED or message.within_id or message.erased_at:
        return message
    if message.channel == Channel.LETTER:
        if not Letter.objects.filter(message=message).exists():
            sending.letter(message)
        return message
    sending.by_email(message) if message.channel == Channel.EMAIL else sending.by_sms(message)
    now = clock.now()
    message.state, message.sent_at, message.error = MessageState.SENT, now, ""
    message.attempts += 1
    message.save(update_fields=["state", "sent_at", "attempts", "error"])
    message.parts.update(state=MessageState.SENT, sent_at=now, channel=message.channel)
    audit.record(None, "sent", message)
    return message


@verb
def failed(message_id: int, reason: str, *, again: bool = True) -> bool:
    """Remember that a try failed, and why (the class of the error: its text may hold the address). Returns whether to try the same way again.

    After some tries, or at once when ``again`` is false, the next channel is tried; after the last the message is failed.
    """
    message = Message.objects.select_for_update().get(pk=message_id)
    message.attempts += 1
    message.error = reason[:200]
    retry = again and message.attempts < (BEFORE_NEXT if message.left else ATTEMPTS)
    if not retry:
        message.tried = [*message.tried, [message.channel, reason[:80], clock.now().isoformat()]]
        if message.left:
            message.channel, *message.left = message.left
            message.attempts = 0
            _defer(message, timedelta())
        else:
            message.state = MessageState.FAILED
            message.parts.update(state=MessageState.FAILED)
    message.save(update_fields=["state", "attempts", "error", "tried", "channel", "left"])
    return retry


@verb
def erase_outdated() -> int:
    """Erase addresses and texts whose time is out; returns how many messages."""
    now = clock.now()
    waits = Letter.objects.filter(printed_at=None, message__isnull=False).values("message")
    outdated = Message.objects.filter(erase_at__lte=now, erased_at=None).exclude(pk__in=waits)
    return outdated.update(address="", body="", contact={}, erased_at=now)


@verb
def forget(person: Person) -> None:
    """Erase what was said to a person who is being destroyed; that something was sent stays.

    A letter that waits to be printed goes all the same, where a record still names the person: it may be a decision to them.
    """
    letters = Letter.objects.filter(person=person)
    (letters.filter(printed_at__isnull=False) if erasure.kept(person) else letters).delete()
    about = Message.objects.filter(person=person).exclude(letter__isnull=False, letter__printed_at=None)
    about.update(address="", body="", subject="", contact={}, erased_at=clock.now())
    ContactChoice.objects.filter(person=person).delete()


@verb
def forget_about(about: str, *, keys: Sequence[str] = (), beginning: Sequence[str] = ()) -> None:
    """Erase messages about a thing that is destroyed (empty: none), and letters and messages with these keys or keys that begin so."""
    own = Q(key__in=keys)
    for start in beginning:
        own |= Q(key__startswith=start)
    found = list(Message.objects.filter(own | Q(about=about) if about else own).values_list("pk", flat=True))
    Letter.objects.filter(own | Q(message__in=found)).delete()
    Message.objects.filter(pk__in=found).update(address="", body="", subject="", contact={}, erased_at=clock.now())


@verb
def tell(user: User, text: str, url: str = "") -> Notice:
    """Leave a notice for an employee inside Stadig."""
    return Notice.objects.create(user=user, text=text[:300], url=url, created_at=clock.now())


@verb
def seen(user: User) -> int:
    """The employee has seen all notices."""
    return Notice.objects.filter(user=user, read_at=None).update(read_at=clock.now())


def _ways(to: Person | Recipient, email: str) -> tuple[str, tuple[str, ...]]:
    """The language they chose (may be empty) and the channels to try."""
    if isinstance(to, Person):
        found = contact.of(to, email)
        return found.language if found.chosen else "", found.channels
    reach = {"email": bool(to.email), "sms": bool(to.phone) and contact.offers_sms(), "letter": bool(to.address)}
    return "", routes.route((), **reach) or routes.route(("sms",), **reach)


def _rendered(template: str, context: dict[str, Any], language: str) -> tuple[str, str]:
    with translation.override(language):
        subject, _, body = render_to_string(template, context).strip().partition("\n")
    return subject.strip()[:200], body.strip() + "\n"


def _gathering(person: Person | None, others: dict[str, str], about: str) -> Message | None:
    """The message to the same receiver about the same thing that has not been tried yet, if there is one."""
    if not about:
        return None
    with connection.cursor() as cursor:  # two at once would each begin a message of their own
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"post:{about}"])
    waiting = Message.objects.select_for_update(of=("self",)).filter(about=about, state=MessageState.QUEUED, within=None)
    same = waiting.filter(person=person, contact=others, attempts=0, tried=[], letter=None)
    return same.order_by("pk").first()


def _defer(message: Message, wait: timedelta) -> None:
    from stadig.post.tasks import send as job

    (job.configure(schedule_in={"seconds": int(wait.total_seconds())}) if wait else job).defer(message_id=message.pk)
