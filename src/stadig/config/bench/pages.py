"""What pages cost, in the demo town as it runs: time, queries, bytes, memory, and how many visitors it carries.

Cost of a page is measured in this process with Django's test client: processor time is then exact, and nothing of the
server's own. The templates are not instrumented as they are in a test run, and the collector is set as in a server. Visitors are ``wrk`` against the running town, with the session cookies of its people.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stadig.config.bench import CannotMeasure, Figure, at_least, at_most, bench, measured, wrk
from stadig.config.visits import PEOPLE, visits

CPU_MS = 8
QUERIES = 12
WARM, TIMES, ROUNDS = 3, 9, 5
"""Visits before a page is timed, visits in a round, rounds over all pages."""
USERS, USER_SECONDS = 20, 20
LOAD_SECONDS = 10
START_LIMIT_SECONDS = 300
USERS_SCRIPT = """
local requests = {}
local turn = math.random(1000)
function init(args)
  math.randomseed(os.time())
  for line in io.lines(args[1]) do
    local path, cookie = line:match("^(%S+)\\t(.*)$")
    requests[#requests + 1] = wrk.format("GET", path, {["Cookie"] = cookie, ["Accept-Encoding"] = "gzip"})
  end
end
function delay() return 500 + math.random(1000) end
function request()
  turn = turn + 1
  return requests[turn % #requests + 1]
end
function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %.3f %.3f\\n", summary.requests,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000))
end
"""
LOAD_SCRIPT = USERS_SCRIPT.replace("function delay() return 500 + math.random(1000) end\n", "")


@dataclass(frozen=True, slots=True)
class Town:
    """A running demo town."""

    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    def get(self, path: str, cookie: str = "") -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body as it was transferred)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Cookie": cookie})
        answer = connection.getresponse()
        found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        connection.close()
        return found


@bench("pages")
def pages() -> list[Figure]:
    """Pages of the demo town: cost of each, speed under load, memory."""
    tool = wrk()
    with town():  # the first start may have to draw the town, or migrate
        pass
    with town() as running:
        figures = [
            at_most(
                "next start, until the first page answers",
                round(running.start_seconds, 1),
                "s",
                5,
                how="`stadig demo` a second time",
            )
        ]
        figures += start_page(running)
        with logged_in() as people:
            figures += under_load(running, tool, people)
            figures.append(memory(running))
    with logged_in() as people:  # the town has stopped: two processes beside this one would be measured with it
        figures += costs(people)
    return figures


@contextlib.contextmanager
def town() -> Iterator[Town]:
    """``stadig demo`` on a free port, until the block ends."""
    port = _free_port()
    with tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", "from stadig.config.cli import main; main()", "demo", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"STADIG_LOG_LEVEL": "warning"},
        )
        this = Town(process, port, 0.0)
        try:
            while True:
                with contextlib.suppress(OSError):
                    if this.get("/")[0] == 200:
                        break
                if process.poll() is not None or time.monotonic() - begun > START_LIMIT_SECONDS:
                    output.seek(0)
                    raise CannotMeasure(f"The demo town did not start:\n{output.read().decode()[-1500:]}")
                time.sleep(0.05)
            yield Town(process, port, time.monotonic() - begun)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@contextlib.contextmanager
def logged_in() -> Iterator[dict[str, Any]]:
    """Username → a Django test client logged in as that person; the empty name is no one. Sessions are removed afterwards."""
    from stadig.config import django
    from stadig.config.environment import environment

    environment.demo = True
    with django.with_database():
        from django.test import Client

        from stadig.city.models import User
        from stadig.config.web import rest_the_collector

        rest_the_collector()
        people: dict[str, Any] = {"": Client(HTTP_HOST="localhost")}
        try:
            for name in PEOPLE:
                user = User.objects.filter(username=name).first()
                if user is None:
                    raise CannotMeasure("The demo town is not drawn here. Start it once and stop it: stadig demo")
                people[name] = Client(HTTP_HOST="localhost")
                people[name].force_login(user, backend="stadig.city.login.PasswordBackend")
            yield people
        finally:
            for name in PEOPLE:
                if name in people:
                    people[name].session.flush()


def cookie(people: dict[str, Any], who: str) -> str:
    """The session cookie of a person."""
    from django.conf import settings

    found = people[who].cookies.get(settings.SESSION_COOKIE_NAME)
    return f"{settings.SESSION_COOKIE_NAME}={found.value}" if found else ""


def costs(people: dict[str, Any]) -> list[Figure]:
    """Processor time and queries of each page, and of the worst.

    What else the machine does only ever adds to a page's time, and comes in spells: each page is timed in rounds over
    all pages, and the round in which it was least disturbed counts.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found, _ = visits(people.__getitem__, PEOPLE)
    spent = [
        min(rounds)
        for rounds in zip(*([_median(people[one.who], one.path) for one in found] for _ in range(ROUNDS)), strict=True)
    ]
    figures: list[Figure] = []
    for visit, cpu_ms in zip(found, spent, strict=True):
        client = people[visit.who]
        with CaptureQueriesContext(connection) as caught:
            client.get(visit.path)
        control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        asked = sum(not one["sql"].startswith(control) for one in caught.captured_queries)  # now: the next request forgets them
        as_whom = f"as {visit.who or 'no one'}, least of {ROUNDS} medians of {TIMES}, process time"
        if visit.is_page:
            figures.append(at_most(f"CPU of {visit.path}", round(cpu_ms, 2), "ms", CPU_MS, how=as_whom))
            figures.append(at_most(f"queries of {visit.path}", asked, "queries", QUERIES, how=f"as {visit.who or 'no one'}"))
        else:
            figures.append(measured(f"CPU of {visit.path}", round(cpu_ms, 2), "ms", how=as_whom))
    cpu = [figure for figure in figures if figure.name.startswith("CPU") and figure.holds is not None]
    queries = [figure for figure in figures if figure.name.startswith("queries")]
    worst = max(cpu, key=lambda figure: figure.value)
    most = max(queries, key=lambda figure: figure.value)
    return [
        measured("pages visited", len(cpu), "pages", how="every address that gives a page to someone in the town"),
        at_most("CPU of the costliest page", worst.value, "ms", CPU_MS, how=worst.name.removeprefix("CPU of ")),
        at_most("queries of the page that asks most", most.value, "queries", QUERIES, how=most.name.removeprefix("queries of ")),
        *figures,
    ]


def _median(client: Any, path: str) -> float:
    """Processor milliseconds of a visit when the page is warm: the median of a round."""
    for _ in range(WARM):
        client.get(path)
    return statistics.median(_spent(client, path) for _ in range(TIMES)) * 1000


def _spent(client: Any, path: str) -> float:
    """Processor seconds that one visit takes."""
    begun = time.process_time()
    client.get(path)
    return time.process_time() - begun


def under_load(running: Town, tool: str, people: dict[str, Any]) -> list[Figure]:
    """Twenty people who think, then as many pages as it can give."""
    from django.urls import reverse

    planner, resident = cookie(people, "leila"), cookie(people, "karin")
    mixed = [
        ("/", ""),
        (reverse("waste:near"), ""),
        (reverse("help"), ""),
        ("/", resident),
        (reverse("waste:bins"), planner),
        (reverse("waste:plan"), planner),
    ]
    mixed.append((reverse("work:orders"), planner))
    shown = [(path, sign) for path, sign in mixed if running.get(path, sign)[0] == 200]
    bins = reverse("waste:bins")
    if running.get(bins, planner)[0] != 200:
        raise CannotMeasure(f"The list of bins ({bins}) did not answer 200 to the planner.")
    for path, sign in shown * 4:
        running.get(path, sign)
    _wrk(running, tool, USERS_SCRIPT, shown, connections=USERS, seconds=3)
    count, errors, half, most = _wrk(running, tool, USERS_SCRIPT, shown, connections=USERS, seconds=USER_SECONDS)
    how = f"wrk, {USERS} connections, 0.5–1.5 s between requests, {len(shown)} pages, {USER_SECONDS} s, {count:.0f} requests"
    many, failed, _, slow = _wrk(running, tool, LOAD_SCRIPT, [(bins, planner)], connections=8, seconds=LOAD_SECONDS)
    return [
        at_most(f"{USERS} users, 95th percentile", round(most, 1), "ms", 100, how=how),
        measured(f"{USERS} users, median", round(half, 1), "ms", how=how),
        at_most("errors under load", errors + failed, "answers", 0, how="anything but 2xx and 3xx, both loads"),
        at_least(
            "list of all bins, saturated",
            round(many / LOAD_SECONDS, 1),
            "pages/s",
            100,
            how=f"wrk, 8 connections, {LOAD_SECONDS} s, logged in",
        ),
        measured("list of all bins, saturated, 95th percentile", round(slow, 1), "ms", how="the same run"),
    ]


def start_page(running: Town) -> list[Figure]:
    """Everything a first visit to the start page fetches, as it is transferred."""
    _, headers, body = running.get("/")
    page = (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode()
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    total = len(body) + _size(headers)
    seen: set[str] = set()
    while wanted - seen:
        path = (wanted - seen).pop()
        seen.add(path)
        status, headers, body = running.get(path)
        if status != 200:
            continue
        total += len(body) + _size(headers)
        if path.endswith(".css"):
            text = (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode()
            base = path.rpartition("/")[0]
            for url in re.findall(r"url\([\"']?([^\"')]+)", text):
                if not url.startswith(("data:", "#")):
                    wanted.add(url if url.startswith("/") else os.path.normpath(f"{base}/{url}").partition("#")[0])
    maps = any("map" in Path(path).name and path.endswith(".js") for path in seen)
    return [
        at_most(
            "start page, transferred",
            round(total / 1000, 1),
            "kB",
            150,
            how=f"page and {len(seen)} files it names, gzip, headers counted",
        ),
        at_most("map libraries on the start page", int(maps), "files", 0, how="scripts named map among them"),
    ]


def memory(running: Town) -> Figure:
    """Memory of every process of the town and of its database, shared pages counted once (PSS)."""
    from stadig.config import postgres
    from stadig.config.environment import environment

    pids = _tree(running.process.pid)
    if not environment.database_url:
        with contextlib.suppress(OSError, ValueError):
            pids += _tree(int((postgres.cluster().data / "postmaster.pid").read_text().splitlines()[0]))
    total = sum(_pss_kb(pid) for pid in pids) / 1024
    return at_most(
        "memory of the whole town",
        round(total),
        "MB",
        1200,
        how=f"PSS of {len(pids)} processes, database included, after the load",
    )


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def _tree(pid: int) -> list[int]:
    """A process and everything beneath it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def _wrk(
    running: Town, tool: str, script: str, targets: list[tuple[str, str]], *, connections: int, seconds: int
) -> tuple[float, float, float, float]:
    """(requests, errors, median ms, 95th percentile ms)."""
    with tempfile.TemporaryDirectory() as folder:
        program, list_of = Path(folder) / "load.lua", Path(folder) / "targets"
        program.write_text(script)
        list_of.write_text("".join(f"{path}\t{sign}\n" for path, sign in targets))
        command = [tool, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(program)]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{running.port}/", "--", str(list_of)], capture_output=True, text=True, check=False
        )
    line = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if not line:
        raise CannotMeasure(f"wrk did not finish: {done.stdout[-300:]}{done.stderr[-300:]}")
    requests, errors, half, most = (float(part) for part in line[1].split())
    return requests, errors, half, most


def _size(headers: dict[str, str]) -> int:
    return sum(len(key) + len(value) + 4 for key, value in headers.items()) + 17


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
