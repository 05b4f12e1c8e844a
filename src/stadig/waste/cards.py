"""What the room tells on others' pages: a staff member's start page and the one search. The residents' is ``story``."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.city import clock
from stadig.city.desk import Card
from stadig.city.search import Hit
from stadig.ui import formatting
from stadig.waste import access
from stadig.waste.models import Bin, PlanState
from stadig.waste.queries import crew
from stadig.waste.queries import desk as of_desk


def desk(user: Any) -> list[Card]:
    """Today's plan for a planner, the route for a crew, alarms for both."""
    return _planner(user) if access.VIEW.held_by(user) else _crew(user) if access.EMPTY.held_by(user) else []


def _planner(user: Any) -> list[Card]:
    cards = []
    today = clock.today()
    plan = of_desk.plan(today)
    address = reverse("waste:plan-day", args=[today])
    icon = "route"
    if plan is None or plan.state not in (PlanState.READY, PlanState.LOCKED):
        if access.PLAN.held_by(user):
            text = _("Planen väljer vilka korgar som ska tömmas och i vilken ordning.")
            cards.append(
                Card(_("Dagens plan är inte klar"), text, address, tag=_("Att göra"), kind="warning", icon=icon, order=30)
            )
    else:
        title = _("Töm %(n)s av %(total)s korgar") % {"n": plan.bins_chosen, "total": plan.bins_total}
        text = formatting.kilometres(plan.distance_m)
        if plan.fixed_distance_m:
            text = _("%(km)s. Fasta rundor %(fixed)s.") % {"km": text, "fixed": formatting.kilometres(plan.fixed_distance_m)}
        sent = plan.state == PlanState.LOCKED
        tag = _("Skickad") if sent else _("Att låsa")
        cards.append(Card(title, text, address, tag=tag, kind="success" if sent else "warning", icon=icon, order=30))
    if calling := of_desk.calling(user):
        icon = "bell"
        title = ngettext("%(n)s korg larmar", "%(n)s korgar larmar", len(calling)) % {"n": len(calling)}
        text = _("De är med i nästa plan. Korgar utanför en skickad plan blir arbetsorder.")
        told = frozenset(f"alarm:{number}" for number in calling)
        address = reverse("waste:bins") + "?larm=1"
        cards.append(Card(title, text, address, tag=_("Larm"), kind="danger", icon=icon, order=10, instead_of=told))
    return cards


def _crew(user: Any) -> list[Card]:
    drives = crew.today(user).drives
    icon = "truck"
    if not drives:
        text = _("Planeraren har inte skickat dagens plan.")
        return [Card(_("Ingen rutt än"), text, reverse("waste:crew"), icon=icon, order=30)]
    drive = drives[0]
    title = _("%(vehicle)s: %(done)s av %(total)s klara") % {
        "vehicle": drive.route.vehicle,
        "done": drive.done,
        "total": drive.total,
    }
    following = drive.next.name if drive.next else _("Rutten är klar")
    return [Card(title, following, reverse("waste:crew"), icon=icon, order=30)]


def find(query: str, user: Any) -> list[Hit]:
    """Bins by name."""
    return [
        Hit(
            thing.name,
            thing.district.name if thing.district else "",
            reverse("waste:bin-public", args=[thing.pk]),
            _("Papperskorg"),
            0.45,
        )
        for thing in Bin.objects.filter(name__icontains=query, removed=None).select_related("district").order_by("sort_key")[:8]
    ]
