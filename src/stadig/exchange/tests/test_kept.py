"""What is kept of an answer, and that no one alters it unseen."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from stadig.city import clock
from stadig.city.models import AuditEntry
from stadig.exchange import proving, queries
from stadig.exchange.models import Call
from stadig.exchange.tests.agencies import Agencies, Plain, Way
from stadig.exchange.tests.reading import until

pytestmark = pytest.mark.django_db(transaction=True)
Finished = Callable[..., queries.LookupView]


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

    plan: Any = SimpleNamespace(id=0, again_of=None)
    told: list[Any] = []
    store = Store()
    store.put(Tried(plan, Tally(), done=told.append))
    store.put(Finished(plan, Tally(), done=told.append))
    until(lambda: len(told), lambda count: count == 2)
    store.end(5)
    assert isinstance(told[0], AssertionError)
    assert told[1] is None
    assert "was not stored" in caplog.text


def test_what_is_stored_together_is_stored_whole_or_not_at_all(agencies: Agencies, written: Any, asked: Finished) -> None:
    from django.db import DataError, connection

    from stadig.exchange import keeping

    written(agencies)
    asked(agencies=["FK"])
    call = Call.objects.get()
    Call.objects.update(answered_at=None)
    batch = keeping.Batch()
    batch.calls.append(keeping.CallRow(call.pk, batch.now))
    empty = dict.fromkeys(
        ("asked_at", "answered_at", "latency_ms", "basis", "data_as_of", "available_from", "schema_valid", "sealed")
    )
    lists = dict.fromkeys(("schema_errors", "dropped", "unknown"), ())
    texts = dict.fromkeys(("part", "source", "code", "contract", "alarm"), "")
    row: Any = {"lookup": call.lookup_id, "call": call.pk, "agency": "an agency with too long a name", "outcome": "data"}
    batch.blocks.append(keeping.BlockRow(**row, **empty, **lists, **texts))
    with connection.cursor() as cursor, pytest.raises(DataError):
        keeping._write(cursor, batch)
    assert Call.objects.get().answered_at is None, "the call was stored though its block was not"
