"""The composite service's question: the XML of ``hamtaBastjanstInformation`` and of its health probe, for both versions."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from stadig.exchange import lawful
from stadig.exchange.contracts import lefi
from stadig.exchange.contracts.soap import SOAP_11
from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS, Asker, Question

ELEMENTS: Final = (AF, CSN, FK, SKV, SO, TNS, MIV)
"""The order in which the schema wants the agencies. Pensionsmyndigheten is asked through Försäkringskassan's element."""
LEFI_VERSION: Final = "v9"
NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (production 2, Char)."""
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
    """The whole SOAP message. ``parts``: this version lets one ask Skatteverket for parts. Raises ValueError for what XML cannot hold."""
    specific: list[str] = []
    for agency in ELEMENTS:
        if agency not in question.agencies and not (agency == FK and PM in question.agencies):
            specific.append(f'<ssbt:{agency} inkludera="false"/>')
            continue
        said = ""
        if agency == FK:
            said = _forsakringskassan(question, asked)
        elif agency == SKV and parts:
            said = _skatteverket(question)
        specific.append(f'<ssbt:{agency} inkludera="true">{said}</ssbt:{agency}>')
    general, each = (
        _around("generellaFrageparametrar", _general(question)),
        _around("specifikaFrageparametrar", "".join(specific)),
    )
    return _envelope(space, _around("hamtaBastjanstInformation", general + each))


def probe(space: str) -> bytes:
    """The question about no one."""
    return _envelope(space, "<ssbt:testaBastjanstInformation/>")


def _envelope(space: str, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="{SOAP_11}" xmlns:ssbt="{space}">'
        f"<soapenv:Header/><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def _around(name: str, inner: str) -> str:
    return f"<ssbt:{name}>{inner}</ssbt:{name}>"


def _leaf(name: str, text: str) -> str:
    """An element with a text. Raises ValueError for a character that XML has no way to write."""
    if NO_XML.search(text):
        raise ValueError(f"The text of {name} holds a character that XML cannot.")
    return f"<ssbt:{name}>{escape(text)}</ssbt:{name}>"


def _general(question: Question) -> str:
    asker: Asker = question.asker
    sender = (
        _leaf("organisationsnummer", asker.organisation_number) + _leaf("namn", asker.name) + _leaf("handlaggare", asker.worker)
    )
    period = _leaf("fromDatum", question.period_from.isoformat()) + _leaf("tomDatum", question.period_to.isoformat())
    processors = (
        _leaf("ordningsnummer", str(number)) + _leaf("organisationsnummer", organisation) + _leaf("namn", name)
        for number, (organisation, name) in enumerate(asker.processors, 1)
    )
    return "".join(
        (
            _leaf("frageTidpunkt", question.asked_at.isoformat(timespec="milliseconds")),
            _leaf("korrelationsid", str(question.correlation_id)),
            _leaf("fraganSkallInkluderasISvaret", "false"),
            _around("ingivare", sender),
            _leaf("personidentitet", question.person),
            _leaf("arendeidentitet", question.case),
            _around("tidsperiod", period),
            *(_around("personuppgiftsbitrade", one) for one in processors),
            _leaf("syfte", question.purpose),
            _leaf("lagtext", law_text(question)),
        )
    )


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


def _forsakringskassan(question: Question, asked: lefi.Asked) -> str:
    body = lefi.question(asked, question.person, question.period_from, question.period_to)
    said = base64.b64encode(msgspec.json.encode(body)).decode()
    inner = _leaf("version", LEFI_VERSION) + _leaf("aktorsid", question.asker.actor_id) + _leaf("lefiJsonFraga", said)
    return _around("fraga", inner)


def _skatteverket(question: Question) -> str:
    wanted = skv_parts(question)
    years = (_leaf("ar", str(year)) for year in range(question.period_from.year, question.period_to.year + 1))
    flags = (_leaf(flag, "true" if flag in wanted else "false") for flag in SKV_FLAGS)
    return _around("fraga", "".join((*years, *flags)))
