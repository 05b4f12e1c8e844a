"""The agencies' own sample answers, also those that break their own schemas, say what stands in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import ALL, SAMPLES, incoming, of, question, tied, value
from stadig.exchange.outcomes import Outcome, together
from stadig.exchange.terms import AF, AGENCIES, CSN, FK, MIV, PM, SKV, SO, TNS, Block, Kind

Data = Callable[[str], Path]
TEN = open_contract("ssbtek-10", folder=None)
ELEVEN = open_contract("ssbtek-11", folder=None)


@pytest.fixture
def sample(reference_data: Data) -> Callable[[str], tuple[Block, ...]]:
    def read(agency: str) -> tuple[Block, ...]:
        body = tied(reference_data(f"{SAMPLES}/{agency.lower()}-response.xml").read_bytes())
        return TEN.read(incoming(body), question(agency))

    return read


def test_arbetsformedlingen_states_registration_and_fund(sample) -> None:
    block = of(sample(AF), AF)
    registered, fund = block.facts
    assert block.outcome == Outcome.DATA
    assert (registered.kind, registered.benefit, registered.period_from) == (Kind.STATUS, "ARBETSSOKANDE", dt.date(2016, 11, 18))
    assert (value(registered, "registered"), value(registered, "category"), value(registered, "extent")) == (
        "true",
        "Anställd",
        "100",
    )
    assert (fund.benefit, value(fund, "fund")) == ("AKASSA", "Test ak")


def test_csn_in_an_older_version_states_nothing_but_never_spoke_of_the_newest_support(sample) -> None:
    blocks = sample(CSN)
    assert of(blocks, CSN).outcome == Outcome.NOTHING_STATED
    silent = of(blocks, CSN, "omstallningsstudiestod")
    assert (silent.outcome, silent.error_code) == (Outcome.UNKNOWN_CODE, "not_answered")
    assert together(block.outcome for block in blocks) == Outcome.PARTIAL


def test_lefi_that_only_says_it_is_up_states_nothing_about_anyone(sample) -> None:
    blocks = sample(FK)
    assert {block.outcome for block in blocks} == {Outcome.NOT_ENTITLED}
    assert {block.error_code for block in blocks} == {"not_answered"}


def test_skatteverket_states_capital(sample) -> None:
    block = of(sample(SKV), SKV)
    (capital,) = block.facts
    assert block.outcome == Outcome.DATA
    assert (capital.kind, capital.benefit, capital.gross) == (Kind.INCOME, "KAPITAL", Decimal(12345))
    assert (value(capital, "year"), value(capital, "surplus")) == ("2001", "666")


def test_an_unemployment_fund_states_a_payment(sample) -> None:
    block = of(sample(SO), SO, "Testorganisation")
    (paid,) = block.facts
    assert block.outcome == Outcome.DATA
    assert (paid.kind, paid.benefit, paid.net, paid.days) == (Kind.PAYMENT, "AKASSA", Decimal("1250.50"), Decimal(2))
    assert (paid.pay_date, paid.period_from, paid.period_to) == (
        dt.date(2013, 11, 23),
        dt.date(2013, 11, 3),
        dt.date(2013, 11, 3),
    )
    assert not paid.planned


def test_transportstyrelsen_states_two_vehicles(sample) -> None:
    block = of(sample(TNS), TNS)
    assert block.outcome == Outcome.DATA
    assert [(fact.label, fact.benefit, value(fact, "regnr")) for fact in block.facts] == [
        ("Volvo V70", "PERSONBIL", "ABC001"),
        ("HONDA SH300A", "MOTORCYKEL", "ABC002"),
    ]


def test_migrationsverket_states_a_permanent_permit(sample) -> None:
    block = of(sample(MIV), MIV)
    (permit,) = block.facts
    assert block.outcome == Outcome.DATA
    assert (permit.kind, permit.benefit, permit.final) == (Kind.PERMIT, "PUT", True)
    assert (value(permit, "validity"), value(permit, "decided"), value(permit, "applied")) == (
        "PERMANENT",
        "1998-05-12",
        "1997-09-12",
    )


def test_all_agencies_in_one_answer_give_at_least_a_block_each(reference_data: Data) -> None:
    blocks = TEN.read(incoming(tied(reference_data(ALL).read_bytes())), question())
    assert [agency for agency in AGENCIES if any(block.agency == agency for block in blocks)] == list(AGENCIES)
    assert {agency: together(b.outcome for b in blocks if b.agency == agency) for agency in AGENCIES} == {
        FK: Outcome.NOT_ENTITLED,
        AF: Outcome.DATA,
        SKV: Outcome.DATA,
        PM: Outcome.ERROR,
        CSN: Outcome.PARTIAL,
        SO: Outcome.DATA,
        MIV: Outcome.DATA,
        TNS: Outcome.DATA,
    }


def test_an_agency_that_was_asked_and_is_not_in_the_answer_is_a_fault(reference_data: Data) -> None:
    body = reference_data(f"{SAMPLES}/af-response.xml").read_bytes()
    block = of(TEN.read(incoming(body), question(AF, SO)), SO)
    assert (block.outcome, block.error_code) == (Outcome.ERROR, "no_answer")


def test_one_of_skatteverkets_parts_may_fail_while_the_others_answer(reference_data: Data) -> None:
    body = reference_data("exchange/ssbtek-v11/skv-partial-response.xml").read_bytes()
    blocks = ELEVEN.read(incoming(body), question(SKV))
    employers = of(blocks, SKV, "individuppgifter")
    assert (employers.outcome, employers.error_code, employers.error_source) == (Outcome.ERROR, "404", "agency")
    refund, _balance = of(blocks, SKV, "skattekonto").facts
    assert (refund.kind, refund.net, refund.pay_date) == (Kind.PAYMENT, Decimal(12000), dt.date(2013, 4, 18))
    capital, _rest = of(blocks, SKV, "skatteuppgifter").facts
    assert (capital.benefit, capital.gross, value(capital, "year")) == ("KAPITAL", Decimal(249814), "2024")
    assert of(blocks, SKV, "foretagsinformation").outcome == Outcome.DATA
    assert together(block.outcome for block in blocks) == Outcome.PARTIAL


def test_what_the_law_does_not_give_of_the_tax_account_is_dropped_on_arrival(reference_data: Data) -> None:
    body = reference_data("exchange/ssbtek-v11/skv-partial-response.xml").read_bytes()
    lawful = {SKV: frozenset({"identity", "capital", "tax_refund", "employer_declaration"})}
    blocks = ELEVEN.read(incoming(body), question(SKV, keep=lawful))
    account, taxes = of(blocks, SKV, "skattekonto"), of(blocks, SKV, "skatteuppgifter")
    assert [fact.benefit for fact in account.facts] == ["SKATTEKONTO"]
    assert account.dropped == ("status:SKATTEKONTO",)
    assert [fact.benefit for fact in taxes.facts] == ["KAPITAL"]
    assert taxes.dropped == ("status:SKATT",)
    assert [block.part for block in blocks] == ["individuppgifter", "skattekonto", "skatteuppgifter"]


def test_the_health_probe_tells_which_agency_does_not_answer(reference_data: Data) -> None:
    body = reference_data("exchange/ssbtek-v11/testa-response.xml").read_bytes()
    probed = {probe.agency: (probe.reached, probe.error_code) for probe in ELEVEN.read_probe(incoming(body))}
    assert probed[AF] == (True, "")
    assert probed[FK] == probed[PM] == (False, "LEFI-VERSION")
