"""The agencies as one web server: ``/ssbtek/v10``, ``/ssbtek/v11``, ``/lefi/v9/…`` and ``/rest/…``."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from lxml import etree

from stadig.config.agencies import answers, composite, lefi, lives, spoiling
from stadig.config.agencies.asked import Asked, Ingivare, Wrong
from stadig.config.agencies.dials import Board, Draw
from stadig.config.agencies.journal import Journal

XML, JSON = "text/xml; charset=utf-8", "application/json"
ACTORS_PATH = "/lefi/v9/aktorer/{actor}/"
TOO_LARGE = 2**20
WHOLE = ("http_503", "fault", "closed", "wrong_charset", "truncated", "huge", "bomb")
"""What goes wrong with an answer as a whole and not with one agency's part of it."""
ARRIVED = web.RequestKey("arrived", float)
"""When a question came, on the loop's clock."""


TOGETHER_S = 0.02
"""Answers that are held back longer are made this long after their question came: those that come with it are not kept waiting."""


@web.middleware
async def arriving(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note when a question came before any other that came with it is looked at: waiting for them is of the agency's own time."""
    request[ARRIVED] = asyncio.get_running_loop().time()
    await asyncio.sleep(0)
    return await handler(request)


@dataclass
class Agencies:
    """The agencies together: how they feel, what they have been asked, and against what they hold a question."""

    board: Board
    journal: Journal
    present: dt.date | None = None
    """A day of the month from which stories count; without it, the last day of each period asked about."""
    schemas: dict[str, etree.XMLSchema] | None = None
    """Contract version → the schema of its questions, where the contract's files are installed."""
    actor: str = ""
    """The only actor (*aktör*) LEFI knows; any is known where it is empty."""

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application(client_max_size=TOO_LARGE, middlewares=[arriving])
        app.router.add_post(r"/ssbtek/v{version:1[01]}", self.ssbtek)
        app.router.add_post(ACTORS_PATH + "formansinformation/fraga", self.lefi)
        app.router.add_get(ACTORS_PATH + "tillgangligaInformationstyper", self.lefi_kinds)
        app.router.add_post("/rest/fragor", self.rest)
        app.router.add_get("/rest/halsa", self.rest_health)
        return app

    def drawn(self, asked: Asked) -> Draw:
        """What happens to this question."""
        draw = self.board.draw(asked.agency, asked.contract)
        return self.board.about(asked.agency, asked.person, lives.life(asked.person).moods.get(asked.agency, {}), draw)

    async def ssbtek(self, request: web.Request) -> web.StreamResponse:
        """A question to the composite service, or its health probe."""
        version, body = request.match_info["version"], await request.read()
        contract = f"ssbtek-{version}"
        try:
            schema = (self.schemas or {}).get(version)
            question = composite.read(body, version, present=self.present, schema=schema)
        except Wrong as wrong:
            self.journal.note(contract, "", [], body, {"": "refused"})
            return web.Response(
                status=500, body=composite.fault(version, "", wrong.code, wrong.text), headers={"Content-Type": XML}
            )
        if question.operation == "testaBastjanstInformation":
            return await self._probe(request, version, body)
        draws = {one.agency: self.drawn(one) for one in question.asked}
        moods = {agency: draw.mood for agency, draw in draws.items()}
        if len(draws) > 1:
            draws = {agency: self._waited(draw) for agency, draw in draws.items()}
        seconds = max((draw.latency_s for draw in draws.values()), default=0.0)
        self.journal.note(
            contract, question.correlation, [*draws, *question.refused], body, moods, held=self._held(request, seconds)
        )
        if any(draw.mood == "hang" for draw in draws.values()):
            await self._silence()
        await asyncio.sleep(min(seconds, TOGETHER_S))
        found = {
            agency: f'<ssbt:{agency} xmlns:ssbt="{composite.SPACE}{version}">'.encode()
            + composite.error("BT", code, text)
            + f"</ssbt:{agency}>".encode()
            for agency, (code, text) in question.refused.items()
        }
        for name, group in groupby(question.asked, key=lambda one: "FK" if one.agency == "PM" else one.agency):
            asked = tuple(group)
            found[name] = answers.element(asked, tuple(draws[one.agency].mood for one in asked), question.correlation)
        whole = next((draw.mood for draw in draws.values() if draw.mood in WHOLE), "")
        answer = composite.envelope(version, question, found)
        await self._hold(request, seconds)
        return await self._send(request, answer, XML, whole, version)

    def _waited(self, draw: Draw) -> Draw:
        """An agency among others in one call: the composite service gives up on it after its own time, and turns its faults into errors."""
        if draw.mood == "hang" or draw.latency_s > self.board.composite_s:
            return Draw(self.board.composite_s, "ssbt_error")
        return replace(draw, mood={"http_503": "ssbt_error", "fault": "bt_error"}.get(draw.mood, draw.mood))

    async def _probe(self, request: web.Request, version: str, body: bytes) -> web.StreamResponse:
        contract = f"ssbtek-{version}"
        self.journal.note(contract, "", [], body, {})
        down = ("hang", "failing", *WHOLE, "ssbt_error", "bt_error", "unavailable")
        reached = {
            agency: "TIMEOUT"
            if sum(share for name, share in self.board.dial(agency, contract).shares if name in down) >= 1
            else ""
            for agency in composite.AGENCIES
        }
        return web.Response(body=composite.tested(version, reached), headers={"Content-Type": XML})

    async def lefi(self, request: web.Request) -> web.StreamResponse:
        """LEFI's own question, about one person."""
        body = await request.read()
        correlation = request.headers.get("X-Correlation-Id", request.headers.get("X-Request-Id", ""))
        if self.actor and request.match_info["actor"] != self.actor:
            return _refused(403, "Aktören är okänd eller får inte representeras av anroparen.")
        try:
            person, period, wanted = lefi.question(body)
        except Wrong as wrong:
            self.journal.note("lefi-9", correlation, [], body, {"": "refused"})
            return _refused(400, wrong.text)
        asked = self._lefi_asked(person, period, wanted)
        draws = {one.agency: self.drawn(one) for one in asked}
        seconds = max(draw.latency_s for draw in draws.values())
        said = {name: draw.mood for name, draw in draws.items()}
        self.journal.note("lefi-9", correlation, list(draws), body, said, held=self._held(request, seconds))
        if any(draw.mood == "hang" for draw in draws.values()):
            await self._silence()
        moods = [draws[one.agency].mood for one in asked]
        pairs = [answers.known(one, mood) for one, mood in zip(asked, moods, strict=True)]
        for (one, life), mood in zip(pairs, moods, strict=True):
            if answers.failing(one.agency, mood, life):
                await self._hold(request, seconds)
                return _refused(500, "Internt fel.")
        document = answers.insurance([one for one, _ in pairs], [life for _, life in pairs], invalid="invalid" in moods)
        whole = next((mood for mood in moods if mood in WHOLE), "")
        await self._hold(request, seconds)
        return await self._send(request, document, JSON, whole, "")

    def _lefi_asked(self, person: str, period: tuple[dt.date, dt.date] | None, wanted: frozenset[str]) -> tuple[Asked, ...]:
        today = self.present or (period[1] if period else dt.date(1970, 1, 1))
        begin, end = period or (dt.date.min, dt.date.max)
        number = person if len(person) == 12 else ("20" if int(person[:2]) < 20 else "19") + person
        nobody = Ingivare("", "", "")
        return tuple(
            Asked(agency, "lefi-9", number, begin, end, today, today, nobody, "", "", "", composite.of(agency, wanted))
            for agency in lefi.agencies(wanted)
        )

    async def lefi_kinds(self, request: web.Request) -> web.StreamResponse:
        """What one may ask LEFI for; also its health probe."""
        if self.actor and request.match_info["actor"] != self.actor:
            return _refused(403, "Aktören är okänd eller får inte representeras av anroparen.")
        self.journal.note("lefi-9", "", [], b"", {})
        return web.json_response(lefi.kinds())

    async def rest(self, request: web.Request) -> web.StreamResponse:
        """A question to the generic REST agency."""
        body = await request.read()
        correlation = request.headers.get("X-Correlation-Id", "")
        try:
            said = json.loads(body)
            person, begin, end = str(said["person"]), dt.date.fromisoformat(said["from"]), dt.date.fromisoformat(said["to"])
            if not composite.PERSON.fullmatch(person) or not all(str(said.get(name, "")).strip() for name in REST_NEEDS):
                raise ValueError
        except (KeyError, TypeError, ValueError):
            self.journal.note("rest", correlation, [], body, {"": "refused"})
            return web.json_response({"message": f"Needed: person, from, to, {', '.join(REST_NEEDS)}."}, status=400)
        asked = Asked("HAMN", "rest", person, begin, end, end, self.present or end, Ingivare("", "", ""), "", "", "")
        draw = self.drawn(asked)
        self.journal.note("rest", correlation, ["HAMN"], body, {"HAMN": draw.mood}, held=self._held(request, draw.latency_s))
        if draw.mood == "hang":
            await self._silence()
        await self._hold(request, draw.latency_s)
        if draw.mood in ("no_match", "bt_error", "ssbt_error"):
            return web.json_response({"message": "Not found"}, status=404 if draw.mood == "no_match" else 500)
        whole = draw.mood if draw.mood in WHOLE else ""
        asked, _ = answers.known(asked, draw.mood)
        return await self._send(request, json.dumps(_berths(asked), ensure_ascii=False).encode(), JSON, whole, "")

    async def rest_health(self, request: web.Request) -> web.StreamResponse:
        """Whether the generic REST agency answers."""
        del request
        return web.json_response({"status": "OK"})

    def _held(self, request: web.Request, seconds: float) -> tuple[dt.datetime, float]:
        """(when the question came, how long its answer is held back from then)."""
        ago = asyncio.get_running_loop().time() - request[ARRIVED]
        return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=ago), seconds

    async def _hold(self, request: web.Request, seconds: float) -> None:
        """Hold the answer back until so long after the question came: making it is of the agency's own time."""
        await asyncio.sleep(request[ARRIVED] + seconds - asyncio.get_running_loop().time())

    async def _silence(self) -> None:
        """Never answer. The other side hangs up when it has had enough."""
        await asyncio.Event().wait()

    async def _send(self, request: web.Request, body: bytes, media: str, whole: str, version: str) -> web.StreamResponse:
        """The answer as it is, or spoilt as a whole."""
        if whole == "http_503":
            return web.Response(status=503, text="Service Unavailable")
        if whole == "fault":
            return (
                web.Response(
                    status=500, body=composite.fault(version, "", "SSBT-FEL", "Internt fel"), headers={"Content-Type": XML}
                )
                if version
                else _refused(500, "Internt fel.")
            )
        if whole == "closed":
            return await self._cut_off(request, body, media)
        if whole == "truncated":
            body, media = spoiling.truncated(body, media)
        elif whole:
            body = {
                "wrong_charset": lambda: spoiling.wrong_charset(body, media),
                "huge": lambda: spoiling.huge(body, media),
                "bomb": lambda: spoiling.BOMB,
            }[whole]()
        return web.Response(body=body, headers={"Content-Type": media})

    async def _cut_off(self, request: web.Request, body: bytes, media: str) -> web.StreamResponse:
        """Half the answer, and then the connection is gone."""
        answer = web.StreamResponse(headers={"Content-Type": media, "Content-Length": str(len(body))})
        await answer.prepare(request)
        await answer.write(body[: len(body) // 2])
        if request.transport:
            request.transport.close()
        return answer


REST_NEEDS = ("case", "purpose", "law", "worker")


def _berths(asked: Asked) -> dict[str, Any]:
    """What the made-up harbour fund pays: a berth allowance to one in four."""
    rows = [
        {"benefit": "BAT", "label": "Båtplatsbidrag", "amount": 350, "paid": f"{month:%Y-%m}-15", "status": "paid"}
        for month in (lives.month_at(asked.present, offset) for offset in range(-24, 1))
        if asked.begin <= month.replace(day=15) <= asked.end and int(asked.person[-2]) % 4 == 0
    ]
    return {"person": asked.person, "status": "OK", "payments": rows}


def _refused(status: int, text: str) -> web.Response:
    return web.json_response(
        {"meddelande": text, "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}, status=status
    )
