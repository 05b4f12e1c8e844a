"""What the room tells the others: its menu, its card on the staff's start page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.city import desk
from stadig.sensing import access, watch
from stadig.sensing.ingest import follow
from stadig.ui import navigation


def register() -> None:
    navigation.staff(gettext_lazy("Sensorer"), "sensing:sensors", access.VIEW, order=40, operations=True)
    navigation.staff(gettext_lazy("Larm"), "sensing:alarms", access.VIEW, order=45, operations=True)
    desk.register(alarms_now)
    follow.register("alarms", watch.wants, watch.steps)


def alarms_now(user: Any) -> list[desk.Card]:
    """*Larm nu*: the causes with alarms that no one has seen, at most three."""
    from stadig.sensing import queries

    if not access.VIEW.held_by(user):
        return []
    groups = [group for group in queries.open_groups(500) if group.unseen]
    return [
        desk.Card(
            title=group.title,
            text=ngettext("%(count)d larm som ingen har sett.", "%(count)d larm som ingen har sett.", len(group.unseen))
            % {"count": len(group.unseen)},
            url=reverse("sensing:alarms"),
            tag=_("Larm"),
            kind=group.colour,
            icon="bell",
            order=10,
            about=frozenset(f"alarm:{pk}" for pk in group.unseen),
        )
        for group in groups[:3]
    ]
