"""Every page of the room opens in the demo town, in few queries, for those who may see it and no one else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from stadig.city.models import User
from stadig.city.permissions import Role
from stadig.waste.models import Bin, Plan, Stop


def logged_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="stadig.city.login.PasswordBackend")
    return client


def pages_of_a_planner() -> list[str]:
    day = Plan.objects.order_by("day").values_list("day", flat=True).first()
    last = Plan.objects.order_by("-day").values_list("day", flat=True).first()
    thing = Bin.objects.order_by("pk").first()
    return [
        reverse("waste:bins"),
        reverse("waste:bins") + "?niva=full&ordning=name&sok=a",
        reverse("waste:bins-map"),
        reverse("waste:bin", args=[thing.pk]),
        reverse("waste:bin-edit", args=[thing.pk]),
        reverse("waste:vehicles"),
        reverse("waste:plan-day", args=[day]),
        reverse("waste:plan-day", args=[last]),
        reverse("waste:plan-waiting", args=[last]),
        reverse("work:orders"),
        reverse("work:orders-map"),
        reverse("waste:near"),
        reverse("waste:near") + "?omrade=02",
        reverse("waste:near") + "?lon=12.118&lat=57.163",
        reverse("waste:near-map"),
        reverse("waste:bin-public", args=[thing.pk]),
        reverse("waste:report", args=[thing.pk]),
    ]


def test_every_page_opens_for_a_planner_in_at_most_twelve_queries(demo_town, django_assert_max_num_queries):
    client = logged_in("leila")
    for page in pages_of_a_planner():
        client.get(page)
        with django_assert_max_num_queries(12):
            response = client.get(page)
        assert response.status_code == 200, page


def test_the_town_has_a_plan_that_the_crews_drive(demo_town):
    plan = Plan.objects.order_by("day").first()
    assert plan.state == "locked"
    assert 20 <= plan.bins_chosen <= 100
    assert plan.distance_m < plan.fixed_distance_m
    assert plan.cost_kr
    assert Stop.objects.filter(route__plan=plan, outcome="emptied").exists()


@pytest.mark.parametrize("name", ["waste:crew", "waste:crew-stops"])
def test_a_crew_sees_its_own_route(demo_town, name, django_assert_max_num_queries):
    client = logged_in("jonas")
    client.get(reverse(name))
    with django_assert_max_num_queries(12):
        response = client.get(reverse(name))
    assert response.status_code == 200
    assert "Bil 1" in response.content.decode()


@pytest.mark.parametrize("name", ["waste:bins", "waste:plan", "waste:vehicles", "work:orders", "post:outbox", "waste:crew"])
def test_a_resident_does_not_come_in(demo_town, name):
    assert logged_in("karin").get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


def test_a_city_without_bins_says_so(db):
    assert "Det finns inga papperskorgar här." in Client().get(reverse("waste:near")).content.decode()


@pytest.mark.parametrize(
    "strange",
    [
        "?omrade=%00",
        "?lon=abc&lat=1",
        "?lon=nan&lat=nan",
        "?lon=1e400&lat=2",
        "?lon=500&lat=57",
        "?sida=-1",
        "?omrade=%C2%B2",
        "svar/%00/",
    ],
)
def test_a_strange_address_is_no_fault(db, strange):
    assert Client().get(reverse("waste:near") + strange).status_code in (200, 404)


@pytest.mark.parametrize("strange", ["?sok=%00", "?omrade=%C2%B2&slag=x&niva=y&ordning=z", "?larm=%00", "?sida=x"])
def test_a_strange_filter_is_no_fault(db, someone, strange):
    client = Client()
    client.force_login(someone(Role.PLANNER), backend="stadig.city.login.PasswordBackend")
    assert client.get(reverse("waste:bins") + strange).status_code == 200
    assert client.get(reverse("waste:bins-map") + strange).status_code == 200


@pytest.mark.parametrize("day", ["2026-13-45", "0000-00-00", "9999-12-31", "2026-11-24"])
def test_a_day_that_is_none_is_not_found(db, someone, day):
    client = Client()
    client.force_login(someone(Role.PLANNER), backend="stadig.city.login.PasswordBackend")
    assert client.get(f"/arbetsplats/plan/{day}/").status_code in (200, 404)
