"""What the municipality has chosen of how an agency is asked: whether in advance at night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.actions import require
from stadig.city.verbs import verb
from stadig.exchange import access, connections
from stadig.exchange.models import AgencyChoice

if TYPE_CHECKING:
    from stadig.city.models import User


@verb
def choose(by: User | None, agency: str, *, prefetch: bool) -> AgencyChoice:
    """Switch asking in advance on or off for one agency. Raises ``ValidationError`` for an agency nobody knows."""
    require(by, access.CHOOSE)
    if agency not in connections.known_agencies():
        raise ValidationError(_("Välj en myndighet."))
    values = {"prefetch": prefetch, "changed_by": by, "changed_at": clock.now()}
    made, _new = AgencyChoice.objects.update_or_create(agency=agency, defaults=values)
    audit.record(by, "switched prefetch on" if prefetch else "switched prefetch off", made)
    return made


def chosen() -> frozenset[str]:
    """The agencies that are asked in advance. One query."""
    return frozenset(AgencyChoice.objects.filter(prefetch=True).values_list("agency", flat=True))
