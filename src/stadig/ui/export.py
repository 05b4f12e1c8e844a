"""Every list as a file: CSV that Swedish Excel opens as it is, and XLSX.

``?format=csv`` gives UTF-8 with a byte-order mark, semicolons between cells, CRLF between rows, decimal comma and
Stockholm's time, since that is what Excel with Swedish settings reads without questions. Programs read it with
``csv.reader(open(path, encoding="utf-8-sig"), delimiter=";")``. ``?format=xlsx`` keeps numbers and times as such.
Text that a spreadsheet would run as a formula is disarmed in both.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import force_str
from django.utils.text import slugify

from stadig.ui.formatting import STOCKHOLM

Column = tuple[Any, str | Callable[[Any], Any]]
"""A heading, and where its value is found: the name of an attribute or key (``bin.kind.name``), or a function of the row."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def table(request: HttpRequest, filename: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponseBase | None:
    """The list as a file if the address asks for one (``?format=csv|xlsx``), else None: the view goes on to its page."""
    wanted = request.GET.get("format", "")
    name = slugify(filename) or "lista"
    if wanted == "csv":
        response = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")  # pyright: ignore[reportArgumentType]
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    if wanted == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return FileResponse(xlsx(columns, rows, filename), as_attachment=True, filename=f"{name}.xlsx", content_type=kind)
    return None


def value_of(row: Any, source: str | Callable[[Any], Any]) -> Any:
    """One cell's value. A missing step on the way (``district.name`` without a district) is an empty cell."""
    if callable(source):
        return source(row)
    found = row
    for part in source.split("."):
        if found is None:
            return None
        found = found.get(part) if isinstance(found, dict) else getattr(found, part)
    return found() if callable(found) else found


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The file a line at a time, so that a long list never lies in memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([force_str(heading) for heading, _ in columns])
    for row in rows:
        writer.writerow([_written(value_of(row, source)) for _, source in columns])
        if buffer.tell() > 32_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _written(value: Any) -> str:
    value = _sound(value)
    if value is None:
        text = ""
    elif isinstance(value, bool):
        text = "1" if value else "0"
    elif isinstance(value, (int, float, Decimal)):
        text = str(value).replace(".", ",")
    elif isinstance(value, datetime):
        text = f"{value.astimezone(STOCKHOLM) if value.tzinfo else value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = CONTROL.sub("", force_str(value))
        text = "'" + text if text.startswith(FORMULA) else text
    return text


def _sound(value: Any) -> Any:
    """NaN and infinity are no numbers in a spreadsheet: an empty cell."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def xlsx(columns: Sequence[Column], rows: Iterable[Any], title: str = "") -> Any:
    """A workbook with one sheet, in a temporary file that is read from its start."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Blad1")
    sheet.freeze_panes = "A2"

    def cell(value: Any, *, bold: bool = False) -> Any:
        if isinstance(value, datetime) and value.tzinfo:
            value = value.astimezone(STOCKHOLM).replace(tzinfo=None)
        elif value is not None and not isinstance(value, (int, float, Decimal, date, bool)):
            value = CONTROL.sub("", force_str(value))[:32_767]
        made = WriteOnlyCell(sheet, value=_sound(value))
        if isinstance(value, str):
            made.data_type = "s"  # never a formula, whatever it begins with
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(force_str(heading), bold=True) for heading, _ in columns])
    for row in rows:
        sheet.append([cell(value_of(row, source)) for _, source in columns])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return file
