"""The fan-out engine alone beside a bare fan-out with aiohttp: the same bytes to the same agencies, in turn, in one process."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
import uuid
from typing import Any

import aiohttp

from stadig.exchange.fanout import Fanout, Line, Reply, Request
from stadig.exchange.terms import Asker, Outgoing, Question

ROUNDS, LOOKUPS, AT_ONCE = 12, 40, 10
AGENCY_S, WHOLE_S = 5.0, 7.0


class Silent:
    """Listens and keeps nothing but the count of answers."""

    def __init__(self) -> None:
        self.answers = 0

    async def intend(self, request: Request, attempt: int) -> Outgoing:
        """Nothing to make known."""
        return request.outgoing

    def ended(self, request: Request, attempt: int, reply: Reply) -> None:
        """Nothing to keep."""

    def answered(self, request: Request, attempt: int, reply: Reply, *, late: bool) -> None:
        """Count."""
        self.answers += reply.status == 200

    def overdue(self, request: Request) -> None:
        """Nothing to keep."""


def questions() -> tuple[Any, list[tuple[str, Outgoing]]]:
    """(the connection, agency → its question)."""
    from stadig.exchange import plans
    from stadig.exchange.connections import connections

    (connection,) = connections().connections
    contract = plans.contract_of(connection)
    found: list[tuple[str, Outgoing]] = []
    for agency in connection.agencies:
        question = Question(
            agencies=(agency,),
            person="195401030423",
            period_from=dt.date(2026, 9, 1),
            period_to=dt.date(2026, 11, 30),
            purpose="benchmark",
            laws={agency: "15 kap. 10 § socialtjänstlagen (2025:400)"},
            case="EB-1",
            asker=Asker("162120009998", "Mätkommunen", "Kim Mätare"),
            correlation_id=uuid.uuid4(),
            asked_at=dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC),
        )
        found.append((agency, contract.request(question, connection.url)))
    return connection, found


async def bare(session: aiohttp.ClientSession, sent: list[tuple[str, Outgoing]]) -> int:
    """As anyone would write it: eight posts, each with its time, all awaited."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + WHOLE_S

    async def one(outgoing: Outgoing) -> int:
        async with asyncio.timeout_at(min(loop.time() + AGENCY_S, ends)):
            async with session.post(outgoing.url, data=outgoing.body, headers=outgoing.headers) as answer:
                await answer.read()
                return answer.status

    return (await asyncio.gather(*(one(outgoing) for _, outgoing in sent))).count(200)


async def ours(fanout: Fanout, line: Line, sent: list[tuple[str, Outgoing]]) -> int:
    """The same through the engine."""
    listener = Silent()
    requests = [Request(number, line, agency, outgoing) for number, (agency, outgoing) in enumerate(sent)]
    ends = asyncio.get_running_loop().time() + WHOLE_S
    await fanout.ask(requests, listener, agency_s=AGENCY_S, ends_at=ends, late_s=60.0)
    return listener.answers


async def measured() -> dict[str, Any]:
    """CPU milliseconds a lookup of each, by rounds."""
    connection, sent = questions()
    context = connection.certificate.context()
    line = Line(context=context, at_once=1000)
    fanout = Fanout()
    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    answered = 0
    found: dict[str, list[float]] = {"bare": [], "ours": []}
    async with aiohttp.ClientSession(connector=connector) as session:

        async def many(which: str) -> float:
            nonlocal answered
            left = iter(range(LOOKUPS))

            async def take() -> None:
                nonlocal answered
                for _ in left:
                    came = await (bare(session, sent) if which == "bare" else ours(fanout, line, sent))
                    answered += came

            spent = time.process_time()
            await asyncio.gather(*(take() for _ in range(AT_ONCE)))
            return (time.process_time() - spent) / LOOKUPS * 1000

        for which in found:
            await many(which)
        for turn in range(ROUNDS):
            for which in sorted(found, reverse=bool(turn % 2)):
                found[which].append(await many(which))
    await line.close()
    return found | {"answered": answered, "asked": 8 * LOOKUPS * 2 * (ROUNDS + 1)}


def main() -> None:
    """Print JSON."""
    from stadig.config import django

    django.setup()
    print(json.dumps(asyncio.run(measured())))


if __name__ == "__main__":
    main()
