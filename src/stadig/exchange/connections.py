"""How agencies are asked: the file that ``STADIG_EXCHANGE`` names, read and checked. *docs/exchange.md* has it in full.

A fault in the file names the field and the way out. The file is read anew when it changes; nothing needs to be started again.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from msgspec import Meta, Struct

from stadig.exchange import hours, looking, terms
from stadig.exchange.breaker import Limits
from stadig.exchange.certificates import Certificate

CONTRACTS: Final = ("ssbtek-10", "ssbtek-11", "lefi-9", "rest")
CODE: Final = re.compile(r"[A-Z0-9]{1,12}")
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
Seconds = Annotated[float, Meta(gt=0, le=600)]


class ConnectionsFault(ValueError):
    """The file that says how agencies are asked cannot be used. The message names the file, the field and the way out."""


class Processor(Struct, frozen=True, forbid_unknown_fields=True):
    """Who processes on our behalf (*personuppgiftsbiträde*)."""

    organisation_number: Annotated[str, Meta(pattern=r"^\d{12}$")]
    name: Annotated[str, Meta(min_length=1)]


class AskerPart(Struct, frozen=True, forbid_unknown_fields=True):
    """``[asker]``: on whose behalf agencies are asked."""

    organisation_number: Annotated[str, Meta(pattern=r"^\d{12}$")]
    name: Annotated[str, Meta(min_length=1)]
    actor_id: str = ""
    processors: tuple[Processor, ...] = ()


class Deadlines(Struct, frozen=True, forbid_unknown_fields=True):
    """``[deadlines]``, in seconds."""

    lookup_s: Seconds = 7.0
    """From the question until what has not come is shown as not come."""
    agency_s: Seconds = 5.0
    """For each agency; the lookup's own end is never passed."""
    late_s: Annotated[float, Meta(ge=0, le=600)] = 60.0
    """How long a call goes on listening after its deadline."""


class AnswersPart(Struct, frozen=True, forbid_unknown_fields=True):
    """``[answers]``."""

    keep_raw: Literal["unless_beyond_law", "always"] = "unless_beyond_law"
    """Whether an answer that held fields the law does not give is kept as it came, or as its hash, its size and the facts alone."""


class BreakerPart(Struct, frozen=True, forbid_unknown_fields=True):
    """``[connection.breaker]``."""

    failures: Annotated[int, Meta(ge=1, le=100)] = 5
    within_s: Seconds = 60.0
    rest_s: Seconds = 30.0


class HoursPart(Struct, frozen=True, forbid_unknown_fields=True):
    """``[connection.hours.AF]``: each ``06:00-22:00``, ``open`` or ``closed``."""

    weekdays: str = "open"
    saturdays: str = "open"
    sundays: str = "open"
    holidays: str = ""
    """As Sundays where it is left out."""


class SilencePart(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """``[connection.silence_means_nothing]``: since when, and who at the agency has said so and where."""

    from_: dt.date
    source: Annotated[str, Meta(min_length=10)]


class ConnectionPart(Struct, frozen=True, forbid_unknown_fields=True):
    """``[[connection]]`` as it is written."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
    contract: Literal["ssbtek-10", "ssbtek-11", "lefi-9", "rest"]
    url: str
    agencies: Annotated[tuple[str, ...], Meta(min_length=1)]
    together: bool = False
    declaration: str = ""
    certificate: str = ""
    key: str = ""
    ca: str = ""
    at_once: Annotated[int, Meta(ge=1, le=1000)] = 16
    retry: bool = True
    hedge_after_s: Annotated[float, Meta(ge=0, le=600)] = 0.0
    most_bytes: Annotated[int, Meta(ge=1000, le=100_000_000)] = 2_000_000
    breaker: BreakerPart = BreakerPart()
    hours: dict[str, HoursPart] = {}
    silence_means_nothing: SilencePart | None = None


class FilePart(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file as it is written."""

    asker: AskerPart
    connection: tuple[ConnectionPart, ...] = ()
    deadlines: Deadlines = Deadlines()
    answers: AnswersPart = AnswersPart()


_FILE: Final = msgspec.json.Decoder(FilePart)  # makes the type whole before two threads convert to it


class Connection(Struct, frozen=True):
    """One way to ask one or more agencies."""

    name: str
    contract: str
    url: str
    agencies: tuple[str, ...]
    together: bool
    """All agencies in one request; otherwise each in one of its own, with its own deadline, breaker and second try."""
    declaration: Path | None
    certificate: Certificate
    at_once: int
    """Requests under way at once to each agency."""
    retry: bool
    """Try once more after a connection that failed or a 503."""
    hedge_after_s: float
    """Ask a second time after so long, by agreement with the agency: each is another disclosure. 0: never."""
    most_bytes: int
    breaker: Limits
    hours: dict[str, hours.Hours]
    silence: SilencePart | None = None
    """The agency's word that what it leaves out of an answer it has nothing of (LEFI)."""

    def hours_of(self, agency: str) -> hours.Hours:
        """When the agency answers; always where it is not known."""
        return self.hours.get(agency, hours.ALWAYS)


class Connections(Struct, frozen=True, dict=True):
    """Everything the file says."""

    asker: AskerPart | None
    deadlines: Deadlines
    connections: tuple[Connection, ...]
    answers: AnswersPart = AnswersPart()

    @functools.cached_property
    def of_agency(self) -> dict[str, Connection]:
        """Agency → the connection it is asked through."""
        return {agency: one for one in self.connections for agency in one.agencies}

    def of_name(self, name: str) -> Connection | None:
        """The connection of this name."""
        return next((one for one in self.connections if one.name == name), None)

    def asked_by(self, worker: str) -> terms.Asker:
        """On whose behalf a question is put, for one case worker."""
        assert self.asker is not None  # noqa: S101 – a file with connections has an asker
        processors = tuple((one.organisation_number, one.name) for one in self.asker.processors)
        return terms.Asker(self.asker.organisation_number, self.asker.name, worker, self.asker.actor_id, processors)


NONE: Final = Connections(None, Deadlines(), ())


def connections() -> Connections:
    """How agencies are asked now; none where no file is named. Raises ConnectionsFault."""
    path: Path | None = settings.EXCHANGE_FILE
    if path is None:
        return NONE
    try:
        return _read(path, looking.changed(path))
    except OSError as fault:
        why = fault.strerror
        raise ConnectionsFault(f"{path}: {why}. Set STADIG_EXCHANGE to the file that says how agencies are asked.") from None


def known_agencies() -> tuple[str, ...]:
    """Every agency of the composite service, and those that the file adds; in the order they are shown."""
    try:
        connected = tuple(connections().of_agency)
    except ConnectionsFault:
        connected = ()
    return tuple(dict.fromkeys((*terms.AGENCIES, *connected)))


@functools.lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Connections:
    return read(path.read_bytes(), path)


def read(text: bytes, path: Path) -> Connections:
    """The file's text, checked. ``path`` is where it lies: certificates and declarations are named from there. Raises ConnectionsFault."""
    try:
        written = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConnectionsFault(f"{path}: {fault}. It is to be TOML in UTF-8; docs/exchange.md has an example.") from None
    try:
        said = msgspec.convert(written, FilePart)
    except msgspec.ValidationError as fault:
        raise ConnectionsFault(f"{path}: {_place(str(fault), written)}") from None
    found = tuple(_connection(one, path) for one in said.connection)
    _check_apart(found, path)
    return Connections(said.asker, said.deadlines, found, said.answers)


def _place(message: str, written: dict[str, Any]) -> str:
    """The library's message with the field first, as it is written in the file."""
    what, _, where = message.partition(" - at `$")
    where = where.rstrip("`").lstrip(".")
    if number := re.match(r"connection\[(\d+)\]", where):
        one = written["connection"][int(number[1])]
        name = one.get("name", f"number {int(number[1]) + 1}") if isinstance(one, dict) else ""
        where = f"connection “{name}”{where[number.end() :].replace('.', ', ', 1)}"
    return f"{where or 'the file'}: {what}. Mend it as docs/exchange.md shows."


def _connection(said: ConnectionPart, path: Path) -> Connection:
    def wrong(field: str, text: str) -> ConnectionsFault:
        return ConnectionsFault(f"{path}: connection “{said.name}”, {field}: {text}")

    parts = urlsplit(said.url)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL)):
        raise wrong("url", "write the whole address, beginning with https:// (http:// only to this machine).")
    for agency in said.agencies:
        if not CODE.fullmatch(agency):
            raise wrong("agencies", f"{agency} is no code of an agency. Use capital letters and digits, at most 12, such as FK.")
    if bool(said.certificate) != bool(said.key):
        raise wrong("key" if said.certificate else "certificate", "name both the certificate and its key, or neither.")
    if said.contract == "rest" and not said.declaration:
        raise wrong("declaration", "a connection of the contract rest needs the file that declares it.")
    if said.silence_means_nothing and (said.contract == "rest" or not said.declaration):
        raise wrong(
            "silence_means_nothing",
            "is for LEFI alone, and needs declaration: the saved list of what we may ask for, since what we may not is left out too.",
        )
    opening: dict[str, hours.Hours] = {}
    for agency, part in said.hours.items():
        if agency not in said.agencies:
            raise wrong(f"hours.{agency}", "the connection does not ask this agency. Add it to agencies, or remove its hours.")
        try:
            days = (part.weekdays, part.saturdays, part.sundays, part.holidays or part.sundays)
            opening[agency] = hours.Hours(*map(hours.read, days))
        except hours.BadHours as fault:
            raise wrong(f"hours.{agency}", f"{fault} is no opening hours. Write 06:00-22:00, open or closed.") from None
    beside = path.parent

    def file(name: str) -> Path | None:
        return (beside / name).resolve() if name else None

    return Connection(
        name=said.name,
        contract=said.contract,
        url=said.url,
        agencies=said.agencies,
        together=said.together,
        declaration=file(said.declaration),
        certificate=Certificate(file(said.certificate), file(said.key), file(said.ca)),
        at_once=said.at_once,
        retry=said.retry,
        hedge_after_s=said.hedge_after_s,
        most_bytes=said.most_bytes,
        breaker=Limits(said.breaker.failures, said.breaker.within_s, said.breaker.rest_s),
        hours=opening,
        silence=said.silence_means_nothing,
    )


def _check_apart(found: tuple[Connection, ...], path: Path) -> None:
    names: set[str] = set()
    asked: dict[str, str] = {}
    for one in found:
        if one.name in names:
            raise ConnectionsFault(f"{path}: two connections are named {one.name}. Give each a name of its own.")
        names.add(one.name)
        for agency in one.agencies:
            if agency in asked:
                both = f"{asked[agency]} and {one.name}"
                raise ConnectionsFault(f"{path}: {agency} is asked through both {both}. Keep it in one of them.")
            asked[agency] = one.name
