"""What the chooser refuses stands on the card and on the start page before anyone presses, with the way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stadig.city.models import District
from stadig.pilots import actions, ready
from stadig.pilots.models import Pilot
from stadig.pilots.statistics.terms import Allocation, Design
from stadig.pilots.tests.test_desk_pages import READY, desk, henrik, idea, service, url  # noqa: F401

pytestmark = pytest.mark.django_db
START = "Starta försöket</button>"
EIGHT = tuple(f"D{n}" for n in range(1, 9))
DRAWN = replace(READY, unit="district", design=Design.AREAS)


def codes(card, units: int = 0) -> dict[str, str]:
    return {one.code: one.severity for one in ready.found(card, units)}


@pytest.fixture
def page(desk, henrik, idea):  # noqa: F811
    """The start page of an idea with this card, and with so many districts to draw among."""

    def shown(card, areas: int = 0, name: str = "start") -> str:
        square = {"type": "Polygon", "coordinates": [[[12.0, 57.0], [12.1, 57.0], [12.1, 57.1], [12.0, 57.0]]]}
        made = [District.objects.create(code=f"D{n}", name=f"Område {n}", geometry=square) for n in range(1, areas + 1)]
        actions.save_card(henrik, idea.pk, card, seen=1)
        if areas:
            actions.set_units(henrik, idea.pk, [actions.NewUnit(one.code, one.name, one.pk) for one in made])
        return desk.get(url(name, idea)).content.decode()

    return shown


def test_too_few_areas_are_told_before_the_lot_is_cast(page, idea):  # noqa: F811
    shown = page(DRAWN, areas=4)
    assert "Områdena är för få för att någonsin visa något" in shown
    assert f'href="{url("units", idea)}">Ändra vilka som är med' in shown
    assert START not in shown


def test_the_lot_that_is_left_to_cast_leads_to_where_it_is_cast(page, idea):  # noqa: F811
    shown = page(DRAWN, areas=8)
    assert f'<a href="{url("units", idea)}">' in shown
    assert "Hur många räknar ni med, om ni lottar personer?" not in shown, "what only another design would use is left out"


def test_enough_areas_are_not_refused():
    assert codes(DRAWN, 8) == {}
    assert codes(DRAWN, 4) == {"areas_too_few": "withhold"}
    assert codes(DRAWN, 0) == {}, "nothing is chosen yet: the card says so itself"


def test_a_lot_is_judged_by_its_own_draws():
    pairs = Allocation(EIGHT, EIGHT[::2], "pairs", tuple(zip(EIGHT[::2], EIGHT[1::2], strict=True)), seed="§ 12")
    assert codes(replace(DRAWN, allocation=replace(pairs, method="complete", pairs=()))) == {}
    assert codes(replace(DRAWN, allocation=pairs))["areas_too_few"] == "withhold", "pairs leave half as many draws and more"


def test_areas_counted_as_persons_are_refused_and_the_way_out_is_the_chooser(page, idea):  # noqa: F811
    shown = page(replace(READY, unit="district"))
    assert "räknar områden som om de vore personer" in shown
    assert f'href="{url("design", idea)}">Välj ett annat upplägg' in shown
    assert START not in shown


def test_too_few_persons_for_the_method_to_hold_are_refused_with_the_field_to_change(desk, page, idea):  # noqa: F811
    shown = page(replace(READY, planned_n=40))
    assert "Det blir 40 i försöket. Det behövs minst 60." in shown
    assert f"{url('card', idea)}#planned_n" in shown
    assert START not in shown
    assert desk.post(url("start", idea), {"seen": "2"}).status_code == 422
    assert Pilot.objects.get().state == Pilot.State.IDEA


def test_the_worst_area_and_a_short_year_before_are_told_of_chosen_areas():
    chosen = Allocation(tuple(f"D{n}" for n in range(1, 26)), ("D1",), "chosen")
    card = replace(READY, unit="district", design=Design.COMPARISON, allocation=chosen)
    assert codes(card) == {}
    assert codes(replace(card, chosen_because_worst=True)) == {"worst_chosen": "warning"}
    assert codes(replace(card, baseline_days=90)) == {"baseline_short": "withhold"}
    assert codes(replace(card, allocation=replace(chosen, units=chosen.units[:8]))) == {"comparison_too_few": "withhold"}


def test_a_before_and_after_may_be_begun_but_one_knows_what_it_can_never_give(page):
    shown = page(replace(READY, design=Design.BEFORE_AFTER))
    assert "Därför säger regeln aldrig skala upp" in shown
    assert START in shown


def test_the_card_tells_the_same_beside_what_is_left(page):
    shown = page(replace(READY, planned_n=40), name="card")
    assert "Det behövs minst 60" in shown
    assert "Kortet är klart" not in shown


def test_it_follows_what_is_saved(desk, henrik, page, idea):  # noqa: F811
    page(replace(READY, planned_n=40))
    actions.save_card(henrik, idea.pk, replace(READY, planned_n=400), seen=2)
    shown = desk.get(url("start", idea)).content.decode()
    assert "Det behövs minst 60" not in shown
    assert START in shown
