"""The largest step of the 559-component form, as someone gets it and sends it: whole requests through the views."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import sys
import time
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlencode

from stadig.config.bench import Figure, _formio, at_most, measured
from stadig.config.bench._eservices_submit import _run, _town  # pyright: ignore[reportPrivateUsage] - the same scratch database
from stadig.eservices import flow, pages
from stadig.eservices.package import Package, Step

DRAWN: Final = 600
ROUNDS: Final = 40
HERE: Final = "stadig.config.bench._eservices_step"
GOAL_MS: Final = 100


def largest_step() -> list[Figure]:
    """Read, saved on the way and sent: the server's time, in this process and without the network."""
    with _town() as url:
        found = json.loads(_run(url, "-m", HERE))
    how = f"{found['shown']} of the step's {found['parts']} parts shown, {found['bytes'] // 1024} kB, {ROUNDS} requests; "
    cpu = {what: f"median of CPU {found['cpu'][what]} ms" for what in found["cpu"]}
    return [
        at_most("step of the 559-component form, p95", found["p95"]["read"], "ms", GOAL_MS, how=how + cpu["read"]),
        at_most("the same, saved while it is filled in", found["p95"]["saved"], "ms", GOAL_MS, how=how + cpu["saved"]),
        measured("the same, sent", found["p95"]["sent"], "ms", how=how + cpu["sent"]),
    ]


def _measure() -> dict[str, Any]:
    from django.test import Client
    from django.urls import reverse

    from stadig.city import clock
    from stadig.eservices import reading

    files, answers = _files()
    package = reading.read(files)
    shown, step, answers = _largest(package, answers, clock.today())
    client = Client(headers={"host": "localhost"})
    draft = _draft(files, answers, client)
    read, saved = reverse("eservices:step", args=[draft, step.id]), reverse("eservices:save", args=[draft, step.id])
    page = client.get(read)
    if page.status_code != 200:
        raise RuntimeError(f"{read} answered {page.status_code}")
    fields = _Fields(page.content.decode())
    body = urlencode(fields.sent)
    htmx = {"HX-Request": "true"}
    kind = "application/x-www-form-urlencoded"
    requests = {
        "read": lambda: client.get(read),
        "saved": lambda: client.post(saved, body, content_type=kind, headers=htmx),
        "sent": lambda: client.post(read, urlencode([*fields.sent, ("_do", "next")]), content_type=kind),
    }
    walls: dict[str, float] = {}
    cpus: dict[str, float] = {}
    for what, request in requests.items():
        taken = [_timed(request) for _ in range(ROUNDS + 3)][3:]
        walls[what] = round(sorted(wall for wall, _cpu in taken)[int(0.95 * ROUNDS)], 1)
        cpus[what] = round(sorted(cpu for _wall, cpu in taken)[ROUNDS // 2], 1)
    return {
        "p95": walls,
        "cpu": cpus,
        "fields": len(fields.sent),
        "shown": shown,
        "parts": len(step.parts),
        "bytes": len(page.content),
    }


def _largest(package: Package, answers: dict[str, Any], today: dt.date) -> tuple[int, Step, dict[str, Any]]:
    """How many parts the step shows that shows the most, that step, and the answers that make it so: the best of many drawn."""
    chance = random.Random(559)  # noqa: S311 - the same answers every time
    asked = [one for one in package.flow.questions() if "[]" not in one.path and (one.options or one.kind == "yes_no")]
    found: list[tuple[int, int, dict[str, Any]]] = []
    for _ in range(DRAWN):
        drawn = copy.deepcopy(answers)
        for one in asked:
            *owners, last = one.path.split(".")
            inside = drawn
            for owner in owners:
                inside = inside[owner]
            inside[last] = chance.choice(one.options or (True, False))
        state = flow.evaluate(package, drawn, today=today)
        shown = [sum(pages.name_of(part) in state.visible for part in step.parts) for step in package.flow.steps]
        found.append((max(shown), shown.index(max(shown)), drawn))
    most, number, drawn = max(found, key=lambda one: one[0])
    return most, package.flow.steps[number], drawn


def _timed(request: Any) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = request()
    if answer.status_code >= 500 or answer.status_code in (400, 403, 404):
        raise RuntimeError(f"The step answered {answer.status_code}")
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _files() -> tuple[dict[str, bytes], dict[str, Any]]:
    from pathlib import Path

    from stadig.eservices import reading

    made = _formio.form()
    shipped = reading.load(Path(reading.__file__).parent / "packages" / "street-fault")
    return _formio.files(dict(shipped.files), made), made.answers


def _draft(files: dict[str, bytes], answers: dict[str, Any], client: Any) -> str:
    """A draft of the form with an answer to every question, which the client's browser holds."""
    from stadig.city import clock
    from stadig.city.models import Organisation
    from stadig.eservices import actions, drafts
    from stadig.eservices.models import Draft
    from stadig.eservices.views.own import HELD

    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)
    service, now = actions.install(None, files), clock.now()
    draft = Draft.objects.create(
        version=service.current,
        code_hash="bench",
        answers=drafts.sealed(answers),
        started_at=now,
        saved_at=now,
        erase_at=now + dt.timedelta(days=30),
    )
    session = client.session
    session[HELD] = [str(draft.pk)]
    session.save()
    return str(draft.pk)


class _Fields(HTMLParser):
    """What a browser sends of a page: (name, value) of each field as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._text = name
            self.sent.append((name, ""))
        elif tag == "option" and self._select and "selected" in given:
            self.sent.append((self._select, value))
        elif tag == "input" and name and _goes_along(given):
            self.sent.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            name, before = self.sent[-1]
            self.sent[-1] = (name, before + data)


def _goes_along(given: dict[str, str]) -> bool:
    """Whether a browser sends this field when the page is sent."""
    kind = given.get("type")
    return kind not in ("submit", "file") and (kind not in ("radio", "checkbox") or "checked" in given)


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    print(json.dumps(_measure()))
    sys.exit(0)
