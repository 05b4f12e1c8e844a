"""SOAP and multipart messages that others wrote to test their own programs with: each is read, or refused with the reason's name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.exchange.contracts import mime, soap
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.registry import open_contract, readfile
from stadig.exchange.contracts.tests.questions import PERSON, answer, incoming, of, question
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import AF, CSN, FK, SKV, Incoming

Data = Callable[[str], Path]
QUERIES = "exchange/x-road/queries"
TEN = open_contract("ssbtek-10", folder=None)
REFUSED = {
    "attachm-no-soap.query": Reason.NO_SOAP_PART,
    "attachment-small-mantis.query": Reason.EMPTY,
    "faulty-multipart.query": Reason.TRUNCATED_MIME,
    "malformed-body1.query": Reason.NOT_SOAP,
    "missing-body.query": Reason.NO_BODY,
    "no-soap.query": Reason.NO_SOAP_PART,
    "soapfault-mtom.answer": Reason.TRUNCATED_MIME,
}
FAULTS = {
    "customsoapenv.answer": "soapenv:Server.CODE",
    "fault.query": "CODE",
    "soapfaulterror.query": "SOAP-ENV:Clientrwerete",
}
CARRIED = {
    "attachm-error.query": ("getStateResponse", 1),
    "attachm-mtom.answer": ("testResponse", 1),
    "attachm2-utf8bom-inside.query": ("test", 1),
    "attachments.query": ("test", 3),
    "cdata.query": ("getState", 0),
    "faulty-header.query": ("test", 0),
    "getstate-iso88591.answer": ("getStateResponse", 0),
    "malformed-body3.query": ("blaah", 0),
    "mimesoap.answer": ("testResponse", 0),
    "no-header.query": ("test", 0),
    "nowhitespace.answer": ("getStateResponse", 0),
    "response-with-requestId.answer": ("clientRegResponse", 0),
    "simple-comment.answer": ("testQueryResponse", 0),
    "split-header.query": ("getState", 0),
}


def test_every_message_is_read_or_refused_by_name(reference_data: Data) -> None:
    read: dict[str, tuple[str, int]] = {}
    refused: dict[str, Reason] = {}
    faults: dict[str, str] = {}
    for file in sorted(reference_data(QUERIES).iterdir()):
        try:
            message = soap.open_message(file.read_bytes())
        except Unreadable as fault:
            refused[file.name] = fault.reason
            continue
        if message.fault:
            faults[file.name] = message.fault.code
        elif message.content:
            read[file.name] = (message.content.name, len(message.attachments))
    assert (refused, faults) == (REFUSED, FAULTS)
    assert len(read) + len(refused) + len(faults) == 45
    assert {name: read[name] for name in CARRIED} == CARRIED


def test_none_of_them_is_an_answer_from_an_agency(reference_data: Data) -> None:
    for file in sorted(reference_data(QUERIES).iterdir()):
        for block in TEN.read(Incoming(200, "", file.read_bytes()), question()):
            assert block.outcome == Outcome.ERROR, file.name
            assert block.error_code
        try:
            assert readfile(file.read_bytes(), folder=None).fault, file.name
        except Unreadable as fault:
            assert fault.reason in Reason


def test_the_message_id_of_x_road_is_read(reference_data: Data) -> None:
    message = soap.open_message(reference_data(f"{QUERIES}/attachm.query").read_bytes())
    assert (message.message_id, message.headers[-1]) == ("1234567890", "protocolVersion")


def test_a_message_cut_off_anywhere_is_refused(reference_data: Data) -> None:
    data = reference_data(f"{QUERIES}/attachments.query").read_bytes()
    for end in range(0, len(data) - len("--\n"), 7):
        with pytest.raises(Unreadable):
            soap.open_message(data[:end], "multipart/related; boundary=jetty771207119h3h10dty")


def _multipart(xml: str, *, end: str = "--B--\r\n", more: str = "") -> Incoming:
    body = f"--B\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n{xml}\r\n{more}{end}"
    return Incoming(200, 'multipart/related; type="text/xml"; boundary="B"', body.encode())


AF_ANSWER = (
    '<b:AF xmlns:e="http://api.arbetsformedlingen.se/arbetssokande/ersattningsstod/v2"><b:data><e:Svar>'
    f"<e:IdentitetsbeteckningFysiskPerson>{PERSON}</e:IdentitetsbeteckningFysiskPerson>"
    "<e:ArbetssokandeInfo><e:Arbetssokande>false</e:Arbetssokande></e:ArbetssokandeInfo>"
    "<e:StatusSokandeinformationKod>0</e:StatusSokandeinformationKod></e:Svar></b:data></b:AF>"
)


def test_an_agencys_answer_may_come_with_attachments() -> None:
    xml = answer(AF_ANSWER).body.decode()
    more = "--B\r\nContent-Type: text/plain\r\nContent-ID: <a@b>\r\n\r\nhej\r\n"
    assert of(TEN.read(_multipart(xml, more=more), question(AF)), AF).outcome == Outcome.DATA


def test_an_answer_cut_off_before_its_closing_boundary_is_refused_even_if_its_message_is_whole() -> None:
    block = of(TEN.read(_multipart(answer(AF_ANSWER).body.decode(), end=""), question(AF)), AF)
    assert (block.outcome, block.error_code) == (Outcome.ERROR, "truncated_mime")


CSN_NOTHING = (
    '<CSNSvar schemaVersion="4.0" xmlns="http://schema.csn.se/v4.0/kommunfraga"><GemensamtSvarEkbistand><Resultat><ResultatKod>0'
    f"</ResultatKod></Resultat></GemensamtSvarEkbistand><Personer><Person personnummer='{PERSON[2:]}' sekel='19'><Studiestodstypforteckning><studiemedel>0</studiemedel>"
    "<studiehjalp>0</studiehjalp><hemutrustningslan>0</hemutrustningslan><studiestartsstod>0</studiestartsstod>"
    "<omstallningsstudiestod>0</omstallningsstudiestod></Studiestodstypforteckning></Person></Personer></CSNSvar>"
)


def test_a_document_sent_as_an_attachment_is_put_back_where_it_was() -> None:
    reference = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:csn%40b"/>'
    xml = answer(f"<b:CSN><b:data><b:svar>{reference}</b:svar></b:data></b:CSN>").body.decode()
    more = f"--B\r\nContent-Type: application/xml\r\nContent-ID: <csn@b>\r\n\r\n{CSN_NOTHING}\r\n"
    assert of(TEN.read(_multipart(xml, more=more), question(CSN)), CSN).outcome == Outcome.NOTHING_STATED


def test_a_reference_to_an_attachment_that_is_not_there_is_a_fault() -> None:
    reference = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:gone"/>'
    xml = answer(f"<b:CSN><b:data><b:svar>{reference}</b:svar></b:data></b:CSN>").body.decode()
    assert of(TEN.read(_multipart(xml), question(CSN)), CSN).error_code == "faulty_mime"


def test_an_attachment_in_base64_is_decoded_and_one_that_is_not_is_refused() -> None:
    part = "--B\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--B--"
    (found,) = mime.parts("multipart/related; boundary=B", part.format(base64.b64encode(b"hej").decode()).encode())
    assert found.data == b"hej"
    with pytest.raises(Unreadable) as caught:
        mime.parts("multipart/related; boundary=B", part.format("***").encode())
    assert caught.value.reason == Reason.NOT_BASE64


def test_whose_a_fault_is_follows_x_roads_own_rule() -> None:
    assert soap.fault_source("soap:Server", {"x-road-error": "Server.ServerProxy.ServiceFailed"}) == "composite"
    assert soap.fault_source("SOAP-ENV:Server.ServerProxy.UnknownService", {}) == "composite"
    assert soap.fault_source("soap:Server", {}) == "agency"


def test_the_composite_services_fault_says_why_in_its_detail() -> None:
    space = "http://schema.forsakringskassan.se/integration/ssbt/10"
    fault = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        f'<faultstring>Fel</faultstring><detail><b:hamtaBastjanstInformationFault xmlns:b="{space}"><b:felkod>SSBT-17</b:felkod>'
        "<b:felmeddelande>Ett</b:felmeddelande><b:felmeddelande>Två</b:felmeddelande></b:hamtaBastjanstInformationFault></detail>"
        "</s:Fault></s:Body></s:Envelope>"
    )
    for block in TEN.read(incoming(fault, 500), question(FK, SKV)):
        assert (block.outcome, block.error_source, block.error_code, block.error_text) == (
            Outcome.ERROR,
            "composite",
            "SSBT-17",
            "Ett Två",
        )


@pytest.mark.parametrize(("status", "code"), [(503, "http_unavailable"), (403, "http_unauthorised"), (500, "http_failed")])
def test_a_page_of_html_with_a_status_of_failure_is_that_failure(status: int, code: str) -> None:
    for block in TEN.read(incoming("<html><body>Sorry</body></html>", status, "text/html"), question(AF, FK)):
        assert (block.outcome, block.error_code) == (Outcome.ERROR, code)
        assert block.outcome not in EVIDENCE


def test_an_answer_in_another_version_of_the_contract_is_refused() -> None:
    block = of(TEN.read(answer(AF_ANSWER, version="11"), question(AF)), AF)
    assert (block.outcome, block.error_code) == (Outcome.ERROR, "wrong_contract")


def test_an_answer_that_belongs_to_another_question_is_refused() -> None:
    other = "<b:korrelationsid>00000000-0000-0000-0000-000000000001</b:korrelationsid>"
    block = of(TEN.read(answer(AF_ANSWER, before=other), question(AF)), AF)
    assert (block.outcome, block.error_code, block.alarm) == (Outcome.ERROR, "wrong_answer", "wrong_answer")
    assert not block.facts


def test_a_header_that_says_the_same_thing_twice_is_refused() -> None:
    xml = answer(AF_ANSWER).body.decode().replace("<s:Body>", "<s:Header><id>1</id><id>2</id></s:Header><s:Body>")
    assert of(TEN.read(incoming(xml), question(AF)), AF).error_code == "faulty_header"
