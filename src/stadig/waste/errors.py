"""Why something in this room could not be done. The text is for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from stadig.waste.models import Plan, Stop


class WasteError(Exception):
    """The base of this room's errors."""


class StopAlreadyClosed(WasteError):
    """Someone else closed the stop; the earlier outcome stands."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(
            _("Stoppet är redan markerat som %(outcome)s. Det gäller fortfarande.")
            % {"outcome": str(stop.get_outcome_display()).lower()}
        )
        self.stop = stop


class NotABin(WasteError):
    """The stop is a tipping station or the depot: there is no bin to empty."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(_("Stoppet är ingen korg. Markera det som tippat i stället."))
        self.stop = stop


class PlanIsLocked(WasteError):
    """The plan has gone to the crews and can no longer change."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Planen är redan skickad till lagen. Ångra låsningen om du vill ändra den."))
        self.plan = plan


class DayHasPassed(WasteError):
    """A plan is for today or a day to come."""

    def __init__(self) -> None:
        super().__init__(_("Dagen har varit. Välj i dag eller en dag som kommer."))


class PlanNotReady(WasteError):
    """A plan can be locked only when its computation is ready."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Planen är inte färdigräknad. Vänta tills den är klar och försök igen."))
        self.plan = plan


class RouteHasStarted(WasteError):
    """A crew has closed a stop, so the plan can not be taken back."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Ett lag har redan börjat köra. Då går planen inte att ta tillbaka."))
        self.plan = plan


class UnknownBin(WasteError):
    """No such bin is in use."""

    def __init__(self) -> None:
        super().__init__(_("Korgen finns inte kvar. Välj en annan korg."))
