"""Whole lookups in one process: permit, the committed intent, eight requests, sealed blocks and audit rows."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

PERIOD = (dt.date(2026, 9, 1), dt.date(2026, 11, 30))
THREADS = 2
"""As many as serve pages in a process of the web server."""


class Timed(NamedTuple):
    """One lookup. Seconds."""

    id: int
    asked_at: float
    """When the question was committed and handed over, in seconds since 1970."""
    asking: float
    """From issuing the permit until the question is committed."""
    running: float
    """From then until its end is stored."""


class Asker:
    """What the case worker does, many at once."""

    def __init__(self) -> None:
        from stadig.city.models import Organisation, Person, User

        self.worker = User.objects.get(username="bench")
        self.unit = Organisation.objects.get(pk=self.worker.organisation_id)
        self.people = list(Person.objects.filter(personnummer_sealed__isnull=False))
        self.next = 0
        self.lock = threading.Lock()
        self.pool = ThreadPoolExecutor(THREADS)

    def ask(self) -> tuple[int, float]:
        """Issue a permit and spend it, in a thread as a page does: the lookup's id, and when that began."""
        from stadig.config.bench._exchange_town import CODES, PURPOSE
        from stadig.exchange import actions, permits

        begun = time.perf_counter()
        with self.lock:
            self.next += 1
            number = self.next
        permit = permits.issue(
            purpose=PURPOSE,
            case_id=number,
            case_number=f"EB-{number}",
            person=self.people[number % len(self.people)],
            role="applicant",
            by=self.worker,
            unit=self.unit,
            period_from=PERIOD[0],
            period_to=PERIOD[1],
            agencies=CODES,
        )
        return actions.ask(self.worker, permit.pk).pk, begun

    async def one(self) -> Timed:
        """One lookup from permit to the last block."""
        from stadig.exchange import running

        loop = asyncio.get_running_loop()
        lookup, begun = await loop.run_in_executor(self.pool, self.ask)
        asked, asked_at = time.perf_counter(), time.time()
        await running.finished(lookup)
        return Timed(lookup, asked_at, asked - begun, time.perf_counter() - asked)

    async def many(self, count: int, at_once: int) -> list[Timed]:
        """``count`` lookups, ``at_once`` under way at a time."""
        found: list[Timed] = []
        left = iter(range(count))

        async def take() -> None:
            for _ in left:
                found.append(await self.one())

        await asyncio.gather(*(take() for _ in range(at_once)))
        return found


async def saturated(asker: Asker, rounds: int, count: int) -> dict[str, Any]:
    """Least CPU milliseconds a lookup, and most lookups a second, of some rounds at twenty concurrent with agencies that answer at once."""
    from stadig.exchange import running

    await running.here()
    await asker.many(40, 10)
    cpu: list[float] = []
    rate: list[float] = []
    for _ in range(rounds):
        spent, begun = time.process_time(), time.perf_counter()
        await asker.many(count, 20)
        cpu.append((time.process_time() - spent) / count * 1000)
        rate.append(count / (time.perf_counter() - begun))
    await running.leave()
    return {"cpu_ms": cpu, "per_s": rate}


async def timed(asker: Asker, count: int, at_once: int) -> dict[str, Any]:
    """Each lookup's times, at their own pace, in a process that has asked as many at once before: its sockets to the agencies are open."""
    from stadig.exchange import running

    await running.here()
    await asker.many(2 * at_once, at_once)
    found = await asker.many(count, at_once)
    await running.leave()
    return {"lookups": found}


def main() -> None:
    """``saturated ROUNDS COUNT`` or ``timed COUNT AT_ONCE``; prints JSON."""
    from stadig.config import django

    django.setup()
    from stadig.config.web import rest_the_collector, share_turns

    rest_the_collector()
    share_turns()
    what, first, second = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    measure = saturated if what == "saturated" else timed
    print(json.dumps(asyncio.run(measure(Asker(), first, second))))


if __name__ == "__main__":
    main()
