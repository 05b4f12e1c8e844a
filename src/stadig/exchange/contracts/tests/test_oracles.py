"""Two libraries that others wrote read the same schemas and the same answers, and say the same."""

from __future__ import annotations

import base64
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlschema
import zeep
from lxml import etree

from stadig.exchange.contracts import xml
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import ALL, SAMPLES, SCHEMAS, SPACE, incoming, of, question, tied, value
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS, Question

Data = Callable[[str], Path]
WSDL = f"{SCHEMAS}/v10/se/forsakringskassan/schema/integration/ssbt/_10/Sammansatt_Bastjanst_v10.wsdl"
XSD = WSDL.replace("Sammansatt_Bastjanst_v10.wsdl", "sammansatt_bastjanst_v10.xsd")
VALID = {"af": False, "csn": True, "fk": True, "miv": True, "skv": True, "so": False, "tns": True}
"""Which of the agencies' own sample answers keep the composite service's schema."""


@cache
def client(path: Path) -> Any:
    return zeep.Client(str(path))


@cache
def oracle(path: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(path))


def body(data: bytes) -> etree._Element:
    return xml.parse(data).find("{*}Body")[0]


def tree(element: etree._Element) -> Any:
    """An element as plain data: names, attributes, text and children, without prefixes and white space."""
    held = sorted((etree.QName(name).localname, text) for name, text in element.attrib.items())
    return (etree.QName(element).text, held, (element.text or "").strip(), [tree(child) for child in element])


def asked(agencies: tuple[str, ...]) -> Question:
    return question(*agencies)


@pytest.mark.parametrize("agencies", [(AF,), (FK,), (PM,), (CSN, SO), (AF, CSN, FK, PM, SKV, SO, TNS, MIV)])
def test_our_question_is_valid_to_both_validators(reference_data: Data, agencies: tuple[str, ...]) -> None:
    sent = open_contract("ssbtek-10", folder=None).request(asked(agencies), "https://ssbtek.example")
    element = body(sent.body)
    assert Schemas(reference_data(SCHEMAS)).check(element).valid
    assert oracle(reference_data(XSD)).is_valid(element)
    probe = open_contract("ssbtek-10", folder=None).probe(question().asker, agencies, "https://ssbtek.example")
    assert oracle(reference_data(XSD)).is_valid(body(probe.body))


def test_our_question_is_the_tree_that_zeep_writes(reference_data: Data) -> None:
    one = asked((AF, FK, SKV))
    ours = body(open_contract("ssbtek-10", folder=None).request(one, "https://ssbtek.example").body)
    insurance = ours.find(".//{*}lefiJsonFraga").text
    theirs = client(reference_data(WSDL)).create_message(
        client(reference_data(WSDL)).service,
        "hamtaBastjanstInformation",
        generellaFrageparametrar={
            "frageTidpunkt": one.asked_at.isoformat(timespec="milliseconds"),
            "korrelationsid": str(one.correlation_id),
            "fraganSkallInkluderasISvaret": False,
            "ingivare": {"organisationsnummer": "162120002411", "namn": "Kommunen", "handlaggare": "petra.lund"},
            "personidentitet": one.person,
            "arendeidentitet": one.case,
            "tidsperiod": {"fromDatum": one.period_from, "tomDatum": one.period_to},
            "syfte": one.purpose,
            "lagtext": "AF: lagen för AF; FK: lagen för FK; SKV: lagen för SKV",
        },
        specifikaFrageparametrar={
            "AF": {"inkludera": True},
            "CSN": {"inkludera": False},
            "FK": {
                "inkludera": True,
                "fraga": {"version": "v9", "aktorsid": "026-51", "lefiJsonFraga": base64.b64decode(insurance)},
            },
            "SKV": {"inkludera": True},
            "SO": {"inkludera": False},
            "TNS": {"inkludera": False},
            "MIV": {"inkludera": False},
        },
    )
    found = tree(theirs.find("{*}Body")[0])
    assert _without_time(tree(ours)) == _without_time(found)


def _without_time(found: Any) -> Any:
    """The tree without when it was asked: it is optional, and each writes the same moment in its own way."""
    name, held, text, children = found
    return (name, held, text, [_without_time(child) for child in children if not child[0].endswith("}frageTidpunkt")])


@pytest.mark.parametrize("agency", VALID)
def test_both_validators_agree_on_which_samples_keep_their_schema(reference_data: Data, agency: str) -> None:
    element = body(reference_data(f"{SAMPLES}/{agency}-response.xml").read_bytes())
    ours = Schemas(reference_data(SCHEMAS)).check(element)
    assert ours.valid == oracle(reference_data(XSD)).is_valid(element) == VALID[agency]


def test_both_find_the_same_elements_wrong_in_the_answer_of_all(reference_data: Data) -> None:
    element = body(reference_data(ALL).read_bytes())
    checked = Schemas(reference_data(SCHEMAS)).check(element)
    assert checked.of == {AF: ("Svar: ELEMENT_CONTENT",), SO: ("IdentificationNumber: ELEMENT_CONTENT",)}
    theirs = {error.path.split("/")[3].rpartition(":")[2] for error in oracle(reference_data(XSD)).iter_errors(element)}
    assert theirs == {AF, SO}


def test_zeep_reads_the_same_values_from_the_samples_as_we_do(reference_data: Data) -> None:
    contract = open_contract("ssbtek-10", folder=None)
    operation = client(reference_data(WSDL)).service._binding._operations["hamtaBastjanstInformation"]

    def both(agency: str) -> tuple[Any, Any]:
        data = tied(reference_data(f"{SAMPLES}/{agency.lower()}-response.xml").read_bytes())
        with client(reference_data(WSDL)).settings(strict=False):
            theirs = operation.process_reply(etree.fromstring(data))
        answered = theirs.svarsdata if hasattr(theirs, "svarsdata") else theirs
        return getattr(answered, agency).data, contract.read(incoming(data), question(agency))

    said, blocks = both(AF)
    registered = of(blocks, AF).facts[0]
    info = said.Svar.ArbetssokandeInfo
    assert (str(info.Arbetssokande).lower(), info.ArbetssokandeSKAT) == (
        value(registered, "registered"),
        value(registered, "category"),
    )
    assert (str(info.ArbetssokandeOmfattning), info.ArbetssokandeRegistrerad) == (
        value(registered, "extent"),
        registered.period_from,
    )

    said, blocks = both(SO)
    (one,) = said.ArbetsloshetsersattningLista.Arbetsloshetsersattning
    (paid,) = of(blocks, SO, one.SvarandeOrganisation).facts
    (theirs,) = one.Utbetalningar
    assert (theirs.NettoEfterAvdrag, theirs.Utbetalningsdatum, theirs.Ersattningsdagar) == (paid.net, paid.pay_date, paid.days)

    said, blocks = both(TNS)
    assert [one.regnr for one in said.fordonsinnehav.fordon] == [value(fact, "regnr") for fact in of(blocks, TNS).facts]

    said, blocks = both(MIV)
    (permit,) = of(blocks, MIV).facts
    (theirs,) = said.response.svarCollection.svar
    assert (theirs.beslutsTyp, theirs.beslutsdatum.isoformat()) == (permit.benefit, value(permit, "decided"))

    said, blocks = both(SKV)
    inner = etree.fromstring((said if isinstance(said, str) else said.svar).encode())
    assert Decimal(inner.findtext(".//{*}SummaIntakterPaKapital")) == of(blocks, SKV).facts[0].gross

    said, blocks = both(CSN)
    inner = etree.fromstring(said if isinstance(said, bytes) else said.svar)
    assert inner.findtext(".//{*}ResultatKod") == "0"
    assert of(blocks, CSN).outcome == Outcome.NOTHING_STATED


def test_each_facts_path_leads_to_it_in_the_raw_answer(reference_data: Data) -> None:
    top = etree.fromstring(reference_data(ALL).read_bytes())
    found = 0
    for block in open_contract("ssbtek-10", folder=None).read(incoming(tied(reference_data(ALL).read_bytes())), question()):
        for fact in block.facts:
            outer, _mark, inner = fact.path.partition("#")
            element = _at(top, outer)
            if inner:
                element = _at(etree.fromstring(element.text.encode()), inner)
            said = {(one.text or "").strip() for one in element.iter()}
            kept = [text for _name, text in fact.values if text.isdecimal()] + [str(fact.net or fact.gross or "")]
            assert {one for one in kept if one} <= said
            found += 1
    assert found >= 6


def _at(top: etree._Element, path: str) -> etree._Element:
    """The element at one of our paths: names without prefixes, a number where a name repeats."""
    first, *steps = path.strip("/").split("/")
    assert etree.QName(top).localname == first
    for step in steps:
        name, _bracket, number = step.rstrip("]").partition("[")
        top = list(top.iterchildren("{*}" + name))[int(number or 1) - 1]
    return top


def test_the_namespaces_are_those_of_the_agencys_own_schema(reference_data: Data) -> None:
    assert oracle(reference_data(XSD)).target_namespace == SPACE["10"]
