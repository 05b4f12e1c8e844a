"""Who may see and do what with cases: the one truth of it. Lists filter with these, an object is asked for through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

if TYPE_CHECKING:
    from stadig.files.models import StoredFile

VIEW = permission("cases.view", Role.CASE_WORKER, Role.MANAGER, Role.REGISTRAR, description=_("Se ärenden"))
HANDLE = permission("cases.handle", Role.CASE_WORKER, Role.MANAGER, description=_("Handlägga ärenden"))
ASSIGN = permission("cases.assign", Role.CASE_WORKER, Role.MANAGER, description=_("Fördela ärenden"))
DECIDE = permission("cases.decide", Role.CASE_WORKER, Role.MANAGER, description=_("Fatta beslut"))
REGISTER = permission("cases.register", Role.CASE_WORKER, Role.MANAGER, Role.REGISTRAR, description=_("Registrera handlingar"))
FILES = "cases.document"
"""The purpose of every file in a case."""
POST_NOTICE = permission("cases.notice", Role.REGISTRAR, description=_("Anslå på anslagstavlan"))


def visible_to(user: Any) -> Q:
    """Cases that ``user`` may see.

    Staff see the cases of the organisations where they hold a role that sees cases, and of what lies beneath; a registrar those of
    the committee. A confidential case is seen by its unit alone. A resident sees cases in which they are a party.
    """
    if not getattr(user, "is_authenticated", False):
        return Q(pk__in=[])
    found = Q(pk__in=[])
    if user.person_id:
        found |= Q(parties__person=user.person_id)
    if VIEW.held_by(user):
        reach = VIEW.organisations(user)
        within = Q() if reach is None else Q(unit__in=reach) | Q(committee__in=reach)
        unit = HANDLE.organisations(user) if HANDLE.held_by(user) else set()
        open_ones = Q(confidentiality="")
        own = Q() if unit is None else Q(unit__in=unit)
        found |= within & (open_ones | own)
    return found


def may_handle(user: Any) -> Q:
    """Cases that ``user`` may work with: those of their own unit, whatever marks they bear."""
    if not HANDLE.held_by(user):
        return Q(pk__in=[])
    reach = HANDLE.organisations(user)
    return Q() if reach is None else Q(unit__in=reach)


def may_read_file(user: Any, file: StoredFile) -> bool:
    """Whether the file is in a case that ``user`` may see."""
    from stadig.cases.models import Case

    return Case.objects.filter(visible_to(user)).filter(Q(documents__files=file) | Q(messages__files=file)).exists()
