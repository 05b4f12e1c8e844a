"""Say something to someone: by e-mail to an address, by a notice to an employee."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from stadig.city import audit, clock
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.post.models import Message, MessageState, Notice

KEEP = timedelta(days=30)
"""How long an address and the text are kept after a message has gone."""
ATTEMPTS = 5


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
    """Queue one message. ``template`` is a text template whose first line is the subject; the second is empty.

    With a ``key`` the same message is queued once, however often it is asked for.
    """
    address = to.email if isinstance(to, User) else to
    if key and (before := Message.objects.filter(key=key).first()):
        return before
    with translation.override(language):
        subject, _, body = render_to_string(template, context).strip().partition("\n")
    now = clock.now()
    message = Message.objects.create(
        address=address,
        subject=subject.strip()[:200],
        body=body.strip() + "\n",
        template=template,
        language=language,
        key=key,
        created_at=now,
        erase_at=now + keep,
    )
    from stadig.post.tasks import send as send_job

    send_job.defer(message_id=message.pk)
    audit.record(None, "queued", message)
    return message


@verb
def send(message_id: int) -> Message:
    """Hand a queued message to the mail server. A failure is kept with its reason and raised so that the job tries again."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state == MessageState.SENT or not message.address:
        return message
    EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address]).send()
    message.state, message.sent_at, message.error = MessageState.SENT, clock.now(), ""
    message.attempts += 1
    message.save(update_fields=["state", "sent_at", "attempts", "error"])
    audit.record(None, "sent", message)
    return message


@verb
def failed(message_id: int, reason: str) -> None:
    """Remember that a try failed, and why (the class of the error: its text may hold the address)."""
    message = Message.objects.select_for_update().get(pk=message_id)
    message.attempts += 1
    message.error = reason[:200]
    if message.attempts >= ATTEMPTS:
        message.state = MessageState.FAILED
    message.save(update_fields=["state", "attempts", "error"])


@verb
def erase_outdated() -> int:
    """Erase addresses and texts whose time is out; returns how many messages."""
    now = clock.now()
    return Message.objects.filter(erase_at__lte=now, erased_at=None).update(address="", body="", contact={}, erased_at=now)


@verb
def tell(user: User, text: str, url: str = "") -> Notice:
    """Leave a notice for an employee inside Stadig."""
    return Notice.objects.create(user=user, text=text[:300], url=url, created_at=clock.now())


@verb
def seen(user: User) -> int:
    """The employee has seen all notices."""
    return Notice.objects.filter(user=user, read_at=None).update(read_at=clock.now())
