"""Which of a device's messages never came: counted by the sequence numbers it gives them.

A number passed over is *missing* until it comes late. A device that starts counting from 0 again has restarted:
what was missing then is *lost* for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Half-open ranges in order: ``(4, 6)`` is 4 and 5."""

MOST_RANGES = 100
"""Scattered gaps beyond this are given up: the oldest count as lost."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a device has counted."""

    last: int | None = None
    missing: Ranges = ()
    lost: int = 0
    repeated: int = 0
    restarts: int = 0

    @property
    def absent(self) -> int:
        """How many messages have not come, so far or for good."""
        return self.lost + size(self.missing)


def size(ranges: Ranges) -> int:
    """How many numbers the ranges hold."""
    return sum(end - start for start, end in ranges)


def follow(progress: Progress, messages: Iterable[tuple[int, bool]]) -> Progress:
    """Go through messages in the order they came.

    Parameters
    ----------
    messages
        ``(sequence number, newer)``; ``newer`` says that what it tells was observed after everything before it,
        which tells a restart at 0 from an old message that comes again.
    """
    last, missing = progress.last, list(progress.missing)
    lost, repeated, restarts = progress.lost, progress.repeated, progress.restarts
    for number, newer in messages:
        if last is None:
            last = number
        elif number > last:
            if number > last + 1:
                missing.append((last + 1, number))
            last = number
        elif _take(missing, number):
            pass
        elif number == 0 and newer:
            lost += size(tuple(missing))
            missing.clear()
            last, restarts = 0, restarts + 1
        else:
            repeated += 1
        while len(missing) > MOST_RANGES:
            start, end = missing.pop(0)
            lost += end - start
    return Progress(last, tuple(missing), lost, repeated, restarts)


def _take(missing: list[tuple[int, int]], number: int) -> bool:
    """Remove a number from the ranges; whether it was there."""
    for index, (start, end) in enumerate(missing):
        if start <= number < end:
            missing[index : index + 1] = [piece for piece in ((start, number), (number + 1, end)) if piece[0] < piece[1]]
            return True
    return False
