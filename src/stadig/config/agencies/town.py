"""The stand-in as one of the demo town's processes: ``python -m stadig.config.agencies.town``.

Its folder lies in the town's home, so that certificates, journal and the month from which stories count outlive a restart.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from stadig.config.agencies import certificates, connecting, running
from stadig.config.environment import environment

PROFILE = "town"
PRESENT = "present"


def folder() -> Path:
    """Where the town's stand-in keeps what it needs."""
    return environment.home_dir / "agencies"


def port() -> int:
    """Where it listens: 4000 above the town's own port."""
    return environment.port + 4000


def prepare() -> None:
    """Make certificates and ``exchange.toml`` before anyone asks, so that the first page that needs them finds them."""
    certificates.prepare(folder())
    connecting.write(folder(), f"https://127.0.0.1:{port()}", tls=True, town=True)


def begin(present: dt.date) -> None:
    """The town has been drawn: its stories count their months from this day."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder() / PRESENT).write_text(present.isoformat())


def present() -> dt.date | None:
    """The day from which stories count; none where the town was drawn before there was a stand-in."""
    path = folder() / PRESENT
    return dt.date.fromisoformat(path.read_text().strip()) if path.is_file() else None


def main() -> None:
    """Answer until the town stops."""
    running.start(running.Chosen(folder(), PROFILE, port(), present=present(), town=True))


if __name__ == "__main__":
    main()
