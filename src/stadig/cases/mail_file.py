"""Reading an e-mail that someone saved as a file (.eml): who, when, about what, and what it says.

Source: RFC 5322 and RFC 2045–2049, read by Python's ``email``. No Django, no clock, no database.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

MOST_TEXT = 20_000


class NotAnEmail(ValueError):
    """The bytes are no saved e-mail: nobody has sent it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """``sent_at`` is aware, or None when the e-mail does not say. ``attachments`` are the names of files in it."""

    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    text: str
    attachments: tuple[str, ...]


def read(data: bytes) -> Mail:
    """What the e-mail says. Raises NotAnEmail."""
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.get("From") or not (message.get("Date") or message.get("Subject")):
        raise NotAnEmail
    return Mail(
        subject=_line(message.get("Subject")),
        sender=_who(message.get("From")),
        to=_who(message.get("To")),
        sent_at=_date(message.get("Date")),
        text=_text(message),
        attachments=tuple(_line(part.get_filename()) for part in message.iter_attachments() if part.get_filename()),
    )


def _line(value: object) -> str:
    return " ".join(str(value or "").replace("\0", "").split())[:200]


def _who(value: object) -> str:
    name, address = parseaddr(str(value or ""))
    return _line(name or address)


def _date(value: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(value))
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, ValueError, KeyError):
        return ""
    if body.get_content_subtype() == "html":
        content = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", content)))
    return content.replace("\0", "").strip()[:MOST_TEXT]
