"""One question to eight agencies: in time whatever hangs, little beside the agencies' own time, and on the log before it leaves."""

from __future__ import annotations

import statistics
from typing import Any

import psycopg

from stadig.config.bench import Figure, at_least, at_most, bench, measured
from stadig.config.bench._exchange_page import first_block
from stadig.config.bench._exchange_town import CODES, Town, town

AT_ONCE = 20
ROUNDS, LOOKUPS = 4, 100
AGENCY_S = 5.0
STORED = """
SELECT l.id, array_agg(DISTINCT c.correlation_id::text), extract(epoch FROM max(pg_xact_commit_timestamp(b.xmin)))
FROM exchange_lookup l JOIN exchange_call c ON c.lookup_id = l.id AND c.attempt = 1 JOIN exchange_block b ON b.lookup_id = l.id
WHERE l.id = ANY(%s) GROUP BY l.id HAVING NOT bool_or(c.late)
"""
"""PostgreSQL's own time of the commit of the last block. Not of lookups with a late answer, whose row is newer."""
AMONG = "8 agencies of SSBTEK v11 over TLS with client certificates, the stand-in in a process of its own"
PACE = "lognormal latencies (medians 0.25–0.9 s, σ 0.6), 2 % failing, 1 % never answering"


@bench("exchange")
def exchange() -> list[Figure]:
    """Ask agencies: deadlines, overhead, processor time, and what is on the log when a question leaves."""
    with town("calm") as one:
        figures = [*engine(one), *whole(one)]
        figures.append(silence(one))
    with town("rough") as one:
        figures += paced(one)
        figures += logged(one)
    return [*figures, *first_block()]


def engine(one: Town) -> list[Figure]:
    """The engine beside a bare fan-out."""
    found = one.run("_exchange_engine")
    bare, ours = min(found["bare"]), min(found["ours"])
    how = f"least of {len(found['bare'])} rounds of each in turn, 40 lookups, 10 at once; {AMONG}"
    return [
        measured("bare fan-out with aiohttp, CPU", round(bare, 2), "ms/lookup", how=how),
        measured("fan-out engine alone, CPU", round(ours, 2), "ms/lookup", how=how),
        at_most("fan-out engine against a bare fan-out", round(ours / bare, 2), "times", 1.5, how="CPU of the two, the same run"),
        at_most(
            "questions of the comparison without an answer", found["asked"] - found["answered"], "questions", 0, how="both kinds"
        ),
    ]


def whole(one: Town) -> list[Figure]:
    """Whole lookups, as many as a process can make."""
    found = one.run("_exchange_whole", "saturated", "8", "80")
    how = f"permit, intent, 8 questions, answers read, sealed and stored, 2 audit rows; best of 8 rounds of 80, {AT_ONCE} at once; {AMONG}"
    return [
        at_most("whole lookup, CPU", round(min(found["cpu_ms"]), 1), "ms", 15, how=how),
        measured("whole lookup, CPU, median round", round(statistics.median(found["cpu_ms"]), 1), "ms", how=how),
        at_least("whole lookups", round(max(found["per_s"]), 1), "/s", 40, how=how),
        measured("whole lookups, median round", round(statistics.median(found["per_s"]), 1), "/s", how=how),
    ]


def silence(one: Town) -> Figure:
    """Every agency hangs."""
    one.agencies.turn(every={"hang": 1})
    found = one.run("_exchange_whole", "timed", "20", str(AT_ONCE))
    one.agencies.calm()
    slowest = max(asking + running for _, _, asking, running in found["lookups"])
    return at_most(
        "slowest lookup when every agency hangs", round(slowest, 2), "s", 7.0, how=f"{AT_ONCE} at once, permit to last block"
    )


def paced(one: Town) -> list[Figure]:
    """At the agencies' own pace: the slowest of all, and what we add to the slowest agency."""
    half: list[float] = []
    most: list[float] = []
    slowest = 0.0
    counted = 0
    for _ in range(ROUNDS):
        one.agencies.forget()
        lookups = one.run("_exchange_whole", "timed", str(LOOKUPS), str(AT_ONCE))["lookups"]
        slowest = max(slowest, *(asking + running for _, _, asking, running in lookups))
        over = sorted(_overheads(one, lookups))
        counted += len(over)
        half.append(statistics.median(over) * 1000)
        most.append(over[int(len(over) * 0.95)] * 1000)
    how = f"{AT_ONCE} lookups at once, {PACE}; {AMONG}"
    over = (
        f"from the question, committed and handed over, to the commit of the last block, less the slowest agency's own time from question to answer; "
        f"{counted} lookups in which no agency was tried twice or came late, least of {ROUNDS} rounds of {LOOKUPS}, each in a process that has asked "
        f"{2 * AT_ONCE} before, so that its sockets are open; {how}"
    )
    return [
        at_most("slowest lookup", round(slowest, 2), "s", 7.0, how=f"permit to last block, {ROUNDS * LOOKUPS} lookups; {how}"),
        at_most("overhead over the slowest agency, p50", round(min(half), 1), "ms", 10, how=over),
        at_most("overhead over the slowest agency, p95", round(min(most), 1), "ms", 30, how=over),
        measured("overhead over the slowest agency, p50, median round", round(statistics.median(half), 1), "ms", how=over),
        measured("overhead over the slowest agency, p95, median round", round(statistics.median(most), 1), "ms", how=over),
    ]


def _overheads(one: Town, lookups: list[Any]) -> list[float]:
    """Seconds that a lookup took beyond its slowest agency, of those in which none was tried twice."""
    held: dict[str, tuple[float, int]] = {}
    for line in one.agencies.journal():
        seconds = AGENCY_S if "hang" in line["moods"].values() else min(line["seconds"], AGENCY_S)
        before, times = held.get(line["correlation"], (0.0, 0))
        held[line["correlation"]] = (max(before, seconds), times + 1)
    asked = {pk: asked_at for pk, asked_at, _, _ in lookups}
    with psycopg.connect(one.url) as connection:
        rows = connection.execute(STORED, [list(asked)]).fetchall()
    found: list[float] = []
    for pk, correlations, stored_at in rows:
        known = [held[one] for one in correlations if one in held]
        if len(known) == len(CODES) and all(times == 1 for _, times in known):
            found.append(float(stored_at) - asked[pk] - max(seconds for seconds, _ in known))
    return found


def logged(one: Town) -> list[Figure]:
    """What reached the agencies, held against what was committed, and when."""
    reached = [line for line in one.agencies.journal() if line["correlation"]]
    with psycopg.connect(one.url) as connection:
        connection.execute("CREATE TEMP TABLE reached (correlation uuid, at timestamptz)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO reached VALUES (%s, %s)", [(line["correlation"], line["at"]) for line in reached])
        row = connection.execute(
            # an audit row is never changed, so its transaction is the one that committed the question with it
            "SELECT count(*) FILTER (WHERE c.id IS NULL), "
            "count(*) FILTER (WHERE pg_xact_commit_timestamp(a.xmin) > r.at + interval '1 ms'), "
            "count(*) FROM reached r LEFT JOIN exchange_call c ON c.correlation_id = r.correlation AND c.attempt = 1 "
            "LEFT JOIN city_auditentry a ON a.did = 'asked agencies' AND a.what_id = c.lookup_id::text"
        ).fetchone()
        calls = connection.execute("SELECT count(*) FROM exchange_call").fetchone()
    missing, early, count = row or (0, 0, 0)
    how = f"{count} questions in the stand-in's journal of the last round, {(calls or (0,))[0]} rows"
    return [
        at_most("questions that reached an agency and are not in the log", missing, "questions", 0, how=how),
        at_most(
            "questions that reached an agency before they were committed",
            early,
            "questions",
            0,
            how="PostgreSQL's own time of the commit against the stand-in's of the arrival, to a millisecond; " + how,
        ),
    ]
