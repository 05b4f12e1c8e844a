"""Tables as people have them: CSV and spreadsheets in, typed rows and named faults out. No Django.

Excel's Swedish habits are taken in stride: semicolons, decimal comma, cp1252 or UTF-8 with a mark, ``sep=;`` on the first
line, dates as numbers, thousands with spaces. Rows come one by one, so a large file needs no more memory than a small.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from stadig.city.cells import BadCell, Parse, is_empty, text

SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
LONGEST_CELL = 10_000
_SHOWN = 60


class TableFault(Exception):
    """The file as a whole cannot be read. The message names it, and the way out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field we want. ``names`` are headings it may have in a file (any case, spaces and å ä ö do not matter)."""

    field: str
    names: tuple[str, ...]
    parse: Parse = text
    required: bool = False


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was left out."""

    row: int
    """As a spreadsheet counts: the heading is row 1."""
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        where = f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"
        return f"{where}: {self.value!r} {self.problem}" if self.value else f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Row:
    """A typed row; fields that are not in the file, or empty, are absent."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class Table:
    """An open file: its headings, and its rows once."""

    name: str
    headings: list[str]
    rows: Iterator[tuple[int, Sequence[Any]]]
    described: str
    """For example ``cp1252, semicolon``."""
    done: float = field(default=0.0)
    """Share of the file that has been read, 0–1."""


def open_table(path: Path, *, sheet: str = "") -> Table:
    """Open a CSV file (also ``.gz``) or a spreadsheet.

    Raises
    ------
    TableFault
        It is not there, is empty, is not a table, or has no sheet of that name.
    """
    if not path.is_file():
        raise TableFault(f"{path}: there is no such file.")
    if path.suffix.lower() in SPREADSHEETS:
        return _spreadsheet(path, sheet)
    return _csv(path)


def match(table: Table, columns: Sequence[Column], given: Mapping[str, str] | None = None) -> dict[str, int]:
    """Which column of the file holds each field: ``given`` (field → heading) first, then by the usual names.

    Raises
    ------
    TableFault
        A required field has no column, or ``given`` names what is not there.
    """
    at = {_plain(heading): number for number, heading in reversed(list(enumerate(table.headings)))}
    known = {column.field for column in columns}
    found: dict[str, int] = {}
    for wanted, heading in (given or {}).items():
        if wanted not in known:
            raise TableFault(f"{table.name}: there is no field {wanted!r} to fill. Fields: {', '.join(sorted(known))}.")
        if _plain(heading) not in at:
            raise TableFault(f"{table.name}: there is no column {heading!r}. Columns: {', '.join(table.headings)}.")
        found[wanted] = at[_plain(heading)]
    for column in columns:
        if column.field not in found:
            hits = [at[_plain(name)] for name in (column.field, *column.names) if _plain(name) in at]
            free = [hit for hit in hits if hit not in found.values()]
            if free:
                found[column.field] = free[0]
    missing = [column for column in columns if column.required and column.field not in found]
    if missing:
        raise TableFault(
            f"{table.name}: found no column for {', '.join(c.field for c in missing)}. Columns: {', '.join(table.headings)}. "
            f"Say which one it is: --map {missing[0].field}=COLUMN"
        )
    return found


def typed(table: Table, columns: Sequence[Column], found: Mapping[str, int]) -> Iterator[Row | RowFault]:
    """Every row as values, or why not: the first fault of each row. Blank rows are passed over."""
    wanted = [(column, found[column.field]) for column in columns if column.field in found]
    width = len(table.headings)
    for number, cells in table.rows:
        if all(is_empty(cell) for cell in cells):
            continue
        if any(not is_empty(cell) for cell in cells[width:]):
            yield RowFault(
                number, "", "", f"has {len(cells)} cells under {width} headings; is a value with a separator not in quotes?"
            )
            continue
        yield _typed_row(table, number, cells, wanted)


def _typed_row(table: Table, number: int, cells: Sequence[Any], wanted: list[tuple[Column, int]]) -> Row | RowFault:
    values: dict[str, Any] = {}
    for column, at in wanted:
        cell = cells[at] if at < len(cells) else None
        if is_empty(cell):
            if column.required:
                return RowFault(number, table.headings[at], "", "is empty but needed")
            continue
        try:
            if isinstance(cell, str) and len(cell) > LONGEST_CELL:
                raise BadCell("is too long; is a quote missing?")
            values[column.field] = column.parse(cell)
        except BadCell as fault:
            return RowFault(number, table.headings[at], _shown(cell), str(fault))
    return Row(number, values)


def _shown(cell: Any) -> str:
    written = text(cell)
    return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"


def _plain(heading: str) -> str:
    """``"Längd (m)"`` → ``langdm``."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[^a-z0-9]", "", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def _headings(name: str, cells: Sequence[Any]) -> list[str]:
    headings = [text(cell) if not is_empty(cell) else "" for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise TableFault(f"{name}: the first row holds no headings.")
    return headings


def _spreadsheet(path: Path, sheet: str) -> Table:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if sheet and sheet not in names:
            raise TableFault(f"{path.name}: there is no sheet {sheet!r}. Sheets: {', '.join(names)}.")
        if not names:
            raise TableFault(f"{path.name}: the file holds no sheet.")
        found = book.get_sheet_by_name(sheet or names[0])
        total = max(1, found.total_height)
        rows = enumerate(found.to_python(skip_empty_area=False), 1)
    except TableFault:
        raise
    except Exception as fault:  # the library has one error per format
        raise TableFault(f"{path.name}: is not a spreadsheet we can read ({fault}). Save it as .xlsx or CSV.") from None
    first = next((cells for _, cells in rows if not all(is_empty(cell) for cell in cells)), None)
    if first is None:
        raise TableFault(f"{path.name}: the sheet {sheet or names[0]} is empty.")
    table = Table(path.name, _headings(path.name, first), iter(()), f"sheet {sheet or names[0]}")

    def read() -> Iterator[tuple[int, Sequence[Any]]]:
        for number, cells in rows:
            table.done = min(1.0, number / total)
            yield number, cells

    table.rows = read()
    return table


def _csv(path: Path) -> Table:
    size = max(1, path.stat().st_size)
    encoding = _encoding(path)
    raw = path.open("rb")
    source: IO[bytes] = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
    lines = io.TextIOWrapper(source, encoding=encoding, errors="replace", newline="")
    try:
        head = list(islice(lines, 20))
    except (OSError, EOFError) as fault:
        raise TableFault(f"{path.name}: cannot be unpacked ({fault}).") from None
    skipped = 0
    told = re.fullmatch(r'"?sep=(.)"?\s*', head[0]) if head else None
    if told:
        head, skipped = head[1:], 1
    if not "".join(head).strip():
        raise TableFault(f"{path.name}: is empty.")
    delimiter = told.group(1) if told else _delimiter(head)
    reader = csv.reader(chain(head, lines), delimiter=delimiter)
    headings: list[str] = []
    table = Table(path.name, headings, iter(()), f"{encoding}, {_NAMES.get(delimiter, delimiter)}")

    def read() -> Iterator[tuple[int, Sequence[Any]]]:
        with raw:
            number = skipped
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (csv.Error, OSError, EOFError) as fault:
                    raise TableFault(f"{path.name}, row {number + 1}: {fault}. Is a quote missing?") from None
                number += 1
                table.done = min(1.0, raw.tell() / size)
                yield number, cells

    rows = read()
    first = next((cells for _, cells in rows if not all(is_empty(cell) for cell in cells)), None)
    if first is None:
        raise TableFault(f"{path.name}: holds only blank rows.")
    headings += _headings(path.name, first)
    table.rows = rows
    return table


_NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


def _delimiter(head: Sequence[str]) -> str:
    """The separator that cuts the heading in most parts, and the rows under it in as many."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in head if line.strip()]
    counts = {mark: [line.count(mark) for line in bare] for mark in _NAMES}
    alike = {mark: sum(n == found[0] for n in found) for mark, found in counts.items()}
    return max(_NAMES, key=lambda mark: (counts[mark][0] > 0, alike[mark] if counts[mark][0] else 0, counts[mark][0]))


def _encoding(path: Path) -> str:
    """UTF-8 when every byte says so, otherwise what Swedish Windows writes."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            first = file.read(1 << 20)
            if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            decoder = codecs.getincrementaldecoder("utf-8")()
            part = first
            while part:
                decoder.decode(part)
                part = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
        except (OSError, EOFError) as fault:
            raise TableFault(f"{path.name}: cannot be unpacked ({fault}).") from None
    return "utf-8-sig"
