"""Handing a message to its channel: the mail server, the gateway for text messages, the queue of letters. Each raises OSError when it cannot."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.city import municipality
from stadig.post import letters, outside, routes, sms
from stadig.post.declared import DeclarationError
from stadig.post.models import Message


class NoWay(OSError):
    """There is no address left to reach them by on this channel."""


class NotDeclared(OSError):
    """The declaration of the gateway cannot be used: ``declared.read`` of the file says where."""


def by_email(message: Message) -> None:
    """By e-mail. A protected person is told that there is a message, not what it says."""
    address = _reach(message, "email") or message.address
    if not address:
        raise NoWay
    with translation.override(message.language):
        subject, body = _covered(message) if _is_protected(message) else gathered(message)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address]).send()


def by_sms(message: Message) -> None:
    """By text message: the subject, and where the rest is."""
    try:
        phone = routes.phone(_reach(message, "phone"))
    except routes.NotAPhone:
        raise NoWay from None
    with translation.override(message.language):
        subject, _body = _covered(message) if _is_protected(message) else gathered(message)
        text = _("%(subject)s. Läs mer på %(url)s") % {"subject": subject.rstrip("."), "url": _my_pages()}
    try:
        sms.send(phone, text, sender=municipality.current().name, key=f"message-{message.pk}")
    except DeclarationError:
        raise NotDeclared from None


def letter(message: Message) -> None:
    """To the queue of letters."""
    with translation.override(message.language):
        subject, body = gathered(message)
    letters.queue(
        None,
        title=subject,
        text=body,
        person=message.person,
        name=message.contact.get("name", ""),
        address=message.contact.get("address", ""),
        language=message.language,
        key=f"message:{message.pk}",
        message=message,
    )


def is_final(error: OSError) -> bool:
    """Whether trying the same way again cannot help."""
    if isinstance(error, (NoWay, NotDeclared)):
        return True
    if isinstance(error, outside.OutsideError):
        return not error.again
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code in range(550, 560)


def gathered(message: Message) -> tuple[str, str]:
    """Subject and text of a message with those gathered to it."""
    parts = list(message.parts.order_by("pk"))
    if not parts:
        return message.subject, message.body
    every = [message, *parts]
    return _("Du har %(count)s nyheter om ett ärende") % {"count": len(every)}, "\n".join(
        f"{one.subject}\n\n{one.body}" for one in every
    )


def _covered(message: Message) -> tuple[str, str]:
    return _("Du har ett meddelande"), _("Logga in på Mina sidor för att läsa det: %(url)s") % {"url": _my_pages()} + "\n"


def _is_protected(message: Message) -> bool:
    return bool(message.person and message.person.protection)


def _reach(message: Message, what: str) -> str:
    """The address as it stands now: a person's own, never a copy of it; else what was given in the matter."""
    return str((getattr(message.person, what) if message.person else "") or message.contact.get(what, ""))


def _my_pages() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/mina/"
