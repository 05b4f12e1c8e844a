"""A step of an e-service's roll-out waits until so many have sent it in."""

from __future__ import annotations

import pytest

from stadig.city import actions as city
from stadig.city import ramps, rollout, tasks
from stadig.city.models import District, Person, Rollout
from stadig.city.ramps import Step
from stadig.eservices import actions

pytestmark = pytest.mark.django_db
SERVICE = "street-fault"


def test_the_job_takes_the_step_when_enough_have_sent_it_in_since_it_began(drafted, at):
    at("2026-11-23T08:00+01:00")
    actions.submit(None, drafted().pk)
    at("2026-11-24T08:00+01:00")
    ramps.plan_steps(None, SERVICE, [Step(100, sample=2), Step(100)])
    actions.submit(None, drafted().pk)
    at("2026-11-25T08:00+01:00")
    tasks.follow_rollouts(0)
    setting, step = rollout.setting(SERVICE), ramps.page(SERVICE).current
    waits = ramps.waits(setting, step, step.begun_at)
    assert (waits.lacking, waits.had.number, str(waits.had.source)) == (
        1, 1, "inskickade ansökningar och anmälningar sedan steget började",
    )  # fmt: skip
    actions.submit(None, drafted().pk)
    tasks.follow_rollouts(0)
    assert ramps.page(SERVICE).current.number == 1


def test_only_those_it_is_on_for_are_counted(drafted, at, someone):
    at("2026-11-24T08:00+01:00")
    harbour, hill = (District.objects.create(code=name, name=name, geometry={}) for name in ("Hamnen", "Backen"))
    city.set_rollout(None, SERVICE, districts=[harbour])
    since = ramps.clock.now()
    for where in (harbour, hill, None):
        resident = someone()
        resident.person = Person.objects.create(given_name="Berit", family_name="Ek", district=where)
        resident.save()
        actions.submit(resident, drafted(by=resident).pk)
    assert ramps.counted(rollout.setting(SERVICE), since).number == 1
    assert ramps.counted(ramps.everywhere(SERVICE), since).number == 3


def test_what_is_no_e_service_is_not_counted_here(db):
    assert ramps.counted(ramps.everywhere("nothing"), ramps.clock.now()) is None
    assert not Rollout.objects.exists()
