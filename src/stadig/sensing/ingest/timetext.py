"""Many ISO 8601 texts as microseconds at once: digits as a matrix, places as weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DATE_DIGITS: tuple[int, ...] = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))


def _weights(length: int) -> tuple[list[int], npt.NDArray[np.float64], list[int], npt.NDArray[np.uint8]]:
    """For texts of one length: where digits stand, what they weigh in (year, month, day, hour, minute, second,
    microsecond), where marks stand, and which."""
    places: list[int] = [*DATE_DIGITS]
    weights = np.zeros((14 + max(length - 21, 0), 7))
    for field, (start, size) in enumerate(((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2))):
        for digit in range(size):
            weights[start + digit, field] = 10.0 ** (size - 1 - digit)
    marks = [*MARKS, (length - 1, "Z")]
    if length > 20:
        marks.append((19, "."))
        for digit in range(length - 21):
            places.append(20 + digit)
            weights[14 + digit, 6] = 10.0 ** (5 - digit)
    return places, weights, [at for at, _ in marks], np.array([ord(mark) for _, mark in marks], np.uint8)


_TABLES = {length: _weights(length) for length in (20, 22, 23, 24, 25, 26, 27)}


def uniform_micros(texts: list[str]) -> npt.NDArray[np.int64] | None:
    """Microseconds since 1970 of texts like ``2026-11-20T12:00:00.250Z``, all as long and in UTC.

    None when any text looks different or is no date; the caller then reads them one by one.
    """
    table = _TABLES.get(len(texts[0]))
    joined = "".join(texts)
    if table is None or len(joined) != len(texts[0]) * len(texts) or not joined.isascii():
        return None
    places, weights, mark_places, marks = table
    matrix = np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), -1)
    digits = matrix[:, places] - np.uint8(48)
    if digits.max() > 9 or not (matrix[:, mark_places] == marks).all():
        return None
    year, month, day, hour, minute, second, micro = (digits @ weights).astype(np.int64).T
    months = (year - 1970) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    real = (year > 0) & (month > 0) & (month < 13) & (day > 0) & (hour < 24) & (minute < 60) & (second < 60)
    if not real.all() or (days.astype("datetime64[M]").astype(np.int64) != months).any():
        return None
    seconds = days.astype(np.int64) * 86_400 + hour * 3_600 + minute * 60 + second
    return seconds * 1_000_000 + micro
