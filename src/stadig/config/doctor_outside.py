"""What a city says to others, looked at by ``stadig doctor``: text messages, hand-overs to other systems, webhooks, letters to print.

Nothing is sent. What is declared is read, secrets that are named must be there, and the server must answer at its port.
"""

from __future__ import annotations

import io
import json
import os
import socket
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import yaml

from stadig.config.environment import Environment
from stadig.config.finding import SECONDS, Finding, State
from stadig.post import declared

LETTER_DAYS = 3
"""A letter that has waited longer should have been printed."""
UNFETCHED_HOURS = 24
PORTS = {"https": 443, "http": 80}
HAND_OVERS = """
SELECT service, count(*) FILTER (WHERE state = 'failed'),
  count(*) FILTER (WHERE state = 'waiting' AND created_at < now() - '2 hours'::interval), count(*) FILTER (WHERE state = 'sent')
FROM eservices_handover GROUP BY service ORDER BY service
"""
SERVICES = """
SELECT s.name, s.local::text, v.archive FROM eservices_eservice s JOIN eservices_packageversion v ON v.id = s.current_id ORDER BY s.name
"""
LETTERS = "SELECT count(*), extract(day FROM now() - min(created_at))::int FROM post_letter WHERE printed_at IS NULL"
WEBHOOKS = """
SELECT s.name, count(*) FROM post_webhookdelivery d JOIN post_subscriber s ON s.id = d.subscriber_id
WHERE d.state = 'failed' AND s.stopped_at IS NULL GROUP BY s.name ORDER BY s.name
"""


def text_messages(env: Environment) -> Iterator[Finding]:
    """Whether the gateway's declaration can be read, its secrets are there, and it answers at its port."""
    if env.sms_gateway is None:
        text = "No gateway for text messages is declared: nobody can choose them."
        yield Finding(State.OK, "text messages", text)
        return
    path = env.sms_gateway
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(found, Mapping):
            raise declared.DeclarationError("The file must be a mapping: url, headers, body, success.")
        call = declared.read(found)
    except OSError as error:
        yield Finding(State.FAIL, "text messages", f"{path}: {error.strerror or 'cannot be read'}", "Check STADIG_SMS_GATEWAY.")
        return
    except (yaml.YAMLError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f", line {line + 1}" if line is not None else ""
        yield Finding(State.FAIL, "text messages", f"{path} is no YAML{where}.", "Mend the file: docs/integrations.md.")
        return
    except declared.DeclarationError as error:
        yield Finding(State.FAIL, "text messages", f"{path}: {error}", "Mend the file: docs/integrations.md.")
        return
    yield from _call(env, "text messages", call)


def hand_overs(env: Environment, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Cases that did not get over, and whether each other system can be reached the way its declaration says."""
    if not _exists(connection, "eservices_handover"):
        return
    for service, failed, late, unknown in connection.execute(HAND_OVERS).fetchall():
        what = f"hand-over of {service}"
        if failed:
            advice = "Read why under Överlämnat (/arbetsplats/overlamning/), mend it, and press Försök igen."
            yield Finding(State.FAIL, what, f"{failed} cases did not get over.", advice)
        if late:
            yield Finding(State.WARN, what, f"{late} cases have waited for more than two hours.", "See that the worker runs.")
        if unknown:
            advice = "It may answer with a status file or the status API: docs/integrations.md."
            yield Finding(State.OK, what, f"{unknown} cases are sent and the other system has not said its number.", advice)
    for name, local, archive in connection.execute(SERVICES).fetchall():
        yield from _declared(env, f"hand-over of {name}", json.loads(local or "{}"), bytes(archive))


def letters(_env: Environment, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Letters that nobody has printed."""
    if not _exists(connection, "post_letter"):
        return
    count, days = connection.execute(LETTERS).fetchone() or (0, None)
    if days is not None and days >= LETTER_DAYS:
        advice = "Print them under Brev (/arbetsplats/brev/): some may be decisions that can be appealed."
        yield Finding(State.WARN, "letters", f"{count} wait to be printed, the oldest for {days} days.", advice)
    else:
        yield Finding(State.OK, "letters", f"{count} wait to be printed")


def webhooks(_env: Environment, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Subscribers that did not take what they were told."""
    if not _exists(connection, "post_subscriber"):
        return
    for name, count in connection.execute(WEBHOOKS).fetchall():
        advice = "Read why under Webhookar (/laget/webhooks/). Send again there, or stop a system that is gone."
        yield Finding(State.WARN, "webhooks", f"{name} did not take {count} messages.", advice)


def _declared(env: Environment, what: str, local: Mapping[str, Any], archive: bytes) -> Iterator[Finding]:
    about = _file(archive, "service.yaml")
    if (local.get("handled_in") or about.get("handled_in")) != "external":
        return
    how = local.get("handover") or _file(archive, "handover.yaml")
    way = str(how.get("to") or "")
    if way == "rest" and isinstance(how.get("call"), Mapping):
        try:
            yield from _call(env, what, declared.read({"body": None, **how["call"]}))
        except declared.DeclarationError as error:
            yield Finding(State.FAIL, what, f"call: {error}", "Mend handover in local.yaml and install the package again.")
    elif way == "sftp" and isinstance(how.get("sftp"), Mapping):
        to = how["sftp"]
        yield from _secrets(env, what, [str(to.get("key") or "")])
        yield _port(what, str(to.get("host") or ""), int(to.get("port") or 22))
    elif way == "folder":
        yield _folder(what, (env.handover_dir or env.home_dir / "handover") / str(how.get("folder") or ""))
    else:
        advice = "Write handover.yaml in the package, or handover in local.yaml: docs/integrations.md."
        yield Finding(State.FAIL, what, "It is handled in another system, and nothing says how it gets there.", advice)


def _call(env: Environment, what: str, call: declared.Call) -> Iterator[Finding]:
    named = [call.certificate, call.oauth2.secret if call.oauth2 else ""]
    texts = [call.url, *call.headers.values(), str(call.body)]
    named += [
        word.removeprefix("secret.") for text in texts for word in declared.WORD.findall(text) if word.startswith("secret.")
    ]
    yield from _secrets(env, what, named)
    parts = urlsplit(call.url)
    yield _port(what, parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443))


def _secrets(env: Environment, what: str, names: list[str]) -> Iterator[Finding]:
    folder = env.home_dir / "keys" / "outside"
    for name in dict.fromkeys(filter(None, names)):
        if not (folder / name).is_file():
            yield Finding(
                State.FAIL, what, f"The secret {name} is missing.", f"Put it in {folder / name}, readable by you alone."
            )


def _port(what: str, host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), SECONDS):
            return Finding(State.OK, what, f"{host}:{port} answers")
    except (OSError, UnicodeError, OverflowError) as error:
        why = str(getattr(error, "strerror", None) or type(error).__name__)
        return Finding(
            State.FAIL, what, f"No answer at {host}:{port}: {why}", "Check the address, and that this machine may reach it."
        )


def _folder(what: str, folder: Path) -> Finding:
    out = folder / "out"
    if not folder.exists():
        return Finding(State.OK, what, f"{folder} is made with the first case")
    if not os.access(folder, os.W_OK):
        return Finding(State.FAIL, what, f"We may not write in {folder}.", "Give the user that runs Stadig the right to.")

    old = [path for path in out.glob("*") if path.is_file() and time.time() - path.stat().st_mtime > UNFETCHED_HOURS * 3600]
    if old:
        advice = "See that the other system fetches and removes them."
        return Finding(State.WARN, what, f"{len(old)} files have lain in {out} for more than a day.", advice)
    return Finding(State.OK, what, f"{folder} can be written")


def _file(archive: bytes, name: str) -> Mapping[str, Any]:
    """A YAML file of the package; empty where there is none or it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            found = yaml.safe_load(files.read(name))
    except (KeyError, zipfile.BadZipFile, yaml.YAMLError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _exists(connection: psycopg.Connection[Any], table: str) -> bool:
    found = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return bool(found and found[0])
