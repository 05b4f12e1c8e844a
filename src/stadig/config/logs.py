"""Logs that say what happened and never to whom.

One line each: time, level, request id, logger, message. What libraries say is cut to the message's template: their
arguments (addresses, form values, SQL parameters) are left out. Exceptions are named by type and place, without
their message, which may quote what a person wrote. Our own lines are written with care; personnummer and e-mail
addresses are masked in them as a last guard.
"""

from __future__ import annotations

import contextvars
import logging
import re
import secrets
import time
import traceback
from pathlib import Path

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")

_PERSONAL = re.compile(r"(?<!\d)(?:\d{8}|\d{6})[-+ ]?\d{4}(?!\d)|[\w.+%-]+@[\w-]+\.[\w.-]+")
_PACKAGE = Path(__file__).resolve().parents[1]
FRAMES = 6


def new_request_id() -> str:
    """Short, random and unique enough to find a request by."""
    return secrets.token_hex(6)


class LineFormatter(logging.Formatter):
    """``2026-11-24T06:30:00Z INFO 5d1c… stadig.request GET waste:bins 200 14 ms``."""

    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line, without anything personal."""
        ours = record.name.startswith(("stadig", "__main__"))  # processes of a room run as __main__
        message = record.getMessage() if ours else str(record.msg)
        line = f"{self.formatTime(record, self.default_time_format)} {record.levelname} {request_id.get()} {record.name} "
        line += mask(message).replace("\n", " ")
        if record.exc_info and record.exc_info[1] is not None:
            line += " | " + where(record.exc_info[1])
        return line


def mask(text: str) -> str:
    """The text with personnummer and e-mail addresses made unreadable."""
    return _PERSONAL.sub("[…]", text)


def where(fault: BaseException) -> str:
    """An exception by type and place: ``ValueError at waste/views.py:31 bin_list < city/verbs.py:40 verb``. Never its message."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents] or frames
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(ours[-FRAMES:])]
    text = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    text += f" at {' < '.join(places)}" if places else ""
    if frames and ours is not frames and frames[-1] is not ours[-1]:
        text += f" (raised in {_short(frames[-1].filename)}:{frames[-1].lineno})"
    cause = fault.__cause__
    return f"{text} from {type(cause).__module__}.{type(cause).__qualname__}" if cause is not None else text


def _short(filename: str) -> str:
    path = Path(filename)
    if _PACKAGE in path.parents:
        return str(path.relative_to(_PACKAGE))
    return "/".join(path.parts[-3:])
