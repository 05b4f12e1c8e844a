"""What the room tells the others: its service, its purpose, its panel and its measures."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from stadig.assistance import access, asking, calculation, desk, measuring
from stadig.assistance.terms import CASE_TYPE, PURPOSE, SERVICE
from stadig.cases import drafting, panels
from stadig.city import effects, services
from stadig.exchange import purposes
from stadig.ui import navigation

TITLE: Final = _("Uppgifter från myndigheter")


def register() -> None:
    """Called once when the program starts."""
    services.declare(
        slug=SERVICE,
        title=_("Fråga myndigheter i ärenden om ekonomiskt bistånd"),
        description=_(
            "En fråga går till alla myndigheter på en gång, och svaren visas inom sju sekunder i stället för en telefonkö i taget."
        ),
        url_name="cases:inbox",
        audience="staff",
        icon="building-2",
        status="pilot",
    )
    purposes.register(PURPOSE, _("Ekonomiskt bistånd"), desk.may_read, renew=asking.renew)
    panels.register(CASE_TYPE, "assistance:panel", TITLE)
    drafting.gives(CASE_TYPE, calculation.for_decision)
    navigation.staff(_("Riksnorm"), "assistance:norms", access.SET_NORMS, order=86, administrative=True)
    navigation.staff(_("Beräkningsregler"), "assistance:rules", access.SET_NORMS, order=87, administrative=True)
    effects.metric(
        measuring.SECONDS,
        _("Sekunder tills alla myndigheter svarat eller gett upp"),
        "s",
        direction="less",
        additivity="mean",
        sustainability="economic",
    )
    effects.metric(
        asking.PHONE_MINUTES,
        _("Minuter i telefon med myndigheter"),
        "min",
        direction="less",
        sustainability="economic",
    )
    effects.metric(
        measuring.SAVED,
        _("Minuter i telefonkö som inte behövdes"),
        "min",
        sustainability="economic",
        description=_(
            "Antal svar som gav underlag gånger mediantiden för de samtal som handläggare antecknat. Räknas inte förrän tio samtal är antecknade."
        ),
    )
