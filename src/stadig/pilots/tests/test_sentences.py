"""The rule is one plain sentence; so is what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation

from stadig.pilots import card as cards
from stadig.pilots import finding_words, sentences
from stadig.pilots.statistics.terms import Design, Direction, Estimate, Finding, Scale

KM = cards.Outcome(
    "km", "Kilometer per korg", "km", Direction.LESS, "effects", "km",
    wording={
        "sv": cards.Wording("bilarna kör *{} kortare* per korg", "de kör {} längre"),
        "en": cards.Wording("the trucks drive *{} less* per bin", "they drive {} further"),
    },
)  # fmt: skip
CALLS = cards.Outcome(
    "calls", "Behövde ringa", "%", Direction.LESS, "cases", "assisted",
    wording={
        "sv": cards.Wording("", "fler än {} behöver ringa för att säga till"),
        "en": cards.Wording("", "more than {} need to call"),
    },
)  # fmt: skip
CARD = cards.Card(
    unit="district",
    design=Design.AREAS,
    primary=KM,
    worthwhile=0.2,
    harm=0.15,
    guardrails=(cards.Guardrail(CALLS, 2.0, inclusion=True),),
    ends=dt.date(2026, 11, 30),
)
SHOWN = Estimate(-0.37, -0.44, -0.31)


@pytest.fixture(autouse=True)
def _november(at):
    at("2026-11-24T07:00+01:00")


def said(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2009", " ").replace("\u202f", " ")


def test_the_rule_of_the_bins_reads_as_it_should():
    pieces = sentences.rule(CARD)
    assert said(sentences.plain(pieces)) == (
        "Om bilarna kör minst 20 % kortare per korg än i jämförelseområdena skalar vi upp. "
        "Om de kör mer än 15 % längre, om fler än 2 av 100 behöver ringa för att säga till, eller om det är säkert att kravet inte nås, "
        "drar vi tillbaka. Annars fortsätter vi, längst till 30 november. Utan svar då drar vi tillbaka."
    )
    assert [said(one.text) for one in pieces if one.strong] == [
        "minst 20 % kortare",
        "skalar vi upp",
        "drar vi tillbaka",
        "fortsätter vi",
    ]


def test_without_clauses_of_its_own_the_title_is_used():
    card = replace(
        CARD, primary=replace(KM, wording={}), guardrails=(cards.Guardrail(replace(CALLS, wording={}), 3.0, "difference"),)
    )
    text = said(sentences.plain(sentences.rule(card)))
    assert text.startswith("Om kilometer per korg blir minst 20 % lägre än i jämförelseområdena skalar vi upp.")
    assert "Om det blir mer än 15 % högre, om behövde ringa ökar mer än 3 procentenheter" in text


def test_before_and_after_never_says_scale_up():
    text = sentences.plain(sentences.rule(replace(CARD, design=Design.BEFORE_AFTER)))
    assert "kan inte visa" in text and "jämförelseområdena" not in text and "säkert att kravet" not in text


def test_a_card_that_is_not_ready_has_no_rule_yet():
    assert sentences.rule(cards.Card()) == ()


def test_keep_at_the_end_is_said():
    assert sentences.plain(sentences.rule(replace(CARD, at_end="keep"))).endswith("Utan svar då behåller vi det som det är.")


def test_what_was_found_is_a_heading():
    assert said(sentences.finding(CARD, SHOWN)) == "Bilarna kör 37 % kortare per korg"
    assert said(sentences.finding(CARD, Estimate(0.2, 0.1, 0.3))) == "De kör 20 % längre"
    assert sentences.finding(CARD, Estimate(-0.1, -0.3, 0.1)) == "Ingen säker skillnad"
    assert sentences.finding(CARD, None) == "Vi har inget svar än"


def test_the_interval_and_the_least_are_told():
    assert said(sentences.interval(CARD, SHOWN)) == "−44 till −31 %"
    assert said(sentences.interval(CARD, Estimate(-0.3, None, -0.1))) == "högst −10 %"
    assert said(sentences.least(CARD, SHOWN)) == "Minst 31 % kortare, kravet var 20 %"
    shown = Finding("shown", "note", "km", {"value": -0.37, "low": -0.44, "high": -0.31, "worthwhile": 0.2})
    assert said(finding_words.because((shown,), CARD)) == "Minst 31 % kortare, kravet var 20 %"


def test_a_broken_guardrail_is_named_with_its_figures():
    broken = Finding("limit_broken", "note", "calls", {"value": 3.4, "low": 2.6, "high": 4.1, "bound": 2.0})
    assert said(finding_words.finding(broken, CARD)) == "Behövde ringa: Gränsen är nådd: 3,4 av 100, och den var 2 av 100."


@pytest.mark.parametrize(
    ("value", "unit", "scale", "text"),
    [
        (0.2, "km", Scale.RELATIVE, "20 %"),
        (0.055, "km", Scale.RELATIVE, "5,5 %"),
        (4.0, "dagar", Scale.ABSOLUTE, "4 dagar"),
        (0.25, "", Scale.ABSOLUTE, "0,25"),
        (3.0, "%", Scale.ABSOLUTE, "3 procentenheter"),
        (1234.5, "kr", Scale.ABSOLUTE, "1 235 kr"),
    ],
)
def test_amounts_are_written_as_they_are_said(value, unit, scale, text):
    assert said(sentences.amount(value, unit, scale)) == text


def test_in_english_it_is_as_plain():
    with translation.override("en"):
        text = said(sentences.plain(sentences.rule(CARD)))
        assert text == (
            "If the trucks drive at least 20% less per bin than in the comparison areas, we scale up. "
            "If they drive more than 15% further, if more than 2 in 100 need to call, or if it is certain that the requirement cannot be met, "
            "we withdraw. Otherwise we continue, until 30 November at the latest. With no answer by then, we withdraw."
        )
        assert said(sentences.finding(CARD, SHOWN)) == "The trucks drive 37% less per bin"
