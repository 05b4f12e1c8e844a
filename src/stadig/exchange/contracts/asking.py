"""The composite service's question: the XML of ``hamtaBastjanstInformation`` and of its health probe, for both versions."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

import msgspec
from lxml import etree

from stadig.exchange import lawful
from stadig.exchange.contracts import lefi
from stadig.exchange.contracts.soap import SOAP_11
from stadig.exchange.contracts.xml import Element
from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS, Asker, Question

ELEMENTS: Final = (AF, CSN, FK, SKV, SO, TNS, MIV)
"""The order in which the schema wants the agencies. Pensionsmyndigheten is asked through Försäkringskassan's element."""
LEFI_VERSION: Final = "v9"
SKV_FLAGS: Final = ("foretagsinformation", "individuppgifter", "skattekonto", "skatteuppgifter", "beskattningsbilagor")
SKV_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "foretagsinformation": frozenset({"business"}),
    "individuppgifter": frozenset({"employer_declaration"}),
    "skattekonto": frozenset({"tax_refund", "tax_account"}),
    "skatteuppgifter": frozenset({"capital", "tax_assessment"}),
}
"""Part → the groups of :mod:`stadig.exchange.lawful` of which one must be given for the part to be asked for at all."""


def skv_parts(question: Question) -> tuple[str, ...]:
    """The parts to ask Skatteverket for (v11): those named, or all, and of these only what the law gives something of."""
    if SKV not in question.agencies:
        return ()
    wanted, groups = question.parts.get(SKV), question.keep.get(SKV)
    return tuple(
        part for part, needs in SKV_NEEDS.items() if (wanted is None or part in wanted) and (groups is None or needs & groups)
    )


def skv_left_out(question: Question) -> tuple[str, ...]:
    """The parts that the law gives something of but the legal basis at hand does not: wages that nobody asked about are not no wages."""
    wanted, groups = question.parts.get(SKV), question.keep.get(SKV)
    if SKV not in question.agencies or groups is None:
        return ()
    given = frozenset(lawful.by_law(SKV))
    return tuple(
        part for part, needs in SKV_NEEDS.items() if (wanted is None or part in wanted) and needs & given and not needs & groups
    )


def envelope(question: Question, space: str, asked: lefi.Asked, *, parts: bool) -> bytes:
    """The whole SOAP message. ``parts``: this version lets one ask Skatteverket for parts."""
    top, body = _envelope(space)
    call = etree.SubElement(body, f"{{{space}}}hamtaBastjanstInformation")
    _general(etree.SubElement(call, f"{{{space}}}generellaFrageparametrar"), question, space)
    specific = etree.SubElement(call, f"{{{space}}}specifikaFrageparametrar")
    for agency in ELEMENTS:
        included = agency in question.agencies or (agency == FK and PM in question.agencies)
        element = etree.SubElement(specific, f"{{{space}}}{agency}", inkludera="true" if included else "false")
        if not included:
            continue
        if agency == FK:
            _forsakringskassan(element, question, space, asked)
        elif agency == SKV and parts:
            _skatteverket(element, question, space)
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


def probe(space: str) -> bytes:
    """The question about no one."""
    top, body = _envelope(space)
    etree.SubElement(body, f"{{{space}}}testaBastjanstInformation")
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


def _envelope(space: str) -> tuple[Element, Element]:
    top = etree.Element(f"{{{SOAP_11}}}Envelope", nsmap={"soapenv": SOAP_11, "ssbt": space})
    etree.SubElement(top, f"{{{SOAP_11}}}Header")
    return top, etree.SubElement(top, f"{{{SOAP_11}}}Body")


def _add(parent: Element, space: str, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{space}}}{name}").text = text


def _general(general: Element, question: Question, space: str) -> None:
    asker: Asker = question.asker
    _add(general, space, "frageTidpunkt", question.asked_at.isoformat(timespec="milliseconds"))
    _add(general, space, "korrelationsid", str(question.correlation_id))
    _add(general, space, "fraganSkallInkluderasISvaret", "false")
    sender = etree.SubElement(general, f"{{{space}}}ingivare")
    _add(sender, space, "organisationsnummer", asker.organisation_number)
    _add(sender, space, "namn", asker.name)
    _add(sender, space, "handlaggare", asker.worker)
    _add(general, space, "personidentitet", question.person)
    _add(general, space, "arendeidentitet", question.case)
    period = etree.SubElement(general, f"{{{space}}}tidsperiod")
    _add(period, space, "fromDatum", question.period_from.isoformat())
    _add(period, space, "tomDatum", question.period_to.isoformat())
    for number, (organisation, name) in enumerate(asker.processors, 1):
        processor = etree.SubElement(general, f"{{{space}}}personuppgiftsbitrade")
        _add(processor, space, "ordningsnummer", str(number))
        _add(processor, space, "organisationsnummer", organisation)
        _add(processor, space, "namn", name)
    _add(general, space, "syfte", question.purpose)
    _add(general, space, "lagtext", law_text(question))


def law_text(question: Question) -> str:
    """One text for all agencies, as the contract has it: each statute once, with the agencies it is for before it."""
    of: dict[str, list[str]] = {}
    for agency in question.agencies:
        law = question.laws.get(agency, "")
        if law:
            of.setdefault(law, []).append(agency)
    if len(of) == 1:
        return next(iter(of))
    return "; ".join(f"{', '.join(agencies)}: {law}" for law, agencies in of.items())


def _forsakringskassan(element: Element, question: Question, space: str, asked: lefi.Asked) -> None:
    body = lefi.question(asked, question.person, question.period_from, question.period_to)
    inner = etree.SubElement(element, f"{{{space}}}fraga")
    _add(inner, space, "version", LEFI_VERSION)
    _add(inner, space, "aktorsid", question.asker.actor_id)
    _add(inner, space, "lefiJsonFraga", base64.b64encode(msgspec.json.encode(body)).decode())


def _skatteverket(element: Element, question: Question, space: str) -> None:
    inner = etree.SubElement(element, f"{{{space}}}fraga")
    for year in range(question.period_from.year, question.period_to.year + 1):
        _add(inner, space, "ar", str(year))
    wanted = skv_parts(question)
    for flag in SKV_FLAGS:
        _add(inner, space, flag, "true" if flag in wanted else "false")
