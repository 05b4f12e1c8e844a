"""What a device's JSON means: a declared mapping from places in the message to datastreams.

A declaration looks like this and is stored with the device::

    {
      "time": {"path": "ts", "format": "unix_ms"},
      "sequence": "seq",
      "each": "samples",
      "readings": [
        {"path": "fill", "datastream": 7, "unit": "%"},
        {"path": "battery.mv", "datastream": 8, "scale": 0.001, "unit": "V", "required": false}
      ]
    }

A path is names and indexes, ``battery.cells[0].mv``. With ``each`` the message holds a list of samples and the other
paths are read inside every one of them, else in the message itself. The value stored is ``value × scale + offset``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

LARGEST_MESSAGE = 256 * 1024
"""Bytes. A reading of a bin is about a hundred; a day's worth saved up still fits."""
MOST_SAMPLES = 10_000
MOST_AHEAD = timedelta(minutes=10)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LARGEST_SEQUENCE = 2**53
TIME_FORMATS = ("iso", "unix", "unix_ms", "received")
PROBLEMS = {
    "json": "this is not JSON",
    "object": "an object is needed",
    "unknown": "the name is not known",
    "empty": "at least one reading is needed",
    "path": "a path such as data.fill or cells[0].mv is needed",
    "format": f"must be one of {', '.join(TIME_FORMATS)}",
    "datastream": "the number of a datastream is needed",
    "number": "a number is needed",
    "zero": "0 would make every value the same",
    "text": "a text is needed",
    "boolean": "true or false is needed",
}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
_PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,6}\])(?:\.[^.\[\]]+|\[\d{1,6}\])*")


class MappingFault(ValueError):
    """The declaration cannot be used. ``place`` is the part of it, ``code`` what is wrong with it (:data:`PROBLEMS`)."""

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{place}: {PROBLEMS[code]}")
        self.code = code
        self.place = place


class PayloadFault(ValueError):
    """A message cannot be read. ``code`` is one of a few words that are counted; ``detail`` is the place and what stood there."""

    def __init__(self, code: str, place: str, found: Any = ...) -> None:
        self.code = code
        self.detail = place if found is ... else f"{place} = {_excerpt(found)}"
        super().__init__(f"{code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Path:
    """A place in a JSON document."""

    text: str
    steps: tuple[str | int, ...]

    def find(self, document: Any) -> Any:
        """The value at this place, or :data:`MISSING`."""
        found: Any = document
        for step in self.steps:
            try:
                if not isinstance(found, list if isinstance(step, int) else dict):
                    return MISSING
                found = cast("Any", found)[step]
            except LookupError:
                return MISSING
        return found


MISSING = object()


@dataclass(frozen=True, slots=True)
class Reading:
    """One value in a message: where it is found, which datastream it belongs to, how it is converted."""

    path: Path
    datastream: int
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Observed:
    """What a message said: one value of one datastream at one time."""

    datastream: int
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was understood."""

    observations: tuple[Observed, ...]
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A declaration, checked and ready to use."""

    readings: tuple[Reading, ...]
    time: Path | None
    time_format: str
    sequence: Path | None
    each: Path | None

    def read(self, payload: bytes, *, received: datetime, latest_allowed: datetime | None = None) -> Message:
        """Understand a message.

        Parameters
        ----------
        payload
            The bytes that the device sent.
        received
            When it came; the observation's time where the mapping says ``received``.
        latest_allowed
            Observations after this are refused. Default: ten minutes after ``received``.

        Raises
        ------
        PayloadFault
            ``too_large``, ``json``, ``missing``, ``type``, ``number``, ``time``, ``future`` or ``sequence``. Nothing of the message is used.
        """
        document = _document(payload)
        sequence = self._sequence(document)
        ahead = received + MOST_AHEAD if latest_allowed is None else latest_allowed
        found: list[Observed] = []
        for place, sample in self._samples(document):
            at = self._time(sample, place, received)
            if at > ahead:
                raise PayloadFault("future", place, at.isoformat())
            found += self._values(sample, place, at)
        if not found:
            raise PayloadFault("missing", ", ".join(reading.path.text for reading in self.readings))
        return Message(tuple(found), sequence)

    def _samples(self, document: Any) -> Iterator[tuple[str, Any]]:
        if self.each is None:
            yield "", document
            return
        found = self.each.find(document)
        if found is MISSING:
            raise PayloadFault("missing", self.each.text)
        if not isinstance(found, list):
            raise PayloadFault("type", self.each.text, found)
        samples = cast("list[Any]", found)
        if len(samples) > MOST_SAMPLES:
            raise PayloadFault("too_large", self.each.text, len(samples))
        for number, sample in enumerate(samples):
            yield f"{self.each.text}[{number}].", sample

    def _values(self, sample: Any, place: str, at: datetime) -> Iterator[Observed]:
        for reading in self.readings:
            raw = reading.path.find(sample)
            if raw is MISSING or raw is None:
                if reading.required:
                    raise PayloadFault("missing", f"{place}{reading.path.text}")
                continue
            if isinstance(raw, bool) or not isinstance(raw, int | float):
                raise PayloadFault("type", f"{place}{reading.path.text}", raw)
            try:
                value = raw * reading.scale + reading.offset
            except OverflowError:
                value = math.inf
            if not math.isfinite(value):
                raise PayloadFault("number", f"{place}{reading.path.text}", raw)
            yield Observed(reading.datastream, at, float(value))

    def _sequence(self, document: Any) -> int | None:
        if self.sequence is None:
            return None
        number = self.sequence.find(document)
        if number is MISSING:
            raise PayloadFault("sequence", self.sequence.text)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < LARGEST_SEQUENCE:
            raise PayloadFault("sequence", self.sequence.text, number)
        return number

    def _time(self, sample: Any, place: str, received: datetime) -> datetime:
        if self.time is None:
            return received
        raw = self.time.find(sample)
        if raw is MISSING:
            raise PayloadFault("missing", f"{place}{self.time.text}")
        try:
            at = _moment(raw, self.time_format)
        except (ValueError, OverflowError, OSError) as fault:
            raise PayloadFault("time", f"{place}{self.time.text}", raw) from fault
        if at < EARLIEST:
            raise PayloadFault("time", f"{place}{self.time.text}", raw)
        return at


def decode(text: bytes) -> Any:
    """A declaration as JSON text. Raises :class:`MappingFault` when it is not JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise MappingFault("json", str(fault)) from fault


def parse(declaration: Any) -> Mapping:
    """Check a declaration.

    Raises
    ------
    MappingFault
        Something is missing, unknown or of the wrong type; the message names it.
    """
    declaration = _object(declaration, "{}")
    _only(declaration, {"time", "sequence", "each", "readings"}, "")
    readings: list[Any] = declaration.get("readings") or []
    if not isinstance(readings, list) or not readings:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise MappingFault("empty", "readings")
    time, time_format = _parse_time(declaration.get("time"))
    return Mapping(
        tuple(_parse_reading(each, f"readings[{number}]") for number, each in enumerate(readings)),
        time,
        time_format,
        _parse_path(declaration["sequence"], "sequence") if declaration.get("sequence") is not None else None,
        _parse_path(declaration["each"], "each") if declaration.get("each") is not None else None,
    )


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MappingFault("object", place)
    return cast("dict[str, Any]", value)


def _parse_time(declared: Any) -> tuple[Path | None, str]:
    if declared is None:
        return None, "received"
    declared = _object(declared, "time")
    _only(declared, {"path", "format"}, "time.")
    time_format = declared.get("format", "iso")
    if time_format not in TIME_FORMATS:
        raise MappingFault("format", "time.format")
    if time_format == "received":
        return None, "received"
    return _parse_path(declared.get("path"), "time.path"), time_format


def _parse_reading(declared: Any, place: str) -> Reading:
    declared = _object(declared, place)
    _only(declared, {"path", "datastream", "scale", "offset", "unit", "required"}, f"{place}.")
    datastream = declared.get("datastream")
    if isinstance(datastream, bool) or not isinstance(datastream, int) or not 0 < datastream < 2**31:
        raise MappingFault("datastream", f"{place}.datastream")
    numbers: dict[str, float] = {}
    for name, default in (("scale", 1.0), ("offset", 0.0)):
        value = declared.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise MappingFault("number", f"{place}.{name}")
        numbers[name] = float(value)
    if numbers["scale"] == 0:
        raise MappingFault("zero", f"{place}.scale")
    unit, required = declared.get("unit", ""), declared.get("required", True)
    if not isinstance(unit, str):
        raise MappingFault("text", f"{place}.unit")
    if not isinstance(required, bool):
        raise MappingFault("boolean", f"{place}.required")
    return Reading(_parse_path(declared.get("path"), f"{place}.path"), datastream, **numbers, unit=unit, required=required)


def _parse_path(text: Any, place: str) -> Path:
    if not isinstance(text, str) or not text.strip():
        raise MappingFault("path", place)
    bare = text.strip().removeprefix("$").removeprefix(".")
    if len(bare) > 200 or not _PATH.fullmatch(bare):
        raise MappingFault("path", f"{place} = {_excerpt(text)}")
    return Path(bare, tuple(int(match[2]) if match[2] else match[1] for match in _STEP.finditer(bare)))


def _only(declared: dict[Any, Any], known: set[str], place: str) -> None:
    unknown = [str(name) for name in declared if name not in known]
    if unknown:
        raise MappingFault("unknown", f"{place}{unknown[0][:40]}")


def _document(payload: bytes) -> Any:
    if len(payload) > LARGEST_MESSAGE:
        raise PayloadFault("too_large", "", len(payload))
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise PayloadFault("json", str(fault)) from fault


def _moment(raw: Any, time_format: str) -> datetime:
    if time_format == "iso":
        if not isinstance(raw, str):
            raise ValueError("a time as text is needed")
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise ValueError("the time has no zone; end it with Z or +01:00")
        return at.astimezone(UTC)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise ValueError("a time as number is needed")
    divisor = 1000 if time_format == "unix_ms" else 1
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(raw * (1_000_000 // divisor)))


def _excerpt(value: Any) -> str:
    """The beginning of a value as JSON."""
    try:
        text = msgspec.json.encode(value).decode(errors="replace")
    except (TypeError, ValueError, RecursionError, OverflowError):
        text = type(value).__name__
    return text if len(text) <= 80 else text[:79] + "…"
