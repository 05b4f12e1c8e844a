"""Submitting under load, and while web and worker are killed. A database and programs of the benchmark's own."""

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
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from stadig.config import postgres
from stadig.config.bench import Figure, at_least, at_most, measured
from stadig.config.environment import CHECKOUT, environment

SUBMISSIONS = int(os.environ.get("STADIG_SUBMISSIONS", "1000"))
PORT = int(os.environ.get("STADIG_BENCH_PORT", "8181"))
CONCURRENT = 20
PER_SESSION = 50
BETWEEN = (3, 30)
"""Submissions acknowledged between two kills: a machine that starts the web server slowly gets as many."""
DRAIN_S = 180.0
"""How long the receipts may take once everything is submitted: jobs of a dead worker are taken up again after half a minute."""
CSRF = "b" * 32
HERE = "stadig.config.bench._eservices_submit"


def submission() -> list[Figure]:
    """The transaction of a submission at twenty concurrent, and receipts on one core beside it."""
    with _town() as url:
        rate, late = _submitted(url, _seed(url, 800), cores=None)
        how = f"{CONCURRENT} concurrent in 2 processes, 800 drafts of a fault in the street, receipt and work order deferred"
        figures = [
            at_least("submit", round(rate, 1), "/s", 40, how=how),
            at_most("submit, p99", round(late), "ms", 500, how=how),
        ]
        cores = sorted(os.sched_getaffinity(0))
        with _program("stadig.config.worker", url, cores[:1]):
            before, begun = _receipts(url), time.perf_counter()
            _submitted(url, _seed(url, 400), cores=cores[1:] or cores)
            made, seconds = _receipts(url) - before, time.perf_counter() - begun
        how = f"one worker on one core, submissions on the other meanwhile, {seconds:.0f} s"
        return [*figures, at_least("receipts", round(made / seconds, 1), "/s", 12, how=how)]


def kills() -> list[Figure]:
    """Submissions over HTTP while web and worker are killed -9: each is one case with one receipt, and no number is missing."""
    with _town() as url:
        sent = _Clicks(_sessions(url, SUBMISSIONS))
        killed = {"web": 0, "worker": 0}
        die = random.Random(20261122)  # noqa: S311 – repeatable
        begun = time.perf_counter()
        sent.start()
        with contextlib.ExitStack() as stack:
            programs = {name: stack.enter_context(_Restarted(f"stadig.config.{name}", url)) for name in ("web", "worker")}
            while sent.waited_for(sent.acknowledged + die.randint(*BETWEEN)):
                name = die.choice(["web", "worker"])
                programs[name].kill()
                killed[name] += 1
            sent.join()
            seconds = time.perf_counter() - begun
            _drained(url)
        how = f"{killed['web']} kills -9 of the web server, {killed['worker']} of the worker, 8 senders that try again, {seconds:.0f} s"
        return _counted(url, sent, how)


def _counted(url: str, sent: _Clicks, how: str) -> list[Figure]:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM cases_case), (SELECT count(*) FROM cases_document WHERE kind = 'receipt'),"
            " (SELECT count(DISTINCT case_id) FROM cases_document WHERE kind = 'receipt'),"
            " (SELECT coalesce(max(sequence), 0) - count(DISTINCT sequence) FROM cases_case),"
            " (SELECT count(*) FROM eservices_draft), (SELECT count(*) FROM work_workorder)"
        ).fetchone()
    cases, receipts, with_receipt, gaps, drafts, orders = row or (0,) * 6
    return [
        measured("acknowledged submissions", sent.acknowledged, "submissions", how=how),
        measured("tries that failed and were sent again", sent.failed, "requests", how=how),
        at_most("cases more or fewer than submissions", abs(cases - SUBMISSIONS), "cases", 0, how="count of rows"),
        at_most("receipts more or fewer than submissions", abs(receipts - SUBMISSIONS), "receipts", 0, how="count of rows"),
        at_most("cases without a receipt", cases - with_receipt, "cases", 0, how="count of rows"),
        at_most("work orders more or fewer than submissions", abs(orders - SUBMISSIONS), "orders", 0, how="count of rows"),
        at_most("gaps in the series of numbers", gaps, "numbers", 0, how="last number less distinct numbers"),
        at_most("drafts left", drafts, "drafts", 0, how="count of rows"),
    ]


@contextlib.contextmanager
def _town() -> Iterator[str]:
    """A database of the benchmark's own with one service in it."""
    with tempfile.TemporaryDirectory(prefix="sd-") as folder:
        Path(folder).chmod(0o755)
        own = postgres.cluster(environment)
        cluster = postgres.Cluster(
            own.binaries, Path(folder) / "pg" / "data", Path(folder) / "s", "only for this benchmark", own.user
        )
        postgres.start(cluster)
        try:
            _run(cluster.url(), "-m", "stadig.config.manage", "migrate", "-v0")
            yield cluster.url()
        finally:
            postgres.stop(cluster, mode="immediate")


def _run(url: str, *arguments: str, cores: list[int] | None = None) -> str:
    with subprocess.Popen(
        [sys.executable, *arguments], env=_environ(url), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as process:
        if cores:
            os.sched_setaffinity(process.pid, cores)
        out, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return out


def _environ(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url, "STADIG_PORT": str(PORT), "STADIG_HOST": "127.0.0.1"}


def _seed(url: str, count: int) -> list[str]:
    """Drafts, ready to be submitted; their ids."""
    return json.loads(_run(url, "-m", HERE, "seed", str(count)))


def _submitted(url: str, drafts: list[str], *, cores: list[int] | None) -> tuple[float, float]:
    """(submissions a second, the 99th percentile in milliseconds) of two processes with ten threads each."""
    half = len(drafts) // 2
    found: list[dict[str, Any]] = []

    def client(ids: list[str]) -> None:
        found.append(json.loads(_run(url, "-m", HERE, "submit", *ids, cores=cores)))

    clients = [threading.Thread(target=client, args=(ids,)) for ids in (drafts[:half], drafts[half:])]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    seconds = max(one["until"] for one in found) - min(one["begun"] for one in found)
    taken = sorted(each for one in found for each in one["taken"])
    return len(drafts) / seconds, 1000 * taken[min(len(taken) - 1, int(0.99 * len(taken)))]


def _receipts(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM cases_document WHERE kind = 'receipt'").fetchone()
    return row[0] if row else 0


def _drained(url: str) -> None:
    """Wait until no job is left to do."""
    until = time.monotonic() + DRAIN_S
    while time.monotonic() < until:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')").fetchone()
        if row and row[0] == 0:
            return
        time.sleep(1)


def _sessions(url: str, count: int) -> list[tuple[str, str]]:
    """(session, draft) of anonymous people who have filled in everything and look at the summary."""
    return [(one[0], one[1]) for one in json.loads(_run(url, "-m", HERE, "sessions", str(count)))]


@contextlib.contextmanager
def _program(module: str, url: str, cores: list[int] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, so that its workers die with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        env=_environ(url),
        cwd=CHECKOUT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if cores:
        os.sched_setaffinity(process.pid, cores)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


class _Restarted:
    """A program that is started again as soon as it has been killed."""

    def __init__(self, module: str, url: str) -> None:
        self._module, self._url = module, url
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> _Restarted:
        self._stack.enter_context(_program(self._module, self._url))
        return self

    def kill(self) -> None:
        self._stack.close()
        self._stack.enter_context(_program(self._module, self._url))

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class _Clicks:
    """Threads that press *Skicka in* until each draft is acknowledged; now and then twice at once."""

    def __init__(self, drafts: list[tuple[str, str]]) -> None:
        self._left = list(drafts)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(8)]
        self.acknowledged = self.failed = 0

    def waited_for(self, count: int) -> bool:
        """Whether ``count`` have been acknowledged before everything was."""
        while self.acknowledged < count and any(thread.is_alive() for thread in self._threads):
            time.sleep(0.02)
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self, number: int) -> None:
        dice = random.Random(number)  # noqa: S311 – repeatable
        while True:
            with self._lock:
                if not self._left:
                    return
                session, draft = self._left.pop()
            if dice.random() < 0.2:
                twice = threading.Thread(target=self._click, args=(session, draft))
                twice.start()
            while not self._click(session, draft):
                with self._lock:
                    self.failed += 1
                time.sleep(0.3)
            with self._lock:
                self.acknowledged += 1

    def _click(self, session: str, draft: str) -> bool:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": CSRF}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/e/utkast/{draft}/sammanfattning/", data=body)
        request.add_header("Cookie", f"stadig_session={session}; stadig_csrf={CSRF}")
        try:
            with urllib.request.build_opener(_Stay()).open(request, timeout=30) as answer:
                return answer.status == 302 and "/e/kvitto" in answer.headers.get("Location", "")
        except Exception:  # refused, or cut in the middle of an answer
            return False


class _Stay(urllib.request.HTTPErrorProcessor):
    """A redirect is the answer."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response


def _made(count: int) -> list[Any]:
    """Drafts of a fault in the street, in the city this process is connected to."""
    import datetime as dt

    from stadig.city import clock
    from stadig.city.models import Organisation
    from stadig.eservices import actions, drafts, reading
    from stadig.eservices.models import Draft, EService

    if not EService.objects.exists():
        committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
        Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)
        actions.install(None, dict(reading.load(Path(reading.__file__).parent / "packages" / "street-fault").files))
    now, version = clock.now(), EService.objects.get(name="street-fault").current
    answers = {"what": "lamp", "lamp_number": "4711", "danger": False, "answer_me": True, "email": "berit@example.se"}
    answers["where"] = {"text": "Storgatan 12", "lon": 12.1, "lat": 57.2}
    return Draft.objects.bulk_create(
        Draft(
            version=version,
            code_hash=f"{now.timestamp()}-{number}",
            answers=drafts.sealed(answers),
            started_at=now,
            saved_at=now,
            erase_at=now + dt.timedelta(days=30),
        )
        for number in range(count)
    )


def _made_with_sessions(count: int) -> list[tuple[str, str]]:
    from importlib import import_module

    from django.conf import settings

    from stadig.eservices.views.own import HELD

    store = import_module(settings.SESSION_ENGINE).SessionStore
    made, found = _made(count), []
    for first in range(0, count, PER_SESSION):
        session = store()
        some = [str(one.pk) for one in made[first : first + PER_SESSION]]
        session[HELD] = some
        session.save()
        found += [(session.session_key, one) for one in some]
    return found


def _submit_all(ids: list[str]) -> dict[str, Any]:
    """Submit drafts from ten threads."""
    from concurrent.futures import ThreadPoolExecutor
    from uuid import UUID

    from stadig.eservices import actions

    def one(draft: str) -> float:
        begun = time.perf_counter()
        actions.submit(None, UUID(draft))
        return time.perf_counter() - begun

    with ThreadPoolExecutor(CONCURRENT // 2) as pool:
        list(pool.map(one, ids[:10]))  # the first ones compile the package and open connections
        begun = time.time()
        taken = list(pool.map(one, ids[10:]))
    return {"begun": begun, "until": time.time(), "taken": taken}


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    what, *given = sys.argv[1:]
    if what == "seed":
        print(json.dumps([str(one.pk) for one in _made(int(given[0]))]))
    elif what == "sessions":
        print(json.dumps(_made_with_sessions(int(given[0]))))
    else:
        print(json.dumps(_submit_all(given)))
