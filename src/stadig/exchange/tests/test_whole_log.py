"""After real questions over real sockets the log is whole, and nothing of the person or the answers stands anywhere in clear."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from stadig.city import audit_chain
from stadig.city.testing import traces
from stadig.exchange import actions, queries
from stadig.exchange.models import Block, Call
from stadig.exchange.sealed import Told
from stadig.exchange.tests.agencies import Agencies, Way

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "19121212" + "1212"


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "It did not come to be."
        time.sleep(0.03)


def test_the_log_is_whole_after_answers_faults_time_outs_and_a_late_answer(
    agencies: Agencies, written: Any, permit: Any, worker: Any, finished: Callable[..., queries.LookupView]
) -> None:
    written(agencies, deadlines="agency_s = 0.5\nlate_s = 5.0")
    agencies.ways |= {"AF": Way(after_s=1.0), "SKV": Way(status=500)}
    lookup = actions.ask(worker, permit(agencies=["FK", "AF", "SKV", "CSN", "TNS"]).pk)
    finished(lookup)
    assert audit_chain.verify().faults == []
    _until(lambda: Block.objects.filter(agency="AF").count() == 2)
    assert audit_chain.verify().faults == []
    actions.record_reading(worker, lookup.pk, "printed")
    again = permit(agencies=["SKV"])
    finished(actions.ask_again(worker, again.pk, lookup.pk))
    from stadig.city import clock

    actions.note_manual(worker, permit(agencies=["SKV"]).pk, "SKV", Told("Växeln", clock.now(), "Inget att lämna"))
    assert audit_chain.verify().faults == []


def test_what_a_real_lookup_left_is_found_when_it_is_touched(
    agencies: Agencies, written: Any, permit: Any, worker: Any, finished: Callable[..., queries.LookupView]
) -> None:
    written(agencies)
    finished(actions.ask(worker, permit().pk))
    Block.objects.filter(agency="CSN").update(outcome="nothing_stated")
    Call.objects.filter(agencies=["FK"]).delete()
    faults = audit_chain.verify().faults
    assert any("Utfallet för CSN" in one for one in faults), faults
    assert any("är borttaget" in one for one in faults), faults


def test_no_table_job_session_or_first_result_holds_the_number_or_an_answer(
    agencies: Agencies, written: Any, permit: Any, worker: Any, finished: Callable[..., queries.LookupView]
) -> None:
    written(agencies, deadlines="agency_s = 0.5")
    agencies.ways |= {"AF": Way(after_s=3.0), "SKV": Way(status=500)}
    lookup = actions.ask(worker, permit().pk, request_id="00000000-0000-4000-8000-0000000000aa")  # type: ignore[arg-type]
    view = finished(lookup)
    assert view.agency("FK").blocks[0].block.facts  # type: ignore[union-attr]
    assert traces(NUMBER, NUMBER[2:], f"{NUMBER[:8]}-{NUMBER[8:]}", "about 0423") == []
