"""An agency with a REST interface of its own, asked and read as its declaration says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast
from urllib.parse import quote

import msgspec

from stadig.exchange.contracts import soap, trees
from stadig.exchange.contracts.building import failed, finished, unreadable
from stadig.exchange.contracts.declaring import Declaration, Listed
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongAnswer, WrongPerson, of_status
from stadig.exchange.contracts.trees import Json
from stadig.exchange.contracts.values import Values, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Asker, Block, Fact, Incoming, Kind, Outgoing, Probe, Question, Source

_PLACEHOLDER: Final = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True, slots=True)
class Rest:
    """One declared agency."""

    declared: Declaration

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def agencies(self) -> tuple[str, ...]:
        return (self.declared.agency,)

    def prepare(self) -> None:
        """Nothing: a declaration is checked whole when it is read."""

    def request(self, question: Question, url: str) -> Outgoing:
        """The question. The person stands in the body alone."""
        words = _words(question, self.declared)
        body: Json = {}
        for pointer, template in self.declared.body.items():
            _put(body, pointer, _fill(template, words))
        headers = {name: _fill(text, words) for name, text in self.declared.headers.items()}
        address = url.rstrip("/") + _fill(self.declared.path, {name: quote(word, safe="") for name, word in words.items()})
        return Outgoing(
            self.declared.method,
            address,
            {"Content-Type": "application/json", "Accept": "application/json", **headers},
            msgspec.json.encode(body),
        )

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        """One block: what the declared lists hold."""
        agency = self.declared.agency
        if agency not in question.agencies:
            return ()
        try:
            block = self._read(answer, question)
        except Unreadable as fault:
            block = unreadable(agency, fault)
        others = tuple(failed(other, Source.SELF, Reason.NO_ANSWER) for other in question.agencies if other != agency)
        return (*finished(agency, (block,), question), *others)

    def probe(self, asker: Asker, agencies: tuple[str, ...], url: str) -> Outgoing | None:
        """The declared health check, if there is one."""
        if not self.declared.probe:
            return None
        return Outgoing("GET", url.rstrip("/") + self.declared.probe, {"Accept": "application/json"})

    def read_probe(self, answer: Incoming) -> tuple[Probe, ...]:
        status = of_status(answer.status)
        return (Probe(self.declared.agency, status is None, status or ""),)

    def _read(self, answer: Incoming, question: Question) -> Block:
        agency, declared, person = self.declared.agency, self.declared, question.person
        theirs = soap.infrastructure(answer.headers)
        if theirs is not None:  # before what a status means at the agency: it is not the agency that said it
            return failed(agency, Source.COMPOSITE, of_status(answer.status) or Reason.HTTP_FAILED, theirs)
        outcome = declared.statuses.get(answer.status)
        if outcome is not None:
            return Block(agency, outcome)
        status = of_status(answer.status)
        if status is not None:
            return failed(agency, Source.AGENCY, status, str(answer.status))
        document = trees.json(answer.body)
        if declared.person and not same_person(person, at(document, declared.person)):
            raise WrongPerson(declared.person)
        given_back = trees.text(at(document, declared.correlation)).lower() if declared.correlation else ""
        if person and given_back and given_back != str(question.correlation_id):
            raise WrongAnswer(declared.correlation)
        if declared.protected and at(document, declared.protected) not in (None, False):
            return Block(agency, Outcome.PROTECTED)
        values = Values()
        if declared.person and not trees.text(at(document, declared.person)):
            values.odd(declared.person, "")
        if person and declared.correlation and not given_back:
            values.odd(declared.correlation, "")
        if declared.ok is not None:
            said = trees.text(at(document, declared.ok[0]))
            if said not in declared.ok[1]:
                values.odd(declared.ok[0], said)
        facts = [fact for listed in declared.lists for fact in _facts(document, listed, declared, values)]
        empty = declared.nothing and at(document, declared.nothing) == []
        if not values.unknown and not facts and not empty:
            return Block(agency, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER)
        return Block(agency, values.outcome(nothing=not facts), facts=tuple(facts), unknown=tuple(values.unknown))


def _facts(document: object, listed: Listed, declared: Declaration, values: Values) -> list[Fact]:
    held = at(document, listed.at)
    if held is None:
        return []
    entries = cast("list[object]", held) if trees.is_list(held) else [held]
    facts: list[Fact] = []
    for number, entry in enumerate(entries):
        if not trees.is_thing(entry):
            values.odd(listed.at, "")
            continue
        path = f"{listed.at}/{number}" if trees.is_list(held) else listed.at
        facts.append(_fact(entry, path, listed, declared, values))
    return facts


def _fact(entry: object, path: str, listed: Listed, declared: Declaration, values: Values) -> Fact:
    status = trees.text(at(entry, listed.status)) if listed.status else ""
    if listed.status and status not in listed.known | listed.planned:
        values.odd(listed.status, status)

    def field(name: str) -> object:
        where = listed.fields.get(name, "")
        if where.startswith("="):
            return where[1:]
        return at(entry, where) if where else None

    benefit = trees.text(field("benefit"))
    if not benefit:
        values.odd("benefit", "")
    net = _money(field("net"), "net", declared, values)
    if listed.kind == Kind.PAYMENT and net is None:
        values.odd("net")
    others = ((name, trees.text(at(entry, where))) for name, where in listed.values.items())
    return Fact(
        listed.kind,
        benefit,
        trees.text(field("label")),
        path,
        net=net,
        gross=_money(field("gross"), "gross", declared, values),
        pay_date=values.day("pay_date", _day(field("pay_date"), declared)),
        period_from=values.first_day("period_from", _day(field("period_from"), declared)),
        period_to=values.last_day("period_to", _day(field("period_to"), declared)),
        days=values.amount("days", field("days")),
        planned=status in listed.planned,
        final=values.flag("final", field("final")),
        values=tuple(pair for pair in others if pair[1]),
    )


def _money(value: object, name: str, declared: Declaration, values: Values) -> Decimal | None:
    amount = values.amount(name, value)
    return None if amount is None else amount / declared.divisor


def _day(value: object, declared: Declaration) -> object:
    """A day as the declaration says it is written, turned into the way that is read; anything else stays as no day at all."""
    if not declared.date or not isinstance(value, str) or not value:
        return value
    try:
        day = dt.datetime.strptime(value.strip(), declared.date).date()  # noqa: DTZ007 – a day has no time zone
    except ValueError:
        return "?"
    return f"{day:%Y-%m}" if declared.date == "%Y-%m" else day.isoformat()


def at(document: object, pointer: str) -> object:
    """What a JSON Pointer points at (RFC 6901); None where there is nothing."""
    here = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if trees.is_list(here):
            held = cast("list[object]", here)
            here = held[int(name)] if name.isascii() and name.isdigit() and int(name) < len(held) else None
        else:
            here = trees.thing(here).get(name)
    return here


def _put(body: Json, pointer: str, value: str) -> None:
    *way, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    here = body
    for step in way:
        here = cast("Json", here.setdefault(step, {}))
    here[last] = value


def _words(question: Question, declared: Declaration) -> dict[str, str]:
    return {
        "person": question.person,
        "person10": question.person[2:],
        "case": question.case,
        "correlation_id": str(question.correlation_id),
        "from": question.period_from.isoformat(),
        "to": question.period_to.isoformat(),
        "purpose": question.purpose,
        "law": question.laws.get(declared.agency) or declared.law,
        "worker": question.asker.worker,
        "organisation": question.asker.organisation_number,
        "organisation_name": question.asker.name,
        "actor_id": question.asker.actor_id,
        "asked_at": question.asked_at.isoformat(timespec="seconds"),
    }


def _fill(template: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: words[found[1]], template)
