"""Random bytes from the system, fetched many at a time: a lookup needs thirty pieces, and each question to the system costs a tenth of
a millisecond. A process that forks leaves what it has fetched behind, so that no two ever hand out the same."""

from __future__ import annotations

import os
import threading
import uuid
from typing import Final

AT_ONCE: Final = 4096
_lock = threading.Lock()
_held = bytearray()


def take(size: int) -> bytes:
    """So many random bytes, each handed out once."""
    with _lock:
        if len(_held) < size:
            _held.extend(os.urandom(max(AT_ONCE, size)))
        taken = bytes(_held[:size])
        del _held[:size]
    return taken


def new_uuid() -> uuid.UUID:
    """A random UUID (version 4)."""
    return uuid.UUID(bytes=take(16), version=4)


def _leave_behind() -> None:
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()  # another thread of the parent may have held it
    _held.clear()


os.register_at_fork(after_in_child=_leave_behind)
