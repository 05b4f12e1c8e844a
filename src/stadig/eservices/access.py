"""Who may do what with e-services. What someone is filling in is theirs alone: no role opens a draft."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.cases import access as case_access
from stadig.city.permissions import Role, permission
from stadig.work import access as work_access

if TYPE_CHECKING:
    from stadig.files.models import StoredFile

ASSIST = permission(
    "eservices.assist",
    Role.CASE_WORKER,
    Role.CONTACT_CENTRE,
    Role.REGISTRAR,
    Role.MANAGER,
    description=_("Fylla i en e-tjänst åt någon annan och registrera pappersblanketter"),
)

WORK_PHOTOS = "eservices.work_photo"
"""The purpose of pictures in a case that a crew works with."""


def may_read_photo(user: Any, file: StoredFile) -> bool:
    """Those who see the case, and those who do the work."""
    return work_access.VIEW.held_by(user) or case_access.may_read_file(user, file)


HAND_OVER = permission(
    "eservices.hand_over", Role.ADMINISTRATOR, description=_("Se vad som lämnats över till andra system och försöka igen")
)


REMARKS = permission(
    "eservices.remarks",
    Role.MANAGER,
    Role.ADMINISTRATOR,
    description=_("Läsa vad människor skrev om hur lätt en tjänst var"),
)


def owned(user: Any) -> Q:
    """Services whose remarks ``user`` may read: those whose cases go to their unit or committee."""
    if not REMARKS.held_by(user):
        return Q(pk__in=[])
    reach = REMARKS.organisations(user)
    return Q() if reach is None else Q(current__case_type__unit__in=reach) | Q(current__case_type__committee__in=reach)


EDIT = permission("eservices.edit", Role.MANAGER, Role.ADMINISTRATOR, description=_("Bygga och ändra e-tjänster"))
PUBLISH = permission(
    "eservices.publish", Role.MANAGER, Role.ADMINISTRATOR, description=_("Publicera e-tjänster som någon annan har ändrat")
)


def may_fill_in(user: Any, held: Iterable[UUID] = ()) -> Q:
    """Drafts that are ``user``'s own, that they began for someone or as an employee, or whose code their browser has shown (``held``)."""
    found = Q(pk__in=list(held), code_hash__isnull=False)
    if getattr(user, "is_authenticated", False):
        if user.person_id:
            found |= Q(person=user.person_id, staff=None)
        found |= Q(staff=user.pk)
    return found


MAY_FILL_IN = """(
    (d.id = ANY(%(held)s) AND d.code_hash IS NOT NULL)
    OR (d.person_id = %(person)s AND d.staff_id IS NULL) OR d.staff_id = %(user)s
)"""
"""``may_fill_in`` as SQL about a draft called ``d``; its values are those of ``fills_in``."""


def fills_in(user: Any, held: Iterable[UUID] = ()) -> dict[str, Any]:
    """Who fills in, for ``MAY_FILL_IN``."""
    known = getattr(user, "is_authenticated", False)
    return {"held": list(held), "user": user.pk if known else None, "person": user.person_id if known else None}
