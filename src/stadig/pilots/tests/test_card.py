"""A card says everything beforehand; what is missing is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import pytest

from stadig.pilots import card as cards
from stadig.pilots.statistics.terms import Design, Direction

REPORTS = cards.Outcome("reports_share", "Behövde ringa", "%", Direction.LESS)
WHOLE = cards.Card(
    title="Papperskorgar som säger till",
    service="papperskorgar",
    hypothesis="Bilarna kör kortare när korgarna säger till.",
    unit="district",
    lever="equipment",
    design=Design.PERSONS,
    primary=cards.Outcome("km_per_bin", "Kilometer per korg", "km", Direction.LESS, "effects", "km"),
    worthwhile=0.2,
    guardrails=(cards.Guardrail(REPORTS, 2.0, inclusion=True),),
    cost_ceiling_kr=400_000,
    owner="Driftchefen",
    begins=dt.date(2026, 5, 4),
    ends=dt.date(2026, 11, 30),
    exit_plan="Sensorerna tas ner på två veckor.",
    equal=cards.EqualTreatment("Tre områden får sensorer", "Pengarna räcker till tre", "Nämnden", dt.date(2026, 4, 20), dt.date(2026, 11, 30)),
    privacy=cards.Privacy("Inga", "Behövs inte", False, "Behövs inte"),
    purchase=cards.Purchase("tender", scale_up=dt.date(2027, 6, 1), months=9),
)  # fmt: skip


def test_a_whole_card_has_no_problems():
    assert cards.problems(WHOLE) == []


def test_an_empty_card_names_what_is_missing_in_the_order_of_the_page():
    found = [one.where for one in cards.problems(cards.Card())]
    assert found[:3] == ["title", "service", "hypothesis"]
    assert {"guardrails", "equal.reason", "privacy.decline", "purchase.way"} <= set(found)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"lever": "fee"}, "lever", "never_by_lot"),
        ({"ends": dt.date(2026, 5, 1)}, "ends", "before_begins"),
        ({"guardrails": ()}, "guardrails", "no_inclusion"),
        ({"design": Design.AREAS}, "allocation", "missing"),
        ({"worthwhile": 0.0}, "worthwhile", "not_positive"),
        ({"purchase": cards.Purchase("direct", value_kr=9e5)}, "purchase.limit_kr", "undated_limit"),
        (
            {"purchase": cards.Purchase("direct", value_kr=9e5, limit_kr=7e5, limit_on=dt.date(2026, 1, 1))},
            "purchase.value_kr",
            "over_limit",
        ),
        ({"purchase": cards.Purchase("direct", limit_kr=7e5, limit_on=dt.date(2026, 1, 1))}, "purchase.value_kr", "no_value"),
        (
            {"purchase": cards.Purchase("direct", value_kr=5e5, limit_kr=7e5, limit_on=dt.date(2025, 1, 1))},
            "purchase.limit_on",
            "limit_old",
        ),
        (
            {"purchase": cards.Purchase("direct", value_kr=5e5, limit_kr=7e5, limit_on=dt.date(2026, 6, 1))},
            "purchase.limit_on",
            "limit_future",
        ),
        ({"purchase": cards.Purchase("own_work", value_kr=-1.0)}, "purchase.value_kr", "amount_not_positive"),
        ({"purchase": cards.Purchase("tender", scale_up=dt.date(2026, 11, 1))}, "purchase.scale_up", "scale_up_before_end"),
        ({"alpha": 5.0}, "alpha", "number_out"),
        ({"every_days": 0}, "every_days", "number_out"),
        ({"planned_n": -3}, "planned_n", "number_out"),
        ({"at_end": "explode"}, "at_end", "not_listed"),
        ({"title": "x" * 100_000}, "title", "too_long"),
        ({"primary": replace(WHOLE.primary, title="x" * 200)}, "outcomes", "too_long"),
        ({"worthwhile": 1.5}, "worthwhile", "more_than_all"),
        ({"cost_ceiling_kr": -1.0}, "cost_ceiling_kr", "amount_not_positive"),
        ({"cost_per_unit_ceiling_kr": 0.0}, "cost_per_unit_ceiling_kr", "amount_not_positive"),
        ({"harm": -0.1}, "harm", "harm_negative"),
        ({"equal": replace(WHOLE.equal, until=dt.date(2026, 5, 3))}, "equal.until", "until_before_begins"),
        ({"equal": replace(WHOLE.equal, decided_on=dt.date(2026, 5, 5))}, "equal.decided_on", "decided_after_begins"),
        ({"benefits": (cards.Outcome("co2", "CO2", "kg", Direction.LESS, "derived"),)}, "outcomes", "derived_of_nothing"),
        ({"benefits": (REPORTS,)}, "outcomes", "twice"),
    ],
)
def test_what_may_not_be_started_is_named(change, field, code):
    assert (field, code) in [(one.where, one.code) for one in cards.problems(replace(WHOLE, **change))]


def test_a_rule_that_is_set_after_the_first_day_is_not_set_beforehand():
    assert cards.problems(WHOLE, dt.date(2026, 5, 4)) == []
    assert [(one.where, one.code) for one in cards.problems(WHOLE, dt.date(2026, 5, 5))] == [("begins", "begins_past")]


def test_a_card_comes_back_from_json_as_it_was():
    assert cards.read(msgspec.json.decode(msgspec.json.encode(cards.plain(WHOLE)))) == WHOLE


def test_the_digest_is_of_the_rule_and_changes_with_it():
    rule = cards.rule_of(WHOLE)
    assert cards.digest(rule) == cards.digest(cards.rule_of(WHOLE))
    assert cards.digest(rule) != cards.digest(cards.rule_of(replace(WHOLE, worthwhile=0.19)))
    assert cards.digest(rule) == cards.digest(cards.rule_of(replace(WHOLE, exit_plan="Annat")))


def test_a_change_is_told_field_by_field():
    after = replace(WHOLE, worthwhile=0.1, equal=replace(WHOLE.equal, reason="Annat skäl"))
    assert cards.changed(WHOLE, after) == [("worthwhile", 0.2, 0.1), ("equal.reason", "Pengarna räcker till tre", "Annat skäl")]


def test_a_procurement_begins_in_time_for_the_scale_up():
    assert WHOLE.purchase.begin_by == dt.date(2026, 9, 1)
