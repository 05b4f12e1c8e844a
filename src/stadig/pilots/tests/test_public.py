"""What everyone may read of trials."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from django.test import Client

from stadig.city import clock
from stadig.city.permissions import Role
from stadig.pilots import card as cards
from stadig.pilots import claims, library, package
from stadig.pilots.models import CardVersion, Copy, Look, Pilot, Unit
from stadig.pilots.tests import examples, stored
from stadig.ui import formatting

pytestmark = pytest.mark.django_db


def shown(client: Client, path: str) -> str:
    """The words of a page, its white space as one blank."""
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return re.sub(r"\s+", " ", html.unescape(response.content.decode())).replace("\N{NO-BREAK SPACE}", " ")


def test_a_trial_tells_rule_verdict_effect_cost_and_what_did_not_work(client: Client) -> None:
    stored.trial()
    page = shown(client, "/forsok/paminnelse/")
    assert "Påminnelse före sista dag" in page
    assert "skalar vi upp" in page
    assert "Låst" in page and "Ingen ändring sedan dess." in page
    assert re.search(r'class="on" aria-current="true">.{0,200}Skala upp', page)
    assert "Kostnad delad på antalet dagar som sparades" in page
    assert "Taket var 25 kr." in page
    assert "alltså inte en egen mätning" in page
    assert "Gränsen är 2" in page
    assert "Få läste dem." in page
    assert "Visas inte, för få bakom siffran" in page


def test_it_tells_those_it_concerns_why_some_are_treated_otherwise_and_how_to_say_no(client: Client) -> None:
    stored.trial()
    page = shown(client, "/forsok/paminnelse/")
    card = examples.card()
    assert 'id="uppgifter"' in page
    for said in (card.equal.differs, card.equal.reason, card.privacy.personal_data, card.privacy.decline, card.exit_plan):
        assert said and said in page


def test_the_library_and_the_page_say_the_same_days(client: Client, at: Callable[[str], None]) -> None:
    at("2027-01-20T12:00")
    stored.trial(state=Pilot.State.CLOSED, outcome="scale_up", closed_at=clock.now())
    first, last = (formatting.day(one, weekday=False, year=True) for one in (examples.BEGINS, examples.ENDS))
    listed = shown(client, "/forsok/")
    assert f"{first} till {last}".replace("\N{NO-BREAK SPACE}", " ") in listed


def test_a_lot_that_was_cast_again_is_told_with_its_reason(client: Client) -> None:
    pilot = stored.trial()
    held = pilot.versions.get()
    held.number = 3
    held.save()
    for number, seed, treated, why in ((1, "först", ["a", "b"], ""), (2, "sedan", ["c", "d"], "Skolan i a lades ner.")):
        card = held.card | {"allocation": {"method": "complete", "seed": seed, "treated": treated, "units": ["a", "b", "c", "d"]}}
        CardVersion.objects.create(pilot=pilot, number=number, card=card, at=held.at, why=why)
    page = shown(client, "/forsok/paminnelse/")
    assert "Lotten drogs om före starten" in page
    assert "Startord ”först” gav a och b." in page
    assert "Startord ”sedan” gav c och d. Skäl: Skolan i a lades ner." in page


def test_a_planned_trial_and_one_that_is_not_there_are_not_found(client: Client) -> None:
    stored.trial("ide", state=Pilot.State.IDEA, started_at=None)
    for slug in ("ide", "saknas"):
        for path in ("", "regel.json", "titter.csv", "data.zip", "paket.zip", "lottningar.csv"):
            assert client.get(f"/forsok/{slug}/{path}").status_code == 404


def test_before_the_first_look_the_page_says_when_it_comes(client: Client, at: Callable[[str], None]) -> None:
    at("2026-05-06T12:00")
    stored.trial(looked=False)
    page = shown(client, "/forsok/paminnelse/")
    assert "Det finns inget svar än." in page
    assert "Vi tittar första gången" in page
    assert "Vi har inte tittat än" in page
    assert "Data kan hämtas efter första titten." in page
    assert client.get("/forsok/paminnelse/data.zip").status_code == 404


def test_past_its_last_day_it_says_how_late_the_decision_is(client: Client, at: Callable[[str], None]) -> None:
    stored.trial()
    at("2026-12-12T12:00")
    assert "Beslutet är 12 dagar sent" in shown(client, "/forsok/paminnelse/")
    assert "Beslutet är 12 dagar sent" in shown(client, "/forsok/?visa=sena")
    at("2026-11-30T12:00")
    assert "dagar sent" not in shown(client, "/forsok/paminnelse/")


def test_a_verdict_that_is_withheld_says_why_in_words(client: Client) -> None:
    pilot = stored.trial(looked=False)
    _card, _plan, result, _figures = examples.analysed()
    told = msgspec.to_builtins(result)
    told["verdict"] = "withheld"
    told["because"] = [{"code": "withheld", "severity": "withhold", "where": "", "values": {"codes": ["no_series"]}}]
    told["findings"] = [{"code": "no_series", "severity": "withhold", "where": "days", "values": {}}]
    stored.look(CardVersion.objects.get(pilot=pilot), result=told, verdict="withheld")
    page = shown(client, "/forsok/paminnelse/")
    assert "Hindrar ett svar." in page
    assert 'class="on"' not in page.split('class="verdict"')[1].split("</ol>")[0]


def test_a_decision_that_goes_another_way_shows_its_reason(client: Client) -> None:
    pilot = stored.trial(state=Pilot.State.DECIDED, outcome="withdraw")
    stored.decision(pilot, "withdraw", "scale_up", "Driften blev för dyr nästa år.")
    page = shown(client, "/forsok/paminnelse/")
    assert "Därför gör vi något annat än regeln säger:" in page
    assert "Driften blev för dyr nästa år." in page
    assert "Socialnämnden beslutade" in page


def test_a_changed_rule_shows_what_why_and_which_answers_no_longer_hold(client: Client) -> None:
    pilot = stored.trial()
    first = CardVersion.objects.get(pilot=pilot)
    Look.objects.update(voided_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
    changed = examples.card(worthwhile=0.3)
    at = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    CardVersion.objects.create(
        pilot=pilot, number=2, card=cards.plain(changed), rule=msgspec.to_builtins(cards.rule_of(changed)),
        digest="b" * 64, frozen_at=at, at=at, why="Kostnaden blev högre än vi trodde.",
    )  # fmt: skip
    page = shown(client, "/forsok/paminnelse/")
    assert "Regeln är ändrad en gång" in page
    assert "Kostnaden blev högre än vi trodde." in page
    assert "1 tidigare svar gäller inte längre." in page
    assert "Hur stor skillnad är värd pengarna?" in page
    rule = json.loads(client.get("/forsok/paminnelse/regel.json").content)
    assert [one["number"] for one in rule["versions"]] == [1, 2]
    assert rule["versions"][0]["looks"][0]["voided"]
    assert rule["versions"][0]["sha256"] == first.digest


def test_the_areas_stand_in_a_list_with_who_has_the_service(client: Client) -> None:
    pilot = stored.trial()
    Unit.objects.create(pilot=pilot, ref="h", name="Hamnen", arm="pilot")
    Unit.objects.create(pilot=pilot, ref="c", name="Centrum", arm="comparison")
    page = shown(client, "/forsok/paminnelse/")
    assert re.search(r"Har tjänsten:</b> Hamnen", page)
    assert re.search(r"Jämförelse, som förut:</b> Centrum", page)
    assert "Försök i Hamnen" in page


def test_the_page_asks_little_and_is_put_together_once(client: Client, django_assert_max_num_queries: Any) -> None:
    stored.trial()
    client.get("/forsok/paminnelse/")
    with django_assert_max_num_queries(6):
        client.get("/forsok/paminnelse/")


def test_the_looks_come_as_a_file(client: Client) -> None:
    stored.trial()
    text = client.get("/forsok/paminnelse/titter.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == len(examples.analysed()[2].looks)
    assert rows[-1]["skillnad"].startswith("-")


def test_rows_of_persons_are_for_those_who_plan_trials(client: Client, someone: Callable[..., Any]) -> None:
    stored.trial()
    assert client.get("/forsok/paminnelse/data.zip").status_code == 404
    assert package.read(client.get("/forsok/paminnelse/paket.zip").content).series == b""
    page = shown(client, "/forsok/paminnelse/")
    assert "data.zip" not in page and "Raderna gäller enskilda personer" in page
    client.force_login(someone(Role.CASE_WORKER))
    assert client.get("/forsok/paminnelse/data.zip").status_code == 404


def test_the_data_file_computes_to_the_same_figures_and_holds_no_pseudonym(client: Client, someone: Callable[..., Any]) -> None:
    stored.trial()
    client.force_login(someone(Role.PLANNER))
    data = client.get("/forsok/paminnelse/data.zip").content
    assert data == client.get("/forsok/paminnelse/data.zip").content
    bundle = package.read(data)
    assert bundle.card is None
    assert b"h00" not in bundle.series
    assert package.differences(bundle) == []


def test_the_package_holds_card_factors_and_lessons(client: Client) -> None:
    stored.trial()
    bundle = package.read(client.get("/forsok/paminnelse/paket.zip").content)
    assert bundle.card is not None
    assert bundle.card.begins is None
    assert [one.slug for one in bundle.factors] == ["co2_value"]
    assert [one.title for one in bundle.lessons] == ["Få läste dem", "Lätt att slå på"]
    assert bundle.info.trial.slug == "paminnelse"


def test_the_library_has_failed_trials_in_the_same_rows(client: Client) -> None:
    stored.trial("bra", title="Bra försök", state=Pilot.State.CLOSED, outcome="scale_up")
    stored.trial("daligt", title="Dåligt försök", effect=1.3, state=Pilot.State.CLOSED, outcome="withdraw")
    stored.trial("pagar", title="Pågående försök")
    page = shown(client, "/forsok/")
    assert all(title in page for title in ("Bra försök", "Dåligt försök", "Pågående försök"))
    assert page.count("Fungerade inte:") == 3
    failed = shown(client, "/forsok/?visa=tillbakadragna")
    assert "Dåligt försök" in failed
    assert "Bra försök" not in failed
    assert "Det som inte fungerade (3)" in page


def test_the_library_is_searched_in_titles_hypotheses_and_lessons(client: Client) -> None:
    pilot = stored.trial("bra", title="Bra försök")
    stored.lesson(pilot, "Sensorerna tystnade", "Under fyra minusgrader.")
    for words in ("bra FÖRSÖK", "får en påminnelse", "minusgrader"):
        assert "Bra försök" in shown(client, f"/forsok/?q={words}")
    page = shown(client, "/forsok/?q=elefant")
    assert "Inget försök passar." in page
    assert 'value="elefant"' in page
    assert [hit.title for hit in library.find("tystnade", None)] == ["Bra försök"]


def test_the_library_without_trials_says_what_will_be_there(client: Client) -> None:
    assert "Inga försök än" in shown(client, "/forsok/")


def test_the_sum_is_told_from_six_trials_and_shrunk(client: Client) -> None:
    for number, effect in enumerate((0.4, 0.63, 0.8, 0.9, 1.0)):
        stored.trial(f"t{number}", effect=effect)
    assert library.together(library.entries()) is None
    stored.trial("t6", effect=1.1)
    together = library.together(library.entries())
    assert together is not None
    assert together.many == 6
    assert "6 försök" in shown(client, "/forsok/")


def test_the_library_comes_as_csv_json_and_rss(client: Client) -> None:
    stored.trial()
    text = b"".join(client.get("/forsok/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "paminnelse" in text
    rows = json.loads(client.get("/forsok/?format=json").content)
    assert rows[0]["verdict"] == "scale_up"
    assert rows[0]["did_not_work"][0].startswith("Få läste dem")
    feed = ElementTree.fromstring(client.get("/forsok/rss.xml").content)  # noqa: S314  our own feed
    assert len(feed.findall("./channel/item")) == 1


def test_others_results_stand_beside_ours_and_together(client: Client) -> None:
    pilot = stored.trial()
    for name, value in (("Vikhamn", -0.2), ("Norrvik", -0.45)):
        Copy.objects.create(
            pilot=pilot, municipality=name, digest="a" * 64, at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            estimate=value, standard_error=0.05, outcome="scale_up",
        )  # fmt: skip
    page = shown(client, "/forsok/paminnelse/")
    assert "2 kommuner har gjort det." in page
    assert "Samma försök i flera kommuner" in page
    assert "Vikhamn" in page
    assert "I nästa kommun som provar" in page


def test_every_claim_has_a_source_what_it_says_and_stands_on_the_page(client: Client) -> None:
    pilot = stored.trial()
    version = CardVersion.objects.get(pilot=pilot)
    version.card["primary"]["unit"] = "km"
    version.save(update_fields=["card"])
    page = shown(client, "/vad-kallorna-lovade/")
    assert len({one.slug for one in claims.CLAIMS}) == len(claims.CLAIMS) >= 6
    for one in claims.CLAIMS:
        assert str(one.source).strip() and str(one.really).strip() and str(one.year).strip()
        assert str(one.figure) in page
    assert "Inte mätt här än." in page
    assert page.count('href="/forsok/paminnelse/"') == 2  # in kilometres: two of the claims
