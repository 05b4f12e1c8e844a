"""The stand-in in a thread of this process, on a free port without TLS: for the past that a demo town is drawn with."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from stadig.config.agencies import connecting, dials
from stadig.config.agencies.dials import Board
from stadig.config.agencies.journal import Journal
from stadig.config.agencies.server import Agencies

START_SECONDS = 10.0


@contextlib.contextmanager
def beside(folder: Path, present: dt.date) -> Iterator[Board]:
    """Answer while the block lasts; gives the dials. ``exchange.toml`` lies in ``folder``, and what takes half a second is overdue."""
    folder.mkdir(parents=True, exist_ok=True)
    agencies = Agencies(dials.load("calm"), Journal(folder / "journal.jsonl"), present=present)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="agencies", daemon=True)
    thread.start()
    runner = web.AppRunner(agencies.app(), access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1)

    async def begin() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner.addresses[0][1]

    try:
        port = asyncio.run_coroutine_threadsafe(begin(), loop).result(START_SECONDS)
        connecting.write(folder, f"http://127.0.0.1:{port}", tls=False, past=True)
        yield agencies.board
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(START_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)
        loop.close()
