"""``/events``: news to open pages, as server-sent events.

A page asks with tokens that Django signed for it (:mod:`stadig.city.live`); each names a user and a topic. What goes
out is topic, id and version, nothing else: the browser then fetches the fragment through Django, which checks rights.
Each process has one LISTEN connection however many pages are open.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import psycopg

from stadig.config.answers import Receive, Scope, Send, header, send_error

log = logging.getLogger("stadig.events")
HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS = 300.0
"""Then the page is asked to fetch itself anew, and with that a new token, for which Django checks rights again."""
PAUSE_SECONDS = 2.0
"""Between two tellings of a stream: what happens meanwhile is told together, so that a page fetches itself once for it."""
QUICK_PAUSE_SECONDS = 0.15
"""The same for topics whose news someone watches fill in (:func:`stadig.city.live.tell_quickly`)."""
MOST_STREAMS = 200
"""Per process; the server takes 400 requests at once."""
MOST_PER_USER = 12
MOST_TOPICS = 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
END_STREAMS = signal.SIGUSR1
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(eq=False)
class Stream:
    """One open page. News that arrive faster than it reads are folded: the latest version of each thing is kept."""

    topics: frozenset[str]
    user: int
    quick: frozenset[str] = frozenset()
    """The topics among them whose news are told at once."""
    pending: dict[tuple[str, int], int] = field(default_factory=dict)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def closing(self) -> bool:
        """Whether it is to end."""
        return self.ended.is_set()

    def put(self, topic: str, thing: int, version: int) -> None:
        """Something changed."""
        self.pending[topic, thing] = version
        self.awake.set()

    def close(self) -> None:
        """End the stream at the next turn."""
        self.ended.set()
        self.awake.set()

    async def rest(self, seconds: float) -> None:
        """Let news gather for a while, but for the end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), seconds)

    def take(self, *, all_of_it: bool = True) -> bytes:
        """What is to be sent now, as event-stream text; without ``all_of_it`` the news of quick topics alone, the others stay."""
        told = {key: version for key, version in self.pending.items() if all_of_it or key[0] in self.quick}
        said = "".join(
            f"data: {json.dumps({'topic': topic, 'id': thing, 'version': version})}\n\n"
            for (topic, thing), version in told.items()
        )
        for key in told:
            del self.pending[key]
        self.awake.clear()
        return said.encode()


class Hub:
    """All streams of this process and the one connection that listens for them."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.per_user: Counter[int] = Counter()
        self.closed = False
        self._listening: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    def has_room_for(self, user: int) -> bool:
        """Whether one more page may listen."""
        return not self.closed and len(self.streams) < MOST_STREAMS and (user == 0 or self.per_user[user] < MOST_PER_USER)

    @contextlib.asynccontextmanager
    async def stream(self, user: int, topics: frozenset[str]):
        """A stream for as long as the block lasts."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        from stadig.city import live

        this = Stream(topics, user, frozenset(filter(live.is_quick, topics)))
        self.streams.add(this)
        self.per_user[user] += 1
        try:
            yield this
        finally:
            self.streams.discard(this)
            self.per_user[user] -= 1

    async def listens(self, seconds: float) -> bool:
        """Wait until the connection listens; False when it does not in that time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), seconds)
        return self._heard.is_set()

    async def end_on_signal(self) -> None:
        """Let the server end the streams before it stops: it waits for open requests, and a stream is one."""
        asyncio.get_running_loop().add_signal_handler(END_STREAMS, self.close)

    def close(self) -> None:
        """End every stream, open no more, and stop listening."""
        self.closed = True
        for stream in list(self.streams):
            stream.close()
        if self._listening:
            self._listening.cancel()

    async def _listen(self) -> None:
        """Listen for ever, and connect again after a fault. What was missed meanwhile is made good by telling everyone."""
        from stadig.city.live import CHANNEL
        from stadig.config.health import connect

        pause = FIRST_PAUSE
        missed = False
        while True:
            try:
                async with await connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._heard.set()
                    pause = FIRST_PAUSE
                    if missed:
                        self._tell_everyone()
                    async for note in connection.notifies():
                        self._tell(note.payload)
            except (psycopg.Error, OSError, TimeoutError):
                log.warning("The connection that listens for news was lost. Connecting again in %g s.", pause)
            self._heard.clear()
            missed = True
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _tell(self, payload: str) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(payload)
            topic, thing, version = str(said["topic"]), int(said["id"]), int(said["version"])
            for stream in self.streams:
                if topic in stream.topics:
                    stream.put(topic, thing, version)

    def _tell_everyone(self) -> None:
        for stream in self.streams:
            for topic in stream.topics:
                stream.put(topic, 0, 0)


hub = Hub()
sessions = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sessions")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream the news of the topics whose tokens the address carries; 403 for a token that is not ours or has expired."""
    if scope["method"] != "GET":
        await send_error(scope, send, 405, machine=True)
        return
    from stadig.city import live

    tokens = parse_qs(scope["query_string"].decode()).get("token", [])
    try:
        said = [live.read_token(token) for token in tokens[:MOST_TOPICS]]
    except live.BadToken:
        said = []
    users = {user for user, _ in said}
    if len(users) != 1 or not await is_logged_in(scope, next(iter(users))):
        await send_error(scope, send, 403, machine=True)
        return
    user = users.pop()
    if not hub.has_room_for(user):
        await send_error(scope, send, 503, machine=True)
        return
    async with hub.stream(user, frozenset(topic for _, topic in said)) as stream:
        gone = asyncio.create_task(until_gone(receive, stream))
        try:
            await _serve(stream, send)
        finally:
            gone.cancel()


async def _serve(stream: Stream, send: Send) -> None:
    await hub.listens(2.0)
    loop = asyncio.get_running_loop()
    end = loop.time() + STREAM_SECONDS
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b": listening\nretry: 3000\n\n", "more_body": True})
    rested = loop.time()
    while not stream.closing and loop.time() < end:
        held = rested - loop.time() if stream.pending else HEARTBEAT_SECONDS
        try:
            await asyncio.wait_for(stream.awake.wait(), min(HEARTBEAT_SECONDS, max(0.01, held), max(0.01, end - loop.time())))
        except TimeoutError:
            if not stream.pending:
                await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                continue
        slow_too = loop.time() >= rested
        body = stream.take(all_of_it=slow_too)
        if not body:
            continue
        await send({"type": "http.response.body", "body": body, "more_body": True})
        if slow_too:
            rested = loop.time() + PAUSE_SECONDS
        await stream.rest(QUICK_PAUSE_SECONDS if stream.quick else PAUSE_SECONDS)
    if loop.time() >= end:
        for topic in stream.topics:
            stream.put(topic, 0, 0)  # look anew, and with that get a new token
        await send({"type": "http.response.body", "body": stream.take(), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def until_gone(receive: Receive, stream: Stream) -> None:
    """End the stream when the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


async def is_logged_in(scope: Scope, user: int) -> bool:
    """Whether the browser's session is the user's whom the token was signed for. Tokens for everyone need no session."""
    if user == 0:
        return True
    from django.conf import settings
    from django.http import parse_cookie

    key = parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")
    return bool(key) and await asyncio.get_running_loop().run_in_executor(sessions, _session_user, key) == user


def _session_user(key: str) -> int:
    """The id of the user who is logged in with this session, or 0."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import SESSION_KEY
    from django.db import close_old_connections

    close_old_connections()
    try:
        store: Any = import_module(settings.SESSION_ENGINE).SessionStore(key)
        return int(store.get(SESSION_KEY, 0))
    finally:
        close_old_connections()
