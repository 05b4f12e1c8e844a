"""An answer that X-Road marks as its own error is no agency's, whatever status and content stand beside the mark."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import PERSON, answer, incoming, lefi, question
from stadig.exchange.contracts.tests.test_messages import AF_ANSWER
from stadig.exchange.contracts.tests.test_rest import DECLARED
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import AF, FK, PM, Block, Contract, Incoming

MARKED = {"x-road-error": "Server.ServerProxy.ServiceFailed"}
COMPOSITE = open_contract("ssbtek-10", folder=None)
DIRECT = open_contract("lefi-9", folder=None)


def _marked(found: Incoming) -> Incoming:
    return dataclasses.replace(found, headers=MARKED)


def _theirs(blocks: tuple[Block, ...], code: str) -> None:
    assert blocks
    for block in blocks:
        assert (block.outcome, block.error_source, block.error_code) == (Outcome.ERROR, "composite", code)
        assert not block.facts


@pytest.fixture
def declared(tmp_path: Path) -> Contract:
    file = tmp_path / "boka.toml"
    file.write_text(DECLARED)
    return open_contract("rest", folder=None, declaration=file)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [(204, "", "nothing_stated"), (404, "", "no_match"), (451, "", "not_entitled"), (200, "full", "nothing_stated")],
)
def test_what_a_status_means_at_the_agency_it_does_not_mean_on_the_way(
    declared: Contract, status: int, body: str, outcome: str
) -> None:
    text = json.dumps({"subject": {"id": PERSON}, "status": "OK", "payments": []}) if body else ""
    said = incoming(text, status, "application/json")
    assert [block.outcome for block in declared.read(said, question("BOKA"))] == [outcome]
    codes = {204: "http_failed", 404: "http_not_found", 451: "http_failed", 200: "http_failed"}
    _theirs(declared.read(_marked(said), question("BOKA")), codes[status])


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_a_marked_answer_of_lefi_states_nothing_and_refuses_nothing(status: int) -> None:
    states = [{"utlamnare": {"kod": kod}, "tillstand": {"kod": "OK"}} for kod in ("FK", "PM")]
    said = incoming(json.dumps({"utlamnare": states, "utbetalningar": []}), status, "application/json")
    codes = {200: "http_failed", 403: "http_unauthorised", 404: "http_not_found", 500: "http_failed"}
    _theirs(DIRECT.read(_marked(said), question(FK, PM)), codes[status])


def test_a_marked_answer_of_the_composite_service_states_nothing() -> None:
    whole = answer(AF_ANSWER)
    assert [block.outcome for block in COMPOSITE.read(whole, question(AF))] == [Outcome.DATA]
    _theirs(COMPOSITE.read(_marked(whole), question(AF)), "http_failed")
    _theirs(COMPOSITE.read(_marked(dataclasses.replace(lefi({}), status=503)), question(FK, PM)), "http_unavailable")


def test_a_fault_of_the_agencys_own_keeps_its_source() -> None:
    (block,) = DIRECT.read(incoming("{}", 500, "application/json"), question(FK))
    assert (block.error_source, block.error_code) == ("agency", "http_failed")


def test_every_message_of_x_road_with_the_mark_is_the_infrastructures(reference_data: Callable[[str], Path]) -> None:
    for file in sorted(reference_data("exchange/x-road/queries").iterdir()):
        for contract in (COMPOSITE, DIRECT):
            for block in contract.read(Incoming(500, "", file.read_bytes(), MARKED), question(FK)):
                assert (block.outcome, block.error_source) == (Outcome.ERROR, "composite"), file.name
