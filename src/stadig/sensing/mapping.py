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
from typing import Any

import msgspec

LARGEST_MESSAGE = 256 * 1024
"""Bytes. A reading of a bin is about a hundred; a day's worth saved up still fits."""
MOST_SAMPLES = 10_000
MOST_AHEAD = timedelta(minutes=10)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LARGEST_SEQUENCE = 2**53
TIME_FORMATS = ("iso", "unix", "unix_ms", "received")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
_PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,6}\])(?:\.[^.\[\]]+|\[\d{1,6}\])*")


class MappingFault(ValueError):
    """The declaration cannot be used. The message says which part and why."""


class PayloadFault(ValueError):
    """A message cannot be read. ``code`` is one of a few words that are counted; ``detail`` names the place."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Path:
    """A place in a JSON document."""

    text: str
    steps: tuple[str | int, ...]

    def find(self, document: Any) -> Any:
        """The value at this place, or :data:`MISSING`."""
        for step in self.steps:
            if isinstance(step, int):
                if not isinstance(document, list) or step >= len(document):
                    return MISSING
                document = document[step]
            else:
                if not isinstance(document, dict) or step not in document:
                    return MISSING
                document = document[step]
        return document


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
                raise PayloadFault("future", f"{place}: {at.isoformat()} is more than ten minutes ahead")
            found += self._values(sample, place, at)
        if not found:
            raise PayloadFault("missing", "no reading of the mapping is in the message")
        return Message(tuple(found), sequence)

    def _samples(self, document: Any) -> Iterator[tuple[str, Any]]:
        if self.each is None:
            yield "message", document
            return
        samples = self.each.find(document)
        if samples is MISSING:
            raise PayloadFault("missing", f"{self.each.text} is not in the message")
        if not isinstance(samples, list):
            raise PayloadFault("type", f"{self.each.text} is {_kind(samples)}, not a list")
        if len(samples) > MOST_SAMPLES:
            raise PayloadFault("too_large", f"{self.each.text} holds {len(samples)} samples, more than {MOST_SAMPLES}")
        for number, sample in enumerate(samples):
            yield f"{self.each.text}[{number}]", sample

    def _values(self, sample: Any, place: str, at: datetime) -> Iterator[Observed]:
        for reading in self.readings:
            raw = reading.path.find(sample)
            if raw is MISSING or raw is None:
                if reading.required:
                    raise PayloadFault("missing", f"{reading.path.text} is not in {place}")
                continue
            if isinstance(raw, bool) or not isinstance(raw, int | float):
                raise PayloadFault("type", f"{reading.path.text} is {_kind(raw)}, not a number")
            try:
                value = raw * reading.scale + reading.offset
            except OverflowError:
                value = math.inf
            if not math.isfinite(value):
                raise PayloadFault("number", f"{reading.path.text} is not a finite number")
            yield Observed(reading.datastream, at, float(value))

    def _sequence(self, document: Any) -> int | None:
        if self.sequence is None:
            return None
        number = self.sequence.find(document)
        if number is MISSING:
            raise PayloadFault("sequence", f"{self.sequence.text} is not in the message")
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < LARGEST_SEQUENCE:
            raise PayloadFault("sequence", f"{self.sequence.text} is not a whole number from 0")
        return number

    def _time(self, sample: Any, place: str, received: datetime) -> datetime:
        if self.time is None:
            return received
        raw = self.time.find(sample)
        if raw is MISSING:
            raise PayloadFault("missing", f"{self.time.text} is not in {place}")
        try:
            at = _moment(raw, self.time_format)
        except (ValueError, OverflowError, OSError) as fault:
            raise PayloadFault("time", f"{self.time.text} in {place}: {fault}") from fault
        if at < EARLIEST:
            raise PayloadFault("time", f"{self.time.text} in {place} is before 1900")
        return at


def parse(declaration: Any) -> Mapping:
    """Check a declaration.

    Raises
    ------
    MappingFault
        Something is missing, unknown or of the wrong type; the message names it.
    """
    if not isinstance(declaration, dict):
        raise MappingFault("a mapping is a JSON object")
    _only(declaration, {"time", "sequence", "each", "readings"}, "the mapping")
    readings = declaration.get("readings")
    if not isinstance(readings, list) or not readings:
        raise MappingFault("readings: a list with at least one reading is needed")
    time, time_format = _parse_time(declaration.get("time"))
    return Mapping(
        tuple(_parse_reading(each, f"readings[{number}]") for number, each in enumerate(readings)),
        time,
        time_format,
        _parse_path(declaration["sequence"], "sequence") if declaration.get("sequence") is not None else None,
        _parse_path(declaration["each"], "each") if declaration.get("each") is not None else None,
    )


def _parse_time(declared: Any) -> tuple[Path | None, str]:
    if declared is None:
        return None, "received"
    if not isinstance(declared, dict):
        raise MappingFault("time: an object with path and format is needed")
    _only(declared, {"path", "format"}, "time")
    time_format = declared.get("format", "iso")
    if time_format not in TIME_FORMATS:
        raise MappingFault(f"time.format: must be one of {', '.join(TIME_FORMATS)}")
    if time_format == "received":
        return None, "received"
    return _parse_path(declared.get("path"), "time.path"), time_format


def _parse_reading(declared: Any, place: str) -> Reading:
    if not isinstance(declared, dict):
        raise MappingFault(f"{place}: an object is needed")
    _only(declared, {"path", "datastream", "scale", "offset", "unit", "required"}, place)
    datastream = declared.get("datastream")
    if isinstance(datastream, bool) or not isinstance(datastream, int) or not 0 < datastream < 2**31:
        raise MappingFault(f"{place}.datastream: the datastream's number is needed")
    numbers: dict[str, float] = {}
    for name, default in (("scale", 1.0), ("offset", 0.0)):
        value = declared.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise MappingFault(f"{place}.{name}: a number is needed")
        numbers[name] = float(value)
    if numbers["scale"] == 0:
        raise MappingFault(f"{place}.scale: 0 would make every value the same")
    unit, required = declared.get("unit", ""), declared.get("required", True)
    if not isinstance(unit, str):
        raise MappingFault(f"{place}.unit: a text is needed")
    if not isinstance(required, bool):
        raise MappingFault(f"{place}.required: true or false is needed")
    return Reading(_parse_path(declared.get("path"), f"{place}.path"), datastream, **numbers, unit=unit, required=required)


def _parse_path(text: Any, place: str) -> Path:
    if not isinstance(text, str) or not text.strip():
        raise MappingFault(f"{place}: a path such as data.fill or cells[0].mv is needed")
    bare = text.strip().removeprefix("$").removeprefix(".")
    if len(bare) > 200 or not _PATH.fullmatch(bare):
        raise MappingFault(f"{place}: {text!r} is not a path such as data.fill or cells[0].mv")
    return Path(bare, tuple(int(match[2]) if match[2] else match[1] for match in _STEP.finditer(bare)))


def _only(declared: dict[Any, Any], known: set[str], place: str) -> None:
    unknown = [str(name) for name in declared if name not in known]
    if unknown:
        raise MappingFault(f"{place}: {', '.join(unknown)} is not known; use {', '.join(sorted(known))}")


def _document(payload: bytes) -> Any:
    if len(payload) > LARGEST_MESSAGE:
        raise PayloadFault("too_large", f"{len(payload)} bytes, more than {LARGEST_MESSAGE}")
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise PayloadFault("json", str(fault) or "not JSON") from fault


def _moment(raw: Any, time_format: str) -> datetime:
    if time_format == "iso":
        if not isinstance(raw, str):
            raise ValueError(f"{_kind(raw)}, not a text")
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise ValueError("the time has no zone; end it with Z or +01:00")
        return at.astimezone(UTC)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise ValueError(f"{_kind(raw)}, not a number")
    divisor = 1000 if time_format == "unix_ms" else 1
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(raw * (1_000_000 // divisor)))


def _kind(value: Any) -> str:
    names = {bool: "true or false", str: "a text", dict: "an object", list: "a list", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), "something else")
