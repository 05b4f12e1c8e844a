"""The figures of a trial in one written form: rows of CSV that anyone can open, and that give the same arrays back.

What a look was made of is kept so, what is downloaded is so, and ``stadig pilot reproduce`` reads it. The same series
always give the same bytes. No Django.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping

import numpy as np

from stadig.pilots.statistics.terms import Series

COLUMNS = ("outcome", "unit", "day", "value", "weight", "source", "arm")
GROUP = "group:"
MOST_BYTES = 256 * 2**20
"""The largest extract that is read."""


class BadExtract(ValueError):
    """What was read is no extract. The message names the row and what is wrong with it."""


def written(outcomes: Mapping[str, Series]) -> bytes:
    """The series as CSV in UTF-8: comma, decimal point, ISO dates, outcomes in the order of their names.

    Numbers are written so that they are read back exactly. Groups are columns named ``group:age_band``.
    """
    groups = sorted({name for series in outcomes.values() for name in series.group})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(GROUP + name for name in groups)])
    for slug in sorted(outcomes):
        writer.writerows(_rows(outcomes[slug], groups))
    return text.getvalue().encode()


def _rows(series: Series, groups: list[str]) -> Iterator[tuple[str, ...]]:
    count = len(series.unit)
    blank = [""] * count
    arms = blank if series.arm is None else series.arm.tolist()
    days = np.datetime_as_string(series.day, unit="D").tolist()
    labels = [series.group[name].tolist() if name in series.group else blank for name in groups]
    values, weights = map(repr, series.value.tolist()), map(repr, series.weight.tolist())
    return zip(
        [series.outcome] * count, series.unit.tolist(), days, values, weights, series.source.tolist(), arms, *labels, strict=True
    )


def read(data: bytes) -> dict[str, Series]:
    """Outcome → its series. Raises :class:`BadExtract` that names the row."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadExtract(f"The file is not UTF-8 (byte {error.start}).") from error
    rows = csv.reader(io.StringIO(text))
    head = tuple(next(rows, ()))
    if head[: len(COLUMNS)] != COLUMNS or not all(name.startswith(GROUP) for name in head[len(COLUMNS) :]):
        raise BadExtract(f"The columns must be {', '.join(COLUMNS)}, and then groups named {GROUP}NAME.")
    groups = [name.removeprefix(GROUP) for name in head[len(COLUMNS) :]]
    found: dict[str, list[list[str]]] = {}
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise BadExtract(f"Row {number} has {len(row)} cells, not {len(head)}.")
        found.setdefault(row[0], []).append(row)
    return {slug: _series(slug, some, groups) for slug, some in found.items()}


def _series(slug: str, rows: list[list[str]], groups: list[str]) -> Series:
    columns = list(zip(*rows, strict=True))
    try:
        day = np.array(columns[2], dtype="datetime64[D]")
        value, weight = np.array(columns[3], dtype=np.float64), np.array(columns[4], dtype=np.float64)
    except ValueError as error:
        raise BadExtract(f"{slug}: {error}") from error
    labels = {name: np.array(columns[len(COLUMNS) + at]) for at, name in enumerate(groups)}
    return Series(
        outcome=slug,
        unit=np.array(columns[1]),
        day=day,
        value=value,
        weight=weight,
        source=np.array(columns[5]),
        arm=np.array(columns[6]) if any(columns[6]) else None,
        group={name: some for name, some in labels.items() if any(some.tolist())},
    )


def digest(data: bytes) -> str:
    """SHA-256 of an extract as it is written, in hexadecimal: what ``Look.data_sha256`` holds."""
    return hashlib.sha256(data).hexdigest()


def compressed(outcomes: Mapping[str, Series]) -> bytes:
    """What is stored with a look."""
    return zlib.compress(written(outcomes), 9)


def expanded(data: bytes) -> bytes:
    """The CSV of what is stored with a look. Raises :class:`BadExtract` for what is damaged or too large."""
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise BadExtract(f"The stored figures are damaged: {error}.") from error
    if reader.unconsumed_tail or not reader.eof:
        raise BadExtract("The stored figures are cut off or too large.")
    return text
