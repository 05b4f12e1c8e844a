"""A lookup from permit to blocks, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stadig.exchange import actions, queries
from stadig.exchange.models import Block, Call
from stadig.exchange.tests.agencies import Agencies, Way

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(view: queries.LookupView) -> dict[str, str]:
    return {one.agency: str(one.outcome.value if one.outcome else "waiting") for one in view.agencies}


def test_every_agency_is_asked_and_its_answer_stored_sealed(
    agencies: Agencies, written: Any, permit: Any, worker: Any, finished: Callable[..., queries.LookupView]
) -> None:
    written(agencies)
    lookup = actions.ask(worker, permit().pk)
    view = finished(lookup)
    assert outcomes(view) == {"FK": "data", "AF": "data", "SKV": "data", "CSN": "data"}
    assert sorted(one.agencies for one in agencies.journal) == [("AF",), ("CSN",), ("FK",), ("SKV",)]
    assert {one.correlation for one in agencies.journal} == {
        str(one) for one in Call.objects.values_list("correlation_id", flat=True)
    }
    stored = Block.objects.get(agency="FK")
    assert stored.sealed and b"about" not in bytes(stored.sealed)
    fk = view.agency("FK")
    assert fk is not None
    assert fk.blocks[0].block.facts[0].label == "about 0423"
    assert fk.blocks[0].statute == "lagen om FK"
    assert fk.blocks[0].latency_ms is not None
    raw = queries.raw(fk.blocks[0].call or 0)
    assert raw.is_whole and raw.body and b'"said"' in raw.body


def test_an_agency_that_hangs_is_a_time_out_at_the_deadline_and_its_late_answer_replaces_it(
    agencies: Agencies, written: Any, permit: Any, worker: Any, finished: Callable[..., queries.LookupView]
) -> None:
    written(agencies, deadlines="agency_s = 0.4\nlate_s = 5.0")
    agencies.ways["AF"] = Way(after_s=1.2)
    lookup = actions.ask(worker, permit().pk)
    view = finished(lookup)
    assert outcomes(view) == {"FK": "data", "AF": "timeout", "SKV": "data", "CSN": "data"}
    row = queries.view(lookup.pk).lookup
    assert row.finished_at and row.finished_at <= row.deadline_at
    late = _until(lambda: queries.view(lookup.pk), lambda one: outcomes(one)["AF"] == "data")
    found = late.agency("AF")
    assert found is not None and found.blocks[0].late
    assert Block.objects.filter(agency="AF").count() == 2


def _until(get: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    import time

    for _ in range(200):
        found = get()
        if holds(found):
            return found
        time.sleep(0.03)
    raise AssertionError("It did not come to be.")
