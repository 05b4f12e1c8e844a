"""The declaration of a REST agency: a TOML file that says how it is asked and what its fields mean. Read once, and checked whole.

A fault names the file, the field and the way out. Nothing in a declaration runs: it holds templates, JSON Pointers and codes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeVar, cast

from stadig.exchange.contracts.errors import FaultyDeclaration
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Kind

T = TypeVar("T")
EVERYWHERE: Final = frozenset({"case", "correlation_id", "from", "to", "organisation", "organisation_name", "actor_id"})
"""Placeholders that may stand anywhere, addresses too: nothing of them tells of a person."""
IN_BODY: Final = EVERYWHERE | {"person", "person10", "purpose", "law", "worker", "asked_at"}
"""Placeholders of a body. A person's number in an address or a header would end up in logs on the way."""
IN_HEADER: Final = EVERYWHERE | {"purpose", "law", "asked_at"}
DATES: Final = {"": "", "YYYY-MM-DD": "%Y-%m-%d", "YYYYMMDD": "%Y%m%d", "DD.MM.YYYY": "%d.%m.%Y", "YYYY-MM": "%Y-%m"}
"""Ways of writing a day; none: any of those that Swedish agencies use."""
AMOUNTS: Final = {"kronor": 1, "öre": 100}
OUTCOMES: Final = {
    one.value: one for one in (Outcome.NOTHING_STATED, Outcome.NO_MATCH, Outcome.NOT_ENTITLED, Outcome.PROTECTED, Outcome.CLOSED)
}
"""What an HTTP status may be declared to mean. All others are faults."""
_PLACEHOLDER: Final = re.compile(r"\{([a-z_0-9]*)\}")
_CODE: Final = re.compile(r"[A-Z0-9ÅÄÖ]{1,12}\Z")
_FIELDS: Final = ("benefit", "label", "net", "gross", "pay_date", "period_from", "period_to", "days", "final")


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of fact and where it stands."""

    at: str
    kind: Kind
    fields: Mapping[str, str]
    """A fact's field → a JSON Pointer beneath the entry, or ``=`` and a constant."""
    values: Mapping[str, str]
    status: str = ""
    known: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Declaration:
    """How one agency is asked and read."""

    name: str
    agency: str
    law: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, str]
    person: str
    correlation: str
    """Where the answer gives back the question's id."""
    protected: str
    ok: tuple[str, frozenset[str]] | None
    """Where the whole answer's status stands, and the statuses that mean that all is well."""
    nothing: str
    """Where an empty list means that the agency has nothing; empty: it has no such word."""
    statuses: Mapping[int, Outcome]
    lists: tuple[Listed, ...]
    date: str
    """How days are written, as ``strptime`` has it; empty: in any of the ways that Swedish agencies do."""
    divisor: int
    probe: str


class _Table:
    """A table of the file, whose every key must be asked for: one that is not is misspelt."""

    def __init__(self, file: str, where: str, found: object) -> None:
        self.file, self.where = file, where
        if not isinstance(found, dict):
            self.fail("", "must be a table", f"Write it as [{where}]")
        self.held = cast("dict[str, object]", found)
        self.seen: set[str] = set()

    def fail(self, key: str, what: str, way: str) -> NoReturn:
        place = ".".join(part for part in (self.where, key) if part)
        raise FaultyDeclaration(f"{self.file}: {place} {what}. {way}.")

    def text(self, key: str, *, needed: bool = False) -> str:
        self.seen.add(key)
        found = self.held.get(key, "")
        if not isinstance(found, str):
            self.fail(key, "must be text", "Put it within quotation marks")
        if needed and not found.strip():
            self.fail(key, "is missing", "Add it")
        return found

    def texts(self, key: str) -> dict[str, str]:
        self.seen.add(key)
        found = self.held.get(key, {})
        pairs = (
            cast("dict[str, object]", found)
            if isinstance(found, dict)
            else self.fail(key, "must be a table", 'Write name = "text" pairs')
        )
        for name, value in pairs.items():
            if not isinstance(value, str):
                self.fail(f"{key}.{name}", "must be text", "Put it within quotation marks")
        return cast("dict[str, str]", pairs)

    def codes(self, key: str) -> frozenset[str]:
        self.seen.add(key)
        found = self.held.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in cast("list[object]", found)):
            self.fail(key, "must be a list of texts", 'Write it as ["PAID", "PLANNED"]')
        return frozenset(cast("list[str]", found))

    def table(self, key: str) -> _Table:
        self.seen.add(key)
        return _Table(self.file, f"{self.where}.{key}" if self.where else key, self.held.get(key, {}))

    def tables(self, key: str) -> list[_Table]:
        self.seen.add(key)
        found = self.held.get(key, [])
        if not isinstance(found, list):
            self.fail(key, "must be a list of tables", f"Write each as [[{self.where}.{key}]]")
        several = cast("list[object]", found)
        return [_Table(self.file, f"{self.where}.{key}[{number}]", one) for number, one in enumerate(several)]

    def pointer(self, key: str) -> str:
        found = self.text(key)
        self.check_pointer(key, found)
        return found

    def check_pointer(self, key: str, found: str) -> None:
        if found and not found.startswith("/"):
            self.fail(key, "is no JSON Pointer", "Begin it with /, such as /payments")

    def one_of(self, key: str, allowed: Mapping[str, T], otherwise: str) -> T:
        found = self.text(key) or otherwise
        if found not in allowed:
            self.fail(key, "is none of the words that may stand there", f"Choose one of {', '.join(allowed)}")
        return allowed[found]

    def done(self) -> None:
        for key in self.held:
            if key not in self.seen:
                self.fail(key, "is not a field that exists", f"Remove it, or spell it as one of {', '.join(sorted(self.seen))}")


def load(path: Path) -> Declaration:
    """The declaration in a file. Raises FaultyDeclaration."""
    try:
        held: object = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FaultyDeclaration(f"{path.name}: there is no such file. Name the declaration where the connection is.") from None
    except (tomllib.TOMLDecodeError, UnicodeError) as fault:
        raise FaultyDeclaration(f"{path.name}: it is not TOML: {fault}. Mend the line.") from None
    top = _Table(path.name, "", held)
    agency = top.text("agency", needed=True)
    if not _CODE.match(agency):
        top.fail("agency", "is no agency's code", "Use capital letters and digits, at most 12")
    request, answer, probe = top.table("request"), top.table("answer"), top.table("probe")
    formats = top.table("formats")
    found = Declaration(
        name=top.text("name", needed=True),
        agency=agency,
        law=top.text("law", needed=True),
        method=request.one_of("method", {"POST": "POST", "GET": "GET"}, "POST"),
        path=_template(request, "path", request.text("path", needed=True), EVERYWHERE),
        headers={name: _template(request, f"headers.{name}", text, IN_HEADER) for name, text in request.texts("headers").items()},
        body={name: _template(request, f"body.{name}", text, IN_BODY) for name, text in request.texts("body").items()},
        person=answer.pointer("person"),
        correlation=answer.pointer("correlation"),
        protected=answer.pointer("protected"),
        ok=_ok(answer.table("ok")),
        nothing=answer.pointer("nothing"),
        statuses=_statuses(answer),
        lists=tuple(_listed(one) for one in answer.tables("facts")),
        date=formats.one_of("date", DATES, ""),
        divisor=formats.one_of("amount", AMOUNTS, "kronor"),
        probe=_template(probe, "path", probe.text("path"), EVERYWHERE),
    )
    _whole(found, request, answer)
    for table in (top, request, answer, probe, formats):
        table.done()
    return found


def _whole(found: Declaration, request: _Table, answer: _Table) -> None:
    """What must hold between the fields."""
    asked = {name for text in found.body.values() for name in _PLACEHOLDER.findall(text)}
    if found.method == "GET" or not asked & {"person", "person10"}:
        request.fail("body", "does not say whom the question is about", 'Use method = "POST" and a field with {person}')
    for name in found.body:
        request.check_pointer(f"body.{name}", name)
    if not (found.person or found.correlation):
        answer.fail(
            "person",
            "is missing, and so is correlation: nothing would tie an answer to the person",
            "Point at the number of whom the answer is about, or at the {correlation_id} that it gives back",
        )
    if found.correlation and not any(
        "{correlation_id}" in text for text in (found.path, *found.headers.values(), *found.body.values())
    ):
        answer.fail(
            "correlation", "cannot be given back: it is never sent", "Put {correlation_id} in the path, a header or the body"
        )
    if not found.lists:
        answer.fail("facts", "is missing", "Say in [[answer.facts]] what the answer holds")
    if found.nothing and found.nothing not in {one.at for one in found.lists}:
        answer.fail("nothing", "is none of the lists of facts", "Name the list whose emptiness means that there is nothing")


def _template(table: _Table, key: str, text: str, allowed: frozenset[str]) -> str:
    for name in _PLACEHOLDER.findall(text):
        if name in allowed:
            continue
        if name in IN_BODY:
            table.fail(
                key,
                f"holds {{{name}}}, which must not stand there",
                "Send it in the body: addresses and headers are logged on the way",
            )
        table.fail(key, f"holds {{{name}}}, which is no placeholder", f"Use one of {', '.join(sorted(allowed))}")
    return text


def _ok(table: _Table) -> tuple[str, frozenset[str]] | None:
    at, codes = table.pointer("at"), table.codes("is")
    table.done()
    if bool(at) != bool(codes):
        table.fail("", "needs both at and is", "Say where the status stands and which statuses mean that all is well")
    return (at, codes) if at else None


def _statuses(answer: _Table) -> dict[int, Outcome]:
    table = answer.table("status")
    found: dict[int, Outcome] = {}
    for key in table.held:
        if not (key.isascii() and key.isdigit() and len(key) == 3):
            table.fail(key, "is no HTTP status", "Write three digits, such as 404")
        found[int(key)] = table.one_of(key, OUTCOMES, "")
        if found[int(key)] == Outcome.NOTHING_STATED and not key.startswith("2"):
            table.fail(key, "would make a fault into an empty answer", "Only a status of success can say that there is nothing")
    return found


def _listed(table: _Table) -> Listed:
    reading: Callable[[str], str] = table.text
    fields = {name: reading(name) for name in _FIELDS}
    for name, text in fields.items():
        if not text.startswith("="):
            table.check_pointer(name, text)
    values = table.texts("values")
    for name, text in values.items():
        table.check_pointer(f"values.{name}", text)
    kinds = {kind.value: kind for kind in Kind}
    table.text("kind", needed=True)
    status = table.table("status")
    found = Listed(
        at=table.pointer("list"),
        kind=table.one_of("kind", kinds, ""),
        fields={name: text for name, text in fields.items() if text},
        values=values,
        status=status.pointer("at"),
        known=status.codes("known"),
        planned=status.codes("planned"),
    )
    if "benefit" not in found.fields:
        table.fail("benefit", "is missing", 'Point at the benefit\'s code, or write a constant as "=CODE"')
    if found.kind == Kind.PAYMENT and "net" not in found.fields:
        table.fail("net", "is missing", "Point at the amount that is paid out")
    if found.status and not found.known:
        table.fail("status.known", "is missing", "List the statuses you know: an entry with any other is no evidence")
    status.done()
    table.done()
    return found
