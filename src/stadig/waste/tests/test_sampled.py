"""A step waits until so many bins have been emptied the new way, or until so many have told of one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from stadig.city import clock, ramps, rollout, tasks
from stadig.city.models import District
from stadig.city.ramps import Step
from stadig.waste.models import Bin, BinKind, Emptying
from stadig.waste.registration import CALLING, SERVICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(at):
    """Three bins in the harbour, one on the hill, one removed; nothing has been emptied."""
    at("2026-11-24T08:00+01:00")
    kind = BinKind.objects.create(name="Stor", volume_l=120, service_seconds=60)
    harbour, hill = (District.objects.create(code=name, name=name, geometry={}) for name in ("Hamnen", "Backen"))
    day = dt.date(2026, 1, 1)
    for number, where in enumerate((harbour, harbour, harbour, hill, harbour)):
        removed = dt.date(2026, 11, 1) if number == 4 else None
        Bin.objects.create(
            external_id=f"b{number}",
            name=f"Korg {number}",
            kind=kind,
            lon=12,
            lat=57,
            district=where,
            installed=day,
            removed=removed,
        )
    return harbour, hill


def empty(number: int) -> None:
    Emptying.objects.create(bin=Bin.objects.get(external_id=f"b{number}"), at=clock.now(), source="crew")


def test_each_bin_that_is_on_counts_once_and_the_job_takes_the_step(town, at):
    harbour, hill = town
    empty(2)
    at("2026-11-24T09:00+01:00")
    ramps.plan_steps(None, CALLING, [Step(100, [harbour], sample=2), Step(100, [hill])])
    empty(0)
    empty(3)
    at("2026-11-25T09:00+01:00")
    empty(0)
    tasks.follow_rollouts(0)
    step = ramps.page(CALLING).current
    count = ramps.counted(rollout.setting(CALLING), step.begun_at)
    assert (step.number, count.number, count.most) == (0, 1, 3)
    empty(1)
    tasks.follow_rollouts(0)
    assert ramps.page(CALLING).current.number == 1


def test_more_bins_than_stand_there_cannot_be_waited_for(town):
    harbour, _hill = town
    with pytest.raises(ValidationError, match="det finns bara 3"):
        ramps.plan_steps(None, CALLING, [Step(100, [harbour], sample=4), Step(100)])
    ramps.plan_steps(None, CALLING, [Step(100, sample=4), Step(100)])


def test_those_who_have_told_of_a_bin_are_counted_for_the_residents_service(town, at):
    from stadig.waste.actions import reports

    since = clock.now()
    reports.report(Bin.objects.get(external_id="b0").pk, "full")
    reports.report(Bin.objects.get(external_id="b3").pk, "full")
    assert ramps.counted(ramps.everywhere(SERVICE), since).number == 2
    harbour, _hill = town
    on = ramps.everywhere(SERVICE)._replace(districts=(rollout.Where(harbour.pk, "Hamnen"),))
    assert ramps.counted(on, since).number == 1
