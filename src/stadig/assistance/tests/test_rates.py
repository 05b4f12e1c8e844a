"""Rates and thresholds: read from a file, refused by the name of the fault, and told beside those before them."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path

import pytest

from stadig.assistance import first, rates, rates_file
from stadig.assistance.dated import TableFault

TOML = """
valid_from = 2027-01-01
valid_to = 2027-12-31
source = "Socialnämndens beslut 2026-11-12, § 84"

[change_percent]
value = 10
source = "Nämndens beslut"

[stimulus_percent]
value = 25
source = "12 kap. 8 § socialtjänstlagen (2025:400)"

[stimulus_after_months]
value = 6
source = "12 kap. 8 § socialtjänstlagen (2025:400)"

[stimulus_months]
value = 24
source = "12 kap. 8 § socialtjänstlagen (2025:400)"

[price_base_amount]
value = 60_300
source = "SFS 2026:998, ett påhittat nummer"

[youth_under]
value = 21
source = "12 kap. 9 § socialtjänstlagen (2025:400)"

[part_month_days]
value = 30
source = "Nämndens beslut"

[benefit_days_least]
value = 15
source = "Nämndens beslut"

[benefit_days_most]
value = 31
source = "Nämndens beslut"

[wage_reported_day]
value = 12
source = "26 kap. skatteförfarandelagen (2011:1244)"
unverified = true

[request_days]
value = 7
source = "Nämndens beslut"
"""
NAMES = (
    ("ändring som varnar", "change_percent"),
    ("jobbstimulans, del av lönen", "stimulus_percent"),
    ("jobbstimulans, efter månader", "stimulus_after_months"),
    ("jobbstimulans, antal månader", "stimulus_months"),
    ("Prisbasbelopp", "price_base_amount"),
    ("skolungdom under", "youth_under"),
    ("dagar i en delad månad", "part_month_days"),
    ("minst ersättningsdagar", "benefit_days_least"),
    ("högst ersättningsdagar", "benefit_days_most"),
    ("lön rapporterad", "wage_reported_day"),
    ("dagar att svara", "request_days"),
)


def read(text=TOML):
    return rates_file.read("rules.toml", text.encode())


def test_a_file_of_any_of_the_three_kinds_is_read_the_same(tmp_path):
    from openpyxl import Workbook

    said = read()
    plain = rates.plain(said.table) | {"valid_from": "2027-01-01", "valid_to": "2027-12-31", "source": said.source}
    assert rates_file.read("rules.json", json.dumps(plain).encode()) == said
    book = Workbook()
    sheet = book.active
    sheet.append(["Vad", "Värde", "Källa", "Oläst"])
    for word, value in (("från", "2027-01-01"), ("till", "2027-12-31"), ("källa", said.source)):
        sheet.append([word, value])
    for word, name in NAMES:
        rate = said.table.rate(name)
        sheet.append([word, int(rate.value), rate.source, "oläst" if rate.unverified else None])
    book.save(tmp_path / "rules.xlsx")
    assert rates_file.read("rules.xlsx", (tmp_path / "rules.xlsx").read_bytes()) == said


def test_what_the_municipality_decides_is_known_by_the_value_and_not_by_the_file():
    said = read(TOML.replace("value = 25", "value = 25\nown = true")).table
    assert said.rate("change_percent").own
    assert not said.rate("stimulus_percent").own


def test_what_is_stored_is_read_again_as_it_was():
    for year in (2025, 2026):
        assert rates.read(rates.plain(rates.read(first.rules(year)))) == rates.read(first.rules(year))


def change(name, **more):
    data = copy.deepcopy(first.rules(2026))
    data[name] = data.get(name, {}) | more
    return data


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        ({}, "missing", "rate.change_percent"),
        (change("cap", value=5), "unknown_key", "cap"),
        (change("change_percent", surce="x"), "unknown_key", "change_percent.surce"),
        (change("change_percent", value="tolv"), "not_a_number", "rate.change_percent"),
        (change("change_percent", value=True), "not_a_number", "rate.change_percent"),
        (change("change_percent", value="NaN"), "not_a_number", "rate.change_percent"),
        (change("change_percent", value=120), "out_of_bounds", "rate.change_percent"),
        (change("wage_reported_day", value=31), "out_of_bounds", "rate.wage_reported_day"),
        (change("price_base_amount", value=59.2), "out_of_bounds", "rate.price_base_amount"),
        (change("request_days", value=7.5), "not_whole", "rate.request_days"),
        (change("request_days", unit="months"), "unit", "rate.request_days"),
        (change("request_days", source=" "), "rate_source", "rate.request_days"),
        (change("benefit_days_most", value=10), "most_below_least", "rate.benefit_days_most"),
    ],
)
def test_rules_that_are_wrong_are_refused_by_the_name_of_their_fault(data, code, where):
    with pytest.raises(TableFault) as refused:
        rates.read(data)
    assert (refused.value.code, refused.value.where) == (code, where)


def test_a_changed_value_of_the_law_and_a_price_base_amount_that_does_not_rise_are_worth_one_more_look():
    before = rates.read(first.rules(2026))
    assert not [one.name for one in rates.differences(before, read().table) if one.odd]
    wrong = read(TOML.replace("value = 25", "value = 52").replace("60_300", "59_200")).table
    assert [one.name for one in rates.differences(before, wrong) if one.odd] == ["stimulus_percent", "price_base_amount"]
    rise = next(one for one in rates.differences(before, read().table) if one.name == "price_base_amount")
    assert rise.percent == Decimal("1.9")


def test_the_price_base_amount_of_2026_stands_with_its_ordinance_and_that_of_2025_waits_to_be_read():
    now, then = rates.read(first.rules(2026)), rates.read(first.rules(2025))
    assert (now["price_base_amount"], then["price_base_amount"]) == (59_200, 58_800)
    assert "2025:872" in now.rate("price_base_amount").source
    assert (now.rate("price_base_amount").unverified, then.rate("price_base_amount").unverified) == (False, True)


def test_the_file_in_the_documentation_is_read():
    page = (Path(__file__).parents[4] / "docs" / "financial-assistance.md").read_text()
    written = page.partition('```toml title="rules-2027.toml"\n')[2].partition("```")[0]
    said = rates_file.read("rules-2027.toml", written.encode()).table
    assert [rate.value for _name, rate in said.rates] == [rate.value for _name, rate in rates.read(first.rules(2026)).rates]
