"""Keeps the city's processes alive: starts them, restarts those that die, stops them all.

Every process is forked from the supervisor after Django has been loaded once, so that six processes start in the
time of one and share its memory. Each gets a session of its own: Ctrl-C in a terminal reaches the supervisor alone,
which then stops the others in order. A process whose supervisor is gone stops by itself (``PR_SET_PDEATHSIG``); what
still lives when the next run starts is ended by it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stadig.config import metrics
from stadig.config.faults import Fault

STOP_SECONDS = 10.0
"""How long a process may take to finish what it is doing before it is killed."""
POLL_SECONDS = 0.05
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
"""A process that lived this long counts as healthy: its next restart does not wait."""
PR_SET_PDEATHSIG = 1

log = logging.getLogger("stadig.supervisor")


class AlreadyRunning(Fault):
    """Another supervisor runs this installation. The message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process to keep alive. ``run`` returns only when the process has been asked to stop."""

    name: str
    run: Callable[[], object]
    last: bool = False
    """Stopped after the others, because they need it to finish (the broker)."""
    first: bool = False
    """Started alone; the others follow when the city answers, so that they do not take its time (the web server)."""


class Supervisor:
    """Runs a set of processes until SIGTERM or SIGINT."""

    def __init__(self, processes: Sequence[Process], *, say: Callable[[str], None], record: Path) -> None:
        self.processes = {process.name: process for process in processes}
        self.say = say
        self.record = record
        self.alive: dict[int, str] = {}
        self.born: dict[str, float] = {}
        self.pause: dict[str, float] = {}
        self.due: dict[str, float] = {}
        self.restarts: dict[str, int] = dict.fromkeys(self.processes, 0)
        self.stopping = False

    def run(self, ask_again: Callable[[], bool] = lambda: True) -> None:
        """Start everything and stay until asked to stop; then stop everything.

        ``ask_again`` is called every now and then until it returns True: it looks whether the city answers, and says so.
        """
        settled = False
        with self._signals() as wake:
            try:
                gc.freeze()  # what is loaded now stays shared between the processes
                for name in self._in_turn(first=True):
                    self._start(name)
                while not self.stopping:
                    self._report()
                    if not settled and ask_again():
                        settled = True
                        for name in self._in_turn(first=False):
                            self._start(name)
                    select.select([wake], [], [], self._until_next_start() if settled else POLL_SECONDS)
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake, 512)
                    if self.stopping:
                        break
                    self._reap()
                    self._start_due()
            finally:
                self.stop()

    def _in_turn(self, *, first: bool) -> list[str]:
        """The processes that start now: the first ones, then the others. Where none is first, all are."""
        chosen = {name for name, process in self.processes.items() if process.first} or set(self.processes)
        return [name for name in self.processes if (name in chosen) is first]

    def stop(self) -> None:
        """Ask every process to stop, wait, and kill those that do not. The last ones go when the others are gone."""
        self.stopping = True
        for last in (False, True):
            pids = {pid for pid, name in self.alive.items() if self.processes[name].last is last}
            for pid in pids:
                _signal(pid, signal.SIGTERM)
            self._wait(pids)
        self.record.unlink(missing_ok=True)
        metrics.forget("supervisor")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[int]:
        """Stop on SIGTERM, SIGINT and SIGHUP; wake up on SIGCHLD. Gives the descriptor to wait on."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)

        def ask(_number: int, _frame: object) -> None:
            self.stopping = True

        wanted = {signal.SIGTERM: ask, signal.SIGINT: ask, signal.SIGHUP: ask, signal.SIGCHLD: lambda *_: None}
        before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
        wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)

    def _start(self, name: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _become(self.processes[name])
        self.alive[pid] = name
        self.born[name] = time.monotonic()
        self._write_record()

    def _start_due(self) -> None:
        for name in [name for name, at in self.due.items() if at <= time.monotonic()]:
            del self.due[name]
            self.restarts[name] += 1
            self._start(name)

    def _until_next_start(self) -> float | None:
        return max(0.0, min(self.due.values()) - time.monotonic()) if self.due else None

    def _reap(self) -> None:
        """Notice processes that have died and plan their restart, later for each time in a row."""
        for pid, status in _dead_children(set(self.alive)):
            name = self.alive.pop(pid)
            _signal(pid, signal.SIGKILL, group=True)  # what it started must not outlive it
            lived = time.monotonic() - self.born[name]
            pause = 0.0 if lived >= STEADY_SECONDS else min(LONGEST_PAUSE, self.pause.get(name, FIRST_PAUSE / 2) * 2)
            self.pause[name] = pause or FIRST_PAUSE / 2
            self.due[name] = time.monotonic() + pause
            self.say(f"{name} stopped ({_reason(status)}). Starting it again{f' in {pause:g} s' if pause else ''}.")
            self._write_record()

    def _wait(self, pids: set[int]) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while pids and time.monotonic() < deadline:
            for pid, _ in _dead_children(pids):
                pids.discard(pid)
                _signal(pid, signal.SIGKILL, group=True)
                self.alive.pop(pid, None)
            if pids:
                time.sleep(0.02)
        for pid in pids:
            self.say(f"{self.alive.pop(pid)} did not stop within {STOP_SECONDS:g} s and was ended.")
            _signal(pid, signal.SIGKILL, group=True)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def _write_record(self) -> None:
        lines = [f"{pid} {started_at(pid)} {name}" for pid, name in self.alive.items()]
        self.record.write_text("\n".join(lines) + "\n")

    def _report(self) -> None:
        up = set(self.alive.values())
        metrics.write(
            "supervisor",
            {
                **{("stadig_process_up", (("process", name),)): float(name in up) for name in self.processes},
                **{("stadig_process_restarts_total", (("process", name),)): float(n) for name, n in self.restarts.items()},
            },
        )


@contextlib.contextmanager
def only_one(runtime: Path) -> Iterator[Path]:
    """Hold the installation's lock for the block and end what an earlier, killed run left. Gives the record's path.

    Raises
    ------
    AlreadyRunning
        Another supervisor holds the lock.
    """
    with open(runtime / "supervisor.lock", "a+") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # not flock: a forked process would go on holding it
        except (BlockingIOError, PermissionError):
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise AlreadyRunning(f"This city is already running (process {holder}). Stop it first: kill {holder}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        record = runtime / "processes"
        end_leftovers(record)
        yield record
        lock.truncate(0)


def end_leftovers(record: Path) -> int:
    """End the processes of an earlier run that still live. Returns how many. Never touches a reused process id."""
    ended = 0
    with contextlib.suppress(FileNotFoundError):
        for line in record.read_text().splitlines():
            pid, born, _name = line.split(" ", 2)
            if born and started_at(int(pid)) == born:
                _signal(int(pid), signal.SIGKILL, group=True)
                ended += 1
                _wait_gone(int(pid), born)
        record.unlink()
    return ended


def started_at(pid: int) -> str:
    """When a process started, as the kernel counts it; empty when it is gone (or the system has no ``/proc``)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone, so that nothing outlives a killed supervisor (Linux)."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


def _become(process: Process) -> None:
    """The child's whole life. Never returns."""
    code = 1
    try:
        os.setsid()
        die_with_parent()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        process.run()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        log.exception("%s failed", process.name)
    finally:
        with contextlib.suppress(Exception):
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _dead_children(pids: set[int]) -> list[tuple[int, int]]:
    dead = []
    for pid in pids:
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            found, status = pid, 0
        if found:
            dead.append((pid, status))
    return dead


def _signal(pid: int, number: int, *, group: bool = False) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if group else os.kill)(pid, number)


def _wait_gone(pid: int, born: str) -> None:
    deadline = time.monotonic() + 2
    while started_at(pid) == born and time.monotonic() < deadline:
        time.sleep(0.02)


def _reason(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
