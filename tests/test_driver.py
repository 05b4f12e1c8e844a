"""The demo town lives by itself: plans go out, crews empty, sensors speak; and it keeps its hands off people at work."""

from __future__ import annotations

import pytest

from stadig.config import driver as living
from stadig.geo.town.lindhamn import build


@pytest.fixture(scope="module")
def world():
    return build()


@pytest.fixture
def town(demo_town, world, monkeypatch):
    sent: dict[str, list] = {"mqtt": [], "http": []}
    monkeypatch.setattr(living.Driver, "_send_mqtt", lambda self, heard: sent["mqtt"].extend(heard))
    monkeypatch.setattr(living.Driver, "_send_http", lambda self, heard: sent["http"].extend(heard))
    started = living.Driver(world)
    started.sent = sent
    started.clock_written = float("inf")
    return started


def plan_of_today():
    from stadig.city import clock
    from stadig.waste.models import Plan

    return Plan.objects.get(day=clock.today())


def test_the_morning_plan_goes_out_when_no_planner_has_sent_it(town, at):
    at("2026-11-25T07:10+01:00")
    town.step()
    assert plan_of_today().state == "ready"
    at("2026-11-25T07:40+01:00")
    town.step()
    assert plan_of_today().state == "locked"
    assert not town.said_fault


def test_the_driver_leaves_the_plan_to_a_planner_at_work(town, at):
    from stadig.city import clock
    from stadig.city.models import User

    User.objects.filter(username="leila").update(last_login=clock.real_now())
    at("2026-11-25T07:40+01:00")
    town.step()
    assert plan_of_today().state == "ready"


def test_crews_close_the_stops_whose_time_has_come_and_the_bins_are_empty(town, at):
    from stadig.waste.models import Emptying

    at("2026-11-25T07:40+01:00")
    town.step()
    before = Emptying.objects.count()
    at("2026-11-25T11:00+01:00")
    town.step()
    made = list(Emptying.objects.order_by("-pk")[: Emptying.objects.count() - before])
    assert made
    assert not town.said_fault
    town._notice_emptyings()
    assert all(town.present.fill_percent[town.bin_number[one.bin_id]] == 0 for one in made)


def test_nobody_drives_for_a_person_who_sits_in_the_car(town, at):
    from stadig.city import clock
    from stadig.city.models import User
    from stadig.waste.models import Stop

    User.objects.filter(username__in=("jonas", "sara")).update(last_login=clock.real_now())
    at("2026-11-25T07:40+01:00")
    town.step()
    at("2026-11-25T11:00+01:00")
    town.step()
    assert not Stop.objects.filter(route__plan=plan_of_today()).exclude(outcome="").exists()


def test_sensors_send_over_both_ways(town, at):
    at("2026-11-25T07:45+01:00")
    town.step()
    assert len(town.sent["mqtt"]) > 60
    assert len(town.sent["http"]) > 20
    assert all(0 <= said.fill_percent <= 100 for said in town.sent["mqtt"])


def test_residents_say_that_an_overfull_bin_is_full(town, at):
    from stadig.waste.models import Report

    before = Report.objects.count()
    town.present.fill_percent[:] = 120
    at("2026-11-25T08:30+01:00")
    town.step()
    assert Report.objects.count() > before
    assert not town.said_fault
