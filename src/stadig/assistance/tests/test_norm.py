"""What a household's upkeep costs by the riksnorm: the ordinance's own amounts and the sums others have published."""

from __future__ import annotations

import copy
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.assistance import first, norm, norm_file
from stadig.assistance.dated import TableFault
from stadig.assistance.norm import Child, Home, Living


def table(year):
    _year, _source, child, (single, couple), common = next(one for one in first.NORMS if one[0] == year)
    return norm.read(
        {
            "rules": "sfs-2025-468",
            "child": dict(zip(first.COLUMNS, child, strict=True)),
            "adult": {"single": single, "couple": couple},
            "common": {str(n): amount for n, amount in enumerate(common, 1)},
        }
    )


NOW = table(2026)


def home(living=Living.SINGLE, *ages, **more):
    return Home(living, tuple(Child(age) for age in ages), **more)


def test_the_government_says_what_a_single_and_a_couple_get_in_2026():
    assert norm.total(NOW, home()) == 5220
    assert norm.total(NOW, home(Living.COUPLE)) == 8510


def test_a_couple_with_children_of_five_and_twelve():
    assert norm.total(NOW, home(Living.COUPLE, 5, 12)) == 16_580


def test_eight_persons_have_the_common_costs_of_seven_and_the_difference_from_six():
    assert NOW.common_for(8) == 3020
    assert NOW.common_for(10) == 2830 + 3 * 190


def test_an_adult_in_a_shared_household_bears_a_part_of_the_common_costs():
    """Socialstyrelsen's example of 2014: common costs 1710 for five, personal costs 2950."""
    then = norm.Table(NOW.bands, Decimal(2950), Decimal(5320), tuple(map(Decimal, (930, 1040, 1300, 1490, 1710, 1940, 2100))))
    assert norm.total(then, home(Living.SHARED, shares_with=4)) == 3292


def test_six_months_in_a_household_of_five():
    lines = norm.lines(NOW, home(Living.SHARED, shares_with=4), months=6)
    assert [line.amount for line in lines] == [23_640, 2796]


def test_the_sums_of_a_single_person_stand_apart():
    assert [(line.kind, line.amount) for line in norm.lines(NOW, home())] == [("adult", 3940), ("common", 1280)]


def test_lunch_elsewhere_lowers_a_small_childs_costs_and_nobody_elses():
    small = Home(Living.SINGLE, (Child(5, lunch=False),))
    assert norm.total(NOW, home(Living.SINGLE, 5)) - norm.total(NOW, small) == 340
    assert norm.total(NOW, Home(Living.SINGLE, (Child(9, lunch=False),))) == norm.total(NOW, home(Living.SINGLE, 9))


def test_a_child_half_the_month_costs_half():
    half = Home(Living.SINGLE, (Child(8, share=Decimal("0.5")),))
    assert [line.amount for line in norm.lines(NOW, half)] == [3940, 1910, 1345]


def test_a_part_is_rounded_once_when_months_are_taken_together():
    alone_in_seven = home(Living.SHARED, shares_with=6)
    assert norm.lines(NOW, alone_in_seven, months=6)[1].amount == Decimal("2425.71")
    assert norm.lines(NOW, alone_in_seven)[1].amount * 6 == Decimal("2425.74")


@given(
    st.sampled_from(list(Living)),
    st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(0, 30)), max_size=9),
    st.integers(0, 9),
)
def test_one_more_child_or_a_longer_stay_never_costs_less(living, children, others):
    found = tuple(Child(age, lunch, Decimal(days) / 30) for age, lunch, days in children)
    whole = norm.total(NOW, Home(living, found, others))
    assert whole >= norm.total(NOW, Home(living, (), others))
    if living != Living.SHARED and found:
        assert whole >= norm.total(NOW, Home(living, found[:-1], others))


def test_the_tables_are_the_ordinances_own(reference_data):
    known = json.loads(reference_data("exchange/riksnorm/riksnorm.json").read_text())["years"]
    for year in (2025, 2026):
        said = known[str(year)]
        assert [one.ages for one in table(year).bands] == list(said["child"])
        assert [[one.amount, one.without_lunch] for one in table(year).bands] == list(said["child"].values())
        assert [table(year).single, table(year).couple] == [said["adult"]["ensamstaende"], said["adult"]["sambo"]]
        assert list(table(year).common) == list(said["gemensamma"].values())


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_amount_stands_in_the_statute_in_its_order(reference_data, year):
    if year == 2025:
        text = reference_data("exchange/sfs/sfs-2025-468-2025.md").read_text()
        text = text[text.index("## 12 kap. Beräkning") :]
    else:
        text = json.loads(reference_data("exchange/sfs/sfs-2025-468-socialtjanstforordning-2026.json").read_text())
        text = text["fulltext"]["forfattningstext"]
        text = text[text.index(f"under {year}") :]
    text = re.sub(r"(?<=\d)[ \u00a0](?=\d{3})", "", text[text.index(f"under {year}") : text.index("13 kap. Gallring")])
    found = iter(re.findall(r"\d{4}", text.partition(str(year))[2]))
    assert all(str(amount) in found for _kind, _which, amount in norm.rows(table(year)))


def test_2026_cannot_be_had_by_raising_2025(reference_data):
    """0.7 percent on the rounded sums misses: why no year is ever derived from another."""
    raised = [round(one.amount * Decimal("1.007"), -1) for one in table(2025).bands]
    assert sum(a != b.amount for a, b in zip(raised, NOW.bands, strict=True)) >= 1
    assert raised != [one.amount for one in NOW.bands]


def change(**more):
    data = copy.deepcopy(norm.plain(NOW))
    for path, value in more.items():
        *owners, last = path.split("__")
        here = data
        for name in owners:
            here = here[name]
        if value is None:
            del here[last.replace("_", "-")]
        else:
            here[last.replace("_", "-")] = value
    return data


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (change(rules="reference-value-2027"), "unknown_rules", "rules"),
        ({}, "missing", "rules"),
        (change(child__0=None), "age_missing", "child"),
        (change(child__8=100), "age_twice", "child"),
        (change(child__7_10="tre tusen"), "not_an_amount", "child.7-10"),
        (change(child__7_10=-1), "not_an_amount", "child.7-10"),
        (change(child__7_10=3820.5), "not_an_amount", "child.7-10"),
        (change(child__0=[2560, 2740]), "lunch", "child.0"),
        (change(child__7_10=[3820, 3500]), "lunch", "child.7-10"),
        (change(adult__couple=3940), "couple_below_single", "adult.couple"),
        (change(adult__single=None), "missing", "adult.single"),
        (change(common__7=None), "missing", "common.7"),
        (change(common__3=1400), "common_falls", "common.3"),
        (change(common__8=3000), "unknown_key", "common.8"),
        (change(cap=5), "unknown_key", "cap"),
        (change(extra=[{"name": "Internet", "amount": 300, "per": "hushåll"}]), "extra", "extra.1"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_the_name_of_its_fault(data, code, where):
    with pytest.raises(TableFault) as refused:
        norm.read(data)
    assert (refused.value.code, refused.value.where) == (code, where)


def test_a_coming_ordinances_items_are_counted_for_those_it_names():
    data = change(
        extra=[{"name": "Internet", "amount": 300, "per": "household"}, {"name": "Fritid", "amount": 50, "per": "child"}]
    )
    later = norm.read(data)
    assert norm.plain(later) == data
    assert norm.total(later, home(Living.COUPLE, 5, 12)) == 16_580 + 300 + 100


def test_a_typing_error_is_seen_beside_the_year_before():
    wrong = norm.read(change(common__4=2300))
    odd = [(one.kind, one.which) for one in norm.differences(table(2025), wrong) if one.odd]
    assert odd == [("common", "4")]
    assert not [one for one in norm.differences(table(2025), NOW) if one.odd]


TOML = """
valid_from = 2027-01-01
valid_to = 2027-12-31
source = "SFS 2026:999, läst hos svenskforfattningssamling.se"
rules = "sfs-2025-468"

[child]
0 = [2760, 2580]
1-2 = [3080, 2820]
3 = [2740, 2520]
4-6 = [3080, 2740]
7-10 = 3850
11-14 = 4420
15-18 = 5000
19-20 = 5040

[adult]
single = 3970
couple = 7150

[common]
1 = 1290
2 = 1420
3 = 1800
4 = 2040
5 = 2350
6 = 2660
7 = 2850
"""


def test_a_file_of_any_of_the_three_kinds_is_read_the_same(tmp_path):
    from openpyxl import Workbook

    said = norm_file.read("riksnorm.toml", TOML.encode())
    plain = norm.plain(said.table) | {"valid_from": "2027-01-01", "valid_to": "2027-12-31", "source": said.source}
    assert norm_file.read("riksnorm.json", json.dumps(plain).encode()) == said
    book = Workbook()
    sheet = book.active
    sheet.append(["Vad", "Vilken", "Belopp", "Utan lunch"])
    sheet.append(["från", "2027-01-01"])
    sheet.append(["till", "2027-12-31"])
    sheet.append(["källa", said.source])
    sheet.append(["regler", "sfs-2025-468"])
    for band in said.table.bands:
        sheet.append(["barn", band.ages, int(band.amount), None if band.without_lunch is None else int(band.without_lunch)])
    sheet.append(["vuxen", "ensamstående", 3970])
    sheet.append(["vuxen", "sambo", 7150])
    for n, amount in enumerate(said.table.common, 1):
        sheet.append(["gemensamt", n, int(amount)])
    book.save(tmp_path / "riksnorm.xlsx")
    assert norm_file.read("riksnorm.xlsx", (tmp_path / "riksnorm.xlsx").read_bytes()) == said


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("riksnorm.pdf", b"%PDF", "file_kind"),
        ("riksnorm.toml", b"\xff\xfe", "unreadable"),
        ("riksnorm.toml", b"a = ", "unreadable"),
        ("riksnorm.xlsx", b"PK no spreadsheet", "unreadable"),
        ("riksnorm.json", b"[" * 100_000, "unreadable"),
        ("riksnorm.json", b"x" * 300_000, "too_large"),
        ("riksnorm.toml", TOML.replace("2027-12-31", "2026-12-31").encode(), "ends_before"),
        ("riksnorm.toml", TOML.replace("2027-12-31", "2027-12-30").encode(), "whole_months"),
        ("riksnorm.toml", TOML.replace("2027-12-31", '"i december"').encode(), "not_a_day"),
        ("riksnorm.toml", TOML.replace("SFS 2026:999, läst hos svenskforfattningssamling.se", " ").encode(), "source"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(name, data, code):
    with pytest.raises(TableFault) as refused:
        norm_file.read(name, data)
    assert refused.value.code == code


def test_the_file_in_the_documentation_is_read():
    page = (Path(__file__).parents[4] / "docs" / "financial-assistance.md").read_text()
    written = page.partition('```toml title="riksnorm-2027.toml"\n')[2].partition("```")[0]
    assert norm_file.read("riksnorm-2027.toml", written.encode()).table == NOW
