"""The composite service SSBTEK (Försäkringskassan): one question, one answer with an element for each agency. SOAP 1.1.

What differs between versions is a namespace and how Skatteverket answers; :mod:`ssbtek_10` and :mod:`ssbtek_11` say it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from stadig.exchange.contracts import af, asking, csn, lefi, miv, so, soap, tns, trees
from stadig.exchange.contracts.building import failed, finished, unreadable
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongAnswer, WrongPerson, of_status
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.validating import Checked, Schemas
from stadig.exchange.contracts.values import safe, same_person
from stadig.exchange.outcomes import Outcome, is_evidence
from stadig.exchange.terms import (
    AF,
    AGENCIES,
    CSN,
    FK,
    MIV,
    PM,
    SKV,
    SO,
    TNS,
    Asker,
    Block,
    Incoming,
    Outgoing,
    Probe,
    Question,
    Source,
)

ANSWER: Final = "hamtaBastjanstInformationResponse"
PROBED: Final = "testaBastjanstInformationResponse"
PROTECTED_CODE: Final = "SEKRETESS"
"""The code of an agency that has no field for it in its own answer and refuses because the person's data are protected there. The contract
publishes no list of codes; this one says for itself what it is, and neither it nor a fault is ever evidence."""
HEADERS: Final = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""', "Accept": "text/xml, multipart/related"}
Reader = Callable[[Node, str], tuple[Block, ...]]


READERS: Final[dict[str, Reader]] = {AF: af.read, SO: so.read, TNS: tns.read, MIV: miv.read}
ORDER: Final = (AF, CSN, FK, SKV, SO, TNS, MIV)
"""Elements of an answer. Pensionsmyndigheten's part lies in Försäkringskassan's."""
CSN_FAMILY: Final = "http://schema.csn.se/"
CSN_SPACE: Final = CSN_FAMILY + "v4.0/kommunfraga"


@dataclass(frozen=True, slots=True)
class Ssbtek:
    """One version of the contract."""

    name: str
    space: str
    skatteverket: Callable[[Node, Question], tuple[Block, ...]]
    """Reads Skatteverket's element."""
    parts: bool
    """Whether Skatteverket is asked for parts."""
    schemas: Schemas
    entitled: lefi.Entitled | None = None
    silence: lefi.Silence = lefi.NOT_KNOWN
    agencies: tuple[str, ...] = field(default=AGENCIES)

    def prepare(self) -> None:
        """Compile the schemas of the answer, of CSN's document in it and of LEFI's."""
        self.schemas.prepare(self.space, CSN_SPACE)

    def request(self, question: Question, url: str) -> Outgoing:
        """``hamtaBastjanstInformation`` for the agencies of the question alone."""
        return Outgoing("POST", url, HEADERS, asking.envelope(question, self.space, self._asked(question), parts=self.parts))

    def probe(self, asker: Asker, agencies: tuple[str, ...], url: str) -> Outgoing | None:
        """``testaBastjanstInformation``: about no one, and always about all agencies."""
        return Outgoing("POST", url, HEADERS, asking.probe(self.space))

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        """At least one block for each agency of the question."""
        try:
            found = self._read(answer, question)
        except Unreadable as fault:
            found = {agency: (self._whole(agency, fault, answer),) for agency in question.agencies}
        return tuple(block for agency in question.agencies for block in finished(agency, found[agency], question))

    def read_probe(self, answer: Incoming) -> tuple[Probe, ...]:
        """Each agency's state; one that has no test of its own (``anropad`` false without error) counts as reached."""
        try:
            content = soap.open_message(answer.body, answer.content_type).content
        except Unreadable as fault:
            return tuple(Probe(agency, False, fault.reason) for agency in self.agencies)
        if content is None or content.name != PROBED:
            return tuple(Probe(agency, False, Reason.WRONG_CONTRACT) for agency in self.agencies)
        found: list[Probe] = []
        for one in content.children():
            error = one.one("error")
            code = (safe(error.text("felkod")) or Reason.EMPTY_ANSWER.value) if error else ""
            named = (FK, PM) if one.name == FK else (one.name,)
            found += [Probe(agency, error is None, code) for agency in named if agency in self.agencies]
        return tuple(found)

    def _asked(self, question: Question) -> lefi.Asked:
        quiet = self.entitled is not None and self.silence.is_nothing(question.asked_at.date())
        return lefi.plan(question.agencies, question.parts, self.entitled, silence_is_nothing=quiet)

    def _whole(self, agency: str, fault: Unreadable, answer: Incoming) -> Block:
        """The block when nothing at all could be read: an HTTP status says more than a body that is no SOAP message."""
        status = of_status(answer.status)
        theirs = soap.infrastructure(answer.headers)
        if theirs is not None:
            return failed(agency, Source.COMPOSITE, status or Reason.HTTP_FAILED, theirs)
        if status is not None and not isinstance(fault, (WrongPerson, WrongAnswer)):
            return failed(agency, soap.fault_source("", answer.headers), status, str(answer.status))
        return unreadable(agency, fault)

    def _read(self, answer: Incoming, question: Question) -> dict[str, tuple[Block, ...]]:
        message = soap.open_message(answer.body, answer.content_type)
        if message.fault is not None:
            block = self._fault(message.fault, answer.headers)
            return {agency: (block(agency),) for agency in question.agencies}
        content = message.content
        if (
            content is None
            or content.element.tag != f"{{{self.space}}}{ANSWER}"
            or soap.infrastructure(answer.headers) is not None
        ):
            raise Unreadable(Reason.WRONG_CONTRACT)
        tied = self._same_question(content, question)
        held = content.one("svarsdata")
        if held is None:
            raise Unreadable(Reason.EMPTY_ANSWER)
        found: dict[str, tuple[Block, ...]] = {}
        checked = self.schemas.check(content.element)
        for element in ORDER:
            served = [agency for agency in _served(element) if agency in question.agencies]
            if served:
                blocks = self._agency(element, held.one(element), question, checked.about(element))
                found |= {agency: blocks[agency] for agency in served}
        if not tied:
            unnamed = _unnamed(held)
            found = {agency: _untied(blocks, agency in unnamed) for agency, blocks in found.items()}
        return found | {agency: (_missing(agency),) for agency in question.agencies if agency not in found}

    def _fault(self, fault: soap.Fault, headers: Mapping[str, str]) -> Callable[[str], Block]:
        """A fault of the whole: the composite service's own says why in its detail."""
        detail = fault.detail.one("hamtaBastjanstInformationFault") if fault.detail else None
        if detail is not None:
            text = " ".join(one.text() for one in detail.each("felmeddelande"))
            return lambda agency: failed(agency, Source.COMPOSITE, detail.text("felkod") or fault.code, text)
        source = soap.fault_source(fault.code, headers)
        return lambda agency: failed(agency, Source.COMPOSITE if source == Source.AGENCY else source, fault.code, fault.text)

    def _same_question(self, content: Node, question: Question) -> bool:
        """Whether the answer bears the question's id: "is returned here", says the schema, where the question had one, and ours has.

        Raises WrongPerson and WrongAnswer where it belongs to another. Where no one was asked about (a file is read) there is no question.
        """
        general = content.down("fraga", "generellaFrageparametrar")
        if general is not None and not same_person(question.person, general.says("personidentitet")):
            raise WrongPerson("personidentitet")
        said = {one.text().lower() for one in content.each("korrelationsid")} - {""}
        if question.correlation_id.int == 0:
            return bool(said) or not question.person
        if said - {str(question.correlation_id)}:
            raise WrongAnswer("korrelationsid")
        return bool(said)

    def _agency(self, element: str, node: Node | None, question: Question, checked: Checked) -> dict[str, tuple[Block, ...]]:
        """Agency → blocks of one element: the choice of data and error, or nothing."""
        served = _served(element)
        if node is None:
            return {agency: (_missing(agency),) for agency in served}
        error = node.one("error")
        if error is not None:
            return {agency: checked.note((told(agency, error),)) for agency in served}
        try:
            return self._data(element, node, question, checked)
        except Unreadable as fault:
            return {agency: checked.note((unreadable(agency, fault),)) for agency in served}

    def _data(self, element: str, node: Node, question: Question, checked: Checked) -> dict[str, tuple[Block, ...]]:
        if element == SKV:
            return {SKV: checked.note(self.skatteverket(node, question))}
        data = node.one("data")
        if data is None:
            raise Unreadable(Reason.EMPTY_ANSWER)
        if element == FK:
            return self._lefi(data, question, checked)
        if element == CSN:
            return {CSN: self._csn(data, question.person, checked)}
        return {element: checked.note(READERS[element](data, question.person))}

    def _csn(self, data: Node, person: str, checked: Checked) -> tuple[Block, ...]:
        held = data.one("svar")
        if held is None:
            raise Unreadable(Reason.EMPTY_ANSWER)
        document = held.inside_bytes(trees.unbase64(held.text()))
        inner = self.schemas.check_document(document.element, CSN_FAMILY)
        return checked.also(inner).note(csn.read(document, person))

    def _lefi(self, data: Node, question: Question, checked: Checked) -> dict[str, tuple[Block, ...]]:
        held = data.one("lefiJsonSvar")
        if held is None:
            raise Unreadable(Reason.EMPTY_ANSWER)
        document = trees.json(trees.unbase64(held.text()))
        inner = self.schemas.check_lefi(document)
        both = checked.also(inner) if checked.valid is not None else inner
        read = lefi.read(document, held.path + "#", question.person, self._asked(question))
        return {agency: both.note(blocks) for agency, blocks in read.items()}


def _served(element: str) -> tuple[str, ...]:
    return (FK, PM) if element == FK else (element,)


def _unnamed(held: Node) -> frozenset[str]:
    """The agencies whose answers name no person: Transportstyrelsen's never does, and LEFI's does where it says who the person is."""
    document = held.down("FK", "data", "lefiJsonSvar")
    try:
        named = document is not None and lefi.names_someone(trees.json(trees.unbase64(document.text())))
    except Unreadable:
        named = True  # it has not been read, so there is nothing in it to tie to anyone
    return frozenset({TNS} if named else {TNS, FK, PM})


def _untied(blocks: tuple[Block, ...], unnamed: bool) -> tuple[Block, ...]:
    """Blocks of an answer without the question's id. What names no person either states nothing about the one asked about."""
    return tuple(
        dataclasses.replace(
            one, outcome=Outcome.UNKNOWN_CODE, facts=(), unknown=(), error_source=Source.COMPOSITE, error_code=Reason.NOT_TIED
        )
        if unnamed and (is_evidence(one.outcome) or one.facts)
        else dataclasses.replace(one, remarks=(*one.remarks, Reason.NO_CORRELATION_ID))
        for one in blocks
    )


def _missing(agency: str) -> Block:
    """An agency that was asked and is not in the answer."""
    return Block(agency, Outcome.ERROR, error_source=Source.COMPOSITE, error_code=Reason.NO_ANSWER)


def told(agency: str, error: Node, part: str = "") -> Block:
    """The block of an ``error`` element: the composite service's fault (SSBT) or the agency's (BT)."""
    source = Source.COMPOSITE if error.text("kalla") == "SSBT" else Source.AGENCY
    text = " ".join(one.text() for one in error.each("felmeddelande"))
    code = error.text("felkod")
    if source == Source.AGENCY and code == PROTECTED_CODE:
        return Block(agency, Outcome.PROTECTED, part=part, error_source=source, error_code=code)
    return failed(agency, source, code or Reason.EMPTY_ANSWER, text, part)
