"""A file with an agency's answer: what it is, and its blocks, without knowing what was asked.

An answer of the composite service, alone or in parts; a document that lay inside one; LEFI's JSON; one of Skatteverket's parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from stadig.exchange.contracts import af, csn, lefi_9, mime, miv, skv, so, soap, ssbtek, ssbtek_10, ssbtek_11, tns, trees, xml
from stadig.exchange.contracts.building import finished, unreadable
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.validating import Schemas, schemas
from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS, Asker, Block, Contract, Incoming, Probe, Question

_NO_ONE: Final = Asker("", "", "")
_ALONE: Final[dict[str, tuple[str, Callable[[Node, str], tuple[Block, ...]]]]] = {
    "SvarMeddelande": (AF, af.read),
    "CSNSvar": (CSN, csn.read),
    "SvarBeskattningsuppgifterEnligtSFS2008-975": (SKV, skv.read_capital),
    "GetUnemploymentBenefitPaymentResponse": (SO, so.read),
    "HamtaUppgifterResponse": (TNS, tns.read),
    "findByPersonnummerResponse": (MIV, miv.read),
}
"""The root of a document that one agency answers with → the agency and its reader."""
_PARTS: Final = {
    "foretag": "foretagsinformation",
    "individuppgifter": "individuppgifter",
    "kontohavare": "skattekonto",
    "beslutadeSkatteuppgifter": "skatteuppgifter",
}
"""A name at the top of a JSON document → Skatteverket's part that it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held."""

    contract: str
    """As beside a figure: *SSBTEK v10*; for a document alone, the agency's code."""
    blocks: tuple[Block, ...] = ()
    probes: tuple[Probe, ...] = ()
    fault: tuple[str, str, str] | None = None
    """A fault of the whole: whose it is, its code, its text."""
    attachments: int = 0
    installed: bool = False
    """Whether the contract's files were there to validate against."""


def readfile(data: bytes, *, folder: Path | None, person: str = "") -> Reading:
    """What an agency's answer says. ``person``: twelve digits; then an answer about someone else keeps nothing. Raises Unreadable."""
    held = schemas(folder)
    if len(data) > xml.LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    if not data.strip():
        raise Unreadable(Reason.EMPTY)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        found = _json(data, held, person)
    elif mime.is_multipart("", data):
        found = _message(data, held, person)
    else:
        root = xml.parse(data)
        found = _message(data, held, person) if xml.name_of(root) == "Envelope" else _alone(trees.root(root), held, person)
    return replace(found, installed=held.installed)


def ask_nothing(agencies: Iterable[str], person: str = "") -> Question:
    """The question that a file's answer is read by: everything was asked, of those who answer."""
    now = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return Question(tuple(agencies), person, now.date(), now.date(), "", {}, "", _NO_ONE, UUID(int=0), now)


def _json(data: bytes, held: Schemas, person: str) -> Reading:
    document = trees.thing(trees.json(data))
    if "utlamnare" in document:
        said = lefi_9.lefi.states(document)
        agencies = [agency for agency in (FK, PM) if agency in said] or [FK]
        contract = lefi_9.Lefi9(held)
        blocks = contract.read(Incoming(200, "application/json", data), ask_nothing(agencies, person))
        return Reading(contract.name, blocks)
    for name, part in _PARTS.items():
        if name in document:
            block = _guarded(SKV, lambda part=part: (skv.read_part(part, document, "", person),))
            return Reading(f"{SKV} {part}", finished(SKV, block, ask_nothing([SKV])))
    raise Unreadable(Reason.WRONG_CONTRACT)


def _alone(root: Node, held: Schemas, person: str) -> Reading:
    if root.name not in _ALONE:
        raise Unreadable(Reason.WRONG_CONTRACT)
    agency, read = _ALONE[root.name]
    checked = held.check_document(root.element, ssbtek.CSN_FAMILY if agency == CSN else " ")
    return Reading(agency, finished(agency, checked.note(_guarded(agency, lambda: read(root, person))), ask_nothing([agency])))


def _guarded(agency: str, read: Callable[[], tuple[Block, ...]]) -> tuple[Block, ...]:
    try:
        return read()
    except Unreadable as fault:
        return (unreadable(agency, fault),)


def _message(data: bytes, held: Schemas, person: str) -> Reading:
    message = soap.open_message(data)
    count = len(message.attachments)
    if message.fault is not None:
        source = soap.fault_source(message.fault.code, {})
        return Reading("SOAP 1.1", fault=(source.value, message.fault.code, message.fault.text), attachments=count)
    content = message.content
    versions: dict[str, Contract] = {ssbtek_10.SPACE: ssbtek_10.contract(held), ssbtek_11.SPACE: ssbtek_11.contract(held)}
    contract = versions.get(xml.space_of(content.element)) if content else None
    if content is None or contract is None or content.name not in {ssbtek.ANSWER, ssbtek.PROBED}:
        raise Unreadable(Reason.WRONG_CONTRACT, content.name if content else "")
    answer = Incoming(200, "", data)
    if content.name == ssbtek.PROBED:
        return Reading(contract.name, probes=contract.read_probe(answer), attachments=count)
    asked = _asked(content, person)
    return Reading(contract.name, contract.read(answer, asked), attachments=count)


def _asked(content: Node, person: str) -> Question:
    """A question about those who are in the answer, and of Skatteverket about the parts that are."""
    there = content.one("svarsdata")
    names = [child.name for child in there.children()] if there else []
    agencies = [name for name in names if name in ssbtek.ORDER]
    insurance = there.down("FK", "data", "lefiJsonSvar") if there else None
    if insurance is not None:
        said = _guess_states(insurance)
        agencies += [PM] if PM in said else []
        agencies = [name for name in agencies if name != FK or FK in said or PM not in said]
    elif FK in agencies:
        agencies.append(PM)
    held = there.one("SKV") if there else None
    parts = tuple(child.name for child in held.children() if child.name in skv.PARTS) if held else ()
    asked = ask_nothing(agencies or [AF], person)
    return replace(asked, parts={SKV: parts} if parts else {})


def _guess_states(held: Node) -> dict[str, str]:
    try:
        return lefi_9.lefi.states(trees.thing(trees.json(trees.unbase64(held.text()))))
    except Unreadable:
        return {}
