"""What it means that a section which LEFI was asked for is not in the answer: nothing, until someone at the agency has said otherwise."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from stadig.exchange.contracts.lefi import Silence
from stadig.exchange.contracts.lefi_codes import BENEFITS
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import NOON, PERSON, incoming, lefi, question
from stadig.exchange.contracts.tests.test_lefi import UP, payment
from stadig.exchange.outcomes import Outcome, is_evidence, together
from stadig.exchange.terms import FK, PM, Block

SAID = Silence(NOON.date(), "Försäkringskassan, e-post 2026-11-20, dnr 17")
ABOUT = {"generellPersoninformation": [{"personnummer": PERSON, "skyddad": False}]}


@pytest.fixture
def entitled(tmp_path: Path) -> Path:
    """The saved list: we may ask for everything."""
    sections = {
        "formansinformation": BENEFITS[FK],
        "utbetalningar": BENEFITS[FK] + BENEFITS[PM],
        "preliminaraUtbetalningar": BENEFITS[FK] + BENEFITS[PM],
        "ansprak": BENEFITS[PM],
        "beslut": BENEFITS[PM],
        "ovrigInformation": ["FK:GEPI"],
    }
    file = tmp_path / "kinds.json"
    file.write_text(json.dumps({name: [{"kod": code} for code in codes] for name, codes in sections.items()}))
    return file


def _read(document: dict[str, Any], entitled: Path | None, silence: Silence = SAID, days: int = 0) -> tuple[Block, ...]:
    asked = dataclasses.replace(question(FK, PM), asked_at=NOON + dt.timedelta(days=days))
    found = []
    for name in ("lefi-9", "ssbtek-11"):
        contract = open_contract(name, folder=None, declaration=entitled, silence=silence)
        whole = {"utlamnare": UP, **document}
        came = lefi(whole, "11") if name == "ssbtek-11" else incoming(json.dumps(whole), 200, "application/json")
        found.append(contract.read(came, asked))
    assert [dataclasses.replace(one, facts=()) for one in found[0]] == [dataclasses.replace(one, facts=()) for one in found[1]]
    return found[0]


def test_from_the_day_the_agency_says_so_an_answer_without_a_section_has_nothing_there_and_says_how_it_is_known(
    entitled: Path,
) -> None:
    blocks = _read({"formansinformation": ABOUT}, entitled)
    assert {one.outcome for one in blocks} == {Outcome.NOTHING_STATED}
    assert {one.remarks for one in blocks} == {("silent",)}
    assert len(blocks) == 7


def test_a_real_answer_with_one_kind_of_payment_is_then_no_partial_answer(entitled: Path) -> None:
    held = {"formansinformation": {**ABOUT, "utbetalningsuppgift": [payment()], "sjukpenningarende": []}}
    assert together(one.outcome for one in _read(held, entitled) if one.agency == FK) == Outcome.DATA
    without = [one for one in _read(held, entitled, Silence()) if one.agency == FK]
    assert together(one.outcome for one in without) == Outcome.PARTIAL


def test_until_then_and_without_the_saved_list_and_without_a_source_silence_says_nothing(entitled: Path) -> None:
    held = {"formansinformation": ABOUT}
    for blocks in (
        _read(held, entitled, Silence()),
        _read(held, entitled, days=-1),
        _read(held, None),
        _read(held, entitled, Silence(NOON.date(), "")),
    ):
        assert {(one.outcome, one.error_code) for one in blocks} == {(Outcome.NOT_ENTITLED, "not_answered")}


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"formansinformation": None},
        {"formansinformation": {**ABOUT, "utbetalningsuppgifter": [payment()]}},
        {"formansinformation": ABOUT, "betalningar": [1]},
        {"formansinformation": ABOUT, "avvikelser": [{"avvikelse": {"kod": "INTERNT_FEL"}}]},
    ],
)
def test_what_is_not_understood_to_the_letter_is_still_evidence_of_nothing(held: dict[str, Any], entitled: Path) -> None:
    assert not [one for one in _read(held, entitled) if is_evidence(one.outcome)]


def test_a_section_that_is_null_is_not_left_out(entitled: Path) -> None:
    held = {"formansinformation": {**ABOUT, "utbetalningsuppgift": None, "barnbidragsarende": None}, "beslut": None}
    silent = {(one.agency, one.part) for one in _read(held, entitled) if one.error_code == "not_answered"}
    assert silent == {(FK, "utbetalningar"), (FK, "formansinformation"), (PM, "beslut")}


def test_a_deviation_stays_what_it_is(entitled: Path) -> None:
    named = {"formansgrupp": {"kod": "FK:SJP"}, "avvikelse": {"kod": "OBEHORIG"}}
    blocks = _read({"formansinformation": ABOUT, "avvikelser": {"utbetalningar": [named]}}, entitled)
    assert {one.part: one.outcome for one in blocks if one.agency == FK} == {
        "formansinformation": Outcome.NOTHING_STATED,
        "utbetalningar": Outcome.NOTHING_STATED,
        "utbetalningar FK:SJP": Outcome.NOT_ENTITLED,
        "preliminaraUtbetalningar": Outcome.NOTHING_STATED,
    }
