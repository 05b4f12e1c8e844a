"""Whether a file has changed, looked at no more than once a second: a lookup would otherwise ask the system eighty times."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

SECONDS: Final = 1.0
_seen: dict[Path, tuple[float, int]] = {}


def changed(path: Path) -> int:
    """When the file was last changed, as nanoseconds; what is said may be a second old. Raises OSError."""
    now = time.monotonic()
    seen = _seen.get(path)
    if seen is None or now - seen[0] >= SECONDS:
        seen = _seen[path] = (now, path.stat().st_mtime_ns)
    return seen[1]


def forget() -> None:
    """Look anew at the next question."""
    _seen.clear()
