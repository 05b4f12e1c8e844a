"""Money that no month could hold is evidence of nothing, and neither is an answer with a name in it that the contract does not have."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import ALL, incoming, question, tied
from stadig.exchange.outcomes import EVIDENCE
from stadig.exchange.terms import AF, AGENCIES, SO, TNS, Block, Fact

TEN = open_contract("ssbtek-10", folder=None)
ODD = ["NaN", "Infinity", "-1234", "1e5", "0x10", "１２３", "\u0661", "--5", "1_000", "1,234.50", "12 345 kr", "null"]
DAYS = ["2026-02-30", "9999-12-31", "0001-01-01", "20261301", "２０２６-10-01", "i går"]


@pytest.fixture(scope="module")
def whole(reference_data: Callable[[str], Path]) -> bytes:
    return tied(reference_data(ALL).read_bytes())


def _read(root: etree._Element) -> dict[tuple[str, str], Block]:
    blocks = TEN.read(incoming(etree.tostring(root)), question())
    assert {block.agency for block in blocks} == set(AGENCIES)
    return {(block.agency, block.part): block for block in blocks if block.outcome in EVIDENCE}


def _each(whole: bytes) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Each element of an answer, in a copy of it."""
    for number in range(sum(1 for _ in etree.fromstring(whole).iter(etree.Element))):
        root = etree.fromstring(whole)
        yield root, list(root.iter(etree.Element))[number]


def _beneath(element: etree._Element) -> str:
    """The agency that an element stands beneath."""
    lineage = [etree.QName(one).localname for one in element.iterancestors()][::-1]
    return lineage[4] if len(lineage) > 4 else ""


def test_no_number_or_day_that_is_none_becomes_money_that_counts(whole: bytes) -> None:
    for name, several in (("NettoEfterAvdrag", ODD), ("Utbetalningsdatum", DAYS)):
        for text in several:
            root = etree.fromstring(whole)
            (one,) = root.iter("{*}" + name)
            one.text = text
            assert (SO, "Testorganisation") not in _read(root), (name, text)


def test_an_amount_with_a_space_and_a_comma_is_read_as_it_is_written_in_swedish(whole: bytes) -> None:
    root = etree.fromstring(whole)
    (one,) = root.iter("{*}NettoEfterAvdrag")
    one.text = "1 234,50"
    (fact,) = _read(root)[SO, "Testorganisation"].facts
    assert str(fact.net) == "1234.50"


def test_a_payment_without_any_day_is_evidence_of_nothing(whole: bytes) -> None:
    root = etree.fromstring(whole)
    for name in ("Utbetalningsdatum", "AvserFrom", "AvserTom"):
        (one,) = root.iter("{*}" + name)
        one.getparent().remove(one)
    block = next(one for one in TEN.read(incoming(etree.tostring(root)), question()) if one.agency == SO)
    assert (block.outcome, block.unknown) == ("unknown_code", ("payment=no_day",))


def test_a_name_that_the_contract_does_not_have_makes_the_agencys_answer_no_evidence(whole: bytes) -> None:
    for root, one in _each(whole):
        agency = _beneath(one)
        if agency not in {AF, SO, TNS} or not ((one.text or "").strip() or len(one)):
            continue
        if one.getparent() is not None and etree.QName(one.getparent()).localname in {"Fraga", agency, "data"}:
            continue
        if agency == SO and "ArbetsloshetsersattningLista" not in {etree.QName(a).localname for a in one.iterancestors()}:
            continue
        if "AktivetetsRapportDatum" in {etree.QName(a).localname for a in one.iterancestors()}:
            continue
        name = etree.QName(one).localname
        one.tag = "nytt"
        assert not [key for key in _read(root) if key[0] == agency], name


def test_an_answer_that_says_everything_twice_or_backwards_states_no_other_facts(whole: bytes) -> None:
    before = _read(etree.fromstring(whole))
    stated = set().union(*({_plain(fact) for fact in block.facts} for block in before.values()))
    for change in ("twice", "backwards"):
        for root, one in _each(whole):
            if change == "twice" and one.getparent() is not None:
                one.addnext(copy.deepcopy(one))
            elif change == "backwards":
                one[:] = list(one)[::-1]
            for block in _read(root).values():
                assert {_plain(fact) for fact in block.facts} <= stated, (change, one.tag)


def _plain(fact: Fact) -> tuple[object, ...]:
    """All of a fact but where it stands."""
    return (
        fact.kind,
        fact.benefit,
        fact.net,
        fact.gross,
        fact.pay_date,
        fact.period_from,
        fact.period_to,
        fact.days,
        fact.values,
    )
