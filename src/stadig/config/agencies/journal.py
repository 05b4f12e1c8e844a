"""What arrived, one line of JSON for each request: proof of what left the other side. Never a personnummer, never a name."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

PATHS = {"ssbtek-10": "/ssbtek/v10", "ssbtek-11": "/ssbtek/v11", "lefi-9": "/lefi/v9", "rest": "/rest"}
"""Where each contract is answered."""


class Journal:
    """A file that grows by a line before its request is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch(mode=0o600)

    def note(
        self,
        contract: str,
        correlation: str,
        agencies: list[str],
        body: bytes,
        moods: dict[str, str],
        *,
        held: tuple[dt.datetime, float] | None = None,
    ) -> None:
        """Write down a request. ``moods`` are what went wrong on purpose, by agency; ``held``: when it came, and how long its answer is
        held back from then."""
        at, seconds = held or (dt.datetime.now(dt.UTC), 0.0)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "path": PATHS[contract],
            "contract": contract,
            "correlation": correlation,
            "agencies": agencies,
            "sha256": hashlib.sha256(body).hexdigest(),
            "moods": {agency: mood for agency, mood in moods.items() if mood},
            "seconds": round(seconds, 4),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def clear(self) -> None:
        """Begin anew."""
        self.path.write_text("")
