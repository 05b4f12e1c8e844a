"""What the suite holds every log against: no personnummer and nothing of what an agency answers may stand in one.

Looked at is each record's message with its arguments and its exceptions' texts, of every logger: also what
:class:`stadig.config.logs.LineFormatter` would have cut away or masked, which is a last guard and no excuse.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from stadig.city import personnummer

MARK: Final = "Qvittenspärla"
"""A word that stands nowhere but in payloads that tests plant."""
NUMBER: Final = re.compile(r"(?<![0-9A-Za-z.])(?:\d{2})?\d{6}[-+]?\d{4}(?![0-9A-Za-z])")
PAYLOAD: Final = re.compile(
    MARK
    + r"|<(?:\w+:)?(?:svarsdata|personidentitet|hamtaBastjanstInformation\w*|Utbetalning\w*|ArbetssokandeInfo|Studiemedel)[\s>/]"
    r'|"(?:personnummer|personidentitet|nettobelopp|utbetalningsuppgift\w*|formansinformation)"\s*:|PD94bWwg[A-Za-z0-9+/]{16}'
)
"""Elements and fields of agencies' questions and answers, and XML that is packed as base64."""
MAX_TOLD: Final = 20
_LATEST = dt.date(2100, 1, 1)


def why(text: str) -> str:
    """What of it may stand in no log: ``personnummer``, ``payload``, or nothing."""
    if PAYLOAD.search(text):
        return "payload"
    return "personnummer" if any(personnummer.is_valid(found, today=_LATEST) for found in NUMBER.findall(text)) else ""


def said(record: logging.LogRecord) -> str:
    """A record's message and the texts of its exceptions, with their causes."""
    try:
        text = record.getMessage()
    except Exception:  # a format that does not fit its arguments is printed as it is
        text = f"{record.msg} {record.args}"
    fault = record.exc_info[1] if record.exc_info else None
    return text + "".join(traceback.TracebackException.from_exception(fault).format()) if fault else text


class Found(list[str]):
    """``LOGGER (FILE:LINE) logged a personnummer``, once for each place."""

    def look(self, record: logging.LogRecord) -> None:
        """Note where the record comes from if it may not stand in a log. What it says is told to nobody."""
        if what := why(said(record)):
            place = f"{record.name} ({Path(record.pathname).name}:{record.lineno}) logged a {what}"
            if place not in self and len(self) < MAX_TOLD:
                self.append(place)


@contextmanager
def watched() -> Generator[Found, None, None]:
    """Every record that any logger makes is looked at, whatever handlers it has."""
    found = Found()
    handle = logging.Logger.handle

    def seen(logger: logging.Logger, record: logging.LogRecord) -> None:
        found.look(record)
        handle(logger, record)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.Logger, "handle", seen)
        yield found


def in_file(path: Path, after: int = 0) -> list[str]:
    """``FILE:LINE holds a …`` for what a log file says after so many bytes."""
    if not path.exists():
        return []
    with path.open(errors="replace") as file:
        file.seek(after if after <= path.stat().st_size else 0)
        return [
            f"{path.name}, line {number} of what was written, holds a {what}"
            for number, line in enumerate(file, 1)
            if (what := why(line))
        ]
