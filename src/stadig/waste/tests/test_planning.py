"""From readings to a stored plan: the planner's page has everything it shows, and a later ask outruns an earlier."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest

from stadig.city import clock
from stadig.city.models import Factor
from stadig.geo import actions as geo
from stadig.geo.tests.test_matrix import grid
from stadig.waste import planning
from stadig.waste.actions import forecasts
from stadig.waste.actions import planning as computing
from stadig.waste.models import (
    AlarmKind,
    Bin,
    BinAlarm,
    BinForecast,
    BinKind,
    Candidate,
    Choice,
    Depot,
    Emptying,
    Plan,
    PlanState,
    Reason,
    StopKind,
    TippingStation,
    Vehicle,
)

TUESDAY = date(2026, 11, 24)


@pytest.fixture
def town(db, at):
    """Twelve bins on a grid of streets; bin 1 is full and has said so, bin 2 is nearly full, the others are emptier and emptier."""
    now = at("2026-11-24T05:00+01:00")
    streets = grid(12)
    geo.save_network("town", streets, source="Påhittad", licence="CC0-1.0", at=now)
    depot = Depot.objects.create(name="Depån", lon=streets.lon[0], lat=streets.lat[0])
    TippingStation.objects.create(name="Tippen", lon=streets.lon[11], lat=streets.lat[11], opens=time(7), closes=time(16))
    for number in (1, 2):
        Vehicle.objects.create(
            name=f"Bil {number}", position=number, depot=depot, capacity_l=3000, shift_start=time(6, 30), shift_end=time(15)
        )
    kind = BinKind.objects.create(slug="vanlig", name="Vanlig", kind="ordinary", volume_l=140)
    bins = Bin.objects.bulk_create(
        Bin(external_id=f"K{n}", name=f"Korg {n}", kind=kind, lon=streets.lon[10 * n], lat=streets.lat[10 * n], installed=TUESDAY, fixed_weekdays=[2, 5])
        for n in range(1, 13)
    )  # fmt: skip
    for n, one in enumerate(bins):
        BinForecast.objects.create(
            bin=one, fill_percent=[100, 92, 70, 60, 50, 40, 30, 25, 20, 15, 10, 5][n], read_at=now, rate_percent_per_hour=0.5,
            rate_low=0.35, rate_high=0.7, sure="high", computed_at=now,
        )  # fmt: skip
    BinAlarm.objects.create(bin=bins[0], alarm=1, kind=AlarmKind.THRESHOLD, raised_at=now)
    return bins


def asked(**facts) -> Plan:
    return Plan.objects.create(day=TUESDAY, state=PlanState.RUNNING, computation=uuid4(), **facts)


def compute(plan: Plan) -> Plan:
    assert computing.compute(plan.pk, plan.computation, iterations=60)
    plan.refresh_from_db()
    return plan


def test_a_plan_has_all_that_its_page_shows(town):
    plan = compute(asked())
    assert plan.state == PlanState.READY
    assert (plan.bins_total, plan.bins_chosen) == (12, plan.candidates.filter(chosen=True).count())
    assert plan.candidates.count() == 12
    assert plan.candidates.get(bin=town[0]).reason == Reason.ALARM
    assert plan.candidates.get(bin=town[11]).reason == Reason.LOW_RISK
    (route,) = plan.routes.all()
    stops = list(route.stops.all())
    assert [stop.kind for stop in stops[-2:]] == [StopKind.TIPPING, StopKind.DEPOT]
    assert sum(stop.leg_m for stop in stops) == pytest.approx(plan.distance_m, abs=len(stops))
    assert all(len(stop.leg_line) >= 1 for stop in stops)
    assert stops[0].leg_line[0] == pytest.approx([route.vehicle.depot.lon, route.vehicle.depot.lat], abs=1e-5)
    assert clock.local(stops[0].planned_arrival).time() >= time(6, 30)
    assert route.ends_at <= datetime(2026, 11, 24, 15, tzinfo=clock.STOCKHOLM)


def test_the_old_round_is_the_counter_figure(town):
    plan = compute(asked())
    assert plan.fixed_emptyings == 12
    assert plan.fixed_below_half == 7
    assert plan.fixed_distance_m > plan.distance_m > 0
    assert plan.overflow_low_h <= plan.overflow_h <= plan.overflow_high_h
    assert plan.cost_kr == 0
    assert {"code": "no_cost_factor"} in plan.notes


def test_kronor_come_from_the_citys_factors(town):
    for slug, value in ((computing.HOUR_FACTOR, 800), (computing.KM_FACTOR, 12)):
        Factor.objects.create(slug=slug, title=slug, value=value, unit="kr", year=2026, source="test")
    plan = compute(asked())
    assert plan.cost_kr == round(plan.duration_s / 3600 * 800 + plan.distance_m / 1000 * 12)


def test_what_the_planner_locked_stands(town):
    plan = asked()
    Candidate.objects.create(plan=plan, bin=town[11], choice=Choice.IN)
    Candidate.objects.create(plan=plan, bin=town[0], choice=Choice.OUT)
    compute(plan)
    assert plan.candidates.get(bin=town[11]).reason == Reason.LOCKED
    assert plan.candidates.get(bin=town[0]).reason == Reason.LOCKED_OUT
    assert plan.candidates.get(bin=town[0]).choice == Choice.OUT


def test_a_higher_service_level_empties_more(town):
    few = compute(asked(service_level=0.6)).bins_chosen
    Plan.objects.all().delete()
    assert compute(asked(service_level=0.999)).bins_chosen > few


def test_a_later_ask_outruns_an_earlier(town):
    plan = asked()
    first = plan.computation
    Plan.objects.update(computation=uuid4())
    assert not computing.compute(plan.pk, first, iterations=20)
    assert not plan.routes.exists()


def test_a_day_without_vehicles_says_so(town):
    Vehicle.objects.update(repair_until=TUESDAY)
    plan = asked()
    assert not computing.compute(plan.pk, plan.computation, iterations=20)
    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert "Ingen bil" in plan.error


def test_computing_again_replaces_the_plan(town):
    plan = compute(asked())
    plan.state, plan.computation = PlanState.RUNNING, uuid4()
    plan.save()
    compute(plan)
    assert plan.routes.count() == 1


def test_a_bin_emptied_since_its_sensor_spoke_is_not_emptied_again(town):
    now = clock.now()
    BinForecast.objects.update(read_at=now - timedelta(hours=2))
    Emptying.objects.create(bin=town[0], at=now - timedelta(hours=1), source="crew")
    BinAlarm.objects.update(raised_at=now - timedelta(hours=3))
    plan = compute(asked())
    candidate = plan.candidates.get(bin=town[0])
    assert candidate.fill_percent < 5
    assert candidate.reason != Reason.ALARM
    assert candidate.risk < 0.01


def test_the_next_round_is_the_next_weekday():
    assert planning.next_round(TUESDAY) == TUESDAY + timedelta(days=1)
    assert planning.next_round(date(2026, 11, 27)) == date(2026, 11, 30)


def test_bins_without_a_sensor_get_the_rate_of_their_like(town):
    BinForecast.objects.all().delete()
    assert forecasts.refresh() == 12
    assert BinForecast.objects.filter(sure="low", fill_percent=None).count() == 12


def test_what_other_levels_would_cost_is_kept_with_the_plan(town):
    plan = compute(asked(service_level=0.955))
    levels = [one["level"] for one in plan.curve]
    assert levels == sorted(levels)
    assert 0.955 in levels
    assert plan.curve[0]["bins"] <= plan.curve[-1]["bins"]
    assert plan.curve[0]["full"] >= plan.curve[-1]["full"]
