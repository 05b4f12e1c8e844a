"""Observations as columns: what a batch holds before it is written, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FUTURE_US = 10 * 60 * 1_000_000
"""How far ahead of the clock a phenomenon may lie, in microseconds; beyond that a device's clock is wrong."""


@dataclass(slots=True)
class Extra:
    """What few observations have. Times in microseconds since 1970 (UTC); JSON as encoded bytes."""

    result_json: bytes | None = None
    phenomenon_end: int | None = None
    result_time: int | None = None
    valid_from: int | None = None
    valid_until: int | None = None
    quality: bytes | None = None
    parameters: bytes | None = None


@dataclass(slots=True)
class Batch:
    """``n`` observations as columns. ``result`` is not a number where ``extra`` holds the result as JSON."""

    datastream: npt.NDArray[np.int32]
    time: npt.NDArray[np.int64]
    """Phenomenon time (its start, for an interval): microseconds since 1970-01-01T00:00Z."""
    result: npt.NDArray[np.float64]
    seq: npt.NDArray[np.int16]
    feature: npt.NDArray[np.int32]
    """Feature of interest; 0 means none."""
    extra: list[Extra | None] | None = None

    def __len__(self) -> int:
        return len(self.datastream)

    def take(self, rows: npt.NDArray[Any]) -> Batch:
        """The chosen rows (an index array), in that order."""
        extra = None if self.extra is None else [self.extra[i] for i in rows.tolist()]
        return Batch(self.datastream[rows], self.time[rows], self.result[rows], self.seq[rows], self.feature[rows], extra)


@dataclass(slots=True)
class Written:
    """What became of a batch. ``refused`` holds row numbers by reason.

    Reasons: ``conflict`` (another value is stored at that instant), ``future`` (kept in quarantine),
    ``unknown`` (no such datastream), ``not_a_number`` (NaN or infinite).
    """

    stored: int = 0
    repeated: int = 0
    refused: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    def add(self, other: Written, rows: npt.NDArray[np.int64]) -> None:
        """Add what became of the part of this batch that lies at ``rows``."""
        self.stored += other.stored
        self.repeated += other.repeated
        for reason, at in other.refused.items():
            self.refuse(reason, rows[at])

    def refuse(self, reason: str, rows: npt.NDArray[np.int64]) -> None:
        if len(rows):
            before = self.refused.get(reason)
            self.refused[reason] = rows if before is None else np.concatenate([before, rows])


def instant(micros_since_1970: int) -> datetime:
    """The aware UTC time of a number of microseconds; exact, also before 1970."""
    return EPOCH + timedelta(microseconds=micros_since_1970)


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware time; exact."""
    return (at - EPOCH) // MICROSECOND


def batch(
    datastream_ids: int | Sequence[int] | npt.NDArray[Any],
    times: Sequence[datetime] | npt.NDArray[Any],
    values: Sequence[float] | npt.NDArray[Any],
    seqs: Sequence[int] | npt.NDArray[Any] | None = None,
    features: Sequence[int] | npt.NDArray[Any] | None = None,
) -> Batch:
    """Columns from what a caller has at hand.

    ``datastream_ids`` may be one id for all rows. ``times``: aware datetimes, ``datetime64`` in UTC, or whole
    microseconds since 1970. ``values``: numbers.

    Raises
    ------
    ValueError
        The columns differ in length, or a datetime has no time zone.
    """
    count = len(times)
    if isinstance(times, np.ndarray):
        time = times.astype("datetime64[us]").astype(np.int64) if times.dtype.kind == "M" else times.astype(np.int64)
    elif count and isinstance(times[0], datetime):
        if any(t.tzinfo is None for t in times):
            raise ValueError("A time lacks its time zone.")
        time = np.fromiter((micros(t) for t in times), np.int64, count)
    else:
        time = np.asarray(times, dtype=np.int64)
    stream = (
        np.full(count, datastream_ids, np.int32)
        if isinstance(datastream_ids, int | np.integer)
        else np.asarray(datastream_ids, dtype=np.int32)
    )
    result = np.asarray(values, dtype=np.float64)
    seq = np.zeros(count, np.int16) if seqs is None else np.asarray(seqs, dtype=np.int16)
    feature = np.zeros(count, np.int32) if features is None else np.asarray(features, dtype=np.int32)
    if not len(stream) == len(result) == len(seq) == len(feature) == count:
        raise ValueError(f"{len(stream)} datastreams, {count} times and {len(result)} values do not belong together.")
    return Batch(stream, time, result, seq, feature)
