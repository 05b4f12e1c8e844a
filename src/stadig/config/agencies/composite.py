"""SSBTEK, the composite service: how a question is read and held against its contract, and how the answers are put in one envelope."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from stadig.config.agencies import lefi, skv
from stadig.config.agencies.asked import Asked, Ingivare, Wrong

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SPACE = "http://schema.forsakringskassan.se/integration/ssbt/"
VERSIONS = ("10", "11")
AGENCIES = ("AF", "CSN", "FK", "SKV", "SO", "TNS", "MIV")
"""In the order of the schema."""
OWN_PERIOD = {"AF", "CSN", "SO", "TNS"}
ORGANISATION = re.compile(r"\d{4}[2-9]\d{7}")
PERSON = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Question:
    """A whole request: one person, one or more agencies."""

    operation: str
    """``hamtaBastjanstInformation`` or ``testaBastjanstInformation``."""
    asked: tuple[Asked, ...] = ()
    """For each agency; FK and PM apart, though they share an element."""
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Element → code and text, where the question to that agency alone is wrong."""
    correlation: str = ""
    asked_at: str = ""
    echo: bytes = b""
    """The question itself, where the asker wants it back."""


def parse(body: bytes) -> etree._Element:
    """The request's document, without entities, network or huge trees. Raises Wrong."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise Wrong("XML", "Meddelandet är inte välformad XML.") from None
    if root.getroottree().docinfo.doctype:
        raise Wrong("XML", "Meddelandet har en dokumenttyp.")
    return root


def read(body: bytes, version: str, *, present: dt.date | None = None, schema: etree.XMLSchema | None = None) -> Question:
    """The question in a SOAP request. Raises Wrong where the service would answer with a fault."""
    root = parse(body)
    ns = {"s": SOAP, "b": SPACE + version}
    if root.tag != f"{{{SOAP}}}Envelope":
        raise Wrong("SOAP", "Meddelandet är inget SOAP 1.1-kuvert.")
    content = root.find("s:Body", ns)
    operation = content[0] if content is not None and len(content) else None
    if operation is None:
        raise Wrong("SOAP", "Kuvertet har ingen fråga.")
    name = etree.QName(operation)
    if name.namespace != SPACE + version or name.localname not in ("hamtaBastjanstInformation", "testaBastjanstInformation"):
        raise Wrong("NAMNRYMD", f"Frågan hör inte till SSBTEK v{version}.")
    if schema is not None and not schema.validate(operation):
        first = schema.error_log[0]
        raise Wrong("SCHEMA", f"Rad {first.line}: {first.type_name}")  # a rule's name, never a value
    if name.localname == "testaBastjanstInformation":
        return Question(name.localname)
    general, specific = operation.find("b:generellaFrageparametrar", ns), operation.find("b:specifikaFrageparametrar", ns)
    if general is None or specific is None:
        raise Wrong("FRAGA", "Frågan saknar generella eller specifika frågeparametrar.")
    base = _general(general, ns, version, present)
    asked, refused = _specific(specific, ns, version, base)
    return Question(
        name.localname,
        asked,
        refused,
        correlation=general.findtext("b:korrelationsid", "", ns),
        asked_at=general.findtext("b:frageTidpunkt", "", ns),
        echo=_echo(general, specific, version)
        if general.findtext("b:fraganSkallInkluderasISvaret", "", ns) in ("true", "1")
        else b"",
    )


def _echo(general: etree._Element, specific: etree._Element, version: str) -> bytes:
    echo = etree.Element(etree.QName(SPACE + version, "fraga"), nsmap={"ssbt": SPACE + version})
    for one in (general, specific):
        echo.append(etree.fromstring(etree.tostring(one, with_tail=False)))
    return etree.tostring(echo)


def _needed(parent: etree._Element, path: str, ns: dict[str, str]) -> str:
    value = (parent.findtext(path, "", ns) or "").strip()
    if not value:
        raise Wrong("FRAGA", f"{path.rpartition(':')[2]} saknas.")
    return value


def _general(general: etree._Element, ns: dict[str, str], version: str, present: dt.date | None) -> Asked:
    organisation = _needed(general, "b:ingivare/b:organisationsnummer", ns)
    person = _needed(general, "b:personidentitet", ns)
    if not ORGANISATION.fullmatch(organisation):
        raise Wrong("FRAGA", "organisationsnummer har fel form.")
    if not PERSON.fullmatch(person):
        raise Wrong("FRAGA", "personidentitet har fel form.")
    begin, end = _period(general.find("b:tidsperiod", ns), ns)
    moment = general.findtext("b:frageTidpunkt", "", ns)
    try:
        today = dt.datetime.fromisoformat(moment).date() if moment else present or end
    except ValueError:
        raise Wrong("FRAGA", "frageTidpunkt har fel form.") from None
    processors = tuple(
        (one.findtext("b:organisationsnummer", "", ns), one.findtext("b:namn", "", ns))
        for one in general.iterfind("b:personuppgiftsbitrade", ns)
    )
    asker = Ingivare(
        organisation, _needed(general, "b:ingivare/b:namn", ns), _needed(general, "b:ingivare/b:handlaggare", ns), processors
    )
    return Asked(
        agency="",
        contract=f"ssbtek-{version}",
        person=person,
        begin=begin,
        end=end,
        today=today,
        present=present or end,
        asker=asker,
        case=_needed(general, "b:arendeidentitet", ns),
        purpose=_needed(general, "b:syfte", ns),
        law=_needed(general, "b:lagtext", ns),
    )


def _period(period: etree._Element | None, ns: dict[str, str]) -> tuple[dt.date, dt.date]:
    if period is None:
        raise Wrong("FRAGA", "tidsperiod saknas.")
    try:
        begin, end = (dt.date.fromisoformat(_needed(period, f"b:{name}", ns)) for name in ("fromDatum", "tomDatum"))
    except ValueError:
        raise Wrong("FRAGA", "tidsperiod har fel form.") from None
    if end < begin:
        raise Wrong("FRAGA", "tidsperiod slutar innan den börjar.")
    return begin, end


def _specific(
    specific: etree._Element, ns: dict[str, str], version: str, base: Asked
) -> tuple[tuple[Asked, ...], dict[str, tuple[str, str]]]:
    if [etree.QName(one).localname for one in specific] != list(AGENCIES):
        raise Wrong("FRAGA", "specifikaFrageparametrar nämner inte alla myndigheter i ordning.")
    asked: list[Asked] = []
    refused: dict[str, tuple[str, str]] = {}
    for one in specific:
        agency, include = etree.QName(one).localname, one.get("inkludera")
        if include not in ("true", "1", "false", "0"):
            raise Wrong("FRAGA", f"{agency} saknar inkludera.")
        if include in ("false", "0"):
            if len(one):
                raise Wrong("FRAGA", f"{agency} har innehåll men ska inte frågas.")
            continue
        own = one.find("b:tidsperiod", ns)
        begin, end = _period(own, ns) if own is not None and agency in OWN_PERIOD else (base.begin, base.end)
        here = replace(base, agency=agency, begin=begin, end=end)
        try:
            asked += _insurance(one, ns, here) if agency == "FK" else [_one(one, ns, version, here)]
        except Wrong as wrong:
            refused[agency] = (wrong.code, wrong.text)
    if not asked and not refused:
        raise Wrong("FRAGA", "Ingen myndighet är vald.")
    return tuple(asked), refused


def _one(element: etree._Element, ns: dict[str, str], version: str, here: Asked) -> Asked:
    if here.agency != "SKV" or version == "10":
        return here
    question = element.find("b:fraga", ns)
    if question is None:
        return replace(here, parts=frozenset(skv.PARTS))
    years = [one.text or "" for one in question.iterfind("b:ar", ns)]
    if not years or not all(re.fullmatch(r"\d{4}", year) for year in years):
        raise Wrong("FRAGA", "ar saknas eller har fel form.")
    return replace(here, parts=frozenset(part for part in skv.PARTS if question.findtext(f"b:{part}", "", ns) in ("true", "1")))


def _insurance(element: etree._Element, ns: dict[str, str], here: Asked) -> list[Asked]:
    """The question to FK and PM: LEFI's own, in base64."""
    question = element.find("b:fraga", ns)
    if question is None or not question.findtext("b:aktorsid", "", ns).strip():
        raise Wrong("LEFI-FRAGA", "Frågan till Lefi saknas eller saknar aktörsid.")
    if question.findtext("b:version", "v9", ns) != "v9":
        raise Wrong("LEFI-VERSION", "Angiven version stöds inte")
    try:
        body = base64.b64decode(question.findtext("b:lefiJsonFraga", "", ns), validate=True)
    except binascii.Error:
        raise Wrong("LEFI-FRAGA", "lefiJsonFraga är inte base64.") from None
    person, period, wanted = lefi.question(body)
    if person not in (here.person, here.person[2:]):
        raise Wrong("LEFI-FRAGA", "Frågan till Lefi rör en annan person.")
    begin, end = period or (here.begin, here.end)
    return [replace(here, agency=agency, begin=begin, end=end, parts=of(agency, wanted)) for agency in lefi.agencies(wanted)]


def of(agency: str, wanted: frozenset[str]) -> frozenset[str]:
    """What of a LEFI question is asked of one of the two agencies; who the person is goes with either."""
    return frozenset(one for one in wanted if one.partition(" ")[2].startswith(agency + ":") or one.endswith("FK:GEPI"))


def envelope(version: str, question: Question, answers: Mapping[str, bytes]) -> bytes:
    """The answers of the agencies (element → the element, serialised) in the schema's order, in one envelope."""
    head = b""
    if question.asked_at:
        head += b"<ssbt:frageTidpunkt>" + question.asked_at.encode() + b"</ssbt:frageTidpunkt>"
    if question.correlation:
        head += b"<ssbt:korrelationsid>" + _escaped(question.correlation) + b"</ssbt:korrelationsid>"
    content = b"".join(answers[agency] for agency in AGENCIES if agency in answers)
    return _wrapped(
        version, "hamtaBastjanstInformationResponse", question.echo + head + b"<ssbt:svarsdata>" + content + b"</ssbt:svarsdata>"
    )


def tested(version: str, reached: Mapping[str, str]) -> bytes:
    """The health probe's answer: agency → the code of its error, or nothing."""
    parts = b""
    for agency, code in reached.items():
        said = error("SSBT", code, "Bastjänsten svarade inte") if code else b""
        parts += (
            f"<ssbt:{agency}><ssbt:anropad>{'false' if code else 'true'}</ssbt:anropad>".encode()
            + said
            + f"</ssbt:{agency}>".encode()
        )
    return _wrapped(version, "testaBastjanstInformationResponse", parts)


def fault(version: str, operation: str, code: str, text: str) -> bytes:
    """The SOAP fault of an operation."""
    said = b"<ssbt:felkod>" + _escaped(code) + b"</ssbt:felkod><ssbt:felmeddelande>" + _escaped(text) + b"</ssbt:felmeddelande>"
    name = f"{operation or 'hamtaBastjanstInformation'}Fault"
    detail = f'<ssbt:{name} xmlns:ssbt="{SPACE}{version}">'.encode() + said + f"</ssbt:{name}>".encode()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault>'.encode()
        + b"<faultcode>soap:Server</faultcode><faultstring>Fel i SSBT</faultstring><detail>"
        + detail
        + b"</detail></soap:Fault></soap:Body></soap:Envelope>"
    )


def error(source: str, code: str, text: str) -> bytes:
    """An ``error`` element, serialised. ``source`` is SSBT or BT."""

    return (
        f"<ssbt:error><ssbt:kalla>{source}</ssbt:kalla><ssbt:felkod>".encode()
        + _escaped(code)
        + b"</ssbt:felkod><ssbt:felmeddelande>"
        + _escaped(text)
        + b"</ssbt:felmeddelande></ssbt:error>"
    )


def _wrapped(version: str, name: str, content: bytes) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'.encode()
        + f'<ssbt:{name} xmlns:ssbt="{SPACE}{version}">'.encode()
        + content
        + f"</ssbt:{name}></soap:Body></soap:Envelope>".encode()
    )


def _escaped(text: str) -> bytes:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
