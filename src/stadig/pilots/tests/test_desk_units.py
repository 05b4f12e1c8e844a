"""Choosing a design, the areas and the lot, and figures from a file: as the staff's pages do it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stadig.city import persons
from stadig.city.models import District
from stadig.city.permissions import Role
from stadig.pilots import actions, tasks
from stadig.pilots import card as cards
from stadig.pilots.models import Point, Unit, Waiting
from stadig.pilots.statistics import allocation
from stadig.pilots.statistics.terms import Design, Direction
from stadig.pilots.tests.test_desk_pages import READY, desk, held, henrik, idea, logged_in, service, url  # noqa: F401

pytestmark = pytest.mark.django_db
SEED = "Gatu- och parknämnden 2026-11-24 § 12"
UPLOADED = cards.Outcome("km_per_bin", "Kilometer per korg", "km", Direction.LESS, "upload")


@pytest.fixture
def eight(db) -> list[District]:
    square = {"type": "Polygon", "coordinates": [[[12.0, 57.0], [12.1, 57.0], [12.1, 57.1], [12.0, 57.1], [12.0, 57.0]]]}
    return [District.objects.create(code=f"D{n}", name=f"Område {n}", geometry=square) for n in range(1, 9)]


@pytest.fixture
def areas(henrik, idea, eight):  # noqa: F811
    actions.save_card(henrik, idea.pk, replace(READY, unit="district", design=Design.AREAS, primary=UPLOADED), seen=1)
    return idea


def choose(desk, pilot, districts, arm="in"):  # noqa: F811
    return desk.post(url("units", pilot), {"_do": "districts"} | {f"d-{one.pk}": arm for one in districts})


def lot(**changed: str) -> dict[str, str]:
    return {"_do": "draw", "method": "complete", "seed": SEED, "chosen": "", "figures": "", "tolerance": "0,5"} | changed


def test_districts_are_chosen_and_drawn_from_a_public_text(desk, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    assert Unit.objects.filter(pilot=areas).count() == 8
    desk.post(url("units", areas), lot())
    page = desk.get(url("units", areas)).content.decode()
    assert SEED in page
    assert "70" in page, "four of eight can be chosen in seventy ways"
    assert "Får tjänsten" in page
    assert held(areas).allocation.treated == allocation.draw([one.code for one in eight], 4, SEED).treated


def test_every_possible_draw_is_a_table_with_the_one_that_was_made_marked(desk, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    assert desk.get(url("allocations", areas)).status_code == 404
    desk.post(url("units", areas), lot())
    lines = desk.get(url("allocations", areas)).content.decode("utf-8-sig").split()
    assert len(lines) == 71
    assert sum(line.split(";")[0].endswith("*") for line in lines) == 1


def test_a_draw_without_a_public_text_or_figures_is_refused_and_keeps_what_was_typed(desk, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    refused = desk.post(url("units", areas), lot(seed=""))
    assert refused.status_code == 422
    assert "Utan den kan ingen göra om lottningen" in refused.content.decode()
    refused = desk.post(url("units", areas), lot(method="pairs", figures="D1; 4,5\nD9; 3"))
    assert "Rad 2" in refused.content.decode()
    assert SEED in refused.content.decode()
    assert held(areas).allocation is None


def test_pairs_are_made_of_the_most_alike(desk, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    desk.post(url("units", areas), lot(method="pairs", figures="\n".join(f"D{n}; {n}" for n in range(1, 9))))
    assert held(areas).allocation.pairs == (("D1", "D2"), ("D3", "D4"), ("D5", "D6"), ("D7", "D8"))


def test_it_is_drawn_again_only_with_a_reason(desk, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    desk.post(url("units", areas), lot())
    assert desk.post(url("units", areas), lot(seed="Ett annat")).status_code == 422
    desk.post(url("units", areas), lot(seed="Ett annat", why="Område 3 byggs om."))
    assert held(areas).allocation.seed == "Ett annat"


def test_chosen_areas_stand_beside_others_without_a_lot(desk, henrik, idea, eight):  # noqa: F811
    actions.save_card(henrik, idea.pk, replace(READY, unit="district", design=Design.COMPARISON), seen=1)
    desk.post(
        url("units", idea),
        {"_do": "districts"} | {f"d-{one.pk}": "pilot" if one.code == "D1" else "comparison" for one in eight},
    )
    assert held(idea).allocation.method == "chosen"
    assert held(idea).allocation.treated == ("D1",)


def test_units_that_are_no_districts_are_pasted_one_on_each_line(desk, henrik, idea):  # noqa: F811
    actions.save_card(henrik, idea.pk, replace(READY, unit="bin", design=Design.AREAS), seen=1)
    desk.post(url("units", idea), {"_do": "lines", "lines": "K1; Kajen\nK2; Torget\nK3"})
    assert list(Unit.objects.filter(pilot=idea).values_list("ref", "name")) == [("K1", "Kajen"), ("K2", "Torget"), ("K3", "K3")]
    refused = desk.post(url("units", idea), {"_do": "lines", "lines": "K1; Kajen\nK1; Torget"})
    assert refused.status_code == 422
    assert "K1; Torget" in refused.content.decode()


def ask(**changed: str) -> dict[str, str]:
    known = {"_do": "ask", "units": "8", "worthwhile": "20", "mean": "10", "sd": "2", "per_period": "", "figures": ""}
    return known | changed


def test_the_chooser_says_what_each_design_can_show_and_refuses_with_the_reason(desk, areas):  # noqa: F811
    page = desk.post(url("design", areas), ask()).content.decode()
    assert "Lotta områden i par" in page
    assert "Rekommenderas" in page
    assert "Möjliga fördelningar" in page
    assert "Går inte" in page
    few = desk.post(url("design", areas), ask(units="6")).content.decode()
    assert "Inget upplägg kan ge svar så här" in few


def test_the_chooser_warns_when_the_area_was_chosen_because_it_was_worst(desk, areas):  # noqa: F811
    page = desk.post(url("design", areas), ask(worst="on")).content.decode()
    assert "finding warning" in page


def test_the_chooser_reads_figures_from_lines_and_from_a_file(desk, areas):  # noqa: F811
    lines = "\n".join(f"D{n}; " + "; ".join(str(10 + n + month % 3) for month in range(12)) for n in range(1, 9))
    assert desk.post(url("design", areas), ask(figures=lines)).status_code == 200
    rows = "enhet;dag;värde\n" + "".join(
        f"D{n};2026-{month:02}-01;{10 + n + month % 3}\n" for n in range(1, 9) for month in range(1, 11)
    )
    file = SimpleUploadedFile("forut.csv", rows.encode())
    assert desk.post(url("design", areas), ask() | {"file": file}).status_code == 200
    wrong = desk.post(url("design", areas), ask(figures="D1; 4\nD2; mycket"))
    assert wrong.status_code == 422
    assert "Rad 2" in wrong.content.decode()
    assert "D2; mycket" in wrong.content.decode()


def test_a_design_that_is_chosen_stands_on_the_card(desk, areas):  # noqa: F811
    answer = desk.post(url("design", areas), {"_do": "choose", "design": "comparison-areas", "worst": "on"})
    assert answer.headers["location"] == url("units", areas)
    assert (held(areas).design, held(areas).chosen_because_worst) == (Design.COMPARISON, True)


@pytest.fixture
def running(desk, henrik, areas, eight):  # noqa: F811
    choose(desk, areas, eight)
    desk.post(url("units", areas), lot())
    actions.start(henrik, areas.pk)
    return areas


def upload(desk, pilot, rows: str, do: str = "take"):  # noqa: F811
    file = SimpleUploadedFile("korningar.csv", ("enhet;dag;värde\n" + rows).encode())
    return desk.post(url("figures", pilot), {"_do": do, "outcome": "km_per_bin", "file": file})


def test_a_file_is_looked_through_before_anything_is_taken_in(desk, running):  # noqa: F811
    page = upload(desk, running, "D1;2026-11-02;4,5\nD2;2026-11-02;5,1\n", "check").content.decode()
    assert "Inget är sparat än" in page
    assert Point.objects.count() == 0
    upload(desk, running, "D1;2026-11-02;4,5\nD2;2026-11-02;5,1\n")
    assert Point.objects.count() == 2
    assert "korningar.csv" in desk.get(url("figures", running)).content.decode()


def test_a_file_that_was_looked_through_is_taken_in_with_a_button_by_its_sender_alone(desk, running, someone):  # noqa: F811
    upload(desk, running, "D1;2026-11-02;4,5\n", "check")
    waits = Waiting.objects.get()
    assert persons.unseal_text(bytes(waits.data).decode()), "as it lies in the database no one reads it"
    assert str(waits.pk) in desk.get(url("figures", running)).content.decode(), "it is there when one comes back"
    other = logged_in(someone(Role.MANAGER, username="other"))
    assert str(waits.pk) not in other.get(url("figures", running)).content.decode()
    other.post(url("figures", running), {"_do": "confirm", "waiting": str(waits.pk)})
    assert Point.objects.count() == 0
    desk.post(url("figures", running), {"_do": "confirm", "waiting": str(waits.pk)})
    assert (Point.objects.count(), Waiting.objects.count()) == (1, 0)
    again = desk.post(url("figures", running), {"_do": "confirm", "waiting": str(waits.pk)}, follow=True)
    assert "Filen finns inte kvar" in again.content.decode()


def test_a_file_that_waits_is_thrown_away_by_its_sender_or_after_a_day(desk, running, at):  # noqa: F811
    upload(desk, running, "D1;2026-11-02;4,5\n", "check")
    desk.post(url("figures", running), {"_do": "throw", "waiting": str(Waiting.objects.get().pk)})
    assert (Point.objects.count(), Waiting.objects.count()) == (0, 0)
    upload(desk, running, "D1;2026-11-02;4,5\n", "check")
    upload(desk, running, "D1;2026-11-02;4,7\n", "check")
    assert Waiting.objects.count() == 1, "the later takes the earlier's place"
    at("2026-11-25 10:00")
    assert "Ta in den prövade filen" not in desk.get(url("figures", running)).content.decode()
    tasks.erase_waiting(0)
    assert Waiting.objects.count() == 0


def test_a_file_with_faults_is_refused_whole_and_each_fault_is_named(desk, running):  # noqa: F811
    answer = upload(desk, running, "D1;2026-11-02;mycket\nD2;i går;5,1\n")
    assert answer.status_code == 422
    assert "Det här såg vi i filen" in answer.content.decode()
    assert Point.objects.count() == 0


def test_the_running_trial_shows_its_lot_and_asks_for_a_look(desk, running):  # noqa: F811
    page = desk.get(url("pilot", running)).content.decode()
    assert "Räkna nu" in page
    assert desk.post(url("look", running)).headers["location"] == url("pilot", running)
    assert "Så lottades det" in desk.get(url("units", running)).content.decode()
    assert reverse("pilots:desk-allocations", args=[running.pk]) in desk.get(url("units", running)).content.decode()
