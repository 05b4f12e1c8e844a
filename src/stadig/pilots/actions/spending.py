"""Verbs by which money that was spent is written down."""

from __future__ import annotations

import datetime as dt
import math

from stadig.city import audit
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.pilots import access
from stadig.pilots.actions.common import State, held, require
from stadig.pilots.errors import BadAmount
from stadig.pilots.models import Cost


@verb
def record_cost(by: User | None, pilot_id: int, *, day: dt.date, amount_kr: float, what: str) -> Cost:
    """Money that was spent on the trial. Raises BadAmount for what is no positive sum, or has no word for what it was."""
    require(by, access.PLAN)
    pilot = held(pilot_id, State.IDEA, State.RUNNING, State.DECIDED)
    if not math.isfinite(amount_kr) or amount_kr <= 0 or not what.strip():
        raise BadAmount
    cost = Cost.objects.create(pilot=pilot, day=day, amount_kr=amount_kr, what=what.strip()[:160])
    audit.record(by, "recorded_cost", pilot, cost=cost.pk)
    return cost


@verb
def remove_cost(by: User | None, cost_id: int) -> None:
    """Take away a cost that was entered by mistake. Raises ``Cost.DoesNotExist``, WrongState when the trial is closed."""
    require(by, access.PLAN)
    cost = Cost.objects.get(pk=cost_id)
    pilot = held(cost.pilot_id, State.IDEA, State.RUNNING, State.DECIDED)
    cost.delete()
    audit.record(by, "removed_cost", pilot, cost=cost_id)
