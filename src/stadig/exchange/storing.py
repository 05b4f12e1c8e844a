"""Storing what became of requests, in a thread of its own: what waits is stored together, and the event loop never waits for it.

Answers are read here too: XML of two megabytes is no work for a loop that keeps time for others.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection

from stadig.city import clock
from stadig.exchange import keeping
from stadig.exchange.fanout import Reply
from stadig.exchange.outcomes import Outcome
from stadig.exchange.plans import Plan, PlannedCall
from stadig.exchange.terms import Block, Source

log = logging.getLogger("stadig.exchange")
IDLE_SECONDS: Final = 0.3
"""Without anything to store for this long, the thread gives its connection back."""
MOST_TOGETHER: Final = 64
TRY_FOR_SECONDS: Final = 30.0
"""A database that is away is tried again for this long; what could not be stored then is made good by the sweep."""
PAUSE_SECONDS: Final = 0.5


@dataclass(slots=True)
class Tally:
    """What a lookup has come to, for its row in the audit log."""

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    not_kept: dict[str, str] = field(default_factory=dict)
    """Correlation id → why the answer's bytes were not kept: ``beyond`` what the law gives, or about someone ``else``."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Agency → how many kinds of data came beyond what the law gives, and were not kept."""


@dataclass(slots=True)
class Thing:
    """One thing to store. ``done`` is told when it has been committed."""

    plan: Plan
    tally: Tally
    done: Callable[[Any], None] | None = None
    result: Any = None


@dataclass(slots=True)
class Intent(Thing):
    """Another attempt is about to leave; the result is its call's id."""

    call: PlannedCall | None = None
    attempt: int = 0
    correlation: Any = None


@dataclass(slots=True)
class Ended(Thing):
    """An attempt ended without being the answer."""

    call: int = 0
    reply: Reply = field(default_factory=Reply)


@dataclass(slots=True)
class Came(Thing):
    """A request ended: with an answer, or with why there is none. Without a ``call`` row of its own id it was the first attempt."""

    call: PlannedCall | None = None
    row: int = 0
    reply: Reply = field(default_factory=Reply)
    at: dt.datetime | None = None
    begun: dt.datetime | None = None
    late: bool = False
    blocks: tuple[Block, ...] = ()
    """What was read; filled in by the thread."""


@dataclass(slots=True)
class Overdue(Thing):
    """The deadline passed."""

    call: PlannedCall | None = None
    row: int = 0
    begun: dt.datetime | None = None
    left: bool = True


@dataclass(slots=True)
class NotMade(Thing):
    """A call that could not be made at all, or was not since its trial failed."""

    row: int = 0
    agencies: tuple[str, ...] = ()
    outcome: Outcome = Outcome.ERROR
    code: str = ""


@dataclass(slots=True)
class Tried(Thing):
    """How a trial of an agency went."""

    call: PlannedCall | None = None
    reached: bool = False


@dataclass(slots=True)
class Finished(Thing):
    """Every agency has answered or is overdue."""


@dataclass(slots=True)
class Taken:
    """What is stored in one turn: first what agencies answered, for which someone waits, then the ends of lookups with their digests."""

    answers: list[Thing] = field(default_factory=list)
    ends: list[Thing] = field(default_factory=list)
    held: Thing | None = None
    """What must come after these."""
    last: bool = False
    """Nothing comes any more."""


class Store:
    """The thread and what waits for it."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Thing | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, thing: Thing) -> None:
        """Store it soon. From any thread."""
        self._waiting.put(thing)
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._work, name="exchange-store", daemon=True)
                    self._thread.start()

    def put_and_wait(self, thing: Thing) -> asyncio.Future[Any]:
        """Store it; a future with its result, done when it has been committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def done(result: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(_settle, future, result)

        thing.done = done
        self.put(thing)
        return future

    def end(self, seconds: float) -> None:
        """Store what waits, and stop."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            self._waiting.put(None)
            thread.join(seconds)

    def _work(self) -> None:
        """Take what waits, store it together, and give the connection back when nothing comes."""
        held: Thing | None = None
        try:
            while True:
                taken = self._take(held)
                for batch in (taken.answers, taken.ends):
                    _read_all(batch)
                    _store(batch)
                if taken.last:
                    return
                held = taken.held
        finally:
            connection.close()

    def _take(self, held: Thing | None) -> Taken:
        """What waits now. A late answer replaces what may stand among the answers, so it is the first of the next turn."""
        taken = Taken()
        first = held or self._next()
        while first is not None:
            if (taken.answers or taken.ends) and isinstance(first, Came) and first.late:
                taken.held = first
                return taken
            (taken.ends if isinstance(first, Finished) else taken.answers).append(first)
            if len(taken.answers) >= MOST_TOGETHER:
                return taken
            try:
                first = self._waiting.get_nowait()
            except queue.Empty:
                return taken
        taken.last = True
        return taken

    def _next(self) -> Thing | None:
        try:
            return self._waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            connection.close()
            return self._waiting.get()


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def _read_all(batch: list[Thing]) -> None:
    for thing in batch:
        if isinstance(thing, Came) and thing.call and not thing.blocks:
            thing.blocks = read(thing.call, thing.reply)


def read(call: PlannedCall, reply: Reply) -> tuple[Block, ...]:
    """The blocks of an answer: at least one for each agency asked, whatever came, and none for any other."""
    asked = call.question.agencies
    if reply.fault:
        return tuple(Block(agency, Outcome.ERROR, error_source=Source.SELF, error_code=reply.fault) for agency in asked)
    try:
        found = call.contract.read(reply.incoming, call.question)
    except Exception as fault:
        log.error("An answer to call %d could not be read: %s.", call.id, type(fault).__name__)
        found = ()
    blocks = {(block.agency, block.part): block for block in found if block.agency in asked}
    said = {agency for agency, _ in blocks}
    silent = [agency for agency in asked if agency not in said]
    unread = (Block(agency, Outcome.ERROR, error_source=Source.SELF, error_code="unreadable") for agency in silent)
    return (*blocks.values(), *unread)


def _store(batch: list[Thing]) -> None:
    """Commit all together; if that fails, one at a time, so that one fault hides nothing else."""
    if not batch:
        return
    until = time.monotonic() + TRY_FOR_SECONDS
    while True:
        try:
            keeping.keep(batch)
            break
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                log.error("%d things that agencies answered could not be stored: the database is away.", len(batch))
                _tell(batch, OperationalError())
                return
            time.sleep(PAUSE_SECONDS)
        except Exception as fault:  # one thing that cannot be stored must not keep the others from being
            if len(batch) > 1:
                for one in batch:
                    _store([one])
                return
            log.error("%s of lookup %d was not stored: %s.", type(batch[0]).__name__, batch[0].plan.id, type(fault).__name__)
            _tell(batch, fault)
            return
    _tell(batch, None)


def _tell(batch: list[Thing], fault: Exception | None) -> None:
    for thing in batch:
        if thing.done:
            thing.done(fault or thing.result)


def sha256_of(reply: Reply) -> str:
    """Of an answer's bytes; empty where none came."""
    return hashlib.sha256(reply.body).hexdigest() if reply.body else ""


def now() -> dt.datetime:
    """Real time: what is asked and answered has nothing to do with the town's clock."""
    return clock.real_now()
