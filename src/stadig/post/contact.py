"""How a person wants to be reached: their choice, and what follows where they have made none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.post import access, routes
from stadig.post.models import Channel, ContactChoice

if TYPE_CHECKING:
    from stadig.city.models import User


class NotYours(Exception):
    """Only the person, or staff who may, chooses how the person is reached."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached: what the page of choices shows.

    ``chosen`` is empty where they have not chosen; ``channels`` is what is tried, in order, by choice and by what there is.
    """

    chosen: tuple[str, ...]
    channels: tuple[str, ...]
    language: str
    email: str
    phone: str
    protected: bool


def of(person: Person, email: str = "") -> Contact:
    """How this person is reached now. ``email`` is used where they have none of their own."""
    choice = ContactChoice.objects.filter(pk=person.pk).first()
    chosen = tuple(choice.channels) if choice else ()
    return Contact(
        chosen=chosen,
        channels=routes.route(
            chosen,
            email=bool(person.email or email),
            sms=bool(person.phone) and offers_sms(),
            letter=bool(person.address or person.protection),
        ),
        language=choice.language if choice else settings.LANGUAGE_CODE,
        email=person.email,
        phone=person.phone,
        protected=bool(person.protection),
    )


def offers_sms() -> bool:
    """Whether this city has declared a gateway for text messages."""
    return bool(settings.SMS_GATEWAY)


@verb
def choose_contact(
    by: User,
    person: Person,
    *,
    channels: Sequence[str],
    language: str = "sv",
    email: str | None = None,
    phone: str | None = None,
    request_id: UUID | None = None,
) -> ContactChoice:
    """Choose by which channels a person is reached, in the order they are tried, and in which language.

    ``email`` and ``phone`` replace the person's own where they are given; None leaves them as they stand.

    Raises
    ------
    NotYours
        Someone else, without the right to do it for them.
    ValidationError
        By field: ``channels``, ``language``, ``email``, ``phone``, with words for the one who chose.
    """
    if by.person_id != person.pk and not access.CONTACT.held_by(by):
        raise NotYours
    person = Person.objects.select_for_update().get(pk=person.pk)
    person.email = person.email if email is None else email.strip()
    person.phone = person.phone if phone is None else phone.strip()
    wanted = list(dict.fromkeys(channels))
    if faults := _faults(person, wanted, language):
        raise ValidationError(faults)  # pyright: ignore[reportArgumentType] - a mapping of lists is taken
    person.phone = routes.phone(person.phone) if person.phone else ""
    person.save(update_fields=["email", "phone"])
    values = {"channels": wanted, "language": language, "chosen_at": clock.now()}
    choice, _made = ContactChoice.objects.update_or_create(person=person, defaults=values)
    audit.record(by, "chose_contact", person)
    return choice


def _faults(person: Person, channels: list[str], language: str) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if not channels or set(channels) - set(Channel.values):
        faults["channels"] = [_("Välj hur du vill bli nådd.")]
    if language not in dict(settings.LANGUAGES):
        faults["language"] = [_("Välj ett språk i listan.")]
    if person.email or Channel.EMAIL in channels:
        try:
            validate_email(person.email)
        except ValidationError:
            faults["email"] = [_("Skriv en e-postadress, till exempel namn@exempel.se.")]
    if person.phone or Channel.SMS in channels:
        try:
            routes.phone(person.phone)
        except routes.NotAPhone:
            faults["phone"] = [_("Skriv ett mobilnummer, till exempel 070-123 45 67.")]
    return faults
