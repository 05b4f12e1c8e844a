"""How fast observations come in over HTTP, beside what PostgreSQL itself takes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg

from stadig.config.bench import Figure, at_least, bench, measured, wrk
from stadig.config.environment import CHECKOUT, environment

PORT = int(os.environ.get("STADIG_BENCH_PORT", "8181"))
ROOT = f"http://127.0.0.1:{PORT}/sta/v1.1"
SECONDS = 6
STREAMS = 64
DATABASE = "stadig_bench"

LUA = """
local base, rows, groups, number = %(base)d, %(rows)d, %(groups)d, 0
local id = 0
function setup(thread) thread:set("id", number); number = number + 1 end
function init(args)
  local parts = {}
  for g = 1, groups do
    local body = {}
    for i = 0, rows / groups - 1 do body[#body + 1] = string.format('["~.%%03dZ",%%d.5]', i, i %% 100) end
    parts[#parts + 1] = '{"Datastream":{"@iot.id":#' .. (g - 1) .. '#},"components":["phenomenonTime","result"],"dataArray":['
      .. table.concat(body, ",") .. ']}'
  end
  template = "[" .. table.concat(parts, ",") .. "]"
  count = 0
  headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer %(token)s"}
end
function request()
  count = count + 1
  local stamp = os.date("!%%Y-%%m-%%dT%%H:%%M:%%S", base + id * 1000000 + count)
  local first = (count * groups) %% %(streams)d
  local body = template:gsub("~", stamp):gsub("#(%%d+)#", function(g) return %(first)d + (first + g) %% %(streams)d end)
  return wrk.format("POST", "/sta/v1.1/CreateObservations", headers, body)
end
"""
SINGLE = """
local base, number = %(base)d, 0
function setup(thread) thread:set("id", number); number = number + 1 end
function init(args)
  count = 0
  headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer %(token)s"}
end
function request()
  count = count + 1
  local stamp = os.date("!%%Y-%%m-%%dT%%H:%%M:%%SZ", base + id * 1000000 + count)
  local body = '{"phenomenonTime":"' .. stamp .. '","result":' .. (count %% 100) .. '.5}'
  return wrk.format("POST", "/sta/v1.1/Datastreams(%(first)d)/Observations", headers, body)
end
"""


@dataclass(frozen=True, slots=True)
class Town:
    """The database and server that the benchmark has started."""

    url: str
    token: str
    first: int


@bench("ingest")
def ingest() -> list[Figure]:
    """Observations over HTTP, as a share of COPY BINARY."""
    program = wrk()
    with _database() as url, _server(url):
        town = _seeded(url)
        return [*_blocks(program, town), *_single(program, town), *_reads(program, town)]


def _blocks(program: str, town: Town) -> list[Figure]:
    """CreateObservations, with COPY of as large blocks measured before and after."""
    figures: list[Figure] = []
    slot = 0
    for rows, groups, goal in ((1000, 1, 50.0), (1000, 10, 0.0), (100, 1, 0.0)):
        _load(program, LUA, town, rows=rows, groups=groups, slot=slot, seconds=2)
        copies, sent = [], []
        for _ in range(2):
            slot += 1
            copies.append(_copy(town, rows, slot))
            sent.append(_load(program, LUA, town, rows=rows, groups=groups, slot=slot, seconds=SECONDS) * rows)
        copy, http = sum(copies) / 2, sum(sent) / 2
        how = f"{rows} rows a request for {groups} datastream(s), token, self-links, wrk 2 × 4, {2 * SECONDS} s; COPY on 1 connection"
        name = f"CreateObservations × {rows}" + (f" for {groups}" if groups > 1 else "")
        figures.append(measured(name, round(http), "obs/s", how=how))
        figures.append(
            measured(
                f"COPY BINARY × {rows}", round(copy), "obs/s", how="prepared buffers, one transaction each, before and between"
            )
        )
        share = round(100 * http / copy, 1)
        label = f"{name} of COPY BINARY"
        figures.append(at_least(label, share, "%", goal, how=how) if goal else measured(label, share, "%", how=how))
    return figures


def _single(program: str, town: Town) -> list[Figure]:
    rate = _load(program, SINGLE, town, rows=1, groups=1, slot=20, seconds=SECONDS, connections=32)
    return [
        measured(
            "single Observation",
            round(rate),
            "requests/s",
            how="POST Datastreams(n)/Observations, 201 after commit, 32 connections",
        )
    ]


def _reads(program: str, town: Town) -> list[Figure]:
    """One sensor's month over HTTP and in SQL; the latest value of ten thousand."""
    path = f"Datastreams({town.first + STREAMS})/Observations"
    query = (
        "?$filter=phenomenonTime%20ge%202026-03-01T00:00:00Z%20and%20phenomenonTime%20lt%202026-04-01T00:00:00Z"
        "&$top=5000&$select=phenomenonTime,result"
    )
    with psycopg.connect(town.url, autocommit=True) as connection:
        sql = (
            "SELECT phenomenon_time, result FROM sensing_observation WHERE datastream_id = %s AND phenomenon_time >= '2026-03-01Z'"
            " AND phenomenon_time < '2026-04-01Z' ORDER BY phenomenon_time"
        )
        direct = _timed(lambda: connection.execute(sql, [town.first + STREAMS]).fetchall(), 40)
        from stadig.config import django

        django.setup()
        from stadig.sensing.queries.observations import LATEST

        ids = list(range(town.first + STREAMS, town.first + STREAMS + 10_000))
        latest = _timed(lambda: connection.execute(LATEST, [ids, "-infinity", "infinity"]).fetchall(), 5)
    request = urllib.request.Request(f"{ROOT}/{path}{query}", headers={"Authorization": f"Bearer {town.token}"})  # noqa: S310
    over_http = _timed(lambda: json.loads(urllib.request.urlopen(request).read()), 40)  # noqa: S310
    return [
        measured(
            "one sensor, one month", round(over_http * 1000, 1), "ms", how="1,488 observations with $filter, over HTTP, decoded"
        ),
        measured("the same in SQL", round(direct * 1000, 1), "ms", how="psycopg, one connection"),
        measured("latest of 10,000 datastreams", round(latest * 1000, 1), "ms", how="one statement, 48 observations each"),
    ]


def _timed(work: Any, times: int) -> float:
    """Median seconds."""
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[times // 2]


def _load(
    program: str, script: str, town: Town, *, rows: int, groups: int, slot: int, seconds: int, connections: int = 8
) -> float:
    """Requests answered with 2xx per second."""
    base = int(time.time()) - 86_400 * 600 + slot * 2_200_000
    values = {"base": base, "rows": rows, "groups": groups, "token": town.token, "streams": STREAMS, "first": town.first}
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script % values)
        file.flush()
        command = [program, "-t2", f"-c{connections}", f"-d{seconds}s", "-s", file.name, f"http://127.0.0.1:{PORT}"]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(f"The server did not answer everything:\n{out}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    return float(found.group(1)) if found else 0.0


def _copy(town: Town, rows: int, slot: int) -> float:
    """Rows a second that COPY BINARY takes on one connection, in a process of its own, as the server's client is."""
    with ProcessPoolExecutor(1) as one:
        return one.submit(_copied, town.url, town.first, rows, slot).result()


def _copied(url: str, first: int, rows: int, slot: int) -> float:
    import numpy as np

    from stadig.sensing.storage import binary, statements
    from stadig.sensing.storage.columns import Batch

    base = (int(time.time()) - 86_400 * 600 + slot * 2_200_000 + 500_000) * 1_000_000
    blocks = 1500 if rows == 1000 else 6000
    buffers: list[bytes] = []
    for block in range(blocks):
        at = base + block * 1_000_000 + np.arange(rows) * 1000
        stream = np.full(rows, first + block % STREAMS, np.int32)
        batch = Batch(
            stream, at, np.arange(rows, dtype=np.float64) % 100 + 0.5, np.zeros(rows, np.int16), np.ones(rows, np.int32)
        )
        buffers.append(binary.encode(batch))
    copy: Any = statements.copy_into(statements.OBSERVATION, binary.PLAIN)
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        for buffer in buffers:
            with cursor.copy(copy) as stream_in:
                stream_in.write(buffer)
        return rows * blocks / (time.perf_counter() - begun)


def _seeded(url: str) -> Town:
    """A thing with a place and datastreams that are ready; ten thousand more with a month of half-hours for some."""
    environ = os.environ | {"DATABASE_URL": url}
    script = (
        "from stadig.config import django; django.setup()\n"
        "from stadig.sensing.actions import create_token\n"
        "print(create_token('bench', ['read', 'create', 'update', 'delete']))"
    )
    out = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True).stdout
    token = out.split()[-1]
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(SEED, [STREAMS + 10_000]).fetchone()
        first = int(row[0]) if row else 0
        connection.execute(SEED_MONTH, [first + STREAMS])
        connection.execute(SEED_LATEST, [first + STREAMS + 1, first + STREAMS + 9_999])
        connection.execute("VACUUM ANALYZE")
    return Town(url, token, first)


SEED = """
WITH place AS (INSERT INTO sensing_location (name, location, west, south, east, north)
    VALUES ('bench', '{"type":"Point","coordinates":[17,59]}', 17, 59, 17, 59) RETURNING id),
thing AS (INSERT INTO sensing_thing (name) VALUES ('bench') RETURNING id),
feature AS (INSERT INTO sensing_featureofinterest (name, feature, west, south, east, north)
    VALUES ('bench', '{"type":"Point","coordinates":[17,59]}', 17, 59, 17, 59) RETURNING id),
sensor AS (INSERT INTO sensing_sensor (name) VALUES ('bench') RETURNING id),
property AS (INSERT INTO sensing_observedproperty (name) VALUES ('bench') RETURNING id),
stream AS (INSERT INTO sensing_datastream (thing_id, sensor_id, observed_property_id, feature_id, name)
    SELECT thing.id, sensor.id, property.id, feature.id, 'bench ' || n
    FROM thing, sensor, property, feature, generate_series(1, %s) AS n ORDER BY n RETURNING id, feature_id),
pair AS (INSERT INTO sensing_datastreamfeature (datastream_id, feature_id) SELECT id, feature_id FROM stream)
SELECT min(id) FROM stream
"""
SEED_MONTH = """
INSERT INTO sensing_observation (datastream_id, phenomenon_time, result, feature_id)
SELECT %s, t, extract(epoch FROM t)::int8 / 1800 %% 100, 1
FROM generate_series(timestamptz '2026-02-01Z', '2026-05-01Z', interval '30 minutes') AS t
"""
SEED_LATEST = """
INSERT INTO sensing_observation (datastream_id, phenomenon_time, result, feature_id)
SELECT d, t, 1, 1 FROM generate_series(timestamptz '2026-04-01Z', '2026-04-01 23:30Z', interval '30 minutes') AS t,
    generate_series(%s::int4, %s::int4) AS d
"""


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """An own database beside the city's, made and dropped by us."""
    from stadig.config import postgres

    if environment.database_url:
        admin, url = environment.database_url, re.sub(r"/[^/?]*(\?|$)", rf"/{DATABASE}\1", environment.database_url)
        running: Any = contextlib.nullcontext()
    else:
        admin, url = postgres.cluster().url("postgres"), postgres.cluster().url(DATABASE)
        running = postgres.running()
    with running:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            command = [sys.executable, "-m", "stadig.config.manage", "migrate", "-v0"]
            subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True, capture_output=True)
            yield url
        finally:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


@contextlib.contextmanager
def _server(url: str) -> Iterator[None]:
    """The web server as the city runs it: Granian, two workers, the dispatcher in front."""
    environ = os.environ | {"DATABASE_URL": url, "STADIG_PORT": str(PORT), "STADIG_HOST": "127.0.0.1"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-m", "stadig.config.web"], env=environ, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(ROOT).read()
                    break
                if process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(f"The server did not start: {log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(30)
