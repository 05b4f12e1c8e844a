"""Asking many at once: every request has one absolute deadline, and what comes after it is still heard. asyncio and aiohttp, nothing else.

The engine knows no one's data and no database: it sends bytes and tells a :class:`Listener` what became of them. A second try, and a
second question by agreement, is announced with :meth:`Listener.intend` and leaves only when that has returned.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp

from stadig.exchange.terms import HEADERS_READ, Incoming, Outgoing

log = logging.getLogger("stadig.exchange")
JITTER_S: Final = 0.2
"""A second try waits a random while up to this, so that many do not come back at the same moment."""
KEEP_ALIVE_S: Final = 15.0
LATE_AT_ONCE: Final = 64
"""Calls to one agency that go on listening after their deadline; beyond that a late answer is let go."""
PACE_WEIGHT: Final = 0.1
"""Of the latest answer in how long an agency takes."""
SHORT: Final = 100
"""Characters of a content type that are kept."""
BUSY: Final = 503
NO_CONTACT: Final = "no_contact"
PLAIN: Final = {"Accept-Encoding": "identity", "User-Agent": "Stadig"}


@dataclass(frozen=True, slots=True)
class Reply:
    """How one attempt ended. ``fault`` is empty for an answer with a status, whatever it is; otherwise one of our words."""

    status: int = 0
    content_type: str = ""
    body: bytes = field(repr=False, default=b"")
    fault: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those that a contract may need."""

    @property
    def incoming(self) -> Incoming:
        """As a contract reads it."""
        return Incoming(self.status, self.content_type, self.body, self.headers)

    @property
    def may_try_again(self) -> bool:
        """No contact, or a 503: the agency has not answered the question."""
        return self.fault == NO_CONTACT or (not self.fault and self.status == BUSY)


@dataclass(eq=False, slots=True)
class Request:
    """One question to one connection, on its way."""

    key: int
    """Whatever the listener knows it by."""
    line: Line
    slot: str
    """Requests of one slot share a bulkhead: an agency's code."""
    outgoing: Outgoing
    deadline: float = 0.0
    """On the loop's clock."""
    attempt: int = 1
    left: bool = False
    """At least one byte may have left."""
    overdue: bool = False
    over: bool = False
    holds: bool = False
    """It takes up a place in its bulkhead."""
    task: asyncio.Task[None] | None = None


class Listener(Protocol):
    """Who is told what becomes of a lookup's requests. All but ``intend`` return at once."""

    async def intend(self, request: Request, attempt: int) -> Outgoing:
        """Another attempt is about to leave: make it known where it lasts, and give its bytes."""
        ...

    def ended(self, request: Request, attempt: int, reply: Reply) -> None:
        """An attempt ended, and another is or will be made."""
        ...

    def answered(self, request: Request, attempt: int, reply: Reply, *, late: bool) -> None:
        """The request ended. ``late``: :meth:`overdue` has been told before."""
        ...

    def overdue(self, request: Request) -> None:
        """The deadline passed without an answer; it is still listened for."""
        ...


class Line:
    """One connection's way out: its TLS, its open sockets, its bulkheads. Belongs to one event loop."""

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        at_once: int = 16,
        retry: bool = True,
        hedge_after_s: float = 0.0,
        most_bytes: int = 2_000_000,
    ) -> None:
        connector = aiohttp.TCPConnector(limit=0, ssl=context or True, keepalive_timeout=KEEP_ALIVE_S)
        self.session = aiohttp.ClientSession(
            connector=connector,
            headers=PLAIN,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
        )
        # aiohttp would send a GET a second time by itself when a kept socket turns out to be shut: a disclosure in no log
        self.session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        self.retry = retry
        self.hedge_after_s = hedge_after_s
        self.most_bytes = most_bytes
        self.slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self.late: defaultdict[str, int] = defaultdict(int)
        self.pace: dict[str, float] = {}
        """Slot → seconds that its answers have taken of late."""

    async def close(self) -> None:
        """Shut every socket."""
        await self.session.close()

    async def send(self, outgoing: Outgoing) -> Reply:
        """Send once and read the answer. Never raises for what the other side does."""
        try:
            async with self.session.request(
                outgoing.method, outgoing.url, data=outgoing.body or None, headers=outgoing.headers, allow_redirects=False
            ) as answer:
                headers = answer.headers
                if headers.get("Content-Encoding", "identity").lower() != "identity":
                    return self._refused(answer, "encoded")
                body = await self._body(answer)
                if body is None:
                    return self._refused(answer, "too_large")
                read = {name: headers[name][:SHORT] for name in HEADERS_READ if name in headers}
                return Reply(answer.status, headers.get("Content-Type", "")[:SHORT], body, headers=read)
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            return Reply(fault=_word(fault))

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes | None:
        """The answer's body; None as soon as it is larger than we take."""
        said = answer.content_length
        if said is not None:
            return await answer.read() if said <= self.most_bytes else None
        parts: list[bytes] = []
        size = 0
        async for part in answer.content.iter_any():
            size += len(part)
            if size > self.most_bytes:
                return None
            parts.append(part)
        return b"".join(parts)

    def _refused(self, answer: aiohttp.ClientResponse, fault: str) -> Reply:
        answer.close()
        return Reply(answer.status, answer.headers.get("Content-Type", "")[:SHORT], fault=fault)


def _word(fault: Exception) -> str:
    """Our word for why no answer came."""
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "certificate_untrusted"
    if isinstance(fault, (aiohttp.ClientSSLError, ssl.SSLError)) or isinstance(
        fault.__cause__ or fault.__context__, ssl.SSLError
    ):
        return "tls"
    if isinstance(fault, aiohttp.ClientConnectorError):
        return NO_CONTACT
    return "cut_off" if isinstance(fault, (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError)) else "unreadable"


def _pace(request: Request) -> float:
    return request.line.pace.get(request.slot, 0.0)


class Fanout:
    """Every request under way in one event loop."""

    def __init__(self) -> None:
        self.active: set[Request] = set()

    async def ask(
        self, requests: Iterable[Request], listener: Listener, *, agency_s: float, ends_at: float, late_s: float
    ) -> None:
        """Send all at once; returns when each has been answered or is overdue. Those that are overdue are listened for ``late_s`` more.

        ``ends_at`` is the lookup's end on the loop's clock: no request has a later deadline.
        """
        loop = asyncio.get_running_loop()
        deadline = min(loop.time() + agency_s, ends_at)
        all_of_it = Lookup(self, listener, loop, late_s)
        for request in sorted(requests, key=_pace, reverse=True):  # whoever takes longest to answer is asked first
            request.deadline = deadline
            all_of_it.start(request)
        await all_of_it.settled()

    async def stop(self) -> None:
        """Let go of everything, and tell each listener that its request was interrupted."""
        tasks = [request.task for request in self.active if request.task]
        for task in tasks:
            task.cancel("stop")
        await asyncio.gather(*tasks, return_exceptions=True)


class Lookup:
    """The requests of one lookup."""

    def __init__(self, fanout: Fanout, listener: Listener, loop: asyncio.AbstractEventLoop, late_s: float) -> None:
        self.fanout = fanout
        self.listener = listener
        self.loop = loop
        self.late_s = late_s
        self.waiting = 0
        self._settled: asyncio.Future[None] = loop.create_future()

    def start(self, request: Request) -> None:
        """Begin with one of them."""
        self.waiting += 1
        self.fanout.active.add(request)
        request.task = self.loop.create_task(self._run(request))

    def settled(self) -> Awaitable[None]:
        """When each is answered or overdue."""
        if not self.waiting and not self._settled.done():
            self._settled.set_result(None)
        return self._settled

    async def _run(self, request: Request) -> None:
        begun = self.loop.time()
        alarm = self.loop.call_at(request.deadline, self._overdue, request)
        try:
            async with asyncio.timeout_at(request.deadline + self.late_s):
                reply = await self._in_its_slot(request)
        except TimeoutError:
            reply = Reply(fault="gave_up")
        except asyncio.CancelledError as why:
            reply = Reply(fault="interrupted" if why.args == ("stop",) else "gave_up" if request.left else "no_slot")
        except Exception as fault:
            log.error("A request ended in %s.", type(fault).__name__)
            reply = Reply(fault="internal")
        finally:
            alarm.cancel()
            self.fanout.active.discard(request)
            self._give_back(request)
        request.over = True
        before, took = request.line.pace.get(request.slot), self.loop.time() - begun
        request.line.pace[request.slot] = took if before is None else before + PACE_WEIGHT * (took - before)
        self.listener.answered(request, request.attempt, reply, late=request.overdue)
        if request.overdue:
            request.line.late[request.slot] -= 1
        else:
            self._settle()

    async def _in_its_slot(self, request: Request) -> Reply:
        slot = request.line.slots[request.slot]
        await slot.acquire()
        request.holds = True
        request.left = True
        if request.line.hedge_after_s:
            return await self._hedged(request)
        reply = await request.line.send(request.outgoing)
        if not (reply.may_try_again and request.line.retry) or request.overdue:
            return reply
        pause = random.uniform(0, JITTER_S)  # noqa: S311 – spreads load, guards nothing
        if self.loop.time() + pause >= request.deadline:
            return reply
        await asyncio.sleep(pause)
        return await self._again(request, reply)

    async def _again(self, request: Request, before: Reply) -> Reply:
        """The one second try, once it is known where it lasts."""
        self.listener.ended(request, request.attempt, before)
        outgoing = await self.listener.intend(request, request.attempt + 1)
        request.attempt += 1
        return Reply(fault="no_time") if request.overdue else await request.line.send(outgoing)

    async def _hedged(self, request: Request) -> Reply:
        """The first answer of two, when the first question has not been answered for a while."""
        first = asyncio.create_task(request.line.send(request.outgoing))
        tasks = [first]
        try:
            done, _ = await asyncio.wait(tasks, timeout=request.line.hedge_after_s)
            if done or request.overdue:
                return await first
            outgoing = await self.listener.intend(request, 2)
            if first.done() or request.overdue:
                self.listener.ended(request, 2, Reply(fault="no_time"))
                return await first
            tasks.append(asyncio.create_task(request.line.send(outgoing)))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            won = next(place for place, task in enumerate(tasks) if task.done())
            request.attempt = won + 1
            self.listener.ended(request, 2 - won, Reply(fault="overtaken"))
            return tasks[won].result()
        finally:
            for task in tasks:
                task.cancel()

    def _overdue(self, request: Request) -> None:
        """The deadline: from here on it is listened for only, and its place is another's."""
        request.overdue = True
        line = request.line
        line.late[request.slot] += 1
        self._give_back(request)
        self.listener.overdue(request)
        if (not request.left or line.late[request.slot] > LATE_AT_ONCE) and request.task:
            request.task.cancel()
        self._settle()

    def _give_back(self, request: Request) -> None:
        if request.holds:
            request.holds = False
            request.line.slots[request.slot].release()

    def _settle(self) -> None:
        self.waiting -= 1
        if not self.waiting and not self._settled.done():
            self._settled.set_result(None)
