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
REGISTER = permission(
    "cases.register",
    Role.CASE_WORKER,
    Role.MANAGER,
    Role.REGISTRAR,
    Role.CONTACT_CENTRE,
    description=_("Registrera handlingar"),
)
CONTACT = permission("cases.contact", Role.CONTACT_CENTRE, description=_("Svara i kontaktcenter"))
FILES = "cases.document"
"""The purpose of every file in a case."""
DECIDE_UNDELEGATED = permission(
    "cases.decide-undelegated", Role.MANAGER, description=_("Skriva in beslut som nämnden fattat utan delegation")
)
REPORT = permission("cases.report", Role.MANAGER, Role.REGISTRAR, description=_("Anmäla delegationsbeslut till nämnden"))
DESTROY = permission("cases.destroy", Role.REGISTRAR, description=_("Gallra ärenden"))
ALL = Q()
"""Stadig itself is not held back."""
POST_NOTICE = permission("cases.notice", Role.REGISTRAR, description=_("Anslå på anslagstavlan"))
NONE = Q(pk__in=())


def visible_to(user: Any) -> Q:
    """Cases that ``user`` may see: those they are a party to, and those they see at work."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NONE
    return of_party(user) | seen_at_work(user)


def of_party(user: Any) -> Q:
    """Cases in which the user is a party."""
    from stadig.cases.models import Party

    person = getattr(user, "person_id", None)
    return Q(pk__in=Party.objects.filter(person=person).values("case")) if person else NONE


def is_party(user: Any, case_id: int) -> bool:
    """Whether the user is a party to the case."""
    from stadig.cases.models import Party

    person = getattr(user, "person_id", None)
    return bool(person) and Party.objects.filter(case=case_id, person=person).exists()


def seen_at_work(user: Any) -> Q:
    """Cases that a member of staff sees.

    Those of the organisations where they hold a role that sees cases, and of what lies beneath; a registrar those of the committee. A
    confidential case is seen by its unit alone. No one sees at work a case in which they are a party (FL 16 §).
    """
    if not VIEW.held_by(user):
        return NONE
    reach = VIEW.organisations(user)
    within = Q() if reach is None else Q(unit__in=reach) | Q(committee__in=reach)
    return within & (Q(confidentiality="") | _own_unit(user)) & _no_party(user)


def may_handle(user: Any) -> Q:
    """Cases that ``user`` may work with: those of their own unit, whatever marks they bear, unless they are a party (FL 16 §)."""
    return _own_unit(user) & _no_party(user)


def may_decide(user: Any, *, delegated: bool) -> Q:
    """Cases in which ``user`` may decide: with a point in the delegation order, or by writing in what the committee decided."""
    wanted = DECIDE if delegated else DECIDE_UNDELEGATED
    if not wanted.held_by(user):
        return NONE
    reach = wanted.organisations(user)
    return (Q() if reach is None else Q(unit__in=reach)) & _no_party(user)


def _own_unit(user: Any) -> Q:
    if not HANDLE.held_by(user):
        return NONE
    reach = HANDLE.organisations(user)
    return Q() if reach is None else Q(unit__in=reach)


def _no_party(user: Any) -> Q:
    return ~of_party(user) if getattr(user, "person_id", None) else Q()


def may_read_file(user: Any, file: StoredFile) -> bool:
    """Whether the file is in a case that ``user`` may see."""
    from stadig.cases.models import Case

    return Case.objects.filter(visible_to(user)).filter(Q(documents__files=file) | Q(messages__files=file)).exists()


def may_register(user: Any) -> Q:
    """Cases in which ``user`` may register a document: those of their organisations and committees, whatever marks they bear.

    That something came in can be registered without reading the case. No one does so in a case in which they are a party (FL 16 §).
    """
    if not REGISTER.held_by(user):
        return NONE
    reach = REGISTER.organisations(user)
    return (Q() if reach is None else Q(unit__in=reach) | Q(committee__in=reach)) & _no_party(user)


def contactable(user: Any) -> Q:
    """Cases of which the contact centre may tell where they stand: all but personakter, and those in which the user is a party."""
    if not CONTACT.held_by(user):
        return NONE
    reach = CONTACT.organisations(user)
    within = Q() if reach is None else Q(unit__in=reach) | Q(committee__in=reach)
    return within & Q(type__file="case") & _no_party(user)


def may_write(user: Any) -> Q:
    """Cases in which ``user`` may write a letter: those they handle, and those they may tell of on the phone."""
    return may_handle(user) | contactable(user)


def may_destroy(user: Any) -> Q:
    """Closed cases that ``user`` may destroy when their time has ended: those of their committees, but none in which they are a party."""
    if not DESTROY.held_by(user):
        return NONE
    reach = DESTROY.organisations(user)
    return (Q() if reach is None else Q(committee__in=reach)) & Q(group="closed") & _no_party(user)


OF_PARTY = "EXISTS (SELECT FROM cases_party own WHERE own.case_id = c.id AND own.person_id = %(person)s)"
"""``of_party`` as SQL about a case called ``c``; its values, and those of the three below, are ``reach`` of the user."""
MAY_HANDLE = f"((%(handles)s::bigint[] IS NULL OR c.unit_id = ANY(%(handles)s::bigint[])) AND NOT {OF_PARTY})"
"""``may_handle`` as SQL."""
SEEN_AT_WORK = f"""(
    (%(views)s::bigint[] IS NULL OR c.unit_id = ANY(%(views)s::bigint[]) OR c.committee_id = ANY(%(views)s::bigint[]))
    AND (c.confidentiality = '' OR %(handles)s::bigint[] IS NULL OR c.unit_id = ANY(%(handles)s::bigint[])) AND NOT {OF_PARTY}
)"""
"""``seen_at_work`` as SQL."""
CONTACTABLE = f"""(
    (%(tells)s::bigint[] IS NULL OR c.unit_id = ANY(%(tells)s::bigint[]) OR c.committee_id = ANY(%(tells)s::bigint[]))
    AND EXISTS (SELECT FROM cases_casetype t WHERE t.id = c.type_id AND t.file = 'case') AND NOT {OF_PARTY}
)"""
"""``contactable`` as SQL."""


def reach(user: Any) -> dict[str, Any]:
    """Where the user sees, handles and tells of cases, as ids of organisations (None is everywhere), and which person they are."""
    where = {"views": VIEW, "handles": HANDLE, "tells": CONTACT}
    found = {name: held.organisations(user) for name, held in where.items()}
    within = {name: None if ids is None else sorted(ids) for name, ids in found.items()}
    return within | {"person": getattr(user, "person_id", None)}
