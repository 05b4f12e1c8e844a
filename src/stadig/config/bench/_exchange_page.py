"""From the first agency's answer to its block on the case worker's screen: the demo town, its web server and its event stream."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import re
import time
from html import unescape
from typing import Any
from urllib.parse import urlencode

from stadig.config.bench import CannotMeasure, Figure, at_most
from stadig.config.bench.pages import Town, cookie, logged_in, town

WORKER = "petra"
TIMES = 5
MOST_CASES = 40
STREAM_SECONDS = 12
FETCHES = 6
"""Blocks after which no more are waited for: the first is among them."""
DELAY_S = 0.06
"""From news to fetching, as `_listen.html` says."""


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
    """Cases of financial assistance and their applicants, about whom no one has asked of late."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.case_id, p.person_id FROM cases_party p JOIN cases_case c ON c.id = p.case_id "
            "JOIN cases_casetype t ON t.id = c.type_id JOIN city_person who ON who.id = p.person_id "
            "WHERE t.slug = 'financial-assistance' AND p.role = 'applicant' AND who.personnummer_sealed IS NOT NULL AND who.protection = '' "
            "AND NOT EXISTS (SELECT 1 FROM exchange_lookup l WHERE l.\"case\" = p.case_id AND l.begun_at > now() - interval '2 hours') "
            "ORDER BY p.case_id DESC"
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
    form = _form(_text(running.get(f"{base}/?ny", cookies)[2]), token)
    if form is None:
        return None
    status = _post(running, f"{base}/fraga/", cookies, urlencode(form))
    page = running.get(f"{base}/", cookies)[2]
    text = _text(page)
    listen = re.search(r'sse-connect="([^"]+)"[^>]*hx-get="([^"]+)"', text)
    if status != 302 or listen is None:
        return None
    shown = _shown(text)
    seen = dict.fromkeys(shown, dt.datetime.now(dt.UTC))
    _listen(running, cookies, unescape(listen[1]), unescape(listen[2]), seen)
    first, agency = min(
        (dt.datetime.fromisoformat(line["at"]) + dt.timedelta(seconds=line["seconds"]), line["agencies"][0])
        for line in map(json.loads, journal.read_text().splitlines())
        if line["agencies"] and "hang" not in line["moods"].values() and dt.datetime.fromisoformat(line["at"]) >= begun
    )
    if agency not in seen:
        raise CannotMeasure(f"The block of {agency}, which answered first, was never shown.")
    return (seen[agency] - first).total_seconds()


def _listen(running: Town, cookies: str, stream: str, news: str, seen: dict[str, dt.datetime]) -> None:
    """Do as the page does: fetch when the stream opens and a moment after each of its news, and note when each block is there first."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=STREAM_SECONDS)
    line.request("GET", stream, headers={"Cookie": cookies, "Accept": "text/event-stream"})
    answer = line.getresponse()
    waited = 0.0
    with contextlib.closing(line):
        ends = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < ends and len(seen) < FETCHES:
            time.sleep(waited)
            text = _text(running.get(news, cookies)[2])
            for agency in _shown(text) - seen.keys():
                seen[agency] = dt.datetime.now(dt.UTC)
            waited = DELAY_S
            while not answer.readline().startswith(b"data:"):
                if time.monotonic() > ends:
                    return


def _shown(page: str) -> set[str]:
    """The agencies whose blocks have come."""
    return set(re.findall(r'<article class="block(?: no)?" id="svar-([^"]+)"', page))


def _form(page: str, token: str) -> list[tuple[str, str]] | None:
    """What the browser would send: every field of the form that asks; None where the page has none."""
    found = re.search(r'<form[^>]*id="fraga".*?</form>', page, re.DOTALL)
    if found is None:
        return None
    sent = [("csrfmiddlewaretoken", token)]
    for tag in re.findall(r"<input[^>]*>", found[0]):
        field = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = field.get("type") != "checkbox" or " checked" in tag
        if field.get("name") and field["name"] != "csrfmiddlewaretoken" and ticked:
            sent.append((field["name"], unescape(field.get("value", ""))))
    return sent


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
