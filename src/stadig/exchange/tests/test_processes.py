"""A process that is killed, or stops, in the middle of a lookup: every question that left is in the log."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Callable
from typing import Any

import pytest

from stadig.city import clock
from stadig.city.models import AuditEntry
from stadig.exchange import actions, proving, queries, running, sweeping
from stadig.exchange.models import Block, Call, Lookup
from stadig.exchange.tests.agencies import Agencies, Way
from stadig.exchange.tests.reading import codes, outcomes, process, until

pytestmark = pytest.mark.django_db(transaction=True)
Finished = Callable[..., queries.LookupView]


def test_a_process_killed_in_the_middle_leaves_every_question_in_the_log_and_its_lookup_is_swept(
    agencies: Agencies, written: Any, permit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(agencies)
    agencies.ways["AF"] = agencies.ways["CSN"] = Way(after_s=30)
    with process(path, permit().pk, wait_for="first") as (other, said):
        until(lambda: len(agencies.journal), lambda count: count == 4)
        lookup = int(said[0])
        until(lambda: Block.objects.filter(lookup=lookup).count(), lambda count: count == 2)
        other.send_signal(signal.SIGKILL)
        other.wait()
    logged = {str(one) for one in Call.objects.values_list("correlation_id", flat=True)}
    assert {one.correlation for one in agencies.journal} <= logged
    assert AuditEntry.objects.filter(did="asked agencies").count() == 1
    assert Lookup.objects.get().finished_at is None
    assert sweeping.sweep(None) == 0, "it may still be alive"
    Lookup.objects.update(deadline_at=clock.real_now() - dt.timedelta(seconds=1))
    assert outcomes(queries.view(lookup)) == {"FK": "data", "AF": "timeout", "SKV": "data", "CSN": "timeout"}
    monkeypatch.setattr(sweeping, "AFTER", dt.timedelta(0))
    assert sweeping.sweep(None) == 1
    view = queries.view(lookup)
    assert outcomes(view) == {"FK": "data", "AF": "error", "SKV": "data", "CSN": "error"}
    assert codes(view)["AF"] == "interrupted"
    assert view.lookup.finished_at
    assert not Call.objects.filter(answered_at=None).exists()
    assert AuditEntry.objects.filter(did="got answers").count() == 1
    assert sweeping.sweep(None) == 0
    assert list(proving.check()) == [], "what came before the process died is as the log says"


def test_a_process_that_stops_notes_what_was_under_way(agencies: Agencies, written: Any, permit: Any, worker: Any) -> None:
    written(agencies)
    agencies.ways["AF"] = Way(after_s=30)
    lookup = actions.ask(worker, permit().pk)
    until(lambda: len(agencies.journal), lambda count: count == 4)
    running.stop()
    view = queries.view(lookup.pk)
    assert outcomes(view) == {"FK": "data", "AF": "error", "SKV": "data", "CSN": "data"}
    assert codes(view)["AF"] == "interrupted"
    assert view.lookup.finished_at
