"""What the room tells the frame and the ground when the program starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.cases import drawing, rating
from stadig.city import desk, search
from stadig.city import told as ground
from stadig.pilots import access, inbox, library, told
from stadig.ui import navigation


def register() -> None:
    """Menus, search, jobs and panels."""
    from stadig.pilots.actions import answering  # its tables are there first when the program starts

    desk.register(inbox.cards)
    rating.register(answering.count)
    drawing.register(told.switches)
    navigation.staff(_("Försök"), "pilots:desk-list", access.SEE, order=60)
    navigation.resident(_("Försök"), "pilots:library", order=70)
    navigation.foot(_("Vad källorna lovade"), "pilots:claims", order=40)
    search.source("pilots.trials", library.find)
    ground.register_trials(told.trials)
    ground.register_report("pilots:reports")
