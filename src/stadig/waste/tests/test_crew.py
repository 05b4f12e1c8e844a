"""What crews do at a stop: once, whoever sends it and however often."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from stadig.city.models import AuditEntry, Effect, Organisation
from stadig.city.permissions import Role
from stadig.waste.actions import bins, plans, reports, stops
from stadig.waste.demo import factory_bin
from stadig.waste.errors import DayHasPassed, PlanIsLocked, RouteHasStarted, StopAlreadyClosed
from stadig.waste.models import Depot, Emptying, Plan, Route, Stop, Vehicle
from stadig.work.models import WorkOrder

NOON = datetime.fromisoformat("2026-11-24T12:00+01:00")


def a_locked_route(*names: str) -> Route:
    """A route with a stop per name, planned ten minutes apart from eleven o'clock."""
    crew, _ = Organisation.objects.get_or_create(name="Bil 1", kind="crew")
    depot, _ = Depot.objects.get_or_create(name="Depån", defaults={"lon": 12.1, "lat": 57.1})
    vehicle, _ = Vehicle.objects.get_or_create(
        name="Bil 1",
        defaults={"position": 1, "crew": crew, "depot": depot, "capacity_l": 6000, "shift_start": time(6), "shift_end": time(15)},
    )
    plan = Plan.objects.create(
        day=date(2026, 11, 24), state="locked", locked_at=NOON - timedelta(hours=6), bins_chosen=len(names)
    )
    route = Route.objects.create(
        plan=plan, vehicle=vehicle, distance_m=4200, starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1)
    )
    for order, name in enumerate(names, start=1):
        at = NOON - timedelta(hours=1) + timedelta(minutes=10 * order)
        Stop.objects.create(route=route, order=order, bin=factory_bin(name), planned_arrival=at, risk=0.5)
    Stop.objects.create(route=route, order=len(names) + 1, kind="depot", planned_arrival=route.ends_at)
    return route


@pytest.fixture
def route(db, at):
    at(NOON.isoformat())
    return a_locked_route("Kajen", "Torget")


@pytest.fixture
def crew(route, someone):
    return someone(Role.CREW, organisation=route.vehicle.crew)


def first_of(route: Route) -> Stop:
    return route.stops.get(order=1)


def test_a_stop_sent_twice_by_the_phone_is_one_emptying(crew, route):
    sent = uuid4()
    first = stops.empty_bin(crew, first_of(route).pk, request_id=sent)
    assert stops.empty_bin(crew, first_of(route).pk, request_id=sent) == first
    assert Emptying.objects.count() == 1


def test_an_emptying_leaves_an_effect_and_an_audit_entry(crew, route):
    stop = first_of(route)
    stops.empty_bin(crew, stop.pk)
    assert Effect.objects.filter(metric_id="emptyings", subject_id=str(stop.bin_id)).count() == 1
    assert AuditEntry.objects.filter(did="emptied").exists()


def test_a_closed_stop_keeps_its_first_outcome(crew, route):
    stop = first_of(route)
    stops.empty_bin(crew, stop.pk)
    with pytest.raises(StopAlreadyClosed):
        stops.skip_stop(crew, stop.pk, "blocked")
    stop.refresh_from_db()
    assert stop.outcome == "emptied"


def test_a_skipped_stop_says_why(crew, route):
    stop = stops.skip_stop(crew, first_of(route).pk, "blocked", note="En lastbil")
    assert (stop.outcome, stop.get_skip_reason_display(), stop.note) == ("skipped", "Något står i vägen", "En lastbil")


def test_a_skip_without_a_reason_is_refused_by_the_verb_and_by_the_database(crew, route):
    with pytest.raises(ValueError):
        stops.skip_stop(crew, first_of(route).pk, "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Stop.objects.filter(pk=first_of(route).pk).update(outcome="skipped", closed_at=NOON)


def test_a_broken_bin_that_is_skipped_becomes_work(crew, route):
    stops.skip_stop(crew, first_of(route).pk, "broken", note="Luckan sitter fast")
    assert WorkOrder.objects.get().title == "Korgen är trasig: Kajen"


def test_emptying_a_bin_answers_those_who_said_that_it_was_full(crew, route, deliver):
    stop = first_of(route)
    said = reports.report(stop.bin_id, "full")
    deliver()
    stops.empty_bin(crew, stop.pk)
    deliver()
    said.refresh_from_db()
    assert said.state == "done"
    assert WorkOrder.objects.get().state == "done"


def test_the_last_stop_ends_the_route_with_its_kilometres_and_minutes(crew, route):
    for stop in route.stops.filter(kind="bin"):
        stops.empty_bin(crew, stop.pk, at=NOON - timedelta(minutes=30 - 10 * stop.order))
    route.refresh_from_db()
    assert route.ended_at
    assert Effect.objects.get(metric_id="km").quantity == 4.2
    assert Effect.objects.get(metric_id="minutes").quantity == 10


def test_what_a_phone_kept_offline_is_recorded_when_it_happened_but_not_in_the_future(crew, route):
    first, second = route.stops.filter(kind="bin")
    kept = stops.empty_bin(crew, first.pk, at=NOON - timedelta(minutes=40))
    assert kept.at == NOON - timedelta(minutes=40)
    assert stops.empty_bin(crew, second.pk, at=NOON + timedelta(days=1)).at == NOON


def test_another_crew_can_not_close_the_stop(route, someone):
    other = someone(Role.CREW, organisation=Organisation.objects.create(name="Bil 9", kind="crew"))
    with pytest.raises(Stop.DoesNotExist):
        stops.empty_bin(other, first_of(route).pk)
    client = Client()
    client.force_login(other, backend="stadig.city.login.PasswordBackend")
    assert client.post(reverse("waste:crew-emptied", args=[first_of(route).pk])).status_code == 404


def test_a_planner_can_not_close_a_stop(route, someone):
    client = Client()
    client.force_login(someone(Role.PLANNER), backend="stadig.city.login.PasswordBackend")
    assert client.post(reverse("waste:crew-emptied", args=[first_of(route).pk])).status_code == 403


def test_a_plan_that_someone_drives_can_not_be_taken_back(crew, route, someone):
    planner = someone(Role.PLANNER)
    stops.empty_bin(crew, first_of(route).pk)
    with pytest.raises(RouteHasStarted):
        plans.unlock(planner, route.plan_id)


def test_a_plan_that_no_one_drives_can_be_taken_back(route, someone):
    assert plans.unlock(someone(Role.PLANNER), route.plan_id).state == "ready"


def test_a_day_that_has_been_is_not_planned(route, someone):
    with pytest.raises(DayHasPassed):
        plans.ask(someone(Role.PLANNER), date(2026, 11, 23))


def test_a_plan_that_is_sent_is_not_computed_again(route, someone):
    with pytest.raises(PlanIsLocked):
        plans.ask(someone(Role.PLANNER), date(2026, 11, 24))


def test_a_planner_locks_a_bin_in_or_out_and_lets_the_plan_choose_again(route, someone):
    planner = someone(Role.PLANNER)
    plans.unlock(planner, route.plan_id)
    thing = first_of(route).bin_id
    assert plans.choose(planner, route.plan_id, thing, "out").choice_by == planner
    assert plans.choose(planner, route.plan_id, thing, "").choice_by is None


def test_crews_are_told_when_their_plan_is_sent(crew, route):
    assert plans.tell_the_crews(route.plan_id) == 1
    assert crew.notices.get().text == "Bil 1: dagens rutt är klar, 2 korgar."


def test_an_alarm_on_a_bin_outside_the_locked_plan_becomes_work_and_ends_with_it(route):
    from stadig.sensing.models import Alarm, AlarmRule, Datastream, ObservedProperty, Sensor, Thing

    what = ObservedProperty.objects.create(name="Fyllnadsgrad")
    stream = Datastream.objects.create(
        thing=Thing.objects.create(name="K"), sensor=Sensor.objects.create(name="S"), observed_property=what, name="nivå"
    )
    left_out = factory_bin("Varvsplan", fill_datastream=stream.pk)
    rule = AlarmRule.objects.create(
        name="Full", kind="threshold", observed_property=what, level=85, clear_level=30, created_at=NOON
    )
    raised = Alarm.objects.create(rule=rule, datastream=stream, kind="threshold", severity="act", raised_at=NOON)
    bins.follow_alarm(raised.pk)
    bins.follow_alarm(raised.pk)
    assert left_out.alarms.count() == 1
    order = WorkOrder.objects.get()
    assert order.crew == route.vehicle.crew
    assert bins.close_alarm(raised.pk) == 1
    order.refresh_from_db()
    assert order.state == "done"


@pytest.mark.django_db(transaction=True)
def test_two_crews_that_close_the_same_stop_at_once_make_one_emptying(at, someone):
    at(NOON.isoformat())
    route = a_locked_route("Kajen")
    people = [someone(Role.CREW, organisation=route.vehicle.crew) for _ in range(2)]
    stop = first_of(route)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def close(person) -> None:
        together.wait()
        try:
            stops.empty_bin(person, stop.pk, request_id=uuid4())
            outcomes.append("emptied")
        except StopAlreadyClosed:
            outcomes.append("closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["closed", "emptied"]
    assert Emptying.objects.count() == 1
