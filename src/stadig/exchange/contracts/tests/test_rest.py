"""An agency with an interface of its own is asked and read as its declaration says; a faulty declaration names its field and the way out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stadig.exchange.contracts.errors import FaultyDeclaration
from stadig.exchange.contracts.registry import NoSuchContract, open_contract
from stadig.exchange.contracts.tests.questions import PERSON, incoming, question, value
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import Block, Contract, Kind

DECLARED = """
name = "Bostadskassan v2"
agency = "BOKA"
law = "7 § lagen om Bostadskassan"

[request]
path = "/v2/cases/{case}/questions"
headers = { "X-Request-Id" = "{correlation_id}" }

[request.body]
"/subject/id" = "{person}"
"/subject/short" = "{person10}"
"/period/from" = "{from}"
"/period/to" = "{to}"
"/why" = "{purpose}, {law}"
"/worker" = "{worker}"

[answer]
person = "/subject/id"
protected = "/subject/secret"
ok = { at = "/status", is = ["OK"] }
nothing = "/payments"

[answer.status]
404 = "no_match"
204 = "nothing_stated"
451 = "not_entitled"

[[answer.facts]]
list = "/payments"
kind = "payment"
benefit = "/type/code"
label = "/type/name"
net = "/net"
gross = "/gross"
pay_date = "/day"
period_from = "/from"
period_to = "/to"
status = { at = "/state", known = ["PAID"], planned = ["COMING"] }
values = { account = "/account" }

[[answer.facts]]
list = "/membership"
kind = "status"
benefit = "=MEDLEM"
period_from = "/since"

[formats]
date = "DD.MM.YYYY"
amount = "öre"

[probe]
path = "/health"
"""


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Contract]:
    def write(old: str = "", new: str = "") -> Contract:
        assert old in DECLARED
        file = tmp_path / "boka.toml"
        file.write_text(DECLARED.replace(old, new, 1) if old else DECLARED, encoding="utf-8")
        return open_contract("rest", folder=None, declaration=file)

    return write


PAID = {"type": {"code": "BB", "name": "Bostadsstöd"}, "net": 185050, "gross": 200000, "day": "25.10.2026", "state": "PAID"}


def read(contract: Contract, http: int = 200, /, **document: Any) -> Block:
    said = {"status": "OK", "subject": {"id": PERSON, "secret": False}, **document}
    (block,) = contract.read(incoming(json.dumps(said), http, "application/json"), question("BOKA"))
    return block


def test_the_question_is_written_by_its_templates_and_the_person_stands_in_the_body_alone(declared) -> None:
    sent = declared().request(question("BOKA"), "https://boka.example/")
    assert (sent.method, sent.url) == ("POST", "https://boka.example/v2/cases/EB 2026-17/questions".replace(" ", "%20"))
    assert json.loads(sent.body) == {
        "subject": {"id": PERSON, "short": PERSON[2:]},
        "period": {"from": "2026-09-01", "to": "2026-11-30"},
        "why": "Ekonomiskt bistånd, lagen för BOKA",
        "worker": "petra.lund",
    }
    assert sent.headers["X-Request-Id"] == "7d1f4d0e-58a5-4f0e-9b36-4f2f8a3f7a11"
    assert PERSON not in sent.url + repr(sent.headers)


def test_payments_are_read_with_their_own_way_of_writing_days_and_amounts(declared) -> None:
    coming = {**PAID, "state": "COMING", "account": "1234"}
    block = read(declared(), payments=[PAID, coming], membership={"since": "01.02.2020"})
    paid, planned, member = block.facts
    assert block.outcome == Outcome.DATA
    assert (paid.kind, paid.benefit, paid.label, paid.net, paid.gross) == (
        Kind.PAYMENT,
        "BB",
        "Bostadsstöd",
        Decimal("1850.5"),
        Decimal(2000),
    )
    assert (paid.pay_date, paid.path, paid.planned) == (dt.date(2026, 10, 25), "/payments/0", False)
    assert (planned.planned, value(planned, "account")) == (True, "1234")
    assert (member.kind, member.benefit, member.period_from, member.path) == (
        Kind.STATUS,
        "MEDLEM",
        dt.date(2020, 2, 1),
        "/membership",
    )


def test_nothing_is_said_only_where_the_declaration_says_that_it_is(declared) -> None:
    assert read(declared(), payments=[]).outcome == Outcome.NOTHING_STATED
    assert read(declared()).outcome == Outcome.UNKNOWN_CODE
    assert read(declared(), payments=None).outcome == Outcome.UNKNOWN_CODE
    assert read(declared('nothing = "/payments"\n'), payments=[]).outcome == Outcome.UNKNOWN_CODE
    assert read(declared(), 204).outcome == Outcome.NOTHING_STATED


@pytest.mark.parametrize(
    "document",
    [
        {"status": "HALF", "payments": []},
        {"payments": [{**PAID, "state": "STOPPED"}]},
        {"payments": [{**PAID, "net": None}]},
        {"payments": [{**PAID, "net": "mycket"}]},
        {"payments": [{**PAID, "type": {}}]},
        {"payments": [{**PAID, "day": "2026-10-25"}]},
        {"payments": ["hej"]},
        {"payments": "hej"},
    ],
)
def test_what_cannot_be_read_for_certain_is_no_evidence(declared, document: dict[str, Any]) -> None:
    block = read(declared(), **document)
    assert block.outcome == Outcome.UNKNOWN_CODE
    assert block.unknown


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.NO_MATCH), (451, Outcome.NOT_ENTITLED), (400, Outcome.ERROR), (500, Outcome.ERROR), (503, Outcome.ERROR)],
)
def test_an_http_status_means_what_is_declared_and_otherwise_a_fault(declared, status: int, outcome: Outcome) -> None:
    block = read(declared(), status, payments=[])
    assert block.outcome == outcome
    assert block.outcome not in EVIDENCE


def test_an_answer_about_someone_else_and_a_protected_person_keep_nothing(declared) -> None:
    other = read(declared(), payments=[PAID], subject={"id": PERSON[:-1] + "5"})
    assert (other.alarm, other.facts) == ("wrong_person", ())
    secret = read(declared(), payments=[PAID], subject={"id": PERSON, "secret": True})
    assert (secret.outcome, secret.facts) == (Outcome.PROTECTED, ())


def test_the_probe_is_the_one_that_is_declared(declared) -> None:
    contract = declared()
    assert contract.probe(question().asker, ("BOKA",), "https://boka.example").url == "https://boka.example/health"
    assert [(one.reached, one.error_code) for one in contract.read_probe(incoming("", 503))] == [(False, "http_unavailable")]
    assert declared('[probe]\npath = "/health"\n').probe(question().asker, ("BOKA",), "https://x.example") is None


@pytest.mark.parametrize(
    ("old", "new", "field", "way"),
    [
        ('name = "Bostadskassan v2"', "", "name is missing", "Add it"),
        ('agency = "BOKA"', 'agency = "boka"', "agency is no agency's code", "capital letters"),
        ('law = "7 § lagen om Bostadskassan"', "", "law is missing", "Add it"),
        ("/cases/{case}/", "/people/{person}/", "request.path holds {person}", "Send it in the body"),
        ('"{correlation_id}"', '"{person10}"', "request.headers.X-Request-Id holds {person10}", "Send it in the body"),
        ("{worker}", "{arbetare}", "request.body./worker holds {arbetare}", "Use one of"),
        ('"/worker" =', '"worker" =', "request.body.worker is no JSON Pointer", "Begin it with /"),
        ('"/subject/id" = "{person}"\n"/subject/short" = "{person10}"', "", "request.body does not say whom", "{person}"),
        ('path = "/v2', 'method = "DELETE"\npath = "/v2', "request.method is none of the words", "POST, GET"),
        ('path = "/v2', 'method = "GET"\npath = "/v2', "request.body does not say whom", "POST"),
        ('404 = "no_match"', '404 = "nothing_stated"', "answer.status.404 would make a fault into an empty answer", "success"),
        ('404 = "no_match"', '404 = "data"', "answer.status.404 is none of the words", "no_match"),
        ('404 = "no_match"', 'hej = "no_match"', "answer.status.hej is no HTTP status", "three digits"),
        ('nothing = "/payments"', 'nothing = "/other"', "answer.nothing is none of the lists", "emptiness"),
        ('kind = "payment"', 'kind = "gift"', "answer.facts[0].kind is none of the words", "payment"),
        ('benefit = "=MEDLEM"\n', "", "answer.facts[1].benefit is missing", "constant"),
        ('net = "/net"\n', "", "answer.facts[0].net is missing", "paid out"),
        ('net = "/net"', 'net = "/net"\nnett = "/net"', "answer.facts[0].nett is not a field that exists", "net"),
        ('known = ["PAID"], ', "", "answer.facts[0].status.known is missing", "no evidence"),
        ('known = ["PAID"]', 'known = "PAID"', "answer.facts[0].status.known must be a list", "PAID"),
        ('is = ["OK"]', "is = []", "answer.ok needs both", "statuses"),
        ('amount = "öre"', 'amount = "cent"', "formats.amount is none of the words", "kronor, öre"),
        ('date = "DD.MM.YYYY"', 'date = "dd/mm"', "formats.date is none of the words", "YYYYMMDD"),
        ('[formats]', '[format]', "format is not a field that exists", "formats"),
        ('name = "Bostadskassan v2"', "name = 5", "name must be text", "quotation marks"),
        ('name = "Bostadskassan v2"', 'name = "', "it is not TOML", "Mend the line"),
    ],
)  # fmt: skip
def test_a_faulty_declaration_names_the_file_the_field_and_the_way_out(
    declared, old: str, new: str, field: str, way: str
) -> None:
    with pytest.raises(FaultyDeclaration) as caught:
        declared(old, new)
    message = str(caught.value)
    assert message.startswith("boka.toml: ")
    assert field in message
    assert way in message


def test_a_declaration_that_is_not_there_and_a_contract_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FaultyDeclaration, match="there is no such file"):
        open_contract("rest", folder=None, declaration=tmp_path / "gone.toml")
    with pytest.raises(FaultyDeclaration, match="needs a declaration"):
        open_contract("rest", folder=None)
    with pytest.raises(NoSuchContract, match="ssbtek-10, ssbtek-11, lefi-9, rest"):
        open_contract("ssbtek-12", folder=None)


def test_the_declaration_in_the_documentation_reads_an_answer(tmp_path: Path) -> None:
    page = (Path(__file__).parents[5] / "docs" / "exchange.md").read_text(encoding="utf-8")
    file = tmp_path / "harbour.toml"
    file.write_text(page.partition('```toml title="harbour.toml"\n')[2].partition("```")[0], encoding="utf-8")
    contract = open_contract("rest", folder=None, declaration=file)
    asked = question("HAMN")
    assert contract.request(asked, "https://harbour.example/api").url.startswith("https://harbour.example/api/cases/EB%202026-17")
    said = {
        "status": "OK",
        "subject": {"number": PERSON, "protected": False},
        "payments": [
            {"kind": {"code": "BERTH", "name": "Båtplats"}, "net": 35000, "day": "2026-10-15", "state": "PAID", "berth": "A 7"}
        ],
    }
    (block,) = contract.read(incoming(json.dumps(said)), asked)
    (paid,) = block.facts
    assert (block.outcome, paid.benefit, paid.net, paid.pay_date, value(paid, "berth")) == (
        Outcome.DATA,
        "BERTH",
        Decimal(350),
        dt.date(2026, 10, 15),
        "A 7",
    )
