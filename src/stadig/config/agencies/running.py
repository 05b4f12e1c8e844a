"""The program: certificates, ``exchange.toml``, the agencies on their port and the dials on theirs, until it is asked to stop."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from lxml import etree

from stadig.config.agencies import certificates, connecting, control, dials
from stadig.config.agencies.dials import BadProfile
from stadig.config.agencies.journal import Journal
from stadig.config.agencies.server import Agencies

PORT = 12000
SCHEMA = "se/forsakringskassan/schema/integration/ssbt/_10/sammansatt_bastjanst_v10.xsd"
"""Where FK's schema of v10 lies within the contract's files."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the program is started."""

    folder: Path
    profile: str = "calm"
    port: int = PORT
    seed: int | None = None
    present: dt.date | None = None
    contracts: Path | None = None
    plain: bool = False
    town: bool = False
    host: str = "127.0.0.1"


async def serve(chosen: Chosen) -> None:
    """Answer until SIGTERM or SIGINT. Port 0 is any free one; ``control.json`` in the folder says which. Raises BadProfile."""
    board = dials.load(chosen.profile, seed=chosen.seed)
    certificates.prepare(chosen.folder)
    (chosen.folder / control.FILE).unlink(missing_ok=True)
    journal = Journal(chosen.folder / "journal.jsonl")
    agencies = Agencies(board, journal, present=chosen.present, schemas=_schemas(chosen.contracts))
    tls = None if chosen.plain else certificates.context(chosen.folder)
    runners = [web.AppRunner(agencies.app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.2)]
    await runners[0].setup()
    site = web.TCPSite(runners[0], chosen.host, chosen.port, ssl_context=tls, backlog=1024)
    await site.start()
    address = f"{'http' if chosen.plain else 'https'}://{chosen.host}:{_port(runners[0])}"
    key = control.key(chosen.folder)
    runners.append(web.AppRunner(control.app(agencies, key, chosen.profile, chosen.seed), access_log=None, shutdown_timeout=0.2))
    await runners[1].setup()
    await web.TCPSite(runners[1], "127.0.0.1", 0).start()
    connecting.write(chosen.folder, address, tls=not chosen.plain, town=chosen.town)
    control.tell(chosen.folder, _port(runners[1]), key, address)
    print(f"The stand-in for the agencies answers at {address} ({chosen.profile})", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    for runner in runners:
        await runner.cleanup()


def _port(runner: web.AppRunner) -> int:
    return runner.addresses[0][1]


def _schemas(contracts: Path | None) -> dict[str, etree.XMLSchema] | None:
    """The schema of v10's questions, where the contract's files lie in the folder. Nobody has published v11's."""
    if contracts is None:
        return None
    found = next(iter(sorted(contracts.rglob(SCHEMA))), None)
    if found is None:
        raise BadProfile(f"The contract's files are not in {contracts.name}: {Path(SCHEMA).name} was not found.")
    return {"10": etree.XMLSchema(etree.parse(found))}


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and serve."""
    asked = argparse.ArgumentParser(prog="python -m stadig.config.agencies")
    asked.add_argument("--profile", default="calm")
    asked.add_argument("--port", type=int, default=PORT)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--seed", type=int)
    asked.add_argument("--present", type=dt.date.fromisoformat)
    asked.add_argument("--contracts", type=Path)
    asked.add_argument("--plain", action="store_true")
    found = asked.parse_args(arguments)
    start(Chosen(found.folder, found.profile, found.port, found.seed, found.present, found.contracts, found.plain))


def start(chosen: Chosen) -> None:
    """Serve, and end with a message where it cannot."""
    try:
        asyncio.run(serve(chosen))
    except BadProfile as fault:
        sys.exit(str(fault))
    except OSError as fault:
        sys.exit(f"Port {chosen.port} cannot be used: {fault.strerror}. Choose another with --port.")
