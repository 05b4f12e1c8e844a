"""Destroying what is known of a person when the law says so; the audit chain stays whole and silent.

Rooms register what they hold about a person with :func:`holds`, and whether a record that must be kept names them with :func:`keeps`;
the ground removes its own. ``docs/decisions/0011-erasure-and-records.md`` says what goes and what stays.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from stadig.city import actions, audit, clock, rollout
from stadig.city.models import AuditEntry, AuditReason, Disclosure, Person, Pseudonym, User
from stadig.city.verbs import verb

Remover = Callable[[Person], None]
_removers: list[Remover] = []
_keepers: list[Callable[[Person], bool]] = []


def holds(remove: Remover) -> Remover:
    """Register ``remove(person)`` in ``apps.ready()``: it destroys or cuts loose what the room holds about them.

    Upper rooms are asked first; with :func:`kept` true only what is no part of a record goes.
    """
    if remove not in _removers:
        _removers.append(remove)
    return remove


def keeps(names: Callable[[Person], bool]) -> None:
    """Register ``names(person)`` in ``apps.ready()``: whether a record of the room names the person."""
    if names not in _keepers:
        _keepers.append(names)


def kept(person: Person) -> bool:
    """Whether a record that must be kept names the person."""
    return any(names(person) for names in _keepers)


@verb
def destroy_person(by: User | None, person_id: int) -> bool:
    """Remove a person, their log-in, sessions and pseudonym, and the reasons given about them. There is no way back.

    Where a record that must be kept names them (arkivlagen 3 and 10 §§) only the account and all that is no part of the record goes, and
    False is returned: name, address and personnummer stay until the last such record is destroyed, and go with it.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    is_kept = kept(person)
    for remove in _removers:  # upper rooms first: they stand first among the installed
        remove(person)
    rollout.forget(person)
    _end_account(person)
    if is_kept:
        Person.objects.filter(pk=person.pk).update(email="", phone="", district=None, erased_at=clock.now())
        audit.record(by, "erased account", person)
        return False
    value = Pseudonym.objects.filter(person=person).values_list("value", flat=True).first()
    if value:
        about = AuditEntry.objects.filter(what="city.person", what_id=str(value)) | AuditEntry.objects.filter(
            actor=f"person:{value}"
        )
        AuditReason.objects.filter(position__in=about.values("position")).delete()
    person.delete()
    audit.record(by, "destroyed", ("city.person", "destroyed"))
    return True


@verb
def end_with_records(person: Person) -> bool:
    """A record that named the person is destroyed: they go too, if no other record names them and they have no log-in."""
    if kept(person) or User.objects.filter(person=person).exists():
        return False
    return destroy_person(None, person.pk)


@verb
def forget_thing(what: str, what_id: int) -> None:
    """Remove the free texts about a thing that is destroyed: why it was read, and why it was shown to another committee."""
    Disclosure.objects.filter(what=what, what_id=str(what_id)).delete()
    about = AuditEntry.objects.filter(what=what, what_id=str(what_id)).exclude(reason_mac="")
    AuditReason.objects.filter(position__in=list(about.values_list("position", flat=True))).delete()


def _end_account(person: Person) -> None:
    """The log-in with all that hangs on it; one who works here keeps the account of the work, no longer tied to the person."""
    user = User.objects.filter(person=person).first()
    if user is None:
        return
    if user.is_staff:
        User.objects.filter(pk=user.pk).update(person=None)
        return
    actions.end_sessions(user)
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    EmailAddress.objects.filter(user=user).delete()
    Disclosure.objects.filter(to=user).delete()
    user.delete()
