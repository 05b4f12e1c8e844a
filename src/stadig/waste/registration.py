"""What the room tells the others: its service, measures, kinds of work, files, menus."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from stadig.city import desk, effects, ramps, search, services
from stadig.files import purposes
from stadig.sensing.ingest import follow
from stadig.ui import navigation, start
from stadig.waste import access, cards, gained, news, sampled, story
from stadig.work import access as work_access
from stadig.work import kinds

SERVICE = "papperskorgar"
CALLING = "korgar-som-sager-till"
"""The roll-out: where it is on a bin is emptied when it needs it, elsewhere on its fixed weekdays."""


def _staff_may_read(user: Any, file: Any) -> bool:
    """Pictures from residents and crews are for those who plan, empty or mend."""
    return access.VIEW.held_by(user) or access.EMPTY.held_by(user) or work_access.VIEW.held_by(user)


def register() -> None:
    services.declare(
        slug=SERVICE,
        title=_("Papperskorgar nära dig"),
        description=_("Se var det finns plats, och säg till när en papperskorg är full, trasig eller har skräp bredvid sig."),
        url_name="waste:near",
        audience="residents",
        icon="trash-2",
        synonyms=(
            _("soptunna"),
            _("skräpkorg"),
            _("sopkorg"),
            _("papperskorg"),
            _("skräp"),
            _("nedskräpning"),
            _("full soptunna"),
            _("felanmälan papperskorg"),
            _("hundlatrin"),
            _("skräpig park"),
        ),
        status="pilot",
    )
    services.declare(
        slug=CALLING,
        title=_("Korgar som säger till"),
        description=_("Papperskorgar töms när sensorn säger att de behöver det. Där det inte är på töms de på fasta veckodagar."),
        url_name="waste:plan",
        audience="staff",
        icon="radio",
        status="pilot",
    )
    effects.metric("emptyings", _("Tömda papperskorgar"), "count", direction="less", sustainability="economic")
    effects.metric("km", _("Kilometer med sopbil"), "km", direction="less", sustainability="environmental")
    effects.metric("minutes", _("Minuter på rutten"), "min", direction="less", sustainability="economic")
    effects.metric(gained.KM, _("Färre kilometer med sopbil"), "km", sustainability="environmental")
    effects.metric(gained.MINUTES, _("Sparad arbetstid på rutterna"), "min", sustainability="economic")
    effects.metric("reports", _("Invånare som har sagt till"), "count", direction="less", sustainability="social")
    effects.metric(
        "assisted_reports",
        _("Andel som behövde ringa för att säga till"),
        "%",
        direction="less",
        additivity="mean",
        sustainability="social",
    )
    effects.metric(
        "hours_to_answer",
        _("Timmar tills den som sagt till fick svar"),
        "h",
        direction="less",
        additivity="mean",
        sustainability="social",
    )
    kinds.register("bin-full", _("Full papperskorg"), "trash-2")
    kinds.register("bin-broken", _("Trasig papperskorg"), "wrench")
    kinds.register("bin-litter", _("Skräp bredvid korgen"), "trash")
    purposes.register("waste.report_photo", may_read=_staff_may_read, keep=timedelta(days=180))
    purposes.register("waste.crew_photo", may_read=_staff_may_read, keep=timedelta(days=365))
    start.register(story.stories)
    navigation.staff(_("Plan"), "waste:plan", access.VIEW, order=10, operations=True)
    navigation.staff(_("Korgar"), "waste:bins", access.VIEW, order=20, operations=True)
    navigation.staff(_("Bilar"), "waste:vehicles", access.VIEW, order=30, operations=True)
    navigation.staff(_("Min rutt"), "waste:crew", access.EMPTY, order=5)
    navigation.resident(_("Papperskorgar"), "waste:near", order=60)
    desk.register(cards.desk)
    search.source("waste.bins", cards.find)
    follow.register(news.TOPIC, news.wants, news.steps)
    ramps.counts(sampled.by_service({SERVICE: sampled.told, CALLING: sampled.emptied}))
