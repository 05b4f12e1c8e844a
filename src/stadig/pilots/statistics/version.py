"""Which statistics a result was made with: the program's version, and a sum over this package's own code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from stadig import __version__


@cache
def code_version() -> str:
    """Like ``0.1.0+3fa2b1c4``: what comes after the plus is another as soon as a line of the statistics is."""
    own = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        own.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{__version__}+{own.hexdigest()[:8]}"
