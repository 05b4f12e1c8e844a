"""Who may see bins, plan, empty and edit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

VIEW = permission(
    "waste.view",
    Role.PLANNER,
    Role.MANAGER,
    Role.DIRECTOR,
    Role.ADMINISTRATOR,
    Role.TECHNICIAN,
    Role.AUDITOR,
    description=_("Se korgar och planer"),
)
PLAN = permission("waste.plan", Role.PLANNER, Role.ADMINISTRATOR, description=_("Planera tömningar"))
EDIT = permission("waste.edit", Role.PLANNER, Role.ADMINISTRATOR, description=_("Ändra korgar och bilar"))
EMPTY = permission("waste.empty", Role.CREW, description=_("Tömma korgar och stänga stopp"))


def may_see(user: Any, path: str = "") -> Q:
    """Bins in the districts the person's role reaches; ``path`` leads to the bin (``bin__``)."""
    districts = VIEW.districts(user)
    return Q() if districts is None else Q(**{f"{path}district__in": districts})


def seen(user: Any) -> tuple[str, list[Any]]:
    """``may_see`` as SQL about the table of bins."""
    districts = VIEW.districts(user)
    return ("true", []) if districts is None else ("district_id = ANY(%s::bigint[])", [sorted(districts)])


def may_close(user: Any) -> Q:
    """Stops on those routes, of plans that are locked."""
    crews = EMPTY.organisations(user)
    locked = Q(route__plan__state="locked")
    return locked if crews is None else locked & Q(route__vehicle__crew__in=crews)


CLOSES = "(p.state = 'locked' AND (%(crews)s::bigint[] IS NULL OR v.crew_id = ANY(%(crews)s::bigint[])))"
"""``may_close`` as SQL about a plan called ``p`` and a vehicle called ``v``; ``crews`` are ``crews_of`` the person."""


def crews_of(user: Any) -> list[int] | None:
    """Ids of the person's own crews; None means every crew."""
    crews = EMPTY.organisations(user)
    return None if crews is None else sorted(crews)
