"""Each rule is said twice, for the ORM and for plain statements: both let the same people see the same things."""

from __future__ import annotations

from datetime import datetime

import pytest

from stadig.city.models import District
from stadig.city.permissions import Role
from stadig.waste import access
from stadig.waste.demo import factory_bin
from stadig.waste.models import Bin, Plan, Stop
from stadig.waste.queries import bins, crew
from stadig.waste.tests.test_crew import a_locked_route

NOON = datetime.fromisoformat("2026-11-24T12:00+01:00")


@pytest.fixture
def north(db, at) -> District:
    at(NOON.isoformat())
    return District.objects.create(code="N", name="Norr", geometry={"type": "MultiPolygon", "coordinates": []})


@pytest.mark.parametrize("role", [Role.PLANNER, Role.AUDITOR, Role.CREW])
@pytest.mark.parametrize("where", ["everywhere", "north"])
def test_the_bins_in_lists_are_those_of_the_permission(north, someone, role, where):
    factory_bin("Kajen"), factory_bin("Torget")
    Bin.objects.filter(name="Kajen").update(district=north)
    user = someone(role, district=north if where == "north" else None)
    told = [state.bin.pk for state in bins.within_reach(user)]
    assert told == list(Bin.objects.filter(access.may_see(user)).order_by("pk").values_list("pk", flat=True))
    assert all((bins.one_within_reach(user, pk) is not None) is (pk in told) for pk in Bin.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("whose", ["own", "other", "every", "planner"])
@pytest.mark.parametrize("state", ["locked", "ready"])
def test_the_stops_a_crew_is_shown_are_those_of_the_permission(north, someone, whose, state):
    route = a_locked_route("Kajen", "Torget")
    Plan.objects.update(state=state)
    crews = {"own": route.vehicle.crew, "other": north_crew()}
    user = someone(Role.PLANNER if whose == "planner" else Role.CREW, organisation=crews.get(whose))
    told = {stop.pk for drive in crew.today(user).drives for stop in drive.stops}
    allowed = set(Stop.objects.filter(access.may_close(user)).values_list("pk", flat=True))
    assert told == {pk for pk in allowed if Stop.objects.get(pk=pk).kind != "depot"}
    assert {pk for pk in Stop.objects.values_list("pk", flat=True) if crew.place(user, pk)} == allowed


def north_crew():
    from stadig.city.models import Organisation

    return Organisation.objects.create(name="Bil 9", kind="crew")
