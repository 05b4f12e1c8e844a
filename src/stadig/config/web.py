"""The web server: Granian with our ASGI dispatcher in each of its workers."""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import sys
from typing import Any

from stadig.config import supervisor
from stadig.config.environment import environment

MAX_REQUESTS_AT_ONCE = 400
"""Per worker, event streams among them; more wait in the socket's queue."""
HEADER_SECONDS = 10
STATEMENT_SECONDS = 30
HEADER_BYTES = 64 * 1024


def serve() -> None:
    """Serve until SIGTERM; requests under way are finished first."""
    from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    from stadig.config.events import END_STREAMS

    class Ending(MPServer):
        """Ends event streams first: the workers wait for open requests, and a stream never ends by itself."""

        def _stop_workers(self) -> None:
            for worker in self.wrks:
                with contextlib.suppress(ProcessLookupError, TypeError):
                    os.kill(worker._id(), END_STREAMS)
            super()._stop_workers()

    _limit_statements()
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)  # the workers share what is loaded already
    server = Ending(
        "stadig.config.asgi:application",
        address=environment.host,
        port=environment.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=environment.workers,
        blocking_threads=1,
        runtime_threads=1,
        runtime_mode=RuntimeModes.st,
        loop=Loops.auto,
        backlog=1024,
        backpressure=MAX_REQUESTS_AT_ONCE,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=int(supervisor.STOP_SECONDS) - 2,
        log_enabled=True,
        log_level=LogLevels.warning,
        log_access=False,
    )
    server.serve(target_loader=_load, wrap_loader=False)


def _limit_statements() -> None:
    """A page's question to the database that takes half a minute is ended: two threads serve everyone."""
    from django.db import connections

    options = connections["default"].settings_dict["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c statement_timeout={STATEMENT_SECONDS * 1000}".strip()


def _load() -> Any:
    """Called in each worker: the application."""
    supervisor.die_with_parent()
    logging.getLogger("_granian").setLevel(logging.WARNING)
    from django.db import connections

    from stadig.config import frame
    from stadig.config.asgi import application

    with contextlib.suppress(Exception):  # a database that is away is met by each request, not here
        frame.here()
    connections.close_all()
    rest_the_collector()
    share_turns()
    return application


def rest_the_collector() -> None:
    """What is loaded stays for good, and a page's own objects die by counting: looking for cycles a hundred times less
    often saves a fifth of a page's processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def share_turns() -> None:
    """A page that is being drawn keeps the event loop waiting half a millisecond, not five: beside the pages it asks agencies and tells
    open pages what came (measured: an answer is stored a fifth sooner, and the slowest of twenty a third)."""
    sys.setswitchinterval(0.0005)


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    serve()
