"""The card as a form: what is drawn and sent back is the same card, and what cannot be read is named where it was typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from stadig.pilots import card as cards
from stadig.pilots import card_fields, card_reading, card_showing
from stadig.pilots.card_measures import Measure, Offered
from stadig.pilots.statistics.terms import Allocation, Design, Direction, Scale
from stadig.pilots.tests.test_card import WHOLE

SERVICES = {"papperskorgar", "felanmalan"}
MEASURES = (
    Measure("upload:", "En fil som vi laddar upp", "", ""),
    Measure("effects:km", "Kilometer med sopbil", "km", "Tjänstens egna effekter"),
    Measure("effects:emptyings", "Tömda papperskorgar", "tömningar", "Tjänstens egna effekter"),
    Measure("cases:days", "Dagar från registrering till avslut", "dagar", "Ärendena"),
)
OFFERED = Offered((("papperskorgar", "Papperskorgar"),), (("diesel_co2e", "Utsläpp från diesel"),), MEASURES)
CO2 = cards.Outcome("co2", "Utsläpp", "kg", Direction.LESS, "derived", factor="diesel_co2e", of="km_per_bin")
RICH = replace(
    WHOLE,
    harm=0.15,
    benefits=(CO2,),
    allocation=Allocation(("a", "b"), ("a",), seed="2026-04-20"),
    design=Design.AREAS,
    guardrails=(
        *WHOLE.guardrails,
        cards.Guardrail(cards.Outcome("full", "Fulla korgar", "av 100", Direction.LESS), 3.5, "difference"),
    ),
)


def sent(card: cards.Card, **changed: str) -> dict[str, str]:
    """What the form sends when nothing but this is changed; names have two underscores for a point."""
    values = {name: value for name, value in card_reading.values(card).items() if value}
    for name in [one for one in values if one.endswith((".title", ".bound"))]:
        values.setdefault(name, "")
    empty = {
        f"{kind}.{len(rows) - 1}.title": ""
        for kind, rows in (("guardrails", card_reading.limits_of(card)), ("benefits", card_reading.benefits_of(card)))
    }
    return (
        values
        | {name: value for name, value in empty.items() if name not in values}
        | {name.replace("__", "."): value for name, value in changed.items()}
    )


def read(card: cards.Card, **changed: str) -> card_reading.Read:
    return card_reading.read(sent(card, **changed), card, SERVICES, MEASURES)


@pytest.mark.parametrize(
    "card",
    [cards.Card(), WHOLE, RICH, replace(RICH, scale=Scale.ABSOLUTE, worthwhile=3.0, harm=None)],
    ids=["empty", "whole", "rich", "absolute"],
)
def test_a_card_that_is_sent_back_unchanged_is_the_same(card):
    found = read(card)
    assert found.errors == {}
    assert found.card == card


def test_percent_is_typed_as_percent_and_kept_as_a_share():
    assert card_reading.values(WHOLE)["worthwhile"] == "20"
    assert read(WHOLE, worthwhile="12,5 %").card.worthwhile == 0.125


@pytest.mark.parametrize("typed", ["400 000", "400\u00a0000", "400000", "400 000 kr"])
def test_thousands_are_written_as_people_write_them(typed):
    assert read(WHOLE, cost_ceiling_kr=typed).card.cost_ceiling_kr == 400_000


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("worthwhile", "ganska mycket", "Skriv ett tal"),
        ("cost_ceiling_kr", "1e999", "Skriv ett tal"),
        ("cost_ceiling_kr", "nan", "Skriv ett tal"),
        ("begins", "4 maj", "Skriv dagen som"),
        ("begins", "0001-01-01", "Skriv dagen som"),
        ("every_days", "0", "Skriv ett helt tal"),
        ("every_days", "2,5", "Skriv ett helt tal"),
        ("title", "x" * 161, "Skriv kortare"),
        ("unit", "avgift", "Välj ett av svaren"),
        ("service", "finns-inte", "Välj ett av svaren"),
        ("guardrails__1__title", "Klagomål", "Skriv var gränsen går"),
        ("guardrails__1__bound", "3", "Skriv vad det är som mäts"),
        ("primary__title", "", "Skriv vad det är som mäts"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_at_its_field_and_nothing_is_saved(field, typed, said):
    found = read(WHOLE, **{field: typed})
    assert any(message.startswith(said) for message in found.errors.values()), found.errors
    assert found.card == WHOLE
    assert found.typed[field.replace("__", ".")] == typed


def test_an_outcome_keeps_its_name_in_the_figures_when_it_is_called_something_else():
    assert read(WHOLE, primary__title="Mil per korg").card.primary.slug == "km_per_bin"


def test_two_outcomes_with_the_same_title_get_names_of_their_own():
    found = read(WHOLE, benefits__0__title="Behövde ringa", benefits__0__unit="%", benefits__0__figures="upload:").card
    slugs = [found.primary.slug, *(one.outcome.slug for one in found.guardrails), *(one.slug for one in found.benefits)]
    assert len(set(slugs)) == len(slugs)


def test_a_limit_is_taken_away_by_emptying_its_title_but_the_first_is_always_inclusion():
    second = dict.fromkeys([name for name in sent(RICH) if name.startswith("guardrails.1.")], "")
    found = card_reading.read(sent(RICH) | second, RICH, SERVICES)
    assert found.errors == {}
    assert [one.inclusion for one in found.card.guardrails] == [True]


def test_a_card_without_anything_typed_has_the_inclusion_limit_ready_to_fill_in():
    shown = card_showing.parts(cards.Card(), {}, {}, [], OFFERED)
    limits = next(part for part in shown if part.slug == "granser")
    assert "Inkludering" in limits.groups[0].legend
    assert limits.groups[0].rows[0].value == "Andelen som behöver hjälp på ett annat sätt"


def test_what_is_typed_is_shown_again_beside_its_error():
    found = read(WHOLE, worthwhile="ganska mycket")
    rows = {row.name: row for part in card_showing.parts(WHOLE, found.typed, found.errors, [], OFFERED) for row in part.rows}
    assert rows["worthwhile"].value == "ganska mycket"
    assert "ganska mycket" in rows["worthwhile"].error


def test_every_problem_of_a_card_has_a_place_on_the_page():
    shown = card_showing.parts(cards.Card(), {}, {}, [], OFFERED)
    places = {row.id for part in shown for row in part.rows} | {part.slug for part in shown}
    places |= {row.id for part in shown for group in part.groups for row in group.rows}
    for problem in [*cards.problems(cards.Card()), *cards.problems(replace(RICH, allocation=None, begins=dt.date(2027, 1, 1)))]:
        assert card_showing.anchor_of(problem.where) in places, problem


def test_every_field_of_the_form_is_in_the_card():
    plain = cards.plain(RICH)
    for section in card_fields.SECTIONS:
        for field in section.fields:
            inner, _dot, name = field.name.rpartition(".")
            held = "metric" if name == "figures" else name  # the choice is the source and the measure in it
            assert held in (plain[inner] if inner else plain), field.name


def test_a_measure_is_picked_and_its_unit_and_title_come_with_it():
    card = read(WHOLE, primary__figures="effects:km", primary__unit="").card
    assert (card.primary.source, card.primary.metric, card.primary.unit) == ("effects", "km", "km")
    moved = read(card, primary__figures="effects:emptyings").card
    assert moved.primary.unit == "tömningar", "the unit was the earlier measure's own"
    own = read(read(card, primary__unit="mil").card, primary__figures="effects:emptyings").card
    assert own.primary.unit == "mil", "what was typed stays"
    benefit = read(WHOLE, benefits__0__figures="cases:days").card.benefits[0]
    assert (benefit.title, benefit.unit) == ("Dagar från registrering till avslut", "dagar")


def test_a_measure_that_is_not_here_is_kept_and_said_to_be_gone():
    gone = replace(WHOLE, primary=replace(WHOLE.primary, source="effects", metric="deras_matt"))
    assert read(gone).card == gone
    row = next(
        row for part in card_showing.parts(gone, {}, {}, [], OFFERED) for row in part.rows if row.name == "primary.figures"
    )
    assert [(one.label, one.group) for one in row.options if one.chosen] == [("deras_matt", "Finns inte här, välj något annat")]
    assert read(WHOLE, primary__figures="stjarnor:x").errors == {"primary.figures": "Välj ett av svaren."}


def test_what_a_sum_is_divided_by_belongs_to_the_ledger():
    card = read(WHOLE, primary__figures="effects:km", primary__each="residents").card
    assert card.primary.each == "residents"
    assert read(card, primary__figures="upload:").card.primary.each == ""


def test_the_rules_own_words_are_written_on_the_card_and_generated_without():
    better = {"primary__wording__sv__better": "bilarna kör *{} kortare*"}
    card = read(WHOLE, **better).card
    assert card.primary.wording == {"sv": cards.Wording("bilarna kör *{} kortare*")}
    assert read(card).card == card
    assert read(card, primary__wording__sv__better="").card == WHOLE
    said = read(WHOLE, primary__wording__sv__better="bilarna kör kortare").errors
    assert said == {"primary.wording.sv.better": "Skriv {} en gång, där talet ska stå."}
    hints = [
        group.rows[0].hint
        for part in card_showing.parts(WHOLE, {}, {}, [], OFFERED)
        if part.slug == "matt"
        for group in part.groups
    ]
    assert "{} lägre" in hints[0]


def test_a_benefit_that_is_there_is_taken_away_by_emptying_its_title_alone():
    assert read(RICH, benefits__0__title="").card.benefits == ()


def test_a_card_from_a_file_is_held_to_what_the_form_lets_one_write():
    every = {one.name: one for section in card_fields.SECTIONS for one in section.fields}
    assert {name: every[name].longest for name in cards.LONGEST} == cards.LONGEST
    for name, known in cards.LISTED.items():
        assert {slug for slug, _said in every[name].choices} == set(known)
