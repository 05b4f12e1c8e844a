"""The staff's pages of trials: what they show, what they save, and what they keep when it cannot be saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from stadig.city.models import Service
from stadig.city.permissions import Role
from stadig.pilots import actions, card_measures, sources
from stadig.pilots import card as cards
from stadig.pilots.models import CardVersion, Decision, Pilot
from stadig.pilots.statistics.terms import Design, Direction
from stadig.pilots.tests.test_card import WHOLE
from stadig.pilots.tests.test_card_form import sent

pytestmark = pytest.mark.django_db
PRIMARY = cards.Outcome("kilometer_per_korg", "Kilometer per korg", "km", Direction.LESS, "upload")
READY = replace(WHOLE, unit="household", primary=PRIMARY, begins=dt.date(2026, 11, 24), ends=dt.date(2027, 3, 31))


@pytest.fixture(autouse=True)
def service(at) -> Service:
    at("2026-11-24 09:00")
    return Service.objects.get(slug="papperskorgar")


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER, username="henrik")


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    return client


@pytest.fixture
def desk(henrik) -> Client:
    return logged_in(henrik)


@pytest.fixture
def idea(henrik) -> Pilot:
    return actions.create(henrik, "Papperskorgar som säger till", "papperskorgar")


@pytest.fixture
def ready(henrik, idea) -> Pilot:
    actions.save_card(henrik, idea.pk, READY, seen=1)
    return idea


@pytest.fixture
def running(henrik, ready) -> Pilot:
    actions.start(henrik, ready.pk)
    ready.refresh_from_db()
    return ready


def url(name: str, pilot: Pilot, *more: int) -> str:
    return reverse(f"pilots:desk-{name}", args=[pilot.pk, *more])


def held(pilot: Pilot) -> cards.Card:
    return cards.read(CardVersion.objects.filter(pilot=pilot).order_by("-number")[0].card)


def typed(card: cards.Card, seen: int, **changed: str) -> dict[str, str]:
    return sent(card, **changed) | {"seen": str(seen)}


def test_an_empty_list_says_what_will_be_there_and_how_to_begin(desk):
    page = desk.get(reverse("pilots:desk-list")).content.decode()
    assert "Inga försök än" in page
    assert reverse("pilots:desk-new") in page


def test_whoever_may_not_plan_is_not_shown_how_to_begin_but_who_can(someone):
    page = logged_in(someone(Role.AUDITOR)).get(reverse("pilots:desk-list")).content.decode()
    assert reverse("pilots:desk-new") not in page
    assert "En chef eller planerare" in page


def test_a_trial_begins_with_a_name_and_a_service(desk):
    answer = desk.post(reverse("pilots:desk-new"), {"title": "Påminnelse före sista dagen", "service": "papperskorgar"})
    pilot = Pilot.objects.get()
    assert answer.headers["location"] == url("card", pilot)
    refused = desk.post(reverse("pilots:desk-new"), {"title": "Namnet står kvar", "service": "finns-inte"})
    assert refused.status_code == 422
    assert "Namnet står kvar" in refused.content.decode()
    assert "Välj en tjänst i listan" in refused.content.decode()


def test_an_empty_card_counts_what_is_left_and_says_it_at_each_field(desk, idea):
    page = desk.get(url("card", idea)).content.decode()
    left = len(cards.problems(held(idea)))
    assert f"{left} saker kvar före starten" in page
    assert 'href="#equal-reason"' in page
    assert 'id="equal-reason-todo"' in page


def test_the_card_is_saved_half_done_and_the_sentence_follows(desk, idea):
    desk.post(url("card", idea), typed(held(idea), 1, hypothesis="Bilarna kör kortare."))
    assert held(idea).hypothesis == "Bilarna kör kortare."
    desk.post(url("card", idea), typed(READY, 2))
    assert held(idea) == READY, "the outcome's name in the figures comes from its title"
    page = desk.get(url("card", idea)).content.decode()
    assert "skalar vi upp" in page
    assert "Kortet är klart" in page


def test_with_htmx_the_answer_is_the_page_with_the_new_sentence_and_number(desk, idea):
    answer = desk.post(url("card", idea), typed(READY, 1), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'name="seen" value="2"' in answer.content.decode()


def test_while_one_types_what_cannot_be_read_is_told_beside_and_nothing_is_saved(desk, idea):
    answer = desk.post(url("card", idea), typed(READY, 1, worthwhile="ganska mycket"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Inte sparat. Rätta först:" in answer.content.decode()
    assert held(idea).worthwhile is None


def test_a_long_text_may_be_as_long_as_it_says(desk, idea):
    assert 'maxlength="1000"' in desk.get(url("card", idea)).content.decode()


def test_nothing_is_lost_when_a_number_cannot_be_read(desk, idea):
    answer = desk.post(url("card", idea), typed(READY, 1, worthwhile="ganska mycket", exit_plan="Sensorerna tas ner."))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Fel:" in page
    assert "Sensorerna tas ner." in page
    assert 'value="ganska mycket"' in page
    assert held(idea) == cards.Card(title=idea.title, service="papperskorgar")


def test_two_who_change_different_fields_both_keep_theirs(desk, idea, someone):
    other = logged_in(someone(Role.PLANNER))
    first = held(idea)
    other.post(url("card", idea), typed(first, 1, owner="Driftchefen"))
    desk.post(url("card", idea), typed(first, 1, exit_plan="Ta ner dem."))
    assert (held(idea).owner, held(idea).exit_plan) == ("Driftchefen", "Ta ner dem.")


def test_two_who_change_the_same_field_are_told_and_what_was_typed_stays(desk, idea, someone):
    other = logged_in(someone(Role.PLANNER, first_name="Leila", last_name="Haddad"))
    first = held(idea)
    other.post(url("card", idea), typed(first, 1, owner="Parkchefen"))
    answer = desk.post(url("card", idea), typed(first, 1, owner="Driftchefen"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Leila Haddad sparade" in page
    assert 'value="Driftchefen"' in page
    assert "Parkchefen" in page
    again = desk.post(url("card", idea), typed(first, 2, owner="Driftchefen"))
    assert again.status_code == 302
    assert held(idea).owner == "Driftchefen"


def test_the_start_page_reads_everything_once_more_and_says_what_is_turned_on(desk, ready):
    page = desk.get(url("start", ready)).content.decode()
    assert "Sensorerna tas ner på två veckor." in page
    assert "Hälften av dem som kommer får tjänsten" in page
    assert "Starta försöket" in page


def test_a_card_that_is_not_ready_has_no_button_but_a_way_to_each_thing_left(desk, idea):
    page = desk.get(url("start", idea)).content.decode()
    assert "Starta försöket</button>" not in page
    assert f"{url('card', idea)}#hypothesis" in page


def test_it_starts_once_and_only_the_card_that_was_read(desk, ready):
    assert desk.post(url("start", ready), {"seen": "1"}).status_code == 422
    assert Pilot.objects.get().state == Pilot.State.IDEA
    assert desk.post(url("start", ready), {"seen": "2"}).headers["location"] == url("pilot", ready)
    assert Pilot.objects.get().state == Pilot.State.RUNNING


def test_whoever_plans_may_not_start(ready, someone):
    planner = logged_in(someone(Role.PLANNER))
    assert "Starta försöket</button>" not in planner.get(url("start", ready)).content.decode()
    assert planner.post(url("start", ready), {"seen": "2"}).status_code == 422
    assert Pilot.objects.get().state == Pilot.State.IDEA


def test_a_resident_is_let_in_nowhere(idea, someone):
    resident = logged_in(someone(Role.RESIDENT))
    for name in ("card", "start", "pilot", "decide"):
        assert resident.get(url(name, idea)).status_code == 403


def test_a_change_after_the_start_needs_a_reason_and_shows_the_difference(desk, running):
    changed = typed(READY, 2, worthwhile="15")
    refused = desk.post(url("card", running), changed)
    assert refused.status_code == 422
    assert 'value="15"' in refused.content.decode()
    desk.post(url("card", running), changed | {"why": "Nämnden sänkte kravet."})
    page = desk.get(url("pilot", running)).content.decode()
    assert "Nämnden sänkte kravet." in page
    assert "Hur stor skillnad är värd pengarna?" in page


def test_two_who_change_a_running_card_both_keep_theirs_and_the_same_field_is_told(desk, running, someone):
    other = logged_in(someone(Role.MANAGER, username="other", first_name="Eva", last_name="Lind"))
    first = held(running)
    other.post(url("card", running), typed(first, 2, exit_plan="Ta ner dem.", worthwhile="15") | {"why": "Nämnden."})
    answer = desk.post(url("card", running), typed(first, 2, owner="Parkchefen") | {"why": "Ny chef."})
    assert answer.status_code == 302
    assert (held(running).exit_plan, held(running).worthwhile, held(running).owner) == ("Ta ner dem.", 0.15, "Parkchefen")
    refused = desk.post(url("card", running), typed(first, 2, worthwhile="10") | {"why": "Jag vill."})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "hade ändrat samma fält" in page
    assert 'value="10"' in page and "Jag vill." in page
    assert held(running).worthwhile == 0.15


def test_a_rule_is_set_before_the_first_day(desk, henrik, idea):
    actions.save_card(henrik, idea.pk, replace(READY, begins=dt.date(2026, 11, 1)), seen=1)
    page = desk.get(url("start", idea)).content.decode()
    assert "Första dagen har redan varit" in page
    assert "Starta försöket</button>" not in page
    assert desk.post(url("start", idea), {"seen": "2"}).status_code == 422
    assert Pilot.objects.get().state == Pilot.State.IDEA


def test_the_first_day_is_not_moved_to_before_the_start(desk, running):
    answer = desk.post(url("card", running), typed(READY, 2, begins="2026-10-01") | {"why": "Det började då."})
    assert answer.status_code == 422
    assert held(running).begins == READY.begins


def test_costs_are_added_beside_the_ceiling_and_can_be_taken_away(desk, running):
    desk.post(url("pilot", running), {"day": "2026-11-20", "amount_kr": "412 500", "what": "Sensorer"})
    page = desk.get(url("pilot", running)).content.decode()
    assert "taket är passerat" in page
    desk.post(url("cost-remove", running, running.costs.get().pk))
    assert running.costs.count() == 0
    refused = desk.post(url("pilot", running), {"day": "i går", "amount_kr": "mycket", "what": "Sensorer"})
    assert refused.status_code == 422
    assert 'value="Sensorer"' in refused.content.decode()


def decision(decided: str, reason: str = "") -> dict[str, str]:
    return {"_do": "decide", "decided": decided, "body": "Gatu- och parknämnden § 12", "day": "2026-11-24", "reason": reason}


def test_another_way_than_the_rules_wants_a_reason_at_the_reasons_field(desk, running):
    refused = desk.post(url("decide", running), decision("scale_up"))
    assert refused.status_code == 422
    assert 'id="id_reason-error"' in refused.content.decode()
    desk.post(url("decide", running), decision("scale_up", "Leverantören lägger ner."))
    assert Decision.objects.get().reason == "Leverantören lägger ner."


def test_a_decision_has_a_day_that_has_been_and_a_reason_in_words(desk, running):
    for wrong, field in (({"day": "2999-01-01"}, "day"), ({"day": "2026-01-01"}, "day"), ({"reason": "."}, "reason")):
        refused = desk.post(url("decide", running), decision("withdraw", "Kiosken stod oanvänd.") | wrong)
        assert refused.status_code == 422
        assert f'id="id_{field}-error"' in refused.content.decode()
    assert Decision.objects.count() == 0


def test_a_trial_is_not_closed_without_what_did_not_work(desk, running):
    desk.post(url("decide", running), decision("withdraw", "Kiosken stod oanvänd."))
    assert "Skriv minst en sak som inte fungerade" in desk.get(url("decide", running)).content.decode()
    assert desk.post(url("decide", running), {"_do": "close"}).status_code == 422
    desk.post(url("decide", running), {"_do": "lesson", "worked": "no", "title": "Kölden", "text": "Skärmen frös."})
    desk.post(url("decide", running), {"_do": "close"})
    running.refresh_from_db()
    assert running.state == Pilot.State.CLOSED
    assert "Avslutade" in desk.get(reverse("pilots:desk-list")).content.decode()


def test_a_decision_is_taken_back_with_a_reason(desk, running):
    desk.post(url("decide", running), decision("withdraw", "Det blev fel."))
    assert desk.post(url("decide", running), {"_do": "reopen", "why": ""}).status_code == 422
    desk.post(url("decide", running), {"_do": "reopen", "why": "Siffrorna var fel."})
    assert "Siffrorna var fel." in desk.get(url("decide", running)).content.decode()
    running.refresh_from_db()
    assert running.state == Pilot.State.RUNNING


def test_an_overdue_trial_stands_first_with_its_days(desk, running, at):
    at("2027-04-10 09:00")
    page = desk.get(reverse("pilots:desk-list")).content.decode()
    assert "Ett försök väntar på ett försenat beslut" in page
    assert "Beslutet är 10 dagar försenat" in page


def test_the_list_is_filtered_and_says_when_nothing_fits(desk, running):
    assert running.title in desk.get(reverse("pilots:desk-list"), {"sok": "säger till", "lage": "pagar"}).content.decode()
    assert "Inget försök passar" in desk.get(reverse("pilots:desk-list"), {"sok": "kiosk"}).content.decode()


def test_a_before_and_after_may_never_be_scaled_up(desk, henrik, idea):
    actions.save_card(henrik, idea.pk, replace(READY, design=Design.BEFORE_AFTER), seen=1)
    actions.start(henrik, idea.pk)
    answer = desk.post(url("decide", idea), decision("scale_up", "Vi vill."))
    assert answer.status_code == 422
    assert "jämför bara med hur det var förut" in answer.content.decode()


def test_the_card_offers_what_the_city_measures_and_the_start_reads_it_by_its_title(desk, henrik, idea):
    page = desk.get(url("card", idea)).content.decode()
    assert '<optgroup label="Ärendena"><option value="cases:days">Dagar från registrering till avslut (dagar)</option>' in page
    assert '<option value="effects:km">' in page
    chosen = typed(READY, 1, primary__figures="cases:days", primary__unit="")
    desk.post(url("card", idea), chosen)
    assert (held(idea).primary.source, held(idea).primary.metric, held(idea).primary.unit) == ("cases", "days", "dagar")
    assert "Dagar från registrering till avslut" in desk.get(url("start", idea)).content.decode()


def test_every_measure_of_a_case_that_can_be_read_can_be_chosen():
    assert card_measures.CASES.keys() == sources.MEASURES.keys()
