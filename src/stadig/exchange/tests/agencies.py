"""Agencies to ask in tests: a real server on the loopback address that answers, hangs, fails and keeps a journal of what reached it."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import web

from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Asker, Block, Fact, Incoming, Kind, Outgoing, Probe, Question, Source


class Reached(NamedTuple):
    """One request that reached an agency."""

    at: float
    agencies: tuple[str, ...]
    correlation: str
    parts: dict[str, list[str]]


@dataclass
class Way:
    """How an agency answers."""

    after_s: float = 0.0
    status: int = 200
    says: str = "data"
    times: int = 10**9
    """So many times; then as usual."""
    size: int = 0
    """Bytes of padding."""
    drops: bool = False
    """The line is cut instead of an answer."""
    person: str = ""
    """Answers about someone else."""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    """Answers with these bytes and no others."""


@dataclass
class Agencies:
    """The server, how each agency behaves, and what has reached it."""

    address: str = ""
    ways: dict[str, Way] = field(default_factory=dict)
    journal: list[Reached] = field(default_factory=list)
    probed: int = 0
    well: bool = True
    """What the probe says."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if asked.get("probe"):
            self.probed += 1
            return web.json_response({"well": self.well})
        codes = tuple(asked["agencies"])
        self.journal.append(Reached(time.time(), codes, asked["correlation"], asked["parts"]))
        way = self.ways.get(codes[0], Way())
        if way.times <= 0:
            way = Way()
        way.times -= 1
        await asyncio.sleep(way.after_s)
        if way.drops and request.transport:
            request.transport.close()
        if way.raw:
            return web.Response(body=way.raw, status=way.status, headers={"Content-Type": "text/xml", **way.headers})
        said = dict.fromkeys(codes, way.says)
        body = {"said": said, "person": way.person or asked["person"], "padding": "x" * way.size}
        return web.json_response(body, status=way.status, headers=way.headers)


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Agencies]:
    """Serve until the block ends."""
    this = Agencies()
    loop = asyncio.new_event_loop()

    async def begin() -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_post("/", this.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        return runner, runner.addresses[0][1]

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()  # first: the thread of the test may have a browser's loop running in it
    runner, port = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    this.address = f"{'https' if context else 'http'}://{'localhost' if context else '127.0.0.1'}:{port}/"
    try:
        yield this
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


class Plain:
    """A contract of a few lines of JSON: the engine is held to what it does around contracts, which have tests of their own."""

    name = "Plain v1"
    agencies = ("FK", "AF", "SKV", "CSN", "PM")

    prepared = 0

    def prepare(self) -> None:
        self.prepared += 1

    def request(self, question: Question, url: str) -> Outgoing:
        body: dict[str, Any] = {
            "agencies": question.agencies,
            "correlation": str(question.correlation_id),
            "person": question.person,
            "parts": question.parts,
        }
        return Outgoing("POST", url, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        if answer.status != 200:
            code = f"http_{answer.status}"
            return tuple(Block(one, Outcome.ERROR, error_source=Source.SELF, error_code=code) for one in question.agencies)
        found = json.loads(answer.body)
        if found["person"] != question.person:
            return tuple(
                Block(one, Outcome.ERROR, error_source=Source.AGENCY, error_code="wrong_person", alarm="wrong_person")
                for one in question.agencies
            )
        return tuple(block for one in question.agencies for block in self._blocks(one, found["said"][one], question))

    def _blocks(self, agency: str, said: str, question: Question) -> list[Block]:
        fact = Fact(Kind.PAYMENT, "X", f"about {question.person[-4:]}", "/said")
        if said == "parts":
            asked = question.parts.get(agency, ("one", "two"))
            whole = agency not in question.parts
            return [
                Block(agency, Outcome.ERROR, part, error_source=Source.AGENCY, error_code="E1")
                if part == "two" and whole
                else Block(agency, Outcome.DATA, part, (fact,))
                for part in asked
            ]
        if said == "data":
            return [Block(agency, Outcome.DATA, facts=(fact,))]
        return [Block(agency, Outcome(said))]

    def probe(self, asker: Asker, agencies: tuple[str, ...], url: str) -> Outgoing | None:
        return Outgoing("POST", url, {"Content-Type": "application/json"}, b'{"probe": true}')

    def read_probe(self, answer: Incoming) -> tuple[Probe, ...]:
        return tuple(Probe(one, json.loads(answer.body)["well"]) for one in self.agencies)
