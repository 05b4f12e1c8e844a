"""Who may see and do work orders."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

VIEW = permission(
    "work.view", Role.PLANNER, Role.MANAGER, Role.ADMINISTRATOR, Role.TECHNICIAN, Role.CREW, description=_("Se arbetsorder")
)
ASSIGN = permission("work.assign", Role.PLANNER, Role.ADMINISTRATOR, description=_("Öppna och fördela arbetsorder"))
CLOSE = permission("work.close", Role.PLANNER, Role.ADMINISTRATOR, Role.CREW, description=_("Stänga arbetsorder"))


def may_see(user: Any) -> Q:
    """A crew sees its own orders and those nobody has; others see what their districts hold."""
    crews = VIEW.organisations(user)
    districts = VIEW.districts(user)
    scope = Q()
    if crews is not None:
        scope &= Q(crew__in=crews) | Q(crew=None)
    if districts is not None:
        scope &= Q(district__in=districts)
    return scope


def may_see_sql(user: Any) -> tuple[str, list[Any]]:
    """:func:`may_see` as SQL about an order ``o``, and its values."""
    rules, values = ["true"], []
    crews, districts = VIEW.organisations(user), VIEW.districts(user)
    if crews is not None:
        rules.append("(o.crew_id = ANY(%s) OR o.crew_id IS NULL)")
        values.append(list(crews))
    if districts is not None:
        rules.append("o.district_id = ANY(%s)")
        values.append(list(districts))
    return " AND ".join(rules), values


def may_close(user: Any) -> Q:
    crews = CLOSE.organisations(user)
    return Q() if crews is None else Q(crew__in=crews) | Q(crew=None)
