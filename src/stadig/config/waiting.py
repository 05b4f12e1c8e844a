"""``/wait``: where a page without JavaScript waits until agencies have answered, and is then sent on. Holds no thread, asks no database.

It looks once when it has begun to listen; after that the lookup's own news say when it is finished, and the clock when it must be.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import parse_qs

from stadig.city import clock
from stadig.config.answers import Receive, Scope, Send, send_error
from stadig.config.events import Stream, hub, is_logged_in, sessions, until_gone

MOST = 200
LONGEST_SECONDS = 30.0
AFTER_SECONDS = 0.3
"""After the deadline: the last blocks have been stored then."""


class Wait:
    """The application, with what lives as long as the process: the lookups that run on its event loop."""

    async def startup(self) -> None:
        """The web server has started: from now on this process's lookups run here."""
        from stadig.exchange import running

        await running.here()

    async def shutdown(self) -> None:
        """The web server stops: lookups under way are noted."""
        from stadig.exchange import running

        await running.leave()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then 303 to where the token says; 403 for a token that is not ours or another's."""
        from stadig.exchange import telling, waiting

        if scope["method"] != "GET":
            await send_error(scope, send, 405, machine=True)
            return
        tokens = parse_qs(scope["query_string"].decode()).get("token", [""])
        try:
            wanted = waiting.read(tokens[0])
        except waiting.BadToken:
            await send_error(scope, send, 403, machine=True)
            return
        if not await is_logged_in(scope, wanted.user):
            await send_error(scope, send, 403, machine=True)
            return
        left = (wanted.until - clock.real_now()).total_seconds() + AFTER_SECONDS
        left = min(LONGEST_SECONDS, left)
        if left > 0 and not hub.has_room_for(wanted.user):
            await asyncio.sleep(left)
        elif left > 0:
            async with hub.stream(wanted.user, frozenset({telling.done_topic(wanted.lookup)})) as stream:
                gone = asyncio.create_task(until_gone(receive, stream))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await _until_finished(stream, wanted.lookup)
                gone.cancel()
        headers = [(b"location", wanted.then.encode()), (b"cache-control", b"no-store"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def _until_finished(stream: Stream, lookup: int) -> None:
    await hub.listens(2.0)
    if not await asyncio.get_running_loop().run_in_executor(sessions, _is_finished, lookup):
        await stream.awake.wait()


def _is_finished(lookup: int) -> bool:
    from django.db import close_old_connections

    from stadig.exchange import waiting

    close_old_connections()
    try:
        return waiting.is_finished(lookup)
    finally:
        close_old_connections()


application = Wait()
