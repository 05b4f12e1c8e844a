"""The municipality that this installation serves."""

from __future__ import annotations

import time

from stadig.city.models import Municipality

_READ_EVERY_S = 5.0
_known: tuple[float, Municipality] | None = None


def current() -> Municipality:
    """The municipality; an unnamed one before `stadig init`. Read at most every five seconds."""
    global _known  # noqa: PLW0603
    if _known is None or time.monotonic() - _known[0] > _READ_EVERY_S:
        found = Municipality.objects.filter(pk=1).first() or Municipality(pk=1, name="Stadig", code="0000")
        _known = (time.monotonic(), found)
    return _known[1]


def forget() -> None:
    """Read anew at the next question."""
    global _known  # noqa: PLW0603
    _known = None
