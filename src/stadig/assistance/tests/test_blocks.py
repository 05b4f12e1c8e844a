"""Each outcome has its own words, mark and next step, and nothing but evidence ever reads as though there were no income."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from stadig.assistance import agencies, axis, axis_drawing, blocks, fact_words, outcome_words, pages
from stadig.assistance.blocks import Answer, Call, Part
from stadig.assistance.outcome_words import LOOKS
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import AGENCIES, Fact, Kind, Source
from stadig.ui.parts import draw

ABSENCE = re.compile(
    r"\b(inte har någon|har ingen|har inget|finns ingen|finns inget om|inget är registrerat|inget registrerat|inga uppgifter|saknar inkomst"
    r"|inte äger|does not have any|has no |nothing is registered|nothing registered|does not own|no income)",
    re.IGNORECASE,
)
"""A claim that something is not there."""
ZERO = re.compile(r"(?<![\d,.:–-])0(?:[,.]0+)?\s*(?:kr|%)")
PLACE = pages.Place(1, 2, may_ask=True)
REASONS = ("", "no_law", "period", "not_chosen", "not_connected", "prefetch_off", "protected", "no_number")
SWEDISH_AND_ENGLISH = ("sv", "en")


def answers() -> st.SearchStrategy[Answer]:
    """An agency that led to any outcome, for any reason and with any error, and stated nothing."""
    parts = st.builds(
        Part,
        outcome=st.sampled_from(Outcome),
        name=st.sampled_from(("", "skattekonto", "Akademikernas a-kassa")),
        reason=st.sampled_from(REASONS),
        source=st.sampled_from(("", *[one.value for one in Source])),
        code=st.sampled_from(("", "404", "LEFI-VERSION")),
        codes=st.sampled_from(((), ("StatusSvarandeOrganisation=X9",))),
        opens=st.sampled_from((None, dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC))),
    )
    return st.builds(
        lambda agency, outcome, found, seconds, again: Answer(agency, outcome, tuple(found), seconds, again_at=again),
        st.sampled_from((*AGENCIES, "KOMMUN7")),
        st.sampled_from([*Outcome, None]),
        st.lists(parts, max_size=3),
        st.one_of(st.none(), st.floats(0, 90)),
        st.sampled_from((None, dt.datetime(2026, 11, 24, 9, 43, tzinfo=dt.UTC))),
    )


@pytest.mark.parametrize("language", SWEDISH_AND_ENGLISH)
@given(answer=answers())
def test_nothing_but_what_an_agency_stated_reads_as_no_income(language: str, answer: Answer) -> None:
    with translation.override(language):
        one = blocks.block(answer)
        html = str(draw("assistance/_block.html", row=pages.Row(one, PLACE, "1", False)))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    counts = answer.outcome in EVIDENCE
    assert one.evidence == counts
    assert ("Räknas inte som underlag" in text or "Does not count as evidence" in text) != counts
    assert bool(ABSENCE.search(text)) == (answer.outcome == Outcome.NOTHING_STATED), text
    assert not ZERO.search(text), text
    assert one.label and one.name and (one.unknown or one.text or counts)
    if not counts:
        assert f"<b>{one.unknown[:10]}" in html  # what is not known is said first, in bold
        assert 'class="block no' in html


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in EVIDENCE])
@pytest.mark.parametrize("agency", [*AGENCIES, "KOMMUN7"])
def test_each_outcome_that_is_no_evidence_says_what_is_not_known_and_what_to_do(outcome: Outcome, agency: str) -> None:
    said = outcome_words.words(outcome, agency)
    assert said.unknown.endswith(".")
    assert said.text.endswith(".")
    assert said.unknown not in said.text


def test_each_of_the_thirteen_has_its_own_words_icon_and_mark() -> None:
    assert len(LOOKS) == len(Outcome) == 13
    assert len({str(one.label) for one in LOOKS.values()}) == 13
    assert len({one.icon for one in LOOKS.values()}) == 13
    marks = [one.mark for one in LOOKS.values() if one.mark]
    assert len(set(marks)) == len(marks)
    assert set(marks) == set(axis_drawing.SHAPES)


def test_only_an_agency_that_said_so_is_told_to_have_nothing() -> None:
    said = outcome_words.words(Outcome.NOTHING_STATED, "CSN")
    assert "CSN svarar att personen inte har något studiestöd under perioden." in said.text
    assert "Det räknas som underlag." in said.text


@given(found=st.lists(answers(), min_size=1, max_size=9, unique_by=lambda one: one.agency), seconds=st.floats(0.1, 7))
def test_the_axis_counts_as_evidence_what_the_blocks_do_and_says_it_as_a_list_too(found: list[Answer], seconds: float) -> None:
    drawn = axis.axis(found, seconds, 7.0)
    asked = [one for one in found if one.outcome != Outcome.NOT_ASKED]
    count = sum(one.outcome is not None for one in asked) if drawn.runs else sum(one.outcome in EVIDENCE for one in asked)
    assert drawn.lead.startswith(f"{count} av {len(asked)} ")
    assert len(drawn.spoken) == len(found)
    for one in drawn.wide.marks:
        assert 0 <= one.x <= axis.WIDE
    assert "NaN" not in str(axis_drawing.svg(drawn.wide, "wide"))


def test_names_on_the_axis_do_not_cover_each_other() -> None:
    """Eight agencies within two seconds, some at the same moment: every name can be read."""
    times = dict(zip(AGENCIES, (0.9, 1.4, 1.41, 1.7, 2.2, 2.2, 2.3, 2.6), strict=True))
    drawn = axis.axis([Answer(code, Outcome.DATA, seconds=at) for code, at in times.items()], 2.6, 7.0)
    boxes = []
    for label in drawn.wide.labels:
        wide = max(len(f"{names} {seconds}") for _y, names, seconds in label.lines) * 7
        left = {"start": label.x, "middle": label.x - wide / 2, "end": label.x - wide}[label.anchor]
        boxes += [(left, left + wide, y - 14, y) for y, _names, _seconds in label.lines]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2], (one, other)
    named = {
        name
        for label in drawn.wide.labels
        for _y, names, _s in label.lines
        for name in names.replace(", ", ",").split(",")
        if name
    }
    assert named == {agencies.name(code) for code in AGENCIES}


def test_the_long_names_of_english_stand_near_the_axis_too() -> None:
    """Four answers close to each other: a name gives way to the side before it is sent far below."""
    times = {"FK": 1.0, "AF": 1.5, "PM": 1.7, "CSN": 2.1, "SKV": 3.2, "MIV": 3.4, "SO": 5.0}
    with translation.override("en"):
        drawn = axis.axis([Answer(code, Outcome.DATA, seconds=at) for code, at in times.items()], 5.0, 7.0)
    assert {name for label in drawn.wide.labels for _y, name, _s in label.lines} >= {"The Pensions Agency"}
    assert all(-30 <= y <= 150 for label in drawn.wide.labels for y, _name, _s in label.lines)


def test_a_payment_is_its_own_total_and_one_without_an_amount_says_so() -> None:
    paid = Fact(Kind.PAYMENT, "SJP", "Sjukpenning", "/x", net=Decimal(4212), pay_date=dt.date(2026, 11, 18))
    planned = Fact(Kind.PAYMENT, "BOB", "Bostadsbidrag", "/y", net=Decimal(1900), pay_date=dt.date(2026, 12, 18), planned=True)
    unknown = Fact(Kind.PAYMENT, "FP", "Föräldrapenning", "/z")
    taxed = Fact(Kind.INCOME, "LON", "Lön", "/å", gross=Decimal("7981.50"))
    lines = fact_words.lines([paid, planned, unknown, taxed])
    assert [one.label for one in lines] == ["Bostadsbidrag, december", "Sjukpenning, november", "Föräldrapenning", "Lön"]
    assert [one.value.replace("\N{NO-BREAK SPACE}", " ") for one in lines] == [
        "1 900 kr",
        "4 212 kr",
        "inget belopp angivet",
        "7 981,50 kr",
    ]
    assert lines[0].note == "planerad 18 december"
    assert lines[3].note == "före skatt"


def test_evidence_stands_first_and_what_did_not_come_last() -> None:
    found = [
        Answer("FK", Outcome.TIMEOUT),
        Answer("AF", Outcome.NOTHING_STATED),
        Answer("CSN", Outcome.DATA),
        Answer("SO", Outcome.CLOSED),
    ]
    assert [one.agency for one in blocks.ordered([blocks.block(one) for one in found])] == ["AF", "CSN", "FK", "SO"]


def test_a_call_is_shown_with_whom_when_and_what_was_said_and_is_no_evidence() -> None:
    told = Call(
        "Eva på kundtjänst", dt.datetime(2026, 11, 24, 8, 40, tzinfo=dt.UTC), "0771-524 524", "Ingen ersättning i november.", 38
    )
    one = blocks.block(Answer("FK", Outcome.MANUAL, (Part(Outcome.MANUAL),), told=(told,)))
    assert not one.evidence
    assert one.calls[0].value == "Ingen ersättning i november."
    assert "Eva på kundtjänst" in one.calls[0].label
    assert "38 minuter" in one.calls[0].label


def test_a_permit_is_told_in_words_and_its_codes_are_left_out() -> None:
    from stadig.assistance import fact_words

    values = (("case_type", "UAT"), ("case_type_name", "UPPEHÅLLSTILLSTÅND"), ("decision", "BEV"), ("validity", "TIDBEGRANSAT"))
    fact = Fact(Kind.PERMIT, "UAT", "UPPEHÅLLSTILLSTÅND", "/svar", values=values)
    assert [(line.label, line.value) for line in fact_words.lines([fact])] == [
        ("Ärende hos myndigheten", "UPPEHÅLLSTILLSTÅND"),
        ("Myndighetens beslut", "BEV"),
        ("Giltighet", "tidsbegränsat"),
    ]
