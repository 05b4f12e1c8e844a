"""A made-up case system beside the demo town: ``python -m stadig.config.standin`` on a loopback port.

It plays the part of the system in which a city already handles food businesses. It takes cases over HTTP, gives them numbers, says after
a while where they stand, and has one page that lists what it got. On purpose it is slow, busy or forgetful now and then, so that one sees
that nothing is lost or doubled. It is a program of its own: it knows of Stadig what any system outside does, an address and a key.
"""

from __future__ import annotations

import html
import json
import logging
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

log = logging.getLogger("stadig.standin")
SERVICE = "food-registration"
NAME = "Livia, ett påhittat ärendesystem"
SECRET = "standin"  # noqa: S105 - the secret's name
SLOW_S = 6.0
"""Longer than Stadig waits, so that it asks again."""
WAIT_S = 4
"""How long Stadig waits for an answer."""
STEPS = (("received", 20.0, "inspection"), ("inspection", 40.0, "done"))
"""From which status, after how many seconds, to which."""
MOODS = ("well", "slow", "busy", "forgetful")
WEIGHTS = (82, 6, 8, 4)


@dataclass(slots=True)
class Kept:
    """A case as this system keeps it."""

    key: str
    case: str
    what: str
    number: str
    status: str = "received"
    since: float = 0.0
    told: str = "received"
    asked: int = 1
    """How many times it was sent to us: more than one is one case all the same."""


@dataclass
class System:
    """The system: what it keeps, and how it feels today. The same seed feels the same."""

    secret: str
    seed: int = 1
    path: Path | None = None
    cases: dict[str, Kept] = field(default_factory=dict[str, Kept])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - moods, no secrets
        if self.path and self.path.is_file():
            self.cases = {one["key"]: Kept(**one) for one in json.loads(self.path.read_text())}

    def mood(self) -> str:
        """How it feels about the next request."""
        with self.lock:
            return self.rng.choices(MOODS, WEIGHTS)[0]

    def take(self, key: str, said: dict[str, Any]) -> Kept:
        """Keep a case, once for each key."""
        with self.lock:
            kept = self.cases.get(key)
            if kept is None:
                number = f"LIV-{len(self.cases) + 1:04d}"
                kept = Kept(key, str(said.get("reference", "")), str(said.get("kind", "")), number, since=time.time())
                self.cases[key] = kept
            else:
                kept.asked += 1
            self._save()
            return kept

    def move(self, now: float) -> list[Kept]:
        """Let time pass; returns the cases whose status nobody has been told of."""
        with self.lock:
            for kept in self.cases.values():
                for start, after, end in STEPS:
                    if kept.status == kept.told == start and now - kept.since > after:
                        kept.status, kept.since = end, now
            self._save()
            return [kept for kept in self.cases.values() if kept.status != kept.told]

    def said(self, kept: Kept) -> None:
        """Stadig knows the status now."""
        with self.lock:
            kept.told = kept.status
            self._save()

    def _save(self) -> None:
        if self.path:
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps([asdict(one) for one in self.cases.values()]))
            part.replace(self.path)


def server(system: System, port: int) -> ThreadingHTTPServer:
    """The system's HTTP server: ``/token``, ``/cases`` and its one page."""
    token = f"token-of-{system.secret[:8]}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200, page(system).encode(), "text/html; charset=utf-8") if self.path == "/" else self._answer(404)

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 50 * 2**20))
            if self.path == "/token":
                known = parse_qs(body.decode()).get("client_secret") == [system.secret]
                self._json(200 if known else 401, {"access_token": token, "token_type": "Bearer"} if known else {})
            elif self.path != "/cases" or self.headers.get("Authorization") != f"Bearer {token}":
                self._json(401, {})
            else:
                self._case(body)

        def _case(self, body: bytes) -> None:
            mood = system.mood()
            if mood == "busy":
                return self._json(503, {"message": "Busy. Come back later."})
            kept = system.take(self.headers.get("Idempotency-Key", ""), json.loads(body))
            if mood == "slow":
                time.sleep(SLOW_S)
            return self._json(201, {} if mood == "forgetful" else {"number": kept.number})

        def _json(self, status: int, data: dict[str, str]) -> None:
            self._answer(status, json.dumps(data).encode(), "application/json")

        def _answer(self, status: int, body: bytes = b"", kind: str = "text/plain") -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # whoever asked has stopped waiting

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal: Stadig's own lines say what it did."""

    made = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    made.daemon_threads = True
    return made


def page(system: System) -> str:
    """The one page: what it got. Numbers and kinds, no person."""
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(str(one))}</td>" for one in (kept.number, kept.case, kept.what, kept.status, kept.asked))
        + "</tr>"
        for kept in reversed(list(system.cases.values()))
    )
    head = "".join(f"<th scope='col'>{one}</th>" for one in ("Nummer", "Stadigs ärende", "Vad", "Status", "Gånger skickat"))
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else "<p>Inget har kommit än.</p>"
    return f"<!doctype html><html lang='sv'><meta charset='utf-8'><title>{NAME}</title><h1>{NAME}</h1>{body}</html>"


def tell(url: str, key: str, kept: Kept) -> bool:
    """Tell Stadig where a case stands; returns whether it needs no more telling."""
    said = {"case": kept.case, "status": kept.status, "number": kept.number}
    request = urllib.request.Request(  # noqa: S310 - our own address
        url, data=json.dumps(said).encode(), headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.code in (404, 409, 422)  # the case has gone another way in Stadig: saying it again changes nothing
    except OSError:
        return False
    return True


def declaration(port: int) -> dict[str, Any]:
    """What the demo town's overlay says of the service: that this system handles it, and how a case gets here."""
    return {
        "to": "rest",
        "name": NAME.partition(",")[0],
        "statuses": {"received": "received", "inspection": "assessing", "done": "registered"},
        "call": {
            "url": f"http://127.0.0.1:{port}/cases",
            "oauth2": {"token_url": f"http://127.0.0.1:{port}/token", "client_id": "stadig", "secret": SECRET},
            "body": {
                "reference": "{case.number}",
                "kind": "{answers.kind}",
                "company": "{answers.company}",
                "premises": "{answers.premises_name}",
                "receipt": "{receipt}",
                "files": "{files}",
            },
            "success": {"status": [200, 201]},
            "number": "number",
            "timeout_seconds": WAIT_S,
        },
    }


def prepare(port: int, keys: Path) -> tuple[str, str]:
    """Make the demo town hand the service over to this system; returns the secret it asks for and the key to say statuses with."""
    import secrets

    from django.db import transaction

    from stadig.city.models import User
    from stadig.eservices.handing import actions
    from stadig.eservices.models import EService, SystemKey

    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(24)
    path = keys / SECRET
    path.touch(mode=0o600)
    path.write_text(secret)
    with transaction.atomic():
        service = EService.objects.select_for_update().get(name=SERVICE)
        service.local = service.local | {"handled_in": "external", "handover": declaration(port)}
        service.save(update_fields=["local"])
        SystemKey.objects.filter(name=NAME).delete()
    return secret, actions.make_key(User.objects.get(username="ove"), NAME, SERVICE)


def main() -> None:
    from stadig.config import django
    from stadig.config.environment import environment

    with django.with_database():
        from django.conf import settings

        from stadig.eservices.models import EService

        if not settings.DEMO:
            sys.exit("The made-up case system runs in a demo town alone.")
        if not EService.objects.filter(name=SERVICE).exists():
            log.warning("The demo town has no service %s: the made-up case system has nothing to do.", SERVICE)
            signal.pause()
        port = settings.STANDIN_PORT
        secret, key = prepare(port, Path(settings.OUTSIDE_KEYS))
    system = System(secret, seed=int(os.environ.get("STADIG_STANDIN_SEED", "1")), path=environment.home_dir / "standin.json")
    made = server(system, port)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    print(f"The demo's case system answers at http://127.0.0.1:{port}/", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host = "127.0.0.1" if environment.host in ("0.0.0.0", "::") else environment.host  # noqa: S104
    address = f"http://{host}:{environment.port}/api/e-tjanster/status/"
    while True:
        time.sleep(2)
        for kept in system.move(time.time()):
            if tell(address, key, kept):
                system.said(kept)


if __name__ == "__main__":
    main()
