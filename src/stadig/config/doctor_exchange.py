"""How agencies are connected, looked at by ``stadig doctor``: the file, certificates and their keys, contract files, open breakers.

Nothing is asked of any agency. The page *Myndigheter* shows the same and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from stadig.config.environment import Environment
from stadig.config.finding import Finding, State

WHAT: Final = "agencies"
LONG_MINUTES: Final = 60
"""A breaker that has been open for longer is no passing fault."""
OPEN: Final = """
SELECT agency, round(extract(epoch FROM now() - since) / 60)::int FROM exchange_breaker
WHERE state <> 'shut' AND since < now() - make_interval(mins => %s) ORDER BY agency
"""


def agencies(env: Environment, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """The key that answers are sealed with, and the connections of the file that ``STADIG_EXCHANGE`` names."""
    from stadig.exchange import certificates, connections
    from stadig.exchange.contracts import validating

    yield from _key(env, connection)
    if env.exchange is None:
        yield Finding(State.WARN, WHAT, "None are connected.", "Name a file in STADIG_EXCHANGE: docs/exchange.md has one.")
        return
    try:
        found = connections.read(env.exchange.read_bytes(), env.exchange)
    except OSError as fault:
        yield Finding(State.FAIL, WHAT, f"{env.exchange}: {fault.strerror}", "Check STADIG_EXCHANGE.")
        return
    except connections.ConnectionsFault as fault:
        yield Finding(State.FAIL, WHAT, str(fault), "No agency is asked until the file is mended.")
        return
    codes = [agency for one in found.connections for agency in one.agencies]
    if not codes:
        yield Finding(State.WARN, WHAT, f"{env.exchange} connects none.", "Add a [[connection]]: docs/exchange.md has one.")
        return
    yield Finding(State.OK, WHAT, f"{', '.join(codes)} are connected")
    for one in found.connections:
        valid = certificates.validity(one.name, one.certificate)
        if valid.trouble:
            state = State.WARN if valid.trouble == "soon" else State.FAIL
            yield Finding(
                state, f"{WHAT}, {one.name}", valid.message, "Until it is mended the page Myndigheter says what happens."
            )
    if not validating.schemas(env.contracts_dir).installed:
        text = "Their contract files (WSDL, XSD) are not installed: answers are read but not validated."
        yield Finding(
            State.WARN, WHAT, text, "Put those you got with your agreement in a folder and name it in STADIG_CONTRACTS_DIR."
        )
    yield from _breakers(connection)


def _key(env: Environment, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Whether what agencies answered opens: a city restored without its key is found before a case worker meets it."""
    from stadig.exchange import keys

    row = connection.execute("SELECT to_regclass('exchange_block')").fetchone()
    if row is None or row[0] is None:
        return
    fit = keys.fit(connection.execute(keys.SAMPLE).fetchall())
    path = env.home_dir / "keys" / "exchange_key"
    if fit.another:
        text = f"Nothing that agencies have answered can be opened: {path} is another key than the one they were sealed with."
        yield Finding(
            State.FAIL, WHAT, text, f"Put back your copy of {path} (or STADIG_EXCHANGE_KEY) and restart: docs/exchange.md."
        )
    elif fit.some:
        text = f"Some of what agencies have answered was sealed with another key than {path}."
        advice = "Keep both copies; ask the agencies again in open cases, or put the other key back to read: docs/exchange.md."
        yield Finding(State.FAIL, WHAT, text, advice)


def _breakers(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute("SELECT to_regclass('exchange_breaker')").fetchone()
    if row is None or row[0] is None:
        return
    for agency, minutes in connection.execute(OPEN, [LONG_MINUTES]).fetchall():
        text = f"{agency} has not answered for {minutes} minutes and is not asked."
        yield Finding(
            State.WARN, WHAT, text, "Try the connection on the page Myndigheter, and call the agency if it stays silent."
        )
