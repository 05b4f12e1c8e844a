"""The ground's verbs: users, roles, services, roll-out, notices, people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from stadig.city import access, audit, clock, municipality, persons, plain, subjects
from stadig.city.models import (
    District,
    HandledEvent,
    Municipality,
    Notice,
    OpenSession,
    Organisation,
    Person,
    RequestResult,
    RoleAssignment,
    Rollout,
    Service,
    User,
)
from stadig.city.permissions import Permission
from stadig.city.personnummer import parse
from stadig.city.roles import Role
from stadig.city.verbs import verb

PERSON = f"SELECT {plain.columns(Person, 'p')} FROM city_person p WHERE p.id = %s"  # noqa: S608 - the names are those of our own columns


class NotAllowed(Exception):
    """The one who asked does not hold the permission that this needs."""


def require(by: User | None, wanted: Permission) -> None:
    """``by`` None is the command line or a seed: whoever runs those owns the database already."""
    if by is not None and not wanted.held_by(by):
        raise NotAllowed(wanted.name)


@verb
def create_user(
    by: User | None,
    *,
    username: str,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    password: str | None = None,
    organisation: Organisation | None = None,
    person: Person | None = None,
) -> User:
    """Make someone who can log in; without a password only through the identity provider.

    Raises ``ValidationError`` for a weak password, a bad or a taken user name.
    """
    require(by, access.USERS)
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email, organisation=organisation, person=person
    )
    user.is_staff = person is None
    if password:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    audit.record(by, "created", user)
    return user


@verb
def set_password(by: User | None, user: User, password: str) -> None:
    """Give someone a new password. Raises ``ValidationError`` for a weak one."""
    if by != user:
        require(by, access.USERS)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by, "set_password", user)


@verb
def assign_role(
    by: User | None, user: User, role: Role | str, *, organisation: Organisation | None = None, district: District | None = None
) -> RoleAssignment:
    """Give a role, in an organisation and a district or everywhere. Given again it is the same one."""
    require(by, access.USERS)
    wanted = Role(role)
    if wanted == Role.RESIDENT:
        raise ValidationError(_("Rollen invånare ges inte: den följer av en e-legitimation."))
    held, made = RoleAssignment.objects.get_or_create(user=user, role=wanted, organisation=organisation, district=district)
    if not user.is_staff:
        User.objects.filter(pk=user.pk).update(is_staff=True)
    vars(user).pop("role_assignments", None)
    if made:
        audit.record(by, "gave_role", user, role=str(wanted), organisation=organisation, district=district)
    return held


@verb
def remove_role(by: User | None, assignment_id: int) -> None:
    """Take a role back. Raises ``RoleAssignment.DoesNotExist``; an administrator cannot take away their own last one."""
    require(by, access.USERS)
    held = RoleAssignment.objects.select_related("user").get(pk=assignment_id)
    if (
        held.role == Role.ADMINISTRATOR
        and not RoleAssignment.objects.filter(role=Role.ADMINISTRATOR).exclude(pk=held.pk).exists()
    ):
        raise ValidationError(_("Det måste finnas minst en administratör."))
    held.delete()
    audit.record(by, "took_role", held.user, role=held.role)


@verb
def set_active(by: User | None, user: User, active: bool) -> None:
    """Let someone log in, or stop them; an ended user is logged out everywhere."""
    require(by, access.USERS)
    User.objects.filter(pk=user.pk).update(is_active=active)
    if not active:
        end_sessions(user)
    audit.record(by, "activated" if active else "deactivated", user)


@verb
def end_other_sessions(by: User, own_key: str) -> int:
    """Log me out everywhere but here; returns how many sessions ended."""
    ended = end_sessions(by, but=own_key)
    audit.record(by, "ended_sessions", by, count=ended)
    return ended


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End a user's sessions, but for one key; returns how many."""
    found = OpenSession.objects.filter(user=user).exclude(session_key=but or "")
    keys = list(found.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    found.delete()
    return len(keys)


@verb
def register_person(
    by: User | None, *, given_name: str, family_name: str, personnummer: str = "", protection: str = "", **fields: Any
) -> Person:
    """Make a person; the personnummer is hashed and sealed at once. Raises ``NotAPersonnummer``."""
    person = Person(given_name=given_name, family_name=family_name, protection=protection, **fields)
    if personnummer:
        number = parse(personnummer, today=clock.today())
        person.personnummer_hash = persons.hash_of(number)
        person.personnummer_sealed = persons.seal(number)
    person.save()
    audit.record(by, "registered", person)
    return person


@verb
def pause_service(by: User | None, slug: str, message: str) -> Service:
    """Pause a service: its page then shows the message and the other ways. Raises ``ValidationError`` without a message."""
    require(by, access.SERVICES)
    service = Service.objects.select_for_update().get(slug=slug)
    service.paused, service.operating_message = True, message.strip()
    service.full_clean()
    service.save()
    audit.record(by, "paused", service)
    return service


@verb
def resume_service(by: User | None, slug: str) -> Service:
    """Start a paused service again."""
    require(by, access.SERVICES)
    service = Service.objects.select_for_update().get(slug=slug)
    service.paused, service.operating_message = False, ""
    service.save()
    audit.record(by, "resumed", service)
    return service


@verb
def change_service(by: User | None, slug: str, **changes: Any) -> Service:
    """Change how a service runs: status, owner, phone, other_ways, operating_message."""
    require(by, access.SERVICES)
    unknown = changes.keys() - {"status", "owner", "phone", "other_ways", "operating_message"}
    if unknown:
        raise TypeError(f"A service has no {', '.join(sorted(unknown))} to change.")
    service = Service.objects.select_for_update().get(slug=slug)
    for name, value in changes.items():
        setattr(service, name, value)
    service.full_clean()
    service.save()
    audit.record(by, "changed", service, fields=sorted(changes))
    return service


@verb
def set_rollout(
    by: User | None,
    service: str,
    *,
    stopped: bool = False,
    districts: list[District] | None = None,
    percent: int = 100,
    begins: dt.datetime | None = None,
    ends: dt.datetime | None = None,
    cohorts: dict[str, list[str]] | None = None,
    trial: str = "",
    comparison: list[District] | None = None,
) -> Rollout:
    """Say where a service is on, and for whom; in a trial also who is compared with.

    Raises ``ValidationError`` when a district is both, a group is not declared, or the time ends before it begins.
    """
    from stadig.city import ramps  # its verbs stand on these

    require(by, access.ROLLOUT)
    both = {one.pk for one in districts or []} & {one.pk for one in comparison or []}
    if both:
        raise ValidationError({"comparison": _("Ett område kan inte vara både försök och jämförelse.")})
    if unknown := (cohorts or {}).keys() - subjects.groups().keys():
        raise ValidationError(_("Det finns ingen grupp som heter %(name)s.") % {"name": ", ".join(sorted(unknown))})
    if begins and ends and ends <= begins:
        raise ValidationError({"ends": _("Sista dagen måste vara efter den första.")})
    values: dict[str, Any] = {"stopped": stopped, "percent": percent, "begins": begins, "ends": ends, "trial": trial}
    values["cohorts"] = {name: chosen for name, chosen in (cohorts or {}).items() if chosen}
    values["stopped_why"] = Rollout.Why.HAND if stopped else ""
    values["stopped_at"] = clock.now() if stopped else None
    before = Rollout.objects.select_for_update().filter(service=service).first()
    if before and before.stopped:
        if stopped:
            values["stopped_why"], values["stopped_at"] = before.stopped_why, before.stopped_at
        else:
            ramps.resume(before, clock.now())
    setting, _made = Rollout.objects.update_or_create(service=service, defaults=values)
    setting.districts.set(districts or [])
    setting.comparison.set(comparison or [])
    audit.record(
        by,
        "set_rollout",
        setting,
        service=service,
        stopped=stopped,
        percent=percent,
        trial=trial,
        districts=[d.pk for d in districts or []],
        comparison=[d.pk for d in comparison or []],
    )
    return setting


@verb
def publish_notice(by: User | None, *, kind: str, title: str, text: str, **fields: Any) -> Notice:
    """Publish an announcement or operating disturbance."""
    require(by, access.SERVICES)
    notice = Notice(kind=kind, title=title, text=text, published_at=clock.now(), **fields)
    notice.full_clean()
    notice.save()
    audit.record(by, "published", notice)
    return notice


@verb
def set_municipality(by: User | None, **fields: Any) -> Municipality:
    """Name the municipality that this installation serves."""
    require(by, access.ROLLOUT)
    found, _made = Municipality.objects.update_or_create(pk=1, defaults=fields)
    municipality.forget()
    audit.record(by, "set_municipality", found)
    return found


@verb
def add_organisation(
    by: User | None, name: str, kind: Organisation.Kind | str, *, parent: Organisation | None = None
) -> Organisation:
    """Add a part of the organisation; one that is there already is returned as it is. Raises ``ValidationError``."""
    require(by, access.USERS)
    found = Organisation.objects.filter(name=name, parent=parent).first()
    if found is not None:
        return found
    made = Organisation(name=name, kind=kind, parent=parent)
    made.full_clean()
    made.save()
    audit.record(by, "added", made)
    return made


def forget_old() -> None:
    """Remove results of requests and handled events older than a week, ended sessions, and the past of the cache."""
    limit = clock.real_now() - dt.timedelta(days=7)
    RequestResult.objects.filter(at__lt=limit).delete()
    HandledEvent.objects.filter(at__lt=limit).delete()
    OpenSession.objects.filter(began__lt=clock.real_now() - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
    Session.objects.filter(expire_date__lt=clock.real_now()).delete()


@verb
def look_up_person(by: User, personnummer: str) -> Person | None:
    """The person with this personnummer, for those who may see people; the look is logged.

    Raises ``NotAllowed`` without the permission, ``NotAPersonnummer``.
    """
    require(by, access.REVEAL)
    person = persons.find(personnummer)
    if person is not None:
        audit.record(by, "looked_up", person)
    return person


@verb
def read_person(by: User, person_id: int) -> persons.Shown:
    """What ``by`` may see of a person without a reason; the look is logged. Raises ``NotAllowed``, ``Person.DoesNotExist``."""
    require(by, access.REVEAL)
    person = _person(person_id)
    audit.record(by, "read", person)
    return person.shown_to(by)


@verb
def reveal_person(by: User, person_id: int, reason: str) -> persons.Shown:
    """Show a protected person's data to someone whose work needs it; the reason is logged (OSL 22 kap. 1 §).

    Raises ``NotAllowed`` without the permission, ``ValidationError`` without a reason.
    """
    require(by, access.REVEAL)
    if len(reason.strip()) < 5:
        raise ValidationError(_("Skriv varför du behöver se uppgiften."))
    person = _person(person_id)
    audit.record(by, "revealed", person, reason=reason)
    return persons.unmasked(person)


def _person(person_id: int) -> Person:
    """Raises Person.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(PERSON, [person_id])
        row = cursor.fetchone()
    found = plain.made(Person, iter(row)) if row else None
    if found is None:
        raise Person.DoesNotExist
    return found
