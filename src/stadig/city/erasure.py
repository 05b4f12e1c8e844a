"""Destroying what is known of a person when the law says so; the audit chain stays whole and silent.

Rooms register what they hold about a person with :func:`holds`; the ground removes its own.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from stadig.city import actions, audit
from stadig.city.models import AuditEntry, AuditReason, Disclosure, Person, Pseudonym, User
from stadig.city.verbs import verb

Remover = Callable[[Person], None]
_removers: list[Remover] = []


def holds(remove: Remover) -> Remover:
    """Register ``remove(person)`` in ``apps.ready()``: it destroys or cuts loose what the room holds about them."""
    if remove not in _removers:
        _removers.append(remove)
    return remove


@verb
def destroy_person(by: User | None, person_id: int) -> None:
    """Remove a person, their log-in, sessions and pseudonym, and the reasons given about them. There is no way back."""
    person = Person.objects.select_for_update().get(pk=person_id)
    for remove in _removers:
        remove(person)
    value = Pseudonym.objects.filter(person=person).values_list("value", flat=True).first()
    if value:
        about = AuditEntry.objects.filter(what="city.person", what_id=str(value)) | AuditEntry.objects.filter(
            actor=f"person:{value}"
        )
        AuditReason.objects.filter(position__in=about.values("position")).delete()
    user = User.objects.filter(person=person).first()
    if user is not None:
        actions.end_sessions(user)
        for session in Session.objects.iterator():
            if session.get_decoded().get("_auth_user_id") == str(user.pk):
                session.delete()
        EmailAddress.objects.filter(user=user).delete()
        Disclosure.objects.filter(to=user).delete()
        user.delete()
    person.delete()
    audit.record(by, "destroyed", ("city.person", "destroyed"))
