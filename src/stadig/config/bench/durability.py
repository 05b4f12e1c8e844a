"""Kill the web server and the database at random while observations come in; count what was promised."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from stadig.config import postgres
from stadig.config.bench import Figure, at_most, bench, measured
from stadig.config.bench.ingest import PORT, ROOT, STREAMS, Town, _seeded
from stadig.config.environment import CHECKOUT, environment

OBSERVATIONS = int(os.environ.get("STADIG_DURABILITY", "200000"))
BLOCK = 200
SENDERS = 4
EVERY_S = (0.3, 1.5)
"""Seconds between two kills."""


@bench("durability")
def durability() -> list[Figure]:
    """Nothing acknowledged is lost, nothing is double, whatever is killed."""
    with tempfile.TemporaryDirectory(prefix="sd-") as folder:
        cluster = _cluster(Path(folder))
        postgres.start(cluster)
        try:
            return _tormented(cluster)
        finally:
            postgres.stop(cluster, mode="immediate")


def _cluster(folder: Path) -> postgres.Cluster:
    """A database of the benchmark's own, so that the city's is not touched."""
    own = postgres.cluster(environment)
    folder.chmod(0o755)
    return postgres.Cluster(own.binaries, folder / "pg" / "data", folder / "s", "only for this benchmark", own.user)


def _tormented(cluster: postgres.Cluster) -> list[Figure]:
    url = cluster.url()
    command = [sys.executable, "-m", "stadig.config.manage", "migrate", "-v0"]
    subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True, capture_output=True)
    town = _seeded(url)
    sent = _Senders(town)
    killed = {"web": 0, "database": 0}
    die = random.Random(20261122)  # noqa: S311 – repeatable
    begun = time.perf_counter()
    sent.start()
    while not sent.done:
        with _web(url) as web:
            while not sent.done:
                time.sleep(die.uniform(*EVERY_S))
                if sent.done:
                    break
                if die.random() < 0.5:
                    os.killpg(web.pid, signal.SIGKILL)
                    killed["web"] += 1
                    break
                os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                killed["database"] += 1
                time.sleep(0.2)
                postgres.start(cluster)
    sent.join()
    seconds = time.perf_counter() - begun
    lost, double, stored = _compared(town, sent.acknowledged)
    how = f"{killed['web']} kills -9 of the web server, {killed['database']} of the database, {SENDERS} senders that try again, {seconds:.0f} s"
    return [
        measured("acknowledged with 201", len(sent.acknowledged), "obs", how=how),
        measured("stored", stored, "obs", how="count of rows"),
        measured("tries that failed and were sent again", sent.failed, "requests", how=how),
        at_most("acknowledged and lost", lost, "obs", 0, how=how),
        at_most("stored twice", double, "obs", 0, how="rows more than distinct (datastream, time)"),
    ]


@contextlib.contextmanager
def _web(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The web server in a process group of its own, so that its workers die with it."""
    environ = os.environ | {"DATABASE_URL": url, "STADIG_PORT": str(PORT), "STADIG_HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "stadig.config.web"],
        env=environ,
        cwd=CHECKOUT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(ROOT, timeout=5).read()  # noqa: S310
                break
            time.sleep(0.1)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


class _Senders:
    """Threads that send blocks until each is acknowledged."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._blocks = list(range(OBSERVATIONS // BLOCK))[::-1]
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        self.acknowledged: set[tuple[int, int]] = set()
        self.failed = 0

    @property
    def done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while True:
            with self._lock:
                if not self._blocks:
                    return
                block = self._blocks.pop()
            stream = self._town.first + block % STREAMS
            at = 1_760_000_000 + block * BLOCK
            rows = [[time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at + i)), i + 0.5] for i in range(BLOCK)]
            body = json.dumps(
                [{"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}]
            ).encode()
            while not self._took(body):
                time.sleep(0.2)
            with self._lock:
                self.acknowledged.update((stream, at + i) for i in range(BLOCK))

    def _took(self, body: bytes) -> bool:
        headers = {"Authorization": f"Bearer {self._town.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{ROOT}/CreateObservations", data=body, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status == 201 and b'"error"' not in answer.read()
        except (OSError, urllib.error.HTTPError, ValueError):
            with self._lock:
                self.failed += 1
            return False
        except Exception:  # a connection cut in the middle of an answer
            with self._lock:
                self.failed += 1
            return False


def _compared(town: Town, acknowledged: set[tuple[int, int]]) -> tuple[int, int, int]:
    """(acknowledged but not stored, stored more than once, rows stored)."""
    query: Any = (
        "SELECT datastream_id, extract(epoch FROM phenomenon_time)::int8 FROM sensing_observation"
        " WHERE datastream_id >= %s AND datastream_id < %s"
    )
    with psycopg.connect(town.url) as connection:
        rows = connection.execute(query, [town.first, town.first + STREAMS]).fetchall()
    return len(acknowledged - set(rows)), len(rows) - len(set(rows)), len(rows)
