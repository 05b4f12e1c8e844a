"""How rooms meet upwards and sideways: events of ids, deferred as jobs in the action's own transaction.

>>> outbox.announce("waste.bin_emptied", bin=bin_id)             # in an action
>>> @outbox.handler("waste.bin_emptied")                         # in another room's tasks.py
... def note_emptying(bin): ...
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

Handler = Callable[..., object]
Wanted = Callable[[], bool]
_handlers: dict[str, dict[str, Handler]] = {}
_wanted: dict[str, dict[str, Wanted | None]] = {}
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
log = logging.getLogger("stadig.outbox")


def announce(name: str, **ids: int | str | None) -> uuid.UUID:
    """Tell that something happened. One job, deferred with the transaction: no commit, no event."""
    event = uuid.uuid4()
    for value in ids.values():
        if not isinstance(value, (int, str, type(None))):
            raise TypeError(f"The event {name} may carry ids alone, not {type(value).__name__}.")
    if any(wanted is None or wanted() for wanted in _in_order(name)):
        app.configure_task(_task(name), queue="events").defer(event=str(event), ids=ids)  # pyright: ignore[reportArgumentType]
    return event


def _in_order(name: str) -> list[Wanted | None]:
    """Whether the handlers of an event want it; first those that always do, so that no one is asked in vain."""
    return sorted(_wanted.get(name, {}).values(), key=lambda wanted: wanted is not None)


def handler(name: str, *, wanted: Wanted | None = None) -> Callable[[Handler], Handler]:
    """Run the function, in a transaction, once for every event of this name.

    ``wanted`` is asked in the transaction of the one who announces: when no handler of the event wants it, there is no job; and
    again before it runs. It may read, and must not raise.

    When it raises it is tried again, alone, in a job of its own: the other handlers of the event neither wait for it nor run again.
    """

    def register(function: Handler) -> Handler:
        key = f"{function.__module__.removeprefix('stadig.')}.{function.__qualname__}"
        if name not in _handlers:
            _event_job(name)
        _handlers.setdefault(name, {})[key] = function
        _wanted.setdefault(name, {})[key] = wanted

        @app.task(name=_task(name, key), queue="events", retry=RETRY)
        def job(event: str, ids: dict[str, Any]) -> None:
            handle(key, function, uuid.UUID(event), ids)

        return function

    return register


def _event_job(name: str) -> None:
    @app.task(name=_task(name), queue="events", retry=RETRY)
    def job(event: str, ids: dict[str, Any]) -> None:
        tell_all(name, uuid.UUID(event), ids)


def tell_all(name: str, event: uuid.UUID, ids: dict[str, Any]) -> int:
    """Run every handler of an event that has not done it before; returns how many ran. One that raises gets a job of its own."""
    ran = 0
    for key, function in _handlers.get(name, {}).items():
        try:
            wanted = _wanted[name][key]
            if wanted is None or wanted():
                ran += handle(key, function, event, ids)
        except Exception as fault:
            log.warning("%s raised %s on %s and is tried again.", key, type(fault).__name__, name)
            app.configure_task(_task(name, key), queue="events").defer(event=str(event), ids=ids)  # pyright: ignore[reportArgumentType]
    return ran


def handle(key: str, function: Handler, event: uuid.UUID, ids: dict[str, Any]) -> bool:
    """Run a handler for an event unless it has done it before; returns whether it ran."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO city_handledevent (event, handler, at) VALUES (%s, %s, now()) "
                "ON CONFLICT (event, handler) DO NOTHING RETURNING id",
                [event, key],
            )
            if cursor.fetchone() is None:
                return False
        function(**ids)
    return True


def handlers(name: str) -> dict[str, Handler]:
    """The handlers registered for an event, by key."""
    return dict(_handlers.get(name, {}))


def _task(name: str, key: str = "") -> str:
    return f"event:{name}:{key}" if key else f"event:{name}"
