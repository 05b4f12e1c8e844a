"""Texts that must be something: an e-mail address, a number of a person or an organisation, a day that exists.

Each check takes the text and today, and answers whether it is one. No Django, no clock.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, Final

from stadig.city import personnummer

_LOCAL: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]+")
_DOMAIN: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_PHONE: Final = re.compile(r"\+?\d{7,15}")
_ORGANISATION: Final = re.compile(r"(?:16)?(\d{2}[2-9]\d{3})-?(\d{3})(\d)")


def is_email(text: str, _today: date) -> bool:
    """One address, with a domain that has a dot. Lengths: RFC 5321 section 4.5.3.1; what is quoted or a comment is refused."""
    local, at, domain = text.rpartition("@")
    return (
        bool(at)
        and len(text) <= 254
        and len(local) <= 64
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and _LOCAL.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
    )


def is_phone(text: str, _today: date) -> bool:
    """Seven to fifteen digits (ITU-T E.164), perhaps after a plus; spaces, hyphens, slashes and brackets may stand among them."""
    return text.isascii() and _PHONE.fullmatch(re.sub(r"(?<=.)[\s()/-]|^\(", "", text.strip())) is not None


def is_personnummer(text: str, today: date) -> bool:
    """A personnummer or samordningsnummer, with ten or twelve digits."""
    return personnummer.is_valid(text, today=today)


def is_organisation_number(text: str, today: date) -> bool:
    """Ten digits whose third is at least 2, with a check digit (Luhn), perhaps after 16; or a sole trader's personnummer.

    Source: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl.; Skatteverket SKV 709.
    """
    found = _ORGANISATION.fullmatch("".join(text.split())) if text.isascii() else None
    if found is None:
        return is_personnummer(text, today)
    return personnummer.luhn(found[1] + found[2]) == int(found[3])


def is_date(text: str, _today: date) -> bool:
    """``2026-11-22``: a day that exists."""
    return _reads(date.fromisoformat, text, r"\d{4}-\d{2}-\d{2}")


def is_time(text: str, _today: date) -> bool:
    """``08:30``."""
    return _reads(time.fromisoformat, text, r"\d{2}:\d{2}")


def is_month(text: str, _today: date) -> bool:
    """``2026-11``."""
    return _reads(lambda month: date.fromisoformat(f"{month}-01"), text, r"\d{4}-\d{2}")


def is_file(text: str) -> bool:
    """The name of a stored file, as a UUID in its usual form. Whether there is such a file is asked where files are kept."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def missing_in_place(value: Any) -> str:
    """The part that a place lacks: ``text``, ``lon`` or ``lat``; empty for one that is whole. Without a map the text is enough."""
    if not isinstance(value, Mapping) or not str(value.get("text") or "").strip():
        return "text"
    lon, lat = value.get("lon"), value.get("lat")
    return "lat" if lon is not None and lat is None else "lon" if lat is not None and lon is None else ""


def _reads(read: Callable[[str], object], text: str, shape: str) -> bool:
    if not re.fullmatch(shape, text, re.ASCII):
        return False
    try:
        read(text)
    except ValueError:
        return False
    return True


CHECKS: Final[Mapping[str, Callable[[str, date], bool]]] = {
    "email": is_email,
    "phone": is_phone,
    "personnummer": is_personnummer,
    "organisation_number": is_organisation_number,
    "date": is_date,
    "time": is_time,
    "month": is_month,
}
"""Kind of question → its check; a fault has the same name."""
