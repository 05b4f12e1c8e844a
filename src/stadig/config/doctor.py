"""What a city needs to be well, looked at one thing at a time. ``stadig doctor`` shows it.

Every check answers with findings; none raises. A finding that is not well says what to do.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import os
import shutil
import smtplib
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from stadig.config import doctor_exchange, doctor_outside, postgres
from stadig.config.environment import Environment
from stadig.config.finding import SECONDS, Finding, State

LEAST_FREE_BYTES = 2**30
LEAST_FREE_SHARE = 0.10
CERTIFICATE_DAYS = 21
SKEW_SECONDS = 5.0
HEARTBEAT_SECONDS = 60
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def examine(env: Environment) -> Iterator[Finding]:
    """Every finding, in order. Expects the database to have been started where it is the embedded one."""
    checks: list[tuple[str, Callable[[Environment], Iterator[Finding]]]] = [
        ("database", database),
        ("worker", worker),
        ("broker", broker),
        ("mail", mail),
        ("text messages", doctor_outside.text_messages),
        ("hand-overs", _with(doctor_outside.hand_overs)),
        ("webhooks", _with(doctor_outside.webhooks)),
        ("letters", _with(doctor_outside.letters)),
        ("agencies", _with(doctor_exchange.agencies)),
        ("identity provider", identity_provider),
        ("certificate", certificate),
        ("disk", disk),
        ("clock", clock),
        ("keys", keys),
    ]
    for name, check in checks:
        try:
            yield from check(env)
        except Exception as fault:  # a doctor who faints helps nobody
            yield Finding(State.FAIL, name, f"{type(fault).__name__} while looking", "Report this: it should have been foreseen.")


def _with(
    check: Callable[[Environment, psycopg.Connection[Any]], Iterator[Finding]],
) -> Callable[[Environment], Iterator[Finding]]:
    """A check that asks the database; one that is away has been told of already."""

    def run(env: Environment) -> Iterator[Finding]:
        with contextlib.suppress(psycopg.OperationalError), _connect(env) as connection:
            yield from check(env, connection)

    return run


def database(env: Environment) -> Iterator[Finding]:
    """Version, size, the settings that data depend on, and whether the shape is that of the code."""
    if env.database_url:
        try:
            postgres.require_supported(env.database_url)
        except postgres.DatabaseFault as fault:
            head, _, advice = str(fault).partition("\n")
            yield Finding(State.FAIL, "database", head, advice or "Upgrade it, or use the embedded one.")
            return
    with _connect(env) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())), "
            "current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'), "
            "current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        ).fetchone()
        assert row is not None  # noqa: S101 – a select without a table has one row
        version, size, encoding, fsync, commit, most, now = row
        where = "by address" if env.database_url else "embedded"
        yield Finding(State.OK, "database", f"PostgreSQL {version.split()[0]}, {where}, {size}, {now} of {most} connections")
        if encoding != "UTF8":
            yield Finding(
                State.FAIL,
                "database",
                f"Its encoding is {encoding}.",
                "Make a new database WITH ENCODING 'UTF8' and restore a backup.",
            )
        if fsync != "on" or commit == "off":
            yield Finding(
                State.FAIL, "database", "It may lose what it has acknowledged.", "Set fsync = on and synchronous_commit = on."
            )
        if most < 60:
            yield Finding(State.WARN, "database", f"It takes {most} connections.", "Set max_connections to 80 or more.")
        found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
        if found is None or found[0] is None:
            yield Finding(
                State.WARN, "database", "It is empty.", "Run `stadig init --municipality NAME`, or `stadig restore FILE`."
            )


def worker(env: Environment) -> Iterator[Finding]:
    """Whether a worker has been heard of, and whether jobs wait too long or have failed."""
    with _connect(env) as connection:
        found = connection.execute("SELECT to_regclass('procrastinate_workers')").fetchone()
        if found is None or found[0] is None:
            return
        heard = connection.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers").fetchone()
        if heard is None or heard[0] is None or heard[0] > HEARTBEAT_SECONDS:
            yield Finding(State.WARN, "worker", "No worker has been heard of for a minute.", "Start the city: stadig run")
        else:
            yield Finding(State.OK, "worker", f"heard of {round(heard[0])} s ago")
        waiting = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) < now() - '10 min'::interval"
        ).fetchone()
        if waiting and waiting[0]:
            yield Finding(
                State.WARN, "worker", f"{waiting[0]} jobs have waited since before their time.", "See that the worker runs."
            )
        failed = connection.execute("SELECT count(*), min(task_name) FROM procrastinate_jobs WHERE status = 'failed'").fetchone()
        if failed and failed[0]:
            yield Finding(
                State.WARN, "worker", f"{failed[0]} jobs have failed, for example {failed[1]}.", "Read the log around them."
            )


def broker(env: Environment) -> Iterator[Finding]:
    """Whether something answers where devices send."""
    parts = urlsplit(env.mqtt_url or f"mqtt://127.0.0.1:{env.broker_port}")
    host, port = parts.hostname or "127.0.0.1", parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    try:
        with socket.create_connection((host, port), SECONDS):
            yield Finding(State.OK, "broker", f"answers at {host}:{port}{'' if env.mqtt_url else ' (embedded)'}")
    except OSError as error:
        advice = "Check STADIG_MQTT_URL and the broker." if env.mqtt_url else "Start the city: stadig run"
        yield Finding(State.FAIL if env.mqtt_url else State.WARN, "broker", f"No answer at {host}:{port}: {_why(error)}", advice)


def mail(env: Environment) -> Iterator[Finding]:
    """Whether the mail server takes us in. Sends nothing."""
    if not env.email_url:
        yield Finding(
            State.WARN,
            "mail",
            "No mail server is set: messages stay in a folder.",
            "Set STADIG_EMAIL_URL=smtps://user:password@host:465",
        )
        return
    parts = urlsplit(env.email_url)
    host = parts.hostname or ""
    secure = parts.scheme == "smtps"
    try:
        made = (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS)
            if secure
            else smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
        )
        with made as server:
            server.ehlo()
            encrypted = secure
            if not secure and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
                encrypted = True
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        yield Finding(State.OK, "mail", f"{host} takes our messages")
        if not encrypted and host not in LOCAL:
            yield Finding(State.WARN, "mail", f"{host} offers no encryption.", "Use smtps://, or a server with STARTTLS.")
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(State.FAIL, "mail", f"{host}: {_why(error)}", "Check STADIG_EMAIL_URL: address, port, user and password.")


def identity_provider(env: Environment) -> Iterator[Finding]:
    """The residents' identity provider, and the municipality's own for staff where there is one."""
    if not env.oidc_url:
        yield Finding(
            State.WARN,
            "identity provider",
            "None is set: log-in is by password alone.",
            "Set STADIG_OIDC_URL, …CLIENT_ID and …CLIENT_SECRET.",
        )
    else:
        yield from _provider("identity provider", "STADIG_OIDC_", env.oidc_url, env.oidc_client_id, env.oidc_client_secret)
    if env.oidc_staff_url:
        own = (env.oidc_staff_url, env.oidc_staff_client_id, env.oidc_staff_client_secret)
        yield from _provider("staff identity provider", "STADIG_OIDC_STAFF_", *own)


def _provider(name: str, prefix: str, url: str, client_id: str, client_secret: str) -> Iterator[Finding]:
    """Whether a provider answers with usable metadata (OpenID Connect Discovery 1.0, section 4)."""
    base = url.removesuffix("/.well-known/openid-configuration").rstrip("/")
    advice = f"Check {prefix}URL, and that this machine may reach it."
    try:
        told, skew = _fetch(base + "/.well-known/openid-configuration")
        metadata = json.loads(told)
    except (OSError, ValueError) as error:
        yield Finding(State.FAIL, name, f"{base}: {_why(error)}", advice)
        return
    missing = [key for key in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri") if not metadata.get(key)]
    if missing:
        yield Finding(State.FAIL, name, f"Its metadata lack {', '.join(missing)}.", advice)
    elif str(metadata["issuer"]).rstrip("/") != base:
        yield Finding(
            State.FAIL,
            name,
            f"It calls itself {metadata['issuer']}, not {base}.",
            f"Set {prefix}URL to its own name.",
        )
    else:
        yield Finding(State.OK, name, f"{base} answers")
    if not client_id or not client_secret:
        yield Finding(
            State.FAIL,
            name,
            "Our client id or secret is not set.",
            f"Set {prefix}CLIENT_ID and …CLIENT_SECRET.",
        )
    if skew is not None and abs(skew) > SKEW_SECONDS:
        yield Finding(
            State.FAIL, "clock", f"Our clock differs {skew:+.0f} s from the identity provider's.", "Turn on time synchronisation."
        )


def certificate(env: Environment) -> Iterator[Finding]:
    """How long the certificate that residents meet still holds."""
    parts = urlsplit(env.public_url)
    if parts.scheme != "https":
        local = (parts.hostname or env.host) in LOCAL
        advice = "" if local else "Put a reverse proxy with TLS before it and set STADIG_PUBLIC_URL=https://…"
        yield Finding(State.OK if local else State.WARN, "certificate", "The address is http: for this machine only.", advice)
        return
    host, port = parts.hostname or "", parts.port or 443
    try:
        context = ssl.create_default_context()
        with socket.create_connection((host, port), SECONDS) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"])), UTC)
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            State.FAIL, "certificate", f"{host}: {error.verify_message}", "Renew the certificate, or install the whole chain."
        )
        return
    except OSError as error:
        yield Finding(
            State.FAIL, "certificate", f"{host}:{port}: {_why(error)}", "Check STADIG_PUBLIC_URL and the reverse proxy."
        )
        return
    days = (ends - datetime.now(UTC)).days
    state = State.OK if days >= CERTIFICATE_DAYS else State.WARN
    yield Finding(
        state,
        "certificate",
        f"{host}: valid {days} more days",
        "" if state == State.OK else "Renew it now, and see why it was not renewed by itself.",
    )


def disk(env: Environment) -> Iterator[Finding]:
    """Room where keys, files and the embedded database lie."""
    folders = {"home": env.home_dir}
    if not env.database_url:
        folders["database"] = postgres.cluster(env).data
    seen: set[int] = set()
    for name, folder in folders.items():
        if not folder.exists() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        usage = shutil.disk_usage(folder)
        text = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.0f} GB ({name}: {folder})"
        if usage.free < LEAST_FREE_BYTES:
            yield Finding(State.FAIL, "disk", text, "Make room now: the database stops when it is full.")
        elif usage.free < LEAST_FREE_SHARE * usage.total:
            yield Finding(State.WARN, "disk", text, "Make room, or move old backups away.")
        else:
            yield Finding(State.OK, "disk", text)


def clock(env: Environment) -> Iterator[Finding]:
    """Our clock against the database server's, and whether the system keeps it in step."""
    with _connect(env) as connection:
        before = time.time()
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        skew = float(row[0]) - (before + time.time()) / 2 if row else 0.0
    if abs(skew) > SKEW_SECONDS:
        yield Finding(
            State.FAIL,
            "clock",
            f"Ours differs {skew:+.0f} s from the database server's.",
            "Turn on time synchronisation on both.",
        )
    elif env.database_url:
        yield Finding(State.OK, "clock", f"differs {abs(skew):.1f} s from the database server's")
    else:
        yield Finding(State.OK, "clock", datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC; compare with a clock you trust"))


def keys(env: Environment) -> Iterator[Finding]:
    """Whether the keys are for us alone, and remembered to be kept apart."""
    folder = env.home_dir / "keys"
    found = sorted(folder.glob("*")) if folder.is_dir() else []
    open_ones = [path for path in (env.home_dir, folder, *found) if path.exists() and _is_open(path)]
    for path in open_ones:
        yield Finding(
            State.FAIL,
            "keys",
            f"{path} is open to others.",
            f"chmod {'700' if path.is_dir() else '600'} {path}; then think of who read it",
        )
    if not open_ones:
        yield Finding(State.OK, "keys", f"{len(found)} keys in {folder}, readable by you alone; they are in no backup")


def _is_open(path: Path) -> bool:
    status = path.stat()
    return bool(status.st_mode & 0o077) or status.st_uid != os.geteuid()


@contextlib.contextmanager
def _connect(env: Environment) -> Generator[psycopg.Connection[Any], None, None]:
    if env.database_url:
        with psycopg.connect(env.database_url, connect_timeout=int(SECONDS)) as connection:
            yield connection
    else:
        with psycopg.connect(**postgres.cluster(env).conninfo(), connect_timeout=int(SECONDS)) as connection:
            yield connection


def _fetch(url: str) -> tuple[bytes, float | None]:
    """The answer and how many seconds our clock is ahead of the other's."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("the address must begin with https://")
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 – the scheme is looked at above
        told = email.utils.parsedate_tz(answer.headers.get("Date", ""))
        skew = time.time() - email.utils.mktime_tz(told) if told else None
        return answer.read(2**20), skew


def _why(error: Exception) -> str:
    """A short reason that holds no password."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server said {error.smtp_code}"
    if isinstance(error, urllib.error.URLError):
        return str(error.reason)
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
