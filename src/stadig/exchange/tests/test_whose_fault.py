"""Whose a fault is and whose an answer, over real sockets: what says so reaches the reader, and what is not ours is thrown away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stadig.city.models import AuditEntry
from stadig.exchange import plans, proving, queries
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import PERSON, answer
from stadig.exchange.contracts.tests.test_messages import AF_ANSWER
from stadig.exchange.models import Call
from stadig.exchange.terms import Block, Incoming, Question
from stadig.exchange.tests.agencies import Agencies, Plain, Way

pytestmark = pytest.mark.django_db(transaction=True)
THEIRS = {"X-Road-Error": "Server.ServerProxy.ServiceFailed", "X-Road-Request-Id": "1"}


class Read(Plain):
    """Asks in plain words, and reads as a real contract does."""

    def __init__(self, name: str) -> None:
        self.real = open_contract(name, folder=None)
        self.headers: list[dict[str, str]] = []

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        self.headers.append(dict(answer.headers))
        return self.real.read(answer, question)


@pytest.mark.parametrize("said", [(THEIRS, "composite"), ({}, "agency")])
def test_a_fault_marked_by_x_road_is_the_infrastructures_and_one_without_the_mark_the_agencys(
    said: tuple[dict[str, str], str],
    agencies: Agencies,
    written: Any,
    asked: Callable[..., queries.LookupView],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers, source = said
    written(agencies)
    contract = Read("lefi-9")
    monkeypatch.setattr(plans, "contract_of", lambda line: contract)
    agencies.ways["FK"] = Way(status=500, raw=b'{"type": "Server.ServerProxy.ServiceFailed", "message": "x"}', headers=headers)
    (one,) = asked(agencies=["FK"]).agencies
    found = one.blocks[0].block
    assert (found.outcome, found.error_source, found.error_code) == ("error", source, "http_failed")
    assert contract.headers == [{name: value for name, value in headers.items() if name == "X-Road-Error"}]


def test_a_soap_message_of_x_road_with_its_mark_is_an_error_of_the_infrastructure_and_its_bytes_are_kept(
    reference_data: Callable[[str], Path],
    agencies: Agencies,
    written: Any,
    asked: Callable[..., queries.LookupView],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(agencies)
    monkeypatch.setattr(plans, "contract_of", lambda line: Read("ssbtek-10"))
    data = reference_data("exchange/x-road/queries/simple-comment.answer").read_bytes()
    agencies.ways["FK"] = Way(raw=data, headers=THEIRS)
    (one,) = asked(agencies=["FK"]).agencies
    found = one.blocks[0].block
    assert (found.outcome, found.error_source, found.error_code) == ("error", "composite", "http_failed")
    assert Call.objects.get().raw_bytes == len(data)


def test_an_answer_to_another_question_is_thrown_away_and_told_loudly(
    agencies: Agencies,
    written: Any,
    asked: Callable[..., queries.LookupView],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    written(agencies)
    monkeypatch.setattr(plans, "contract_of", lambda line: Read("ssbtek-10"))
    other = "<b:korrelationsid>00000000-0000-0000-0000-000000000001</b:korrelationsid>"
    agencies.ways["AF"] = Way(raw=answer(AF_ANSWER, before=other).body)
    (one,) = asked(agencies=["AF"]).agencies
    found = one.blocks[0].block
    assert (found.outcome, found.error_code, found.alarm, found.facts) == ("error", "wrong_answer", "wrong_answer", ())
    assert Call.objects.get().raw_sealed is None
    assert AuditEntry.objects.filter(did="got an answer to another question").count() == 1
    assert "was to another question" in caplog.text
    assert not list(proving.check())


def test_a_remark_on_an_answer_is_kept_with_its_block(
    agencies: Agencies, written: Any, asked: Callable[..., queries.LookupView], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(agencies)
    monkeypatch.setattr(plans, "contract_of", lambda line: Read("ssbtek-10"))
    untied = answer(AF_ANSWER, before="").body.replace(PERSON.encode(), b"195401030423")
    agencies.ways["AF"] = Way(raw=untied)
    (one,) = asked(agencies=["AF"]).agencies
    found = one.blocks[0].block
    assert (found.outcome, found.remarks) == ("data", ("no_correlation_id",))
