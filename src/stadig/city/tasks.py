"""The ground's background jobs."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="city.append_audit_head", queue="default", queueing_lock="city.append_audit_head", pass_context=False)
def append_audit_head(timestamp: int) -> None:
    """Each minute: the chain's head to the file outside the database."""
    from stadig.city import audit_chain

    audit_chain.append_head()


@app.periodic(cron="17 3 * * *")
@app.task(name="city.forget", queue="default", queueing_lock="city.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Each night: remove what is only needed for a while."""
    from stadig.city import actions

    actions.forget_old()


@app.periodic(cron="*/5 * * * *")
@app.task(name="city.follow_rollouts", queueing_lock="city.follow_rollouts", pass_context=False)
def follow_rollouts(timestamp: int) -> None:
    """Every fifth minute: stop services that are past their last day, and take the steps that have been held."""
    from stadig.city import ramps

    ramps.follow()
