"""Breaker, opening hours, merging and the file of connections: plain data in, plain data out."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.exchange import breaker, hours, merging
from stadig.exchange.breaker import Limits
from stadig.exchange.connections import ConnectionsFault, read
from stadig.exchange.merging import BlockView
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Block, Fact, Kind

NOON = dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)
LIMITS = Limits()


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def failing(times: list[float]) -> breaker.Breaker:
    one = breaker.new(NOON)
    for at in times:
        one = breaker.failed(one, after(at), LIMITS)
    return one


def test_five_failures_within_a_minute_open_it_and_four_do_not():
    assert failing([0, 1, 2, 3]).state == "shut"
    opened = failing([0, 1, 2, 3, 4])
    assert opened.state == "open"
    assert opened.try_at == after(34)


def test_failures_that_lie_more_than_a_minute_apart_never_open_it():
    assert failing([0, 20, 40, 61, 81, 101, 122]).state == "shut"


def test_it_is_tried_after_its_rest_and_one_answer_shuts_it():
    opened = failing([0, 1, 2, 3, 4])
    assert not breaker.is_due(opened, after(33), LIMITS)
    assert breaker.is_due(opened, after(34), LIMITS)
    trying = breaker.tried(opened, after(34))
    assert breaker.answered(trying, after(35)) == breaker.new(after(35))


def test_a_trial_that_fails_opens_it_again_and_one_that_is_lost_may_be_made_anew():
    trying = breaker.tried(failing([0, 1, 2, 3, 4]), after(34))
    assert breaker.failed(trying, after(36), LIMITS).try_at == after(66)
    assert not breaker.is_due(trying, after(40), LIMITS)
    assert breaker.is_due(trying, after(49), LIMITS)


def test_an_answer_while_it_is_shut_forgets_no_failure():
    one = failing([0, 1])
    assert breaker.answered(one, after(2)) == one


def stockholm(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=hours.STOCKHOLM)


OFFICE = hours.Hours(hours.read("06:00-22:00"), hours.read("08:00-16:00"), None, None)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-11-24T10:00", True, "2026-11-24T10:00"),
        ("2026-11-24T05:59", False, "2026-11-24T06:00"),
        ("2026-11-24T22:00", False, "2026-11-25T06:00"),
        ("2026-11-28T15:00", True, "2026-11-28T15:00"),
        ("2026-11-28T16:00", False, "2026-11-30T06:00"),
        ("2026-11-29T12:00", False, "2026-11-30T06:00"),
        ("2026-12-24T10:00", False, "2026-12-28T06:00"),  # Christmas eve to Sunday: four closed days
        ("2026-06-06T10:00", False, "2026-06-08T06:00"),  # the national day is a Saturday
    ],
)
def test_an_agency_is_open_by_weekday_saturday_and_swedish_holiday(moment: str, is_open: bool, opens: str):
    assert OFFICE.is_open(stockholm(moment)) is is_open
    assert OFFICE.opens(stockholm(moment)) == stockholm(opens)


def test_an_agency_whose_hours_no_one_knows_is_always_open():
    assert hours.ALWAYS.is_open(stockholm("2026-12-25T03:00"))


def test_one_that_never_opens_has_no_next_opening():
    assert hours.Hours(None, None, None, None).opens(NOON) is None


def test_hours_cross_the_night_when_the_clock_changes():
    until_midnight = hours.Hours(hours.read("06:00-24:00"), None, hours.read("06:00-24:00"), None)
    assert until_midnight.is_open(stockholm("2026-10-25T23:59"))
    assert not until_midnight.is_open(stockholm("2026-10-26T00:00"))


@pytest.mark.parametrize("text", ["", "6-22", "22:00-06:00", "06:00", "06:00-06:00", "always"])
def test_what_is_no_opening_hours_is_refused(text: str):
    with pytest.raises(hours.BadHours):
        hours.read(text)


def block(outcome: Outcome, lookup: int, part: str = "", **more: Any) -> BlockView:
    return BlockView(Block("FK", outcome, part), lookup, **more)


def latest(*blocks: BlockView) -> list[tuple[str, str, int]]:
    (agency,) = merging.merge(blocks, set())
    return [(one.block.part, one.block.outcome.value, one.lookup) for one in agency.blocks]


def test_a_later_fault_never_hides_evidence_and_later_evidence_replaces_a_fault():
    assert latest(block(Outcome.DATA, 1), block(Outcome.ERROR, 2)) == [("", "data", 1)]
    assert latest(block(Outcome.TIMEOUT, 1), block(Outcome.NOTHING_STATED, 2)) == [("", "nothing_stated", 2)]
    assert latest(block(Outcome.DATA, 1), block(Outcome.DATA, 2)) == [("", "data", 2)]


def test_a_time_out_of_the_whole_gives_way_to_the_parts_that_came():
    found = latest(block(Outcome.TIMEOUT, 1), block(Outcome.DATA, 2, "a"), block(Outcome.DATA, 2, "b"))
    assert found == [("a", "data", 2), ("b", "data", 2)]


def test_a_part_asked_for_alone_leaves_the_others_as_they_were():
    found = latest(block(Outcome.DATA, 1, "a"), block(Outcome.ERROR, 1, "b"), block(Outcome.DATA, 2, "b", only_parts=("b",)))
    assert found == [("a", "data", 1), ("b", "data", 2)]


def test_a_fault_of_the_whole_keeps_the_parts_that_are_evidence_and_is_no_evidence_itself():
    (agency,) = merging.merge([block(Outcome.DATA, 1, "a"), block(Outcome.ERROR, 1, "b"), block(Outcome.TIMEOUT, 2)], set())
    assert agency.outcome == Outcome.PARTIAL
    assert merging.is_missing(agency)


def test_what_was_told_by_phone_stands_until_the_agency_itself_answers():
    told = block(Outcome.MANUAL, 2)
    assert latest(block(Outcome.TIMEOUT, 1), told) == [("", "manual", 2)]
    assert latest(block(Outcome.TIMEOUT, 1), told, block(Outcome.TIMEOUT, 3)) == [("", "manual", 2)]
    assert latest(block(Outcome.TIMEOUT, 1), told, block(Outcome.DATA, 3)) == [("", "data", 3)]


def test_only_what_may_answer_otherwise_is_missing():
    for outcome in Outcome:
        (agency,) = merging.merge([block(outcome, 1)], set())
        again = outcome in {Outcome.ERROR, Outcome.TIMEOUT, Outcome.BREAKER_OPEN, Outcome.CLOSED}
        assert merging.is_missing(agency) is again, outcome


WHOLE = """
[asker]
organisation_number = "162120001234"
name = "Lindhamns kommun"
[[connection]]
name = "ssbtek"
contract = "ssbtek-11"
url = "https://ssbtek.example/v11"
agencies = ["FK", "AF"]
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("162120001234", "212000-1234"), "asker.organisation_number"),
        (('contract = "ssbtek-11"', 'contract = "ssbtek-9"'), "connection “ssbtek”, contract"),
        (("https://ssbtek.example/v11", "http://ssbtek.example/"), "connection “ssbtek”, url"),
        (('agencies = ["FK", "AF"]', 'agencies = ["fk"]'), "connection “ssbtek”, agencies"),
        (('agencies = ["FK", "AF"]', "agencies = []"), "connection “ssbtek”, agencies"),
        (('agencies = ["FK", "AF"]', 'agencies = ["FK"]\nspeed = 3'), "speed"),
        (('agencies = ["FK", "AF"]', 'agencies = ["FK"]\ncertificate = "c.pem"'), "connection “ssbtek”, key"),
        (('agencies = ["FK", "AF"]', 'agencies = ["FK"]\n[connection.hours.AF]\nweekdays = "06:00-22:00"'), "hours.AF"),
        (('agencies = ["FK", "AF"]', 'agencies = ["FK"]\n[connection.hours.FK]\nweekdays = "6-22"'), "hours.FK"),
        (('contract = "ssbtek-11"', 'contract = "rest"'), "connection “ssbtek”, declaration"),
        (("[asker]", "[deadlines]\nlookup_s = 0\n[asker]"), "deadlines.lookup_s"),
        (("[[connection]]", "[[connection]"), "TOML"),
        (("[asker]", "[sender]"), "the file"),
    ],
)
def test_a_fault_in_the_file_names_the_field(change: tuple[str, str], said: str):
    with pytest.raises(ConnectionsFault) as fault:
        read(WHOLE.replace(*change).encode(), Path("exchange.toml"))
    assert said in str(fault.value)


AT_ONCE = """
import os, sys, threading
from pathlib import Path
from django.conf import settings

settings.configure(EXCHANGE_FILE=Path(sys.argv[1]))
from stadig.exchange.connections import connections

sys.setswitchinterval(1e-6)
started, found = threading.Barrier(2), []

def ask():
    started.wait()
    found.append(len(connections().connections))

children = []
for _ in range(12):
    if child := os.fork():
        children.append(child)
        continue
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0 if found == [1, 1] else 1)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


def test_the_first_two_who_ask_in_a_process_may_ask_at_once(tmp_path: Path):
    file = tmp_path / "exchange.toml"
    file.write_text(WHOLE)
    done = subprocess.run([sys.executable, "-c", AT_ONCE, str(file)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [0] * 12


def test_an_agency_is_asked_through_one_connection_alone():
    both = WHOLE + WHOLE[WHOLE.index("[[conn") :].replace('"ssbtek"', '"other"')
    with pytest.raises(ConnectionsFault, match="FK is asked through both ssbtek and other"):
        read(both.encode(), Path("exchange.toml"))
    with pytest.raises(ConnectionsFault, match="two connections are named ssbtek"):
        read((WHOLE + WHOLE[WHOLE.index("[[conn") :]).encode(), Path("exchange.toml"))


def test_what_is_left_out_has_the_values_of_the_house():
    said = read(WHOLE.encode(), Path("exchange.toml"))
    (one,) = said.connections
    assert (said.deadlines.lookup_s, said.deadlines.agency_s, said.deadlines.late_s) == (7.0, 5.0, 60.0)
    assert (one.at_once, one.retry, one.hedge_after_s, one.together) == (16, True, 0.0, False)
    assert (one.breaker.failures, one.breaker.within_s) == (5, 60.0)


def test_the_file_in_the_documentation_is_one_that_works():
    import re

    page = Path(__file__).parents[4] / "docs" / "exchange.md"
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    said = read(example.encode(), page)
    assert [one.name for one in said.connections] == ["ssbtek", "harbour"]
    assert said.of_agency["CSN"].hours_of("CSN") == OFFICE
    house = read(WHOLE.encode(), page)
    assert said.deadlines == house.deadlines
    assert said.connections[0].breaker == house.connections[0].breaker


def test_a_phone_note_stands_beside_what_the_agency_has_stated_and_makes_it_no_plain_nothing():
    (agency,) = merging.merge([block(Outcome.NOTHING_STATED, 1), block(Outcome.MANUAL, 2)], set())
    assert [one.block.outcome.value for one in agency.blocks] == ["nothing_stated", "manual"]
    assert agency.outcome == Outcome.PARTIAL


def test_someone_who_has_become_protected_is_shown_as_protected_whatever_was_stated_before():
    found = latest(block(Outcome.DATA, 1, "a"), block(Outcome.DATA, 1, "b"), block(Outcome.PROTECTED, 2))
    assert found == [("", "protected", 2)]


def stated(part: str, lookup: int, label: str, **more: Any) -> BlockView:
    return BlockView(Block("FK", Outcome.DATA, part, (Fact(Kind.PAYMENT, "BOB", label, "/x"),)), lookup, **more)


def test_a_question_about_one_code_leaves_the_rest_of_its_section_as_it_was_and_heals_the_code():
    before = [stated("utbetalningar", 1, "BOB"), block(Outcome.ERROR, 1, "utbetalningar FK:SJP")]
    again = block(Outcome.NOTHING_STATED, 2, "utbetalningar", only_parts=("utbetalningar FK:SJP",))
    (agency,) = merging.merge([*before, again], set())
    assert [fact.label for one in agency.blocks for fact in one.block.facts] == ["BOB"]
    assert not merging.is_missing(agency)


PARTS = st.sampled_from(["", "a", "b", "a FK:X"])
QUIET = st.sampled_from([one for one in Outcome if one not in (Outcome.DATA, Outcome.PROTECTED)])


@given(st.lists(st.lists(st.tuples(PARTS, QUIET), min_size=1, max_size=3), max_size=5), PARTS, st.booleans())
def test_no_later_answer_without_facts_removes_a_fact_once_stated(later: list[Any], part: str, by_parts: bool):
    views = [stated(part, 1, "BOB")]
    for number, said in enumerate(later, 2):
        asked = tuple({one for one, _ in said if one}) if by_parts else ()
        views += [block(outcome, number, one, only_parts=asked) for one, outcome in said]
    (agency,) = merging.merge(views, set())
    assert "BOB" in [fact.label for one in agency.blocks for fact in one.block.facts]


def test_a_fault_of_ours_that_would_be_the_same_is_not_asked_about_again():
    (agency,) = merging.merge([BlockView(Block("FK", Outcome.ERROR, error_code="unreadable"), 1)], set())
    assert not merging.is_missing(agency)
