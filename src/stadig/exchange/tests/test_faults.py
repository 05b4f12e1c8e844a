"""What can go wrong between us and an agency, over real sockets: each has its own name, and none looks like "nothing stated"."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from stadig.city import clock, live
from stadig.city.models import AuditEntry
from stadig.exchange import actions, proving, queries
from stadig.exchange.models import Breaker, Call, Lookup
from stadig.exchange.telling import topic
from stadig.exchange.tests.agencies import Agencies, Way, serve
from stadig.exchange.tests.conftest import database_url, make_person
from stadig.exchange.tests.reading import codes, outcomes, process, until

pytestmark = pytest.mark.django_db(transaction=True)
Finished = Callable[..., queries.LookupView]


def test_whatever_hangs_every_lookup_is_answered_in_time(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies, deadlines="lookup_s = 1.5\nagency_s = 1.0\nlate_s = 1.0")
    for code in ("FK", "AF", "SKV", "CSN"):
        agencies.ways[code] = Way(after_s=30)
    view = asked()
    assert set(outcomes(view).values()) == {"timeout"}
    row = view.lookup
    assert row.finished_at is not None
    assert (row.finished_at - row.begun_at).total_seconds() <= 1.5
    given_up = until(lambda: list(Call.objects.values_list("fault", flat=True)), lambda all_: set(all_) == {"gave_up"})
    assert len(given_up) == 4
    assert outcomes(queries.view(row.id)) == outcomes(view)


def test_every_question_is_committed_before_it_reaches_the_agency(
    written: Any, monkeypatch: pytest.MonkeyPatch, asked: Finished
) -> None:
    seen: list[bool] = []
    real = Agencies.answer

    async def look_first(self: Agencies, request: Any) -> Any:
        asked = await request.json()
        with psycopg.connect(database_url(), autocommit=True) as other:
            row = other.execute("SELECT 1 FROM exchange_call WHERE correlation_id = %s", [asked["correlation"]]).fetchone()
            audit = other.execute("SELECT 1 FROM city_auditentry WHERE did = 'asked agencies'").fetchone()
        seen.append(row is not None and audit is not None)
        return await real(self, request)

    monkeypatch.setattr(Agencies, "answer", look_first)
    with serve() as watched:
        watched.ways["FK"] = Way(status=503, times=1)
        written(watched)
        asked()
        assert len(watched.journal) == 5
    assert seen == [True] * 5


def test_a_503_is_tried_once_more_and_both_questions_are_in_the_log(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies)
    agencies.ways["FK"] = Way(status=503, times=1)
    agencies.ways["AF"] = Way(status=503, times=2)
    view = asked(agencies=["FK", "AF"])
    assert outcomes(view) == {"FK": "data", "AF": "error"}
    rows = Call.objects.order_by("id").values_list("agencies", "attempt", "status")
    assert sorted(rows, key=str) == [(["AF"], 1, 503), (["AF"], 2, 503), (["FK"], 1, 503), (["FK"], 2, 200)]
    assert len(agencies.journal) == 4
    logged = sorted(str(one) for one in Call.objects.values_list("correlation_id", flat=True))
    assert sorted(one.correlation for one in agencies.journal) == logged


@pytest.mark.parametrize("way", [Way(status=500), Way(status=429), Way(drops=True), Way(status=302)])
def test_nothing_but_a_503_or_no_contact_is_tried_again(way: Way, agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies)
    agencies.ways["FK"] = way
    view = asked(agencies=["FK"])
    assert outcomes(view) == {"FK": "error"}
    assert len(agencies.journal) == 1
    assert Call.objects.count() == 1


def test_an_agency_that_cannot_be_reached_is_tried_twice_and_named_so(
    no_agencies: Agencies, written: Any, asked: Finished
) -> None:
    written(no_agencies)
    view = asked(agencies=["FK"])
    assert codes(view) == {"FK": "no_contact"}
    assert Call.objects.count() == 2


def test_a_connection_may_forbid_second_tries(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies, extra="retry = false")
    agencies.ways["FK"] = Way(status=503)
    asked(agencies=["FK"])
    assert len(agencies.journal) == 1


def test_a_second_question_by_agreement_has_the_firsts_correlation_id_and_a_row_of_its_own(
    agencies: Agencies, written: Any, asked: Finished
) -> None:
    written(agencies, extra="hedge_after_s = 0.2")
    agencies.ways["FK"] = Way(after_s=3, times=1)
    view = asked(agencies=["FK"])
    assert outcomes(view) == {"FK": "data"}
    assert len({one.correlation for one in agencies.journal}) == 1
    assert sorted(Call.objects.values_list("attempt", "fault")) == [(1, "overtaken"), (2, "")]


def test_an_answer_about_someone_else_is_thrown_away_and_told_loudly(
    agencies: Agencies, written: Any, caplog: pytest.LogCaptureFixture, asked: Finished
) -> None:
    written(agencies)
    agencies.ways["AF"] = Way(person="199101062397")
    view = asked(agencies=["AF"])
    (agency,) = view.agencies
    assert (agency.outcome, agency.blocks[0].block.alarm) == ("error", "wrong_person")
    call = Call.objects.get()
    assert call.raw_sealed is None
    assert call.raw_sha256
    assert AuditEntry.objects.filter(did="got an answer about someone else").count() == 1
    assert AuditEntry.objects.get(did="got answers").ids["not_kept"] == {str(call.correlation_id): "else"}
    assert list(proving.check()) == []
    assert "about someone else" in caplog.text
    assert "19910106" not in caplog.text


def test_ten_megabytes_are_refused_while_they_are_read(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies)
    agencies.ways["FK"] = Way(size=10_000_000)
    view = asked(agencies=["FK", "AF"])
    assert outcomes(view) == {"FK": "error", "AF": "data"}
    assert codes(view)["FK"] == "too_large"


def test_an_agency_that_is_closed_is_not_asked_and_it_is_said_when_it_opens(
    agencies: Agencies, written: Any, permit: Any, worker: Any, at: Callable[[str], Any]
) -> None:
    at("2026-11-24T23:30+01:00")
    written(agencies, after='[connection.hours.FK]\nweekdays = "06:00-22:00"\n')
    view = queries.view(actions.ask(worker, permit(agencies=["FK"]).pk).pk)
    (agency,) = view.agencies
    assert agency.outcome == "closed"
    assert agency.blocks[0].block.available_from == dt.datetime.fromisoformat("2026-11-25T06:00+01:00")
    assert agencies.journal == []
    assert view.lookup.finished_at


def test_agencies_of_one_connection_may_be_asked_together(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies, extra="together = true")
    view = asked()
    assert set(outcomes(view).values()) == {"data"}
    assert [set(one.agencies) for one in agencies.journal] == [{"FK", "AF", "SKV", "CSN"}]


def test_asking_again_touches_only_what_is_missing(
    agencies: Agencies, written: Any, permit: Any, asked: Finished, finished: Finished
) -> None:
    written(agencies)
    agencies.ways["FK"] = Way(says="parts")
    agencies.ways["AF"] = Way(status=500, times=1)
    agencies.ways["SKV"] = Way(says="not_entitled")
    first = asked()
    assert outcomes(first) == {"FK": "partial", "AF": "error", "SKV": "not_entitled", "CSN": "data"}
    agencies.journal.clear()
    once_more = permit()
    second = actions.ask_again(once_more.by, once_more.pk, first.lookup.id)
    finished(second)
    asked = {one.agencies: one.parts for one in agencies.journal}
    assert asked == {("FK",): {"FK": ["two"]}, ("AF",): {}}
    merged = queries.latest(17, first.lookup.person, (first.lookup.period_from, first.lookup.period_to))
    assert merged
    assert outcomes(merged) == {"FK": "data", "AF": "data", "SKV": "not_entitled", "CSN": "data"}
    assert merged.missing == {}
    third = permit()
    with pytest.raises(actions.NothingMissing):
        actions.ask_again(third.by, third.pk, second.pk)


def test_two_lookups_of_two_people_never_mix(
    agencies: Agencies, written: Any, permit: Any, finished: Finished, person: Any
) -> None:
    written(agencies, extra="at_once = 3")
    for code in ("FK", "AF", "SKV", "CSN"):
        agencies.ways[code] = Way(after_s=0.05)
    other = make_person("199101062397")
    permits = [permit(person=one) for one in (person, other) * 6]
    lookups = [actions.ask(one.by, one.pk) for one in permits]
    for lookup in lookups:
        view = finished(lookup)
        ends = {fact.label for agency in view.agencies for one in agency.blocks for fact in one.block.facts}
        assert ends == {"about 0423" if lookup.person_id == person.pk else "about 2397"}


def test_a_view_takes_at_most_three_questions_to_the_database(
    agencies: Agencies, written: Any, person: Any, django_assert_max_num_queries: Any, asked: Finished
) -> None:
    written(agencies)
    view = asked()
    period = (view.lookup.period_from, view.lookup.period_to)
    call = Call.objects.first()
    assert call
    for read in (
        lambda: queries.view(view.lookup.id),
        lambda: queries.latest(17, person.pk, period),
        lambda: queries.raw(call.pk),
    ):
        with django_assert_max_num_queries(3):
            read()


def test_a_breaker_that_opens_in_one_process_is_open_in_all(
    agencies: Agencies, written: Any, permit: Any, asked: Finished
) -> None:
    path = written(agencies)
    agencies.ways["FK"] = Way(drops=True)
    pks = [permit(agencies=["FK"]).pk for _ in range(5)]
    with process(path, *pks) as (other, said):
        assert said[-1] == "done"
        assert other.poll() is None
    assert Breaker.objects.get().state == "open"
    agencies.journal.clear()
    view = asked(agencies=["FK", "AF"])
    fk = view.agency("FK")
    assert fk is not None
    assert fk.outcome == "breaker_open"
    assert fk.blocks[0].block.available_from is not None
    assert [one.agencies for one in agencies.journal if "FK" in one.agencies] == []


def test_an_open_breaker_is_tried_with_a_question_about_no_one(agencies: Agencies, written: Any, asked: Finished) -> None:
    written(agencies)
    past = clock.real_now() - dt.timedelta(seconds=1)
    Breaker.objects.create(connection="test", agency="FK", state="open", since=past, try_at=past)
    agencies.well = False
    view = asked(agencies=["FK"])
    assert outcomes(view) == {"FK": "breaker_open"}
    assert (agencies.probed, agencies.journal) == (1, [])
    assert Call.objects.get().fault == "probe_failed"
    Breaker.objects.update(state="open", try_at=past)
    agencies.well = True
    view = asked(agencies=["FK"])
    assert outcomes(view) == {"FK": "data"}
    assert agencies.probed == 2
    assert Breaker.objects.get().state == "shut"


def test_what_is_missing_is_asked_again_in_the_background_while_the_owner_gives_a_permit(
    agencies: Agencies, written: Any, permit: Any, asked: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from stadig.exchange import again, purposes
    from stadig.exchange.tests.conftest import PURPOSE

    given: list[tuple[str, ...]] = []

    def renew(lookup: Lookup, missing: tuple[str, ...]) -> Any:
        given.append(missing)
        return permit(agencies=missing) if len(given) < 2 else None

    monkeypatch.setattr(purposes, "_known", {})
    purposes.register(PURPOSE, "Prov", lambda *_: True, renew=renew)
    written(agencies)
    agencies.ways["AF"] = Way(status=500)
    first = asked()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'lookup_id', extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs "
            "WHERE task_name = 'exchange.ask_missing'"
        )
        ((lookup, seconds),) = cursor.fetchall()
    assert int(lookup) == first.lookup.id
    assert 40 < float(seconds) <= 60
    agencies.journal.clear()
    with psycopg.connect(database_url(), autocommit=True) as listener:
        listener.execute(f"LISTEN {live.CHANNEL}")
        second = again.ask_missing(first.lookup.id)
        assert second
        until(lambda: Lookup.objects.get(pk=second.pk).finished_at, bool)
        told = [json.loads(one.payload)["topic"] for one in listener.notifies(timeout=0.5)]
    assert told.count(topic(first.lookup.id)) == 2, "an open page hears of it when it is asked and when it is answered"
    assert told.index(topic(first.lookup.id)) == 0
    assert second.again_of_id == first.lookup.id
    assert [one.agencies for one in agencies.journal] == [("AF",)]
    assert again.ask_missing(first.lookup.id) is None, "the owner gives no permit when the case is closed"
    assert given == [("AF",), ("AF",)]
