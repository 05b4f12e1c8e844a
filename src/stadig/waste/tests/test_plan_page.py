"""The plan's page, map and papers: what they show, to whom, and that map, list and paper say the same."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from stadig.city import clock
from stadig.city.models import User
from stadig.city.permissions import Role
from stadig.city.testing import someone
from stadig.waste import sentences
from stadig.waste.models import BinAlarm, Candidate, Choice, Plan, Route, Stop, StopKind, Vehicle
from stadig.waste.queries import plan_map, plans


def planner() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="leila"), backend="stadig.city.login.PasswordBackend")
    return client


@pytest.fixture
def plan(demo_town) -> Plan:
    """The plan of the next working day: ready, not yet sent."""
    found = plans.of_day(Plan.objects.latest("day").day)
    assert found is not None
    assert found.state == "ready"
    return found


def kinds(features: list[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for one in features:
        found.setdefault(one["properties"]["kind"], []).append(one)
    return found


def test_the_map_has_a_line_per_vehicle_and_the_stops_of_the_list(plan):
    response = planner().get(reverse("waste:plan-map", args=[plan.day]))
    assert response["Content-Type"] == "application/geo+json"
    found = kinds(response.json()["features"])
    assert len(found["route"]) == Route.objects.filter(plan=plan).count()
    assert {one["properties"]["series"] for one in found["route"]} == set(
        Route.objects.filter(plan=plan).values_list("vehicle__position", flat=True)
    )
    assert len(found["stop"]) == Stop.objects.filter(route__plan=plan, kind=StopKind.BIN).count() == plan.bins_chosen
    assert len(found["skip"]) == plan.bins_total - plan.bins_chosen
    assert found["depot"]
    assert found["tipping"]
    rows = {row.id: row for row in plans.stops(plan)}
    for one in found["stop"]:
        row = rows[one["id"]]
        assert (one["properties"]["text"], one["properties"]["name"]) == (row.number, row.name)
    assert len({one["id"] for some in found.values() for one in some}) == sum(map(len, found.values()))


def test_the_line_begins_and_ends_at_the_depot(plan):
    for way in plan_map.ways(plan.pk):
        line = json.loads(way.line)
        for end in (line[0], line[-1]):
            assert end == pytest.approx([way.depot.lon, way.depot.lat], abs=0.004)


def test_the_map_is_for_those_who_may_see_plans(plan):
    address = reverse("waste:plan-map", args=[plan.day])
    assert Client().get(address).status_code == 302
    outsider = Client()
    outsider.force_login(someone(Role.CREW), backend="stadig.city.login.PasswordBackend")
    assert outsider.get(address).status_code == 403
    assert planner().get(reverse("waste:plan-map", args=[plan.day + timedelta(days=400)])).status_code == 404


def test_the_drawn_map_stands_on_the_page_and_on_paper_without_styles_or_scripts(plan):
    for name in ("waste:plan-day", "waste:plan-print"):
        page = planner().get(reverse(name, args=[plan.day])).content.decode()
        assert '<svg class="map day"' in page, name
        assert 'class="m-route' in page
        assert " style=" not in page
        assert page.count('<text class="m-stopn"') == plan.bins_chosen


def test_the_page_lists_the_first_stops_and_all_when_asked(plan):
    first = Route.objects.filter(plan=plan).order_by("vehicle__position").first()
    address = reverse("waste:plan-day", args=[plan.day])
    count = first.stops.exclude(kind=StopKind.DEPOT).count()
    assert planner().get(address).content.decode().count('id="stopp-') == min(plans.FIRST, count)
    assert planner().get(address + "?alla=1").content.decode().count('id="stopp-') == count


def test_every_stop_is_in_the_file_and_on_paper(plan):
    file = b"".join(planner().get(reverse("waste:plan-day", args=[plan.day]) + "?format=csv").streaming_content).decode(
        "utf-8-sig"
    )
    stops = Stop.objects.filter(route__plan=plan).exclude(kind=StopKind.DEPOT).count()
    assert len(file.strip().splitlines()) == stops + 1
    paper = planner().get(reverse("waste:plan-print", args=[plan.day])).content.decode()
    assert paper.count('<span class="tick">') == stops


def test_numbers_count_bins_and_not_tipping(plan):
    for tab in plans.routes(plan):
        rows = plans.stops(plan, tab)
        assert [row.number for row in rows if row.bin] == [str(n + 1) for n in range(tab.stops)]
        assert all(row.number == "" and row.figure and row.why for row in rows if not row.bin)
        assert len(rows) == tab.places


def test_a_bin_that_a_planner_decides_for_is_told_until_the_plan_is_computed(plan):
    chosen = Candidate.objects.filter(plan=plan, chosen=True).first()
    address = reverse("waste:plan-choose", args=[plan.day, chosen.bin_id])
    page = planner().post(address, {"choice": Choice.OUT}, follow=True).content.decode()
    assert "Du har ändrat en korg" in page
    page = planner().post(address, {"choice": ""}, follow=True).content.decode()
    assert "Du har ändrat en korg" not in page
    before = Candidate.objects.exclude(choice="").count()
    planner().post(address, {"choice": "strange"})
    assert Candidate.objects.exclude(choice="").count() == before
    elsewhere = planner().post(address, {"choice": "", "next": "https://example.org/"})
    assert elsewhere["Location"] == reverse("waste:plan-day", args=[plan.day])


def test_a_bin_that_calls_after_the_plan_is_told(plan):
    left = Candidate.objects.filter(plan=plan, chosen=False).first()
    assert plans.shown(plan).head.called == 0
    BinAlarm.objects.create(bin_id=left.bin_id, alarm=987654, kind="threshold", raised_at=plan.computed_at + timedelta(minutes=1))
    assert plans.shown(plan).head.called == 1


def test_a_vehicle_that_is_not_needed_is_told_with_what_its_crew_can_do_instead(plan):
    driving = Route.objects.filter(plan=plan).values_list("vehicle", flat=True)
    Vehicle.objects.exclude(pk__in=driving).update(retired=plan.day)
    last = Vehicle.objects.get(pk=driving[0])
    Vehicle.objects.create(
        name="Bil 9", position=9, depot=last.depot, crew=last.crew, capacity_l=2000,
        shift_start=last.shift_start, shift_end=last.shift_end,
    )  # fmt: skip
    (idle,) = plans.shown(plan).head.idle
    assert idle.name == "Bil 9"
    assert idle.orders > 0
    page = planner().get(reverse("waste:plan-day", args=[plan.day])).content.decode()
    assert "Bil 9 behövs inte på rutten" in page
    assert f"Laget kan ta {idle.orders} arbetsorder i stället." in page


def test_a_reader_without_the_right_to_plan_sees_no_buttons(plan):
    reader = Client()
    reader.force_login(someone(Role.DIRECTOR), backend="stadig.city.login.PasswordBackend")
    page = reader.get(reverse("waste:plan-day", args=[plan.day])).content.decode()
    assert "Stopp i ordning" in page
    assert "Räkna om" not in page
    assert 'form="act"' not in page


@pytest.mark.parametrize("address", ["", "?alla=1", "utskrift/", "vantar/", "karta.json", "?bil=0", "?bil=%00"])
def test_each_page_of_a_plan_asks_little(plan, address, django_assert_max_num_queries):
    client = planner()
    page = reverse("waste:plan-day", args=[plan.day]) + address
    client.get(page)
    with django_assert_max_num_queries(12):
        assert client.get(page).status_code == 200


def test_the_clock_of_a_plan_is_the_towns(plan):
    assert plans.stops(plan)[0].today == clock.today()


@pytest.mark.parametrize(
    ("farther_m", "full_h", "said"),
    [
        (-26_000, 14.0, "Planen är 26,0 km kortare än fasta rundor och ger 14 väntade timmar med full korg i stället för 85."),
        (-26_000, 140.0, "Planen är 26,0 km kortare än fasta rundor men ger 140 väntade timmar med full korg i stället för 85."),
        (900, 1.0, "Planen är 900 m längre än fasta rundor men ger 1 väntad timme med full korg i stället för 85."),
        (900, 90.0, "Planen är 900 m längre än fasta rundor och ger 90 väntade timmar med full korg i stället för 85."),
    ],
)
def test_the_trade_is_told_in_one_sentence(farther_m, full_h, said):
    assert sentences.trade(farther_m, full_h, 85.0).replace("\N{NO-BREAK SPACE}", " ") == said
