"""From the first agency's answer to its block on the case worker's screen: the demo town, its web server and its event stream."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import re
import time
import uuid
from html import unescape
from typing import Any
from urllib.parse import urlencode

from stadig.config.bench import CannotMeasure, Figure, at_most
from stadig.config.bench.pages import Town, cookie, logged_in, town

WORKER = "petra"
TIMES = 5
STREAM_SECONDS = 12


def first_block() -> list[Figure]:
    """The longest of some lookups in the demo town."""
    with town() as running, logged_in() as people:
        cases = _cases()
        sign = cookie(people, WORKER)
        token = _token(people[WORKER])
        found = [_one(running, sign, token, case, person) for case, person in cases[:TIMES]]
    seconds = [one for one in found if one is not None]
    if not seconds:
        raise CannotMeasure("No case of the demo town could be asked about. Seed it anew: stadig demo --fresh")
    how = (
        f"longest of {len(seconds)} lookups of the demo town: the form is sent, the page's event stream told, the block fetched as the "
        "page does, held against the stand-in's journal"
    )
    return [at_most("first block on screen after the first agency's answer", round(max(seconds), 2), "s", 1.0, how=how)]


def _cases() -> list[tuple[int, int]]:
    """Open cases of the worker's about which no one has asked of late: case and applicant."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.id, p.person_id FROM cases_case c JOIN cases_party p ON p.case_id = c.id "
            "JOIN cases_casetype t ON t.id = c.type_id JOIN city_person who ON who.id = p.person_id "
            "WHERE t.slug = 'financial-assistance' AND c.closed_at IS NULL AND who.personnummer_sealed IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM exchange_lookup l WHERE l.case = c.id AND l.person_id = p.person_id "
            "AND l.begun_at > now() - interval '2 hours') ORDER BY c.id"
        )
        return cursor.fetchall()


def _token(client: Any) -> str:
    client.get("/")
    return client.cookies["stadig_csrf"].value if "stadig_csrf" in client.cookies else "b" * 32


def _one(running: Town, sign: str, token: str, case: int, person: int) -> float | None:
    """Seconds from the first agency's answer until its block could be shown; None where the gate stays shut."""
    from stadig.config.environment import environment

    journal = environment.home_dir / "agencies" / "journal.jsonl"
    begun = dt.datetime.now(dt.UTC)
    base = f"/arbetsplats/bistand/{case}/uppgifter/{person}"
    cookies = f"{sign}; stadig_csrf={token}"
    first, last = _period(running.get(f"{base}/?ny", cookies)[2])
    form = [("csrfmiddlewaretoken", token), ("request_id", str(uuid.uuid4())), ("first", first), ("last", last)]
    form += [("agency", code) for code in ("FK", "AF", "SKV", "CSN", "SO", "PM")]
    status = _post(running, f"{base}/fraga/", cookies, urlencode(form))
    page = running.get(f"{base}/", cookies)[2]
    text = _text(page)
    listen = re.search(r'sse-connect="([^"]+)"[^>]*hx-get="([^"]+)"', text)
    if status != 302 or listen is None:
        return None
    shown = _until_shown(running, cookies, unescape(listen[1]), unescape(listen[2]))
    answered = min(
        dt.datetime.fromisoformat(line["at"]) + dt.timedelta(seconds=line["seconds"])
        for line in map(json.loads, journal.read_text().splitlines())
        if line["agencies"] and "hang" not in line["moods"].values() and dt.datetime.fromisoformat(line["at"]) >= begun
    )
    return (shown - answered).total_seconds()


def _until_shown(running: Town, cookies: str, stream: str, news: str) -> dt.datetime:
    """Listen as the page does, and fetch what has come, until a block has an answer."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=STREAM_SECONDS)
    line.request("GET", stream, headers={"Cookie": cookies, "Accept": "text/event-stream"})
    answer = line.getresponse()
    with contextlib.closing(line):
        ends = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < ends:
            said = answer.readline()
            if not said.startswith(b"data:"):
                continue
            text = _text(running.get(news, cookies)[2])
            if "data-outcome=" in text or 'class="block' in text:
                return dt.datetime.now(dt.UTC)
    raise CannotMeasure("The event stream of the lookup told nothing.")


def _period(page: bytes) -> tuple[str, str]:
    text = _text(page)
    found = [re.search(rf'name="{name}"[^>]*value="([^"]+)"', text) for name in ("first", "last")]
    first, last = (one[1] if one else "" for one in found)
    if not (first and last):
        raise CannotMeasure("The page of a case does not say for which period agencies are asked.")
    return first, last


def _text(body: bytes) -> str:
    import gzip

    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode(errors="replace")


def _post(running: Town, path: str, cookies: str, body: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    headers = {
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{running.port}",
    }
    line.request("POST", path, body=body, headers=headers)
    status = line.getresponse().status
    line.close()
    return status
