"""A process makes ready what it reads with when its first question leaves: not when it is imported, and not in anyone's request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from stadig.exchange import plans, queries
from stadig.exchange.tests.agencies import Plain, serve

pytestmark = pytest.mark.django_db(transaction=True)


class Slow(Plain):
    """Notes where it is made ready; ``fails`` when told to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.threads: list[str] = []

    def prepare(self) -> None:
        self.threads.append(threading.current_thread().name)
        if self.fails:
            raise ValueError("a schema that is none")


@pytest.mark.parametrize("fails", [False, True])
def test_a_contract_is_made_ready_once_beside_its_first_question_and_a_fault_there_stops_nothing(
    fails: bool,
    written: Any,
    asked: Callable[..., queries.LookupView],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    contract = Slow(fails=fails)
    monkeypatch.setattr(plans, "contract_of", lambda line: contract)
    with serve() as agencies:
        written(agencies)
        for agency in ("FK", "AF"):
            (one,) = asked(agencies=[agency]).agencies
            assert one.outcome == "data"
    assert contract.threads == ["exchange-prepare"]
    assert ("could not be made ready" in caplog.text) is fails
