"""Where lookups run: on the web server's own event loop, elsewhere on a loop in a thread of its own.

A lookup is read from what has been committed, so nothing leaves that is not in the database; what comes is stored by a thread.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import threading
from typing import Any, Final

from stadig.exchange import plans
from stadig.exchange.certificates import CertificateFault
from stadig.exchange.connections import Connection
from stadig.exchange.fanout import Fanout, Line, Reply, Request
from stadig.exchange.outcomes import Outcome
from stadig.exchange.plans import Plan, PlannedCall
from stadig.exchange.storing import Came, Ended, Finished, Intent, NotMade, Overdue, Store, Tally, Thing, Tried, now
from stadig.exchange.terms import Contract, Outgoing

log = logging.getLogger("stadig.exchange")
MARGIN_S: Final = 0.25
"""Kept of a lookup's time for storing its last blocks."""
PROBE_S: Final = 2.0
STOP_SECONDS: Final = 4.0
CLOSE_SECONDS: Final = 90.0
"""After a line has been replaced: longer than a late answer is listened for."""


class House:
    """All that runs in one event loop: lines to agencies, requests under way, and the thread that stores."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.fanout = Fanout()
        self.store = Store()
        self.lines: dict[str, tuple[Connection, Any, Line]] = {}
        self.runs: dict[int, asyncio.Task[None]] = {}
        self.closing: set[asyncio.Task[None]] = set()
        self.replaced: set[Line] = set()
        self.prepared: set[str] = set()
        """Names of the contracts that have been asked by."""

    def line(self, connection: Connection) -> Line:
        """The way out of a connection; made anew when its file or its certificate has changed. Raises CertificateFault."""
        context = connection.certificate.context() if connection.url.startswith("https://") else None
        known = self.lines.get(connection.name)
        if known is not None and known[0] == connection and known[1] is context:
            return known[2]
        made = Line(
            context=context,
            at_once=connection.at_once,
            retry=connection.retry,
            hedge_after_s=connection.hedge_after_s,
            most_bytes=connection.most_bytes,
        )
        self.lines[connection.name] = (connection, context, made)
        if known is not None:
            self.replaced.add(known[2])
            closing = self.loop.create_task(self._close_later(known[2]))
            self.closing.add(closing)
            closing.add_done_callback(self.closing.discard)
        return made

    async def _close_later(self, line: Line) -> None:
        """Shut a line that has been replaced, when what was under way on it has had its time."""
        await asyncio.sleep(CLOSE_SECONDS)
        self.replaced.discard(line)
        await line.close()

    async def run(self, plan: Plan) -> None:
        """Carry out a lookup; returns when each agency has answered or is overdue, and that is stored."""
        listener = Run(self, plan)
        for row, agencies, code in plan.broken:
            self.store.put(NotMade(plan, listener.tally, row=row, agencies=tuple(agencies), code=code))
        calls = [call for call in plan.calls if not call.trial]
        trials = [call for call in plan.calls if call.trial]
        ends_at = self.loop.time() + (plan.deadline_at - now()).total_seconds() - MARGIN_S
        listener.settled(0)
        if trials:
            await asyncio.gather(listener.ask(calls, ends_at), *(listener.try_first(call, ends_at) for call in trials))
        else:
            await listener.ask(calls, ends_at)
        await listener.finished

    def begin(self, plan: Plan) -> asyncio.Task[None]:
        """Carry out a lookup beside all else. On the loop's own thread."""
        self._prepare(plan)
        task = self.runs[plan.id] = self.loop.create_task(self.run(plan))
        task.add_done_callback(lambda _: self.runs.pop(plan.id, None))
        return task

    def _prepare(self, plan: Plan) -> None:
        """Before a contract's first answer comes, let it make ready what it reads with: beside the loop, and once."""
        fresh = {call.contract.name: call.contract for call in plan.calls if call.contract.name not in self.prepared}
        self.prepared |= fresh.keys()
        for contract in fresh.values():
            threading.Thread(target=_prepared, args=(contract,), name="exchange-prepare", daemon=True).start()

    async def stop(self) -> None:
        """Let go of all that is under way, and note it. What has come is stored by ``store.end``, for which this loop need not wait."""
        await self.fanout.stop()
        if self.runs:
            await asyncio.wait(list(self.runs.values()), timeout=STOP_SECONDS / 2)
        for task in self.closing:
            task.cancel()
        for line in (*self.replaced, *(line for _, _, line in self.lines.values())):
            await line.close()
        self.lines.clear()


def _prepared(contract: Contract) -> None:
    """An answer that comes first reads without: what could not be made ready is then tried again there, and told of."""
    try:
        contract.prepare()
    except Exception as fault:
        log.error("%s could not be made ready to read with: %s.", contract.name, type(fault).__name__)


class Run:
    """One lookup under way; listens to its requests."""

    def __init__(self, house: House, plan: Plan) -> None:
        self.house = house
        self.plan = plan
        self.tally = Tally()
        self.lines: dict[str, Line] = {}
        self.calls: dict[int, PlannedCall] = {}
        self.rows: dict[tuple[int, int], int] = {}
        self.begun = now()
        self.left = len(plan.calls)
        self.finished: asyncio.Future[Any] = house.loop.create_future()

    def settled(self, calls: int = 1) -> None:
        """So many more calls have been answered or are overdue. The lookup's end is stored after the last one's blocks."""
        self.left -= calls
        if self.left == 0:
            self.left = -1
            self.finished = self.house.store.put_and_wait(Finished(self.plan, self.tally))

    async def ask(self, calls: list[PlannedCall], ends_at: float) -> None:
        """Send the calls and wait until each is answered or overdue."""
        requests = [request for request in map(self._request, calls) if request]
        deadlines = self.plan.deadlines
        await self.house.fanout.ask(requests, self, agency_s=deadlines.agency_s, ends_at=ends_at, late_s=deadlines.late_s)

    async def try_first(self, call: PlannedCall, ends_at: float) -> None:
        """Ask an agency that has failed about no one, and only then about someone. A contract without such a question is tried as it is."""
        probe = call.contract.probe(call.question.asker, call.question.agencies, call.line.url)
        if probe is not None:
            reached = await self._reaches(call, probe)
            if not reached:
                agencies = call.question.agencies
                self._put(Tried(self.plan, self.tally, call=call, reached=False))
                self._put(
                    NotMade(
                        self.plan, self.tally, row=call.id, agencies=agencies, outcome=Outcome.BREAKER_OPEN, code="probe_failed"
                    )
                )
                self.settled()
                return
        await self.ask([call], ends_at)

    async def _reaches(self, call: PlannedCall, probe: Outgoing) -> bool:
        reply = Reply(fault="internal")
        with contextlib.suppress(TimeoutError, CertificateFault):
            async with asyncio.timeout(PROBE_S):
                reply = await self.house.line(call.line).send(probe)
        if reply.fault:
            return False
        try:
            said = call.contract.read_probe(reply.incoming)
        except Exception as fault:
            log.error("The answer to a trial of %s could not be read: %s.", call.line.name, type(fault).__name__)
            return False
        reached = {one.agency for one in said if one.reached}
        return reached >= set(call.question.agencies)

    def _request(self, call: PlannedCall) -> Request | None:
        try:
            line = self.lines.get(call.line.name) or self.house.line(call.line)
        except CertificateFault as fault:
            log.error("%s: %s", call.line.name, fault)
            self._put(NotMade(self.plan, self.tally, row=call.id, agencies=call.question.agencies, code=fault.code))
            self.settled()
            return None
        self.lines[call.line.name] = line
        self.calls[call.id] = call
        self.rows[call.id, call.attempt] = call.id
        return Request(call.id, line, "+".join(call.question.agencies), call.outgoing, attempt=call.attempt)

    def _put(self, thing: Thing) -> None:
        self.house.store.put(thing)

    # what the fan-out tells

    async def intend(self, request: Request, attempt: int) -> Outgoing:
        """Commit the row of another attempt before it leaves."""
        call = self.calls[request.key]
        correlation = call.question.correlation_id
        row = await self.house.store.put_and_wait(
            Intent(self.plan, self.tally, call=call, attempt=attempt, correlation=correlation)
        )
        self.rows[request.key, attempt] = row
        return request.outgoing

    def ended(self, request: Request, attempt: int, reply: Reply) -> None:
        self._put(Ended(self.plan, self.tally, call=self.rows[request.key, attempt], reply=reply))

    def answered(self, request: Request, attempt: int, reply: Reply, *, late: bool) -> None:
        self._put(
            Came(
                self.plan,
                self.tally,
                call=self.calls[request.key],
                row=self.rows[request.key, attempt],
                reply=reply,
                at=now(),
                begun=self.begun,
                late=late,
            )
        )
        if not late:
            self.settled()

    def overdue(self, request: Request) -> None:
        row = self.rows[request.key, request.attempt]
        self._put(Overdue(self.plan, self.tally, call=self.calls[request.key], row=row, begun=self.begun, left=request.left))
        self.settled()


_houses: dict[asyncio.AbstractEventLoop, House] = {}
_lock = threading.Lock()
_web: asyncio.AbstractEventLoop | None = None
_own: asyncio.AbstractEventLoop | None = None


def _house(loop: asyncio.AbstractEventLoop) -> House:
    with _lock:
        if loop not in _houses:
            _houses[loop] = House(loop)
        return _houses[loop]


async def here() -> None:
    """From now on this process's lookups run on this event loop: called when the web server has started."""
    global _web  # noqa: PLW0603
    _web = asyncio.get_running_loop()


async def leave() -> None:
    """The web server stops: what is under way is let go of and noted."""
    global _web
    loop, _web = asyncio.get_running_loop(), None
    house = _houses.pop(loop, None)
    if house is not None:
        await house.stop()
        await asyncio.to_thread(house.store.end, STOP_SECONDS / 2)


def start(lookup_id: int) -> None:
    """Carry out a committed lookup beside all else. Never raises: what keeps it from running, the sweep makes good."""
    try:
        plan = plans.read(lookup_id)
        if plan is not None:
            loop = _web or _loop()
            loop.call_soon_threadsafe(_house(loop).begin, plan)
    except Exception as fault:
        log.error("Lookup %d could not be begun: %s.", lookup_id, type(fault).__name__)


async def run(lookup_id: int) -> None:
    """Carry out a committed lookup on this event loop; returns when it is finished. For jobs, benchmarks and tests."""
    loop = asyncio.get_running_loop()
    plan = await asyncio.to_thread(_read, lookup_id)
    if plan is not None:
        await _house(loop).begin(plan)


async def finished(lookup_id: int) -> None:
    """Wait until a lookup that runs on this event loop is finished; at once where none of that id does."""
    task = _house(asyncio.get_running_loop()).runs.get(lookup_id)
    if task is not None:
        await task


def _read(lookup_id: int) -> Plan | None:
    from django.db import connection

    try:
        return plans.read(lookup_id)
    finally:
        connection.close()


def _loop() -> asyncio.AbstractEventLoop:
    """A loop in a thread of its own, for processes that have none."""
    global _own  # noqa: PLW0603
    with _lock:
        if _own is None or _own.is_closed():
            _own = asyncio.new_event_loop()
            threading.Thread(target=_own.run_forever, name="exchange-loop", daemon=True).start()
        return _own


@atexit.register
def stop() -> None:
    """Let go of what runs in the thread of its own: at the process's end, and after a test."""
    global _own
    with _lock:
        loop, _own = _own, None
    if loop is None:
        return
    house = _houses.pop(loop, None)
    if house is not None:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(house.stop(), loop).result(STOP_SECONDS)
        house.store.end(STOP_SECONDS / 2)
    loop.call_soon_threadsafe(loop.stop)
