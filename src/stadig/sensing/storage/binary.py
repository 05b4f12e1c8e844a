"""A batch as PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"), without a row object.

Whole batches of plain numbers are laid out by NumPy in one go; batches that hold texts, intervals or other
extras go row by row.
"""

from __future__ import annotations

import struct

import numpy as np

from stadig.sensing.storage.columns import Batch, Extra

HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01T00:00Z in microseconds since 1970: where timestamptz counts from."""

PLAIN = ("datastream_id", "phenomenon_time", "seq", "result", "feature_id")
EXTRAS = ("result_json", "phenomenon_end", "result_time", "valid_from", "valid_until", "quality", "parameters")
ORDINAL = "n"
_TIMES = frozenset({"phenomenon_end", "result_time", "valid_from", "valid_until"})

_FIELDS = [
    ("fields", ">i2"), ("l0", ">i4"), ("datastream", ">i4"), ("l1", ">i4"), ("time", ">i8"), ("l2", ">i4"), ("seq", ">i2"),
    ("l3", ">i4"), ("result", ">f8"), ("l4", ">i4"), ("feature", ">i4"),
]  # fmt: skip
_WITH_FEATURE = np.dtype(_FIELDS)
_NO_FEATURE = np.dtype(_FIELDS[:-1])
_ORDINAL = [("ln", ">i4"), ("n", ">i4")]
_NULL = struct.pack(">i", -1)


def columns(rows: Batch, *, ordinal: bool = False) -> tuple[str, ...]:
    """The columns that :func:`encode` writes for these rows."""
    return PLAIN + (EXTRAS if rows.extra is not None else ()) + ((ORDINAL,) if ordinal else ())


def encode(rows: Batch, *, ordinal: bool = False) -> bytes:
    """The rows as one COPY BINARY message. ``ordinal`` adds the row number as the last column."""
    if rows.extra is not None:
        return _row_by_row(rows, rows.extra, ordinal=ordinal)
    featured = rows.feature != 0
    if featured.all():
        return HEADER + _laid_out(rows, True, ordinal=ordinal) + TRAILER
    if not featured.any():
        return HEADER + _laid_out(rows, False, ordinal=ordinal) + TRAILER
    return _row_by_row(rows, None, ordinal=ordinal)


def _laid_out(rows: Batch, featured: bool, *, ordinal: bool) -> bytes:
    fields = (_FIELDS if featured else _FIELDS[:-1]) + (_ORDINAL if ordinal else [])
    dtype = np.dtype(fields) if ordinal else (_WITH_FEATURE if featured else _NO_FEATURE)
    table = np.empty(len(rows), dtype)
    table["fields"] = 6 if ordinal else 5
    table["l0"] = 4
    table["datastream"] = rows.datastream
    table["l1"] = 8
    table["time"] = rows.time - POSTGRES_EPOCH_US
    table["l2"] = 2
    table["seq"] = rows.seq
    table["l3"] = 8
    table["result"] = rows.result
    if featured:
        table["l4"] = 4
        table["feature"] = rows.feature
    else:
        table["l4"] = -1
    if ordinal:
        table["ln"] = 4
        table["n"] = np.arange(len(rows))
    return table.tobytes()


def _row_by_row(rows: Batch, extras: list[Extra | None] | None, *, ordinal: bool) -> bytes:
    head = struct.Struct(">hiiiqih")
    number = struct.Struct(">id")
    whole = struct.Struct(">ii")
    parts = [HEADER]
    fields = len(columns(rows, ordinal=ordinal))
    times = (rows.time - POSTGRES_EPOCH_US).tolist()
    streams, seqs, results, features = rows.datastream.tolist(), rows.seq.tolist(), rows.result.tolist(), rows.feature.tolist()
    for i, time in enumerate(times):
        extra = extras[i] if extras else None
        parts.append(head.pack(fields, 4, streams[i], 8, time, 2, seqs[i]))
        parts.append(_NULL if extra and extra.result_json is not None else number.pack(8, results[i]))
        parts.append(whole.pack(4, features[i]) if features[i] else _NULL)
        if extras is not None:
            parts.append(_NULL * len(EXTRAS) if extra is None else b"".join(_extra(extra, name) for name in EXTRAS))
        if ordinal:
            parts.append(whole.pack(4, i))
    parts.append(TRAILER)
    return b"".join(parts)


def _extra(extra: Extra, name: str) -> bytes:
    value = getattr(extra, name)
    if value is None:
        return _NULL
    if name in _TIMES:
        return struct.pack(">iq", 8, value - POSTGRES_EPOCH_US)
    return struct.pack(">iB", len(value) + 1, 1) + value
