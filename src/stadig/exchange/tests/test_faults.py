"""What can go wrong between us and an agency, over real sockets: each has its own name, and none looks like "nothing stated"."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stadig.city import clock
from stadig.city.models import AuditEntry
from stadig.exchange import actions, proving, queries, running, sweeping
from stadig.exchange.models import Block, Breaker, Call, Lookup
from stadig.exchange.tests.agencies import Agencies, Plain, Way, serve
from stadig.exchange.tests.conftest import database_url, make_person

pytestmark = pytest.mark.django_db(transaction=True)
Finished = Callable[..., queries.LookupView]


def outcomes(view: queries.LookupView) -> dict[str, str]:
    return {one.agency: str(one.outcome.value if one.outcome else "waiting") for one in view.agencies}


def codes(view: queries.LookupView) -> dict[str, str]:
    return {one.agency: one.blocks[0].block.error_code for one in view.agencies}


def until(get: Callable[[], Any], holds: Callable[[Any], bool], seconds: float = 10.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = get()
        if holds(found):
            return found
        time.sleep(0.03)
    raise AssertionError("It did not come to be.")


@pytest.fixture(autouse=True)
def _whole_seconds_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at anew in each test."""
    from stadig.exchange import looking

    looking.forget()


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


@contextmanager
def process(path: Path, *permits: int, wait_for: str = "done") -> Any:
    """Another process that spends permits; gives it and what it has said."""
    env = os.environ | {"DATABASE_URL": database_url(), "STADIG_EXCHANGE": str(path)}
    command = [sys.executable, "-m", "stadig.exchange.tests.process", *map(str, permits)]
    other = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    said: list[str] = []
    try:
        while wait_for not in said:
            line = other.stdout.readline()
            assert line, "the process ended"
            said.append(line.strip())
            if wait_for == "first":
                break
        yield other, said
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


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


@pytest.fixture
def papers(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """``papers("server", days=10)`` → certificate and key, vouched for by themselves."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(name: str, *, days: int) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        last = clock.real_now() + dt.timedelta(days=days)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(last - dt.timedelta(days=400))
            .not_valid_after(last)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        paper, secret = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        paper.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        secret.write_bytes(key.private_bytes(*form))
        secret.chmod(0o600)
        return paper, secret

    return make


def test_an_expired_certificate_stops_the_question_before_it_leaves_and_says_so(
    agencies: Agencies, written: Any, permit: Any, worker: Any, papers: Any
) -> None:
    from stadig.exchange.certificates import validity
    from stadig.exchange.connections import connections

    papers("client", days=-1)
    path = written(agencies, extra='certificate = "client.pem"\nkey = "client.key"')
    path.write_text(path.read_text().replace("http://127.0.0.1", "https://localhost"))
    view = queries.view(actions.ask(worker, permit(agencies=["FK"]).pk).pk)
    (agency,) = view.agencies
    assert (agency.outcome, agency.blocks[0].block.error_code) == ("error", "certificate_expired")
    assert agency.blocks[0].block.error_source == "self"
    assert not Call.objects.exists()
    (one,) = connections().connections
    found = validity(one.name, one.certificate)
    assert found.trouble == "certificate_expired"
    assert "Fetch a new one" in found.message


def test_a_certificate_that_soon_expires_and_a_key_that_others_may_read_are_findings(papers: Any) -> None:
    from stadig.exchange import looking
    from stadig.exchange.certificates import Certificate, validity

    paper, secret = papers("client", days=12)
    assert validity("x", Certificate(paper, secret, None)).trouble == "soon"
    secret.chmod(0o644)
    paper.touch()
    looking.forget()
    found = validity("x", Certificate(paper, secret, None))
    assert found.trouble == "key_open_to_others"
    assert f"chmod 600 {secret}" in found.message
    assert validity("x", Certificate(paper.with_name("gone.pem"), secret, None)).trouble == "certificate_missing"


def test_a_server_that_cannot_prove_who_it_is_gets_no_question(written: Any, papers: Any, asked: Finished) -> None:
    paper, secret = papers("server", days=10)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper, secret)
    with serve(context) as agencies:
        written(agencies)
        view = asked(agencies=["FK"])
        assert codes(view) == {"FK": "certificate_untrusted"}
        assert agencies.journal == []
        written(agencies, extra='ca = "server.pem"')
        from stadig.exchange import looking

        looking.forget()
        view = asked(agencies=["FK"])
        assert outcomes(view) == {"FK": "data"}


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
    second = again.ask_missing(first.lookup.id)
    assert second
    until(lambda: Lookup.objects.get(pk=second.pk).finished_at, bool)
    assert second.again_of_id == first.lookup.id
    assert [one.agencies for one in agencies.journal] == [("AF",)]
    assert again.ask_missing(first.lookup.id) is None, "the owner gives no permit when the case is closed"
    assert given == [("AF",), ("AF",)]


def test_the_engine_reads_what_any_contract_gives_and_never_falls_silent() -> None:
    """A contract that breaks, or leaves an agency out, gives blocks that say so."""
    import uuid

    from stadig.exchange.connections import Connection
    from stadig.exchange.fanout import Reply
    from stadig.exchange.plans import PlannedCall
    from stadig.exchange.storing import read
    from stadig.exchange.terms import Asker, Outgoing, Question

    question = Question(
        ("FK", "AF"), "195401030423", dt.date(2026, 9, 1), dt.date(2026, 11, 30), "x", {}, "1", Asker("1", "x", "y"),
        uuid.uuid4(), clock.real_now(),
    )  # fmt: skip
    line: Connection = None  # type: ignore[assignment]
    call = PlannedCall(1, line, Plain(), question, Outgoing("POST", "", {}), 1, False)
    found = read(call, Reply(200, "application/json", b"not JSON at all"))
    assert [(one.agency, one.outcome, one.error_code) for one in found] == [
        ("FK", "error", "unreadable"),
        ("AF", "error", "unreadable"),
    ]


def test_whoever_alters_anything_stored_of_a_lookup_changes_its_digest(agencies: Agencies, written: Any, asked: Finished) -> None:
    """Each column of each table once, and each row removed: the audit log's digest is no longer that of what is stored."""
    from django.db import connection, transaction

    from stadig.exchange import digest

    written(agencies)
    agencies.ways["AF"] = Way(status=500)
    pk = asked().lookup.id
    logged = AuditEntry.objects.filter(did="got answers", what_id=str(pk)).get().ids["digest"]
    assert digest.of(pk) == logged
    withheld = {"withheld_to", "withheld_by"}  # decided later, with a row in the log of its own
    unseen = {"id", "raw_sealed"} | withheld
    tables = {
        "exchange_permit": ("id = (SELECT permit_id FROM exchange_lookup WHERE id = %s)", unseen),
        "exchange_lookup": ("id = %s", unseen | {"permit_id"}),
        "exchange_call": ("lookup_id = %s", unseen | {"lookup_id"}),
        "exchange_block": ("lookup_id = %s", unseen | {"lookup_id"}),
    }
    kept: list[str] = []
    with connection.cursor() as cursor:
        for table, (where, skipped) in tables.items():
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'",
                [table],
            )
            for column, kind in cursor.fetchall():
                if column not in skipped and not _altered(cursor, table, column, kind, where, pk, logged):
                    kept.append(f"{table}.{column}")
        for table in ("exchange_block", "exchange_call"):
            with transaction.atomic():
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                cursor.execute(f"DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table} WHERE lookup_id = %s)", [pk])  # noqa: S608
                assert digest.of(pk) != logged
                transaction.set_rollback(True)
    assert kept == []


OTHER = {
    "uuid": "gen_random_uuid()",
    "jsonb": "'[\"x\"]'",
    "boolean": "NOT coalesce({0}, false)",
    "date": "coalesce({0}, '2020-01-01') - 1",
    "timestamp with time zone": "coalesce({0}, '2020-01-01') - interval '1 day'",
    "bytea": "'x'",
    "character varying": "'x'",
}


def _altered(cursor: Any, table: str, column: str, kind: str, where: str, pk: int, logged: str) -> bool:  # noqa: PLR0917
    """Whether the digest tells that the column's values are others; they are put back."""
    from django.db import DataError, IntegrityError, connection, transaction

    from stadig.exchange import digest

    other = OTHER.get(kind, "coalesce({0}, 0) + 1").format(f'"{column}"')
    told = True  # also when the database itself refuses
    with contextlib.suppress(IntegrityError, DataError), transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f'UPDATE {table} SET "{column}" = {other} WHERE {where.replace("%s", str(pk))} ', [])  # noqa: S608
        told = digest.of(pk) != logged
        transaction.set_rollback(True)
    assert connection.in_atomic_block is False
    return told


def test_an_answer_that_held_more_than_the_law_gives_is_kept_as_its_hash_and_its_facts_alone(
    agencies: Agencies, written: Any, asked: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    plain = Plain._blocks
    monkeypatch.setattr(
        Plain, "_blocks", lambda *args: [dataclasses.replace(one, dropped=("status:SKATT",)) for one in plain(*args)]
    )
    path = written(agencies)
    view = asked(agencies=["FK"])
    call = Call.objects.get()
    assert (call.raw_sealed, len(call.raw_sha256)) == (None, 64)
    assert call.raw_bytes
    assert queries.raw(call.pk).beyond_law
    assert view.agencies[0].blocks[0].block.facts
    said = AuditEntry.objects.get(did="got answers").ids
    assert (said["not_kept"], said["dropped"]) == ({str(call.correlation_id): "beyond"}, {"FK": 1})
    assert list(proving.check()) == []
    path.write_text(path.read_text() + '[answers]\nkeep_raw = "always"\n')
    from stadig.exchange import looking

    looking.forget()
    asked(agencies=["AF"])
    assert Call.objects.latest("id").raw_sealed
    assert list(proving.check()) == []


def test_one_thing_that_cannot_be_stored_keeps_no_other_from_being(caplog: pytest.LogCaptureFixture) -> None:
    from types import SimpleNamespace

    from stadig.exchange.storing import Finished, Store, Tally, Tried

    plan: Any = SimpleNamespace(id=0)
    told: list[Any] = []
    store = Store()
    store.put(Tried(plan, Tally(), done=told.append))
    store.put(Finished(plan, Tally(), done=told.append))
    until(lambda: len(told), lambda count: count == 2)
    store.end(5)
    assert isinstance(told[0], AssertionError)
    assert told[1] is None
    assert "was not stored" in caplog.text
