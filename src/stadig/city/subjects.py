"""Whom a roll-out is asked about: what they are called, where they are, and which groups they plainly belong to.

A room that knows more declares a group of its own in ``apps.ready()``::

    subjects.group("school", _("Skola"), of=lambda subject: getattr(subject, "school_code", None), choices=school_codes)

A group never guesses: a subject that does not plainly say which value it has, has none, and is outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city import clock, persons
from stadig.city.models import District, Organisation, Person, User

Choices = Callable[[], list[tuple[str, Any]]]
AGE_BANDS = ((0, "0-17"), (18, "18-64"), (65, "65-79"), (80, "80+"))
"""From which age, and the band's name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Someone or something known by what is said of it alone, as another system says it."""

    name: str
    district: int | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    """What else is said: group → value."""


@dataclass(frozen=True, slots=True)
class Group:
    """A way to tell subjects apart. ``of`` returns a subject's value, or None where it plainly has none."""

    name: str
    title: Any
    of: Callable[[Any], str | None]
    choices: Choices


_groups: dict[str, Group] = {}


def group(name: str, title: Any, *, of: Callable[[Any], str | None], choices: Choices) -> Group:
    """Declare a group; what another system says of a subject under this name goes before ``of``."""

    def value(subject: Any) -> str | None:
        return subject.said.get(name) if isinstance(subject, Subject) else of(subject)

    _groups[name] = Group(name, title, value, choices)
    return _groups[name]


def groups() -> Mapping[str, Group]:
    """Every declared group, by name."""
    return _groups


def person_of(subject: Any) -> Person | None:
    """The person a subject is or stands for."""
    if isinstance(subject, Person):
        return subject
    return subject.person if isinstance(subject, User) and subject.person_id else None


def age_band(subject: Any) -> str | None:
    """The band of a person's age today; None for one whose date of birth we do not have."""
    person = person_of(subject)
    if person is None or not person.personnummer_sealed:
        return None
    born, today = persons.unseal(person.personnummer_sealed).born, clock.today()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return band_of(age)


def band_of(age: int) -> str | None:
    """The band of an age in whole years."""
    return next((name for least, name in reversed(AGE_BANDS) if age >= least), None)


def kind(subject: Any) -> str | None:
    """What a subject is: ``city.person``, ``waste.bin`` …"""
    if isinstance(subject, models.Model):
        return "city.person" if person_of(subject) else subject._meta.label_lower
    return str(subject[0]) if isinstance(subject, tuple) and subject else None


def organisation(subject: Any) -> str | None:
    """The id of the organisation that a subject belongs to, or is."""
    found = subject.pk if isinstance(subject, Organisation) else getattr(subject, "organisation_id", None)
    return None if found is None else str(found)


def _organisations() -> list[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Organisation.objects.values_list("pk", "name")]


group("age", _("Ålder"), of=age_band, choices=lambda: [(name, name) for _least, name in AGE_BANDS])
group("organisation", _("Enhet"), of=organisation, choices=_organisations)
group(
    "kind",
    _("Vad det gäller"),
    of=kind,
    choices=lambda: [
        ("city.person", _("Invånare")),
        ("city.user", _("Anställda")),
        ("city.organisation", _("Organisationens enheter")),
    ],
)


def name_of(subject: Any) -> str:
    """The name by which a subject is drawn. A resident who is logged in is the same as their person."""
    if isinstance(subject, Subject):
        return subject.name
    if isinstance(subject, User) and subject.person_id:
        return f"city.person:{subject.person_id}"
    if isinstance(subject, models.Model):
        return f"{subject._meta.label_lower}:{subject.pk}"
    if isinstance(subject, tuple):
        return ":".join(map(str, subject))
    return str(subject or "")


def district_of(subject: Any) -> int | None:
    """The id of the district a subject is in, where it has one."""
    if isinstance(subject, Subject):
        return subject.district
    if isinstance(subject, District):
        return subject.pk
    if isinstance(subject, tuple):
        return int(subject[1]) if subject[0] in ("district", "city.district") else None
    own = getattr(subject, "district_id", None)
    if own is None and getattr(subject, "person_id", None):
        return subject.person.district_id
    return own
