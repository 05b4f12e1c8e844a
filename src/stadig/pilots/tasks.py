"""Background jobs of the room; each is one call to an action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stadig.pilots import actions
from stadig.pilots.models import Pilot


@app.periodic(cron="40 3 * * *")
@app.task(name="pilots.look_at_all", queueing_lock="pilots.look_at_all")
def look_at_all(timestamp: int) -> None:
    """One job per running trial: one that fails keeps no other from being looked at."""
    for pilot_id in Pilot.objects.filter(state=Pilot.State.RUNNING).order_by("pk").values_list("pk", flat=True):
        look.configure(queueing_lock=f"pilots.look:{pilot_id}").defer(pilot_id=pilot_id)


@app.task(name="pilots.look")
def look(pilot_id: int) -> None:
    actions.look_if_due(pilot_id)


@app.task(name="pilots.look_now")
def look_now(pilot_id: int) -> None:
    """Someone asked for a look between the days of the rule."""
    actions.look(pilot_id)


@app.periodic(cron="20 6 * * *")
@app.task(name="pilots.remind", queueing_lock="pilots.remind")
def remind(timestamp: int) -> None:
    """Owners whose trial ends soon, today, or should have ended."""
    for pilot_id in Pilot.objects.filter(state=Pilot.State.RUNNING).order_by("pk").values_list("pk", flat=True):
        actions.remind(pilot_id)


@app.periodic(cron="15 * * * *")
@app.task(name="pilots.erase_waiting", queueing_lock="pilots.erase_waiting")
def erase_waiting(timestamp: int) -> None:
    """Files that someone looked through and never took in."""
    actions.erase_waiting()
