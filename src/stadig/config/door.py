"""What every request passes before an application sees it: limits, an id, a line in the log, a count."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stadig.config import logs, metrics
from stadig.config.answers import App, Receive, Scope, Send, send_error
from stadig.sensing.ingest import counts

log = logging.getLogger("stadig.request")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
PUBLISH_SECONDS = 1.0
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Mount:
    """One row of the dispatcher's table. ``access`` says who is let in: the walk over all addresses reads it."""

    app: App
    access: str
    """``public``, ``token`` (the application checks a token of its own) or ``operator`` (loopback, or the metrics token)."""
    machine: bool = True
    """Errors are JSON."""
    max_body: int = 0
    at_once: int = 10_000
    body_seconds: float = 30.0
    buffered: bool = False
    """The whole body is read before the application starts, so that a slow sender never holds one of its threads."""
    quiet: bool = False
    """Left out of the log."""


class Lifespan:
    """Starts and stops what lives as long as the process does."""

    def __init__(self) -> None:
        self.starting: list[Callable[[], Awaitable[None]]] = []
        self.stopping: list[Callable[[], Awaitable[None]]] = []

    async def __call__(self, receive: Receive, send: Send) -> None:
        """The ASGI lifespan protocol."""
        while True:
            message = await receive()
            hooks = self.starting if message["type"] == "lifespan.startup" else self.stopping
            for hook in hooks:
                await hook()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


class Door:
    """The outer ASGI application: finds the mount by the first part of the path and guards it."""

    def __init__(self, table: Mapping[str, Mount], pages: Mount, lifespan: Lifespan) -> None:
        self.table = dict(table)
        self.pages = pages
        self.lifespan = lifespan
        self.active: Counter[str] = Counter()
        self.answered: Counter[tuple[str, str]] = Counter()
        self.buckets: Counter[tuple[str, float]] = Counter()
        self.seconds: Counter[str] = Counter()
        lifespan.starting.append(self._start_publishing)
        lifespan.stopping.append(self._stop_publishing)

    def find(self, path: str) -> tuple[str, Mount]:
        """(name, mount) for a path; ``pages`` for everything that no machine interface has taken."""
        first = "/" + path[1:].partition("/")[0]
        mount = self.table.get(first)
        return (first[1:], mount) if mount else ("pages", self.pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard, pass on, log and count."""
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        name, mount = self.find(scope["path"])
        identity = logs.new_request_id()
        logs.request_id.set(identity)
        scope["stadig.request_id"] = identity
        status = 0

        async def noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", identity.encode())]
            await send(message)

        begun = time.perf_counter()
        self.active[name] += 1
        try:
            refused = self._refuse(scope, name, mount)
            if refused:
                await send_error(scope, noting, refused, machine=mount.machine)
            else:
                await self._pass(scope, receive, noting, mount)
        except TooLarge:
            await self._fail(scope, noting, 413, status, mount)
        except TimeoutError:
            await self._fail(scope, noting, 408, status, mount)
        except Disconnected:
            status = 499
        except Exception as fault:
            from stadig.config.errors import status_of

            log.exception("%s could not answer", name)
            code = status_of(fault)
            await self._fail(scope, noting, 503 if code == 507 else code, status, mount)
        finally:
            self.active[name] -= 1
            self._count(scope, name, status, time.perf_counter() - begun, mount)

    def _refuse(self, scope: Scope, name: str, mount: Mount) -> int:
        """A status when the request is not to be passed on at all; also drops headers that could pose as others."""
        if self.active[name] > mount.at_once:
            return 503
        length = 0
        headers = []
        for key, value in scope["headers"]:
            if b"_" in key:
                continue
            if key == b"content-length":
                length = int(value) if value.isdigit() else -1
            headers.append((key, value))
        scope["headers"] = headers
        if length < 0 or not scope["query_string"].isascii():
            return 400
        return 413 if length > mount.max_body else 0

    async def _pass(self, scope: Scope, receive: Receive, send: Send, mount: Mount) -> None:
        if mount.buffered:
            receive = await _read_first(receive, mount.max_body, mount.body_seconds)
        else:
            receive = _limited(receive, mount.max_body)
        await mount.app(scope, receive, send)

    async def _fail(self, scope: Scope, send: Send, code: int, sent: int, mount: Mount) -> None:
        if not sent:
            await send_error(scope, send, code, machine=mount.machine)

    def _count(self, scope: Scope, name: str, status: int, seconds: float, mount: Mount) -> None:
        self.answered[name, f"{status // 100}xx" if status else "none"] += 1
        if name not in ("events", "wait"):  # how long someone waits for news says nothing about speed
            self.seconds[name] += seconds  # type: ignore[assignment]
            for edge in BUCKETS:
                if seconds <= edge:
                    self.buckets[name, edge] += 1
        if not mount.quiet:
            log.info("%s %s %d %d ms", scope["method"], scope.get("stadig.route") or name, status, round(seconds * 1000))

    def figures(self) -> dict[tuple[str, metrics.Labels], float]:
        """This process's counts, labelled by worker."""
        worker = ("worker", str(os.getpid()))
        found: dict[tuple[str, metrics.Labels], float] = {}
        totals: Counter[str] = Counter()
        for (name, status), count in self.answered.items():
            found["stadig_requests_total", (worker, ("kind", name), ("status", status))] = count
            totals[name] += count
        for name in self.seconds:
            for edge in BUCKETS:
                labels = (worker, ("kind", name), ("le", f"{edge:g}"))
                found["stadig_request_seconds_bucket", labels] = self.buckets[name, edge]
            found["stadig_request_seconds_bucket", (worker, ("kind", name), ("le", "+Inf"))] = totals[name]
            found["stadig_request_seconds_sum", (worker, ("kind", name))] = self.seconds[name]
            found["stadig_request_seconds_count", (worker, ("kind", name))] = totals[name]
        for name, count in self.active.items():
            found["stadig_requests_active", (worker, ("kind", name))] = count
        for result, count in counts.so_far().items():
            found["stadig_http_observations_total", (worker, ("result", result))] = count
        return found

    async def _start_publishing(self) -> None:
        self._publisher = asyncio.create_task(self._publish())

    async def _stop_publishing(self) -> None:
        self._publisher.cancel()
        metrics.forget(f"web-{os.getpid()}")

    async def _publish(self) -> None:
        before: object = None
        while True:
            now = self.figures()
            if now != before:
                metrics.write(f"web-{os.getpid()}", now)
                before = now
            await asyncio.sleep(PUBLISH_SECONDS)


class TooLarge(Exception):
    """The body is larger than the mount takes."""


class Disconnected(Exception):
    """The client went away before it had sent everything."""


async def _read_first(receive: Receive, limit: int, seconds: float) -> Receive:
    """Read the whole body now, within the time; gives a ``receive`` that hands it over in one piece."""
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(seconds):
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise TooLarge
            parts.append(part)
            more = message.get("more_body", False)
    whole = {"type": "http.request", "body": b"".join(parts), "more_body": False}
    parts.clear()
    given = False

    async def again() -> dict[str, Any]:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return whole

    return again


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what arrives; raises TooLarge beyond the limit."""
    size = 0

    async def counted() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise TooLarge
        return message

    return counted


def ignore_departure() -> contextlib.suppress:
    """For answers to clients that may be gone."""
    return contextlib.suppress(ConnectionError, RuntimeError)
