"""What the stand-in says, read by the program's own contracts: two that share no code agree, and every story has its outcomes."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stadig.config.tests.agencies_asking import KARIN, SAMIRA, YUSUF, send
from stadig.exchange import connections, lawful
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.outcomes import Outcome, together
from stadig.exchange.terms import Asker, Incoming, Question

VIGGO, OMAR, ANNA, WILMA, NILS = "198911032392", "198801262398", "198810262389", "198010032392", "198602282389"
ASKER = Asker("162120009998", "Lindhamns kommun", "Petra Holm", "999-01")


def read(agencies, agency, person, contract=""):
    """The blocks of one agency, asked as the town's ``exchange.toml`` has it."""
    known = connections.read(agencies.exchange_file.read_bytes(), agencies.exchange_file)
    line = known.of_agency[agency]
    name = contract or line.contract
    spoken = open_contract(name, folder=None, declaration=line.declaration)
    question = Question(
        (agency,), person, dt.date(2026, 10, 1), dt.date(2026, 12, 31), "Ekonomiskt bistånd", {agency: "15 kap. 10 § SoL"},
        "SN 2026/00001", ASKER, uuid.uuid4(), dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC),
    )  # fmt: skip
    leaves = spoken.request(question, agencies.url(name))
    address = urlsplit(leaves.url)
    status, media, body = send(agencies, address.path, leaves.body, media=leaves.headers["Content-Type"])
    return spoken.read(Incoming(status, media, body), question)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A stand-in whose stories count from November 2026, calm."""
    from stadig.config.agencies.testing import running

    with running(tmp_path_factory.mktemp("town"), present="2026-11-24") as found:
        yield found


@pytest.mark.parametrize(
    ("person", "agency", "outcome"),
    [
        (YUSUF, "FK", Outcome.DATA),
        (YUSUF, "AF", Outcome.DATA),
        (YUSUF, "PM", Outcome.NOTHING_STATED),
        (YUSUF, "CSN", Outcome.NOTHING_STATED),
        (YUSUF, "SO", Outcome.NOTHING_STATED),
        (YUSUF, "TNS", Outcome.NOTHING_STATED),
        (YUSUF, "MIV", Outcome.PROTECTED),
        (SAMIRA, "CSN", Outcome.DATA),
        (SAMIRA, "MIV", Outcome.DATA),
        (VIGGO, "SO", Outcome.DATA),
        (VIGGO, "TNS", Outcome.DATA),
        (OMAR, "FK", Outcome.PARTIAL),
        (ANNA, "AF", Outcome.PROTECTED),
        (ANNA, "CSN", Outcome.PROTECTED),
        (ANNA, "MIV", Outcome.NOTHING_STATED),
        (WILMA, "CSN", Outcome.NO_MATCH),
        (WILMA, "SO", Outcome.PARTIAL),
        (WILMA, "AF", Outcome.PARTIAL),
        (NILS, "FK", Outcome.NOT_ENTITLED),
        (KARIN, "PM", Outcome.DATA),
    ],
)  # fmt: skip
def test_each_story_has_its_outcome(town, person, agency, outcome):
    blocks = read(town, agency, person)
    assert together(block.outcome for block in blocks) == outcome, [
        (block.part, block.outcome, block.error_code) for block in blocks
    ]


def test_an_unknown_status_of_one_fund_makes_that_fund_no_evidence(town):
    found = {block.part: block.outcome for block in read(town, "SO", WILMA)}
    assert found["Hamnarbetarnas a-kassa"] == Outcome.UNKNOWN_CODE


@pytest.mark.parametrize("contract", ["ssbtek-10", "ssbtek-11", "lefi-9"])
def test_yusufs_benefits_are_the_same_by_every_contract(town, contract):
    facts = [fact for block in read(town, "FK", YUSUF, contract) if block.part != "formansinformation" for fact in block.facts]
    paid = {(fact.benefit, fact.pay_date.strftime("%Y-%m")): int(fact.net) for fact in facts}
    assert paid == {
        ("BOB", "2026-10"): 1900, ("BOB", "2026-11"): 1900, ("BOB", "2026-12"): 1900,
        ("SJP", "2026-10"): 7020, ("SJP", "2026-11"): 4212,
    }  # fmt: skip
    assert {fact.planned for fact in facts if fact.pay_date > dt.date(2026, 11, 24)} == {True}


def test_yusufs_pay_is_reported_for_october_and_not_yet_for_november(town):
    blocks = {block.part: block for block in read(town, "SKV", YUSUF)}
    reported = [(fact.label, fact.net, fact.period_from) for fact in blocks["individuppgifter"].facts]
    assert reported == [("Lindhamns Bageri AB", 6208, dt.date(2026, 10, 1))]


def test_the_declared_rest_agency_is_read_by_the_declaration_that_comes_with_it(town):
    assert Path(town.folder / "rest-example.toml").is_file()
    found = read(town, "HAMN", KARIN)
    assert [block.outcome for block in found] == [Outcome.NOTHING_STATED]
    helped = read(town, "HAMN", NILS)
    assert {(fact.benefit, fact.net) for fact in helped[0].facts} == {("BAT", 350)}


@pytest.mark.parametrize("agency", ["AF", "CSN", "FK", "PM", "SKV", "SO"])
def test_nothing_of_what_the_law_gives_is_lost_on_the_way(town, agency):
    blocks = read(town, agency, KARIN if agency == "PM" else VIGGO)
    assert not [block for block in blocks if block.alarm or block.unknown]
    assert agency in lawful.GROUPS


@pytest.mark.parametrize(
    ("dial", "alarm"), [("wrong_person", "wrong_person"), ("bomb", ""), ("huge", ""), ("wrong_charset", ""), ("truncated", "")]
)
def test_what_goes_wrong_on_purpose_is_never_evidence(agencies, dial, alarm):
    for agency in ("AF", "FK", "PM", "HAMN"):
        agencies.turn(**{agency: {dial: 1}})
        blocks = read(agencies, agency, KARIN)
        assert {block.outcome for block in blocks} == {Outcome.ERROR}
        assert {block.alarm for block in blocks} == {alarm}


def test_who_has_no_employer_and_no_capital_has_nothing_stated_of_either(town):
    found = {block.part: block.outcome for block in read(town, "SKV", ANNA)}
    assert found["individuppgifter"] == found["skatteuppgifter"] == Outcome.NOTHING_STATED
