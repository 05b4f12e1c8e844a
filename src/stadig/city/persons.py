"""Keeping personnummer secret, finding a person by one, and what of a person may be shown to whom."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext

from stadig.city import clock
from stadig.city.personnummer import Personnummer, parse
from stadig.city.roles import Role

if TYPE_CHECKING:
    from stadig.city.models import Person

SEES_PEOPLE = frozenset({Role.CASE_WORKER, Role.REGISTRAR, Role.MANAGER, Role.CONTACT_CENTRE})
"""Roles in whose work names of residents belong."""


class KeyChanged(Exception):
    """A sealed personnummer does not open: the key file is not the one it was sealed with. Restore ``keys/person_key``."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one user sees of one person."""

    name: str
    address: str
    personnummer: str
    """Masked: the date of birth alone."""
    protected: bool
    masked: bool

    def __str__(self) -> str:
        return self.name


class Named(NamedTuple):
    """As much of a person as is read to tell who they are; a list that shows their name alone reads no more than the first four."""

    pk: int
    given_name: str
    family_name: str
    protection: str
    address: str = ""
    postcode: str = ""
    place: str = ""
    personnummer_sealed: bytes | None = None


def _key(purpose: str) -> bytes:
    return hmac.new(settings.PERSON_KEY.encode(), purpose.encode(), hashlib.sha256).digest()


def hash_of(number: Personnummer) -> str:
    """The keyed hash by which a person is found (HMAC-SHA256); useless without the key file."""
    return hmac.new(_key("hash"), number.digits.encode(), hashlib.sha256).hexdigest()


def seal(number: Personnummer) -> bytes:
    """Encrypted for storage (Fernet: AES-128-CBC and HMAC-SHA256)."""
    return _fernet().encrypt(number.digits.encode())


def unseal(sealed: bytes | memoryview) -> Personnummer:
    """The number again. Raises KeyChanged."""
    try:
        return Personnummer(_fernet().decrypt(bytes(sealed)).decode())
    except InvalidToken as fault:
        raise KeyChanged from fault


def opaque(name: str) -> str:
    """A name that stays the same and says nothing, for a subject an identity provider sent."""
    return hmac.new(_key("opaque"), name.encode(), hashlib.sha256).hexdigest()


def seal_text(text: str) -> str:
    """Encrypted as text, for secrets that libraries keep in a column."""
    return _fernet().encrypt(text.encode()).decode()


def unseal_text(sealed: str) -> str:
    """The text again. Raises KeyChanged."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise KeyChanged from fault


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("seal")))


def find(text: str) -> Person | None:
    """The person with this personnummer. Raises ``personnummer.NotAPersonnummer``."""
    from stadig.city.models import Person

    return Person.objects.filter(personnummer_hash=hash_of(parse(text, today=clock.today()))).first()


def shown(person: Person | Named, user: Any) -> Shown:
    """What ``user`` may see: everything of oneself; of others what the work needs; of protected people no name or address."""
    own = bool(user and getattr(user, "person_id", None) == person.pk)
    may = own or bool(user and getattr(user, "is_authenticated", False) and _works_with_people(user))
    protected = bool(person.protection)
    if not may:
        return Shown(gettext("En invånare"), "", "", protected, True)
    if protected and not own:
        return Shown(gettext("Skyddad person"), gettext("Skyddad uppgift"), "", True, True)
    return unmasked(person)


def unmasked(person: Person | Named) -> Shown:
    """Name, address and date of birth. Only for :func:`shown` and for a reveal that is logged."""
    number = unseal(person.personnummer_sealed).masked if person.personnummer_sealed else ""
    address = ", ".join(filter(None, [person.address, f"{person.postcode} {person.place}".strip()]))
    name = f"{person.given_name} {person.family_name}".strip()
    return Shown(name, address, number, bool(person.protection), False)


def _works_with_people(user: Any) -> bool:
    return user.is_active and any(held.role in SEES_PEOPLE for held in user.role_assignments)
