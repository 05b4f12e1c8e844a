"""Two months compared, said in the block of the agency whose answer shows it: what changed, is new or is gone, and never what no one said."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from stadig.assistance import calculation, gathering, kept
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.world import World
from stadig.exchange.models import Lookup
from stadig.exchange.outcomes import EVIDENCE, Outcome

pytestmark = pytest.mark.django_db
SICK = "Ändrat: Sjukpenning, 4 212 kr i november mot 7 020 kr i oktober (−40 %)."
SICK_NOW = [paid("FK:SJP", 7020, 10, label="Sjukpenning"), paid("FK:SJP", 4212, 11, label="Sjukpenning")]
GONE = [paid("FK:SJP", 7020, 10, label="Sjukpenning")]


@pytest.fixture
def world(at: Any) -> World:
    at("2026-12-14T12:00+01:00")
    return World()


@pytest.fixture
def petra(world: World) -> Client:
    client = Client()
    client.force_login(world.petra)
    return client


def words(text: str) -> str:
    """As it is read: no tags, plain spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " "))


def opened(petra: Client, name: str, *args: Any, **more: Any) -> str:
    said = petra.get(reverse(f"assistance:{name}", args=args), more)
    assert said.status_code == 200
    return said.content.decode()


def block(page: str, agency: str) -> str:
    """The block of an agency on the page, as it is written."""
    found = re.search(rf'<article[^>]*id="svar-{agency}".*?</article>', page, re.DOTALL)
    assert found
    return found[0]


def answers(world: World, petra: Client, **more: Any) -> str:
    return opened(petra, "person", world.case.pk, world.yusuf.pk, **more)


def last_month(world: World, *facts: Any) -> kept.models.Proposal:
    """What Petra computed and kept for November, in the case of that application."""
    case = world.apply(("applicant", world.yusuf), month="2026-11", answers={"month": "2026-11", "household": "single"})
    world.answered(case, FK=list(facts))
    Lookup.objects.filter(case=case.pk).update(period_from="2026-09-01", period_to="2026-11-30")
    return kept.keep(world.petra, gathering.gather(case.pk))


def test_a_changed_benefit_stands_in_its_agencys_block_with_both_months_and_a_way_to_both_figures(world, petra):
    world.answered(FK=SICK_NOW)
    page = answers(world, petra)
    said = block(page, "FK")
    assert SICK in words(said)
    assert "Ändrat" not in words(block(page, "CSN"))
    link = re.search(r'class="delta">.*?<a href="([^"]+)"', said, re.DOTALL)
    assert link
    there = words(petra.get(link[1]).content.decode())
    assert SICK in there
    assert "Oktober 7 020" in there and "November 4 212" in there


def test_what_is_new_and_what_is_gone_are_said_each_in_its_block(world, petra):
    world.answered(FK=GONE, CSN=[paid("GRUND", 4180, 11, label="Studiemedel")])
    page = answers(world, petra)
    assert "Borta: Sjukpenning, 7 020 kr i oktober. Inget i november." in words(block(page, "FK"))
    assert "Nytt: Studiemedel, 4 180 kr i november. Inget i oktober." in words(block(page, "CSN"))


def test_a_benefit_that_was_counted_last_month_is_gone_where_the_block_now_says_that_nothing_is_stated(world, petra):
    then = last_month(world, *GONE)
    world.answered()
    said = block(answers(world, petra), "FK")
    assert "Inget registrerat" in words(said)
    assert "Borta: Sjukpenning, 7 020 kr i oktober när vi räknade förra månaden." in words(said)
    assert "Nu anger myndigheten inget för oktober eller november." in words(said)
    link = re.search(r'class="delta">.*?<a href="([^"]+)"', said, re.DOTALL)
    assert link
    there = petra.get(link[1]).content.decode()
    assert "7 020" in words(there)
    assert reverse("assistance:kept", args=[then.case, then.pk]) in there
    assert "när vi räknade förra månaden" in words(opened(petra, "proposal", world.case.pk))


def test_it_is_not_said_twice_when_the_answer_itself_states_the_month_before(world, petra):
    last_month(world, *GONE)
    world.answered(FK=GONE)
    said = words(block(answers(world, petra), "FK"))
    assert said.count("Borta: Sjukpenning") - said.count(": Borta: Sjukpenning") == 1
    assert "förra månaden" not in said


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - EVIDENCE))
def test_an_agency_that_gave_no_evidence_is_never_said_to_have_lost_a_benefit(world, petra, outcome):
    last_month(world, *GONE, paid("FK:BOB", 1900, 10))
    world.answered(FK=outcome, CSN=[paid("GRUND", 4180, 11, label="Studiemedel")])
    page = answers(world, petra)
    assert 'class="delta"' not in block(page, "FK")
    assert "Nytt: Studiemedel" in words(block(page, "CSN")), "what another agency has said is said"
    assert "Borta" not in words(opened(petra, "print", world.case.pk, world.yusuf.pk))
    assert "Borta" not in words(opened(petra, "proposal", world.case.pk))


def test_the_calculation_alone_says_it_with_a_way_to_the_block_and_beside_the_blocks_it_only_points(world, petra):
    world.answered(FK=SICK_NOW)
    alone = opened(petra, "proposal", world.case.pk)
    assert SICK in words(alone)
    there = reverse("assistance:person", args=[world.case.pk, world.yusuf.pk])
    assert f'href="{there}#svar-FK"' in alone
    address = re.search(r'id="forslag"[^>]*hx-get="([^"]+)"', answers(world, petra))
    assert address
    beside = petra.get(html.unescape(address[1]), headers={"HX-Request": "true"}).content.decode()
    assert SICK not in words(beside)
    assert 'href="#svar-FK"' in beside
    assert SICK in words(petra.get(html.unescape(address[1])).content.decode()), "a page of its own says it"


def test_blocks_and_calculation_say_the_same(world, petra):
    world.answered(
        FK=[*GONE, paid("FK:BOB", 1900, 10), paid("FK:BOB", 1100, 11)],
        SO=[paid("AKASSA", 9800, 11, label="Kustens a-kassa")],
        CSN=[paid("SH", 1250, 10, label="Studiehjälp")],
    )
    found = re.findall(r'class="delta">.*?<span>([^<]+)', answers(world, petra), re.DOTALL)
    shown = calculation.shown(world.case.pk, None, world.petra)
    assert sorted(map(words, (text.strip() for text in found))) == sorted(words(one.text) for one in shown.notices)
    assert len(found) == 4


def test_of_a_couple_each_reads_their_own_and_the_calculation_says_whose(world, petra):
    couple = world.apply(("applicant", world.yusuf), ("co_applicant", world.samira))
    world.answered(couple, world.samira, FK=SICK_NOW)
    world.answered(couple, world.yusuf)
    assert SICK in words(block(opened(petra, "person", couple.pk, world.samira.pk), "FK"))
    his = opened(petra, "person", couple.pk, world.yusuf.pk)
    assert 'class="delta"' not in his
    beside = petra.get(reverse("assistance:proposal", args=[couple.pk]), {"hos": "applicant"}, headers={"HX-Request": "true"})
    assert "Ändrat: Sjukpenning (medsökande), 4 212 kr" in words(beside.content.decode()), "it stands in no block of his page"


def test_where_one_who_is_not_in_the_household_got_it_can_be_read_too(world, petra):
    apart = world.apply(
        ("applicant", world.yusuf), ("co_applicant", world.samira), answers={"month": "2026-12", "household": "single"}
    )
    world.answered(apart, world.samira, FK=SICK_NOW)
    said = block(opened(petra, "person", apart.pk, world.samira.pk), "FK")
    link = re.search(r'class="delta">.*?<a href="([^"]+)"', said, re.DOTALL)
    assert link
    assert SICK in words(petra.get(link[1]).content.decode())


def test_paper_and_the_news_of_an_open_page_say_it(world, petra):
    lookup = world.answered(FK=SICK_NOW)
    assert SICK in words(opened(petra, "print", world.case.pk, world.yusuf.pk))
    assert SICK in words(block(opened(petra, "news", world.case.pk, world.yusuf.pk, lookup.pk), "FK"))


def test_an_older_question_says_what_it_showed_and_leads_nowhere_else(world, petra):
    first = world.answered(FK=SICK_NOW)
    world.answered(FK=[paid("FK:SJP", 7020, 10, label="Sjukpenning"), paid("FK:SJP", 7020, 11, label="Sjukpenning")])
    said = block(answers(world, petra, fraga=first.pk), "FK")
    assert SICK in words(said)
    assert "Var det står" not in said
    assert "Ändrat" not in words(block(answers(world, petra), "FK"))


def test_a_calculation_that_cannot_be_opened_hides_no_answer(world, petra):
    made = last_month(world, *GONE)
    type(made).objects.filter(pk=made.pk).update(sha256="0" * 64)
    world.answered(FK=SICK_NOW)
    assert SICK in words(block(answers(world, petra), "FK"))


def test_a_page_that_has_slept_past_its_token_goes_on_listening(world, petra):
    """The stream refuses it, and what it then fetches is put where it listened: that must listen anew."""
    world.answered(FK=SICK_NOW)
    address = re.search(r'id="nytt"[^>]*hx-get="([^"]+)"', answers(world, petra))
    assert address
    slept = petra.get(html.unescape(address[1]), headers={"HX-Request": "true", "HX-Target": "nytt"}).content.decode()
    assert re.search(r'<div id="nytt" hidden data-elapsed="\d+" hx-ext="sse" sse-connect="/events', slept)
    awake = petra.get(html.unescape(address[1]), headers={"HX-Request": "true", "HX-Trigger": "nytt"}).content.decode()
    assert 'id="nytt"' not in awake, "one that listens is left alone"
