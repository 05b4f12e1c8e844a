"""The stand-in's answers against the agencies' own schemas, read by lxml and by xmlschema, and a question written by zeep."""

from __future__ import annotations

import base64
import json
import shutil

import pytest
import yaml
from lxml import etree

from stadig.config.agencies import csn
from stadig.config.agencies.testing import running
from stadig.config.tests.agencies_asking import (
    EVERYTHING,
    KARIN,
    ORDER,
    PERIOD,
    SAMIRA,
    YUSUF,
    question,
    send,
    space,
)

CONTRACT = "exchange/ssbtek-sundsvall/main/contract/v10"
COMPOSITE = "se/forsakringskassan/schema/integration/ssbt/_10"
CSN = "se/csn/schema/v4_0/kommunfraga/kommunfraga.xsd"
LEFI = "se/forsakringskassan/schema/lefi/lefi-formansinformation-v9.openapi.yaml"
MISSING = "se/sambruk/sbnyttomeddelanden/SBNUppgEkBistandBegar_v1_0.xsd"
"""A schema that CSN's imports and nobody has published: any content will do."""
STUB = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.sambruk.se/SBNyttomeddelanden">'
    '<xs:complexType name="SBNUppgEkBistandBegar"><xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>'
    "</xs:sequence></xs:complexType></xs:schema>"
)


@pytest.fixture(scope="module")
def contract(reference_data, tmp_path_factory):
    """The agencies' own files, with a stub in place of the one that is missing."""
    folder = tmp_path_factory.mktemp("contract") / "v10"
    shutil.copytree(reference_data(CONTRACT), folder, copy_function=shutil.copyfile)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / MISSING).parent.mkdir(parents=True)
    (folder / MISSING).write_text(STUB)
    return folder


@pytest.fixture(scope="module")
def composite(contract):
    """SSBTEK v10's schema, twice: compiled by lxml and by xmlschema."""
    import xmlschema

    path = contract / COMPOSITE / "sammansatt_bastjanst_v10.xsd"
    return etree.XMLSchema(etree.parse(path)), xmlschema.XMLSchema(str(path))


def some_people(reference_data):
    """Every 700th of Skatteverket's test numbers, and the town's own."""
    numbers = json.loads(reference_data("exchange/personnummer-meta/allPins.json").read_text())
    digits = ("".join(filter(str.isdigit, str(number))) for number in numbers[::700])
    return [YUSUF, SAMIRA, KARIN, *(one for one in digits if len(one) == 12)]


def faults(composite, element):
    """What either oracle has against an element."""
    quick, thorough = composite
    quick.validate(element)
    return [str(one.message) for one in quick.error_log] + [one.reason for one in thorough.iter_errors(element)]


def answered(agencies, agencies_asked, person, version="10", **more):
    body = send(agencies, f"/ssbtek/v{version}", question(agencies_asked, person, version, **more))[2]
    return etree.fromstring(body.replace(space(version).encode(), space("10").encode()))[0][0]


def test_every_persons_whole_answer_in_v10_is_valid(agencies, composite, reference_data):
    for person in some_people(reference_data):
        assert faults(composite, answered(agencies, ORDER, person)) == []


def test_every_persons_answer_in_v11_is_valid_but_for_the_part_that_is_new(agencies, composite, reference_data):
    others = [agency for agency in ORDER if agency != "SKV"]
    for person in some_people(reference_data):
        assert faults(composite, answered(agencies, others, person, "11")) == []


@pytest.mark.parametrize(
    "dial",
    ["bt_error", "ssbt_error", "unknown_code", "not_entitled", "no_match", "protected", "partial", "unavailable", "wrong_person"],
)
def test_an_answer_that_goes_wrong_in_words_is_valid_too(agencies, composite, dial):
    for agency in (*ORDER, "PM"):
        if (agency, dial) != ("MIV", "unknown_code"):  # the only code of MIV's that is a list, so a new one breaks the schema
            agencies.turn(**{agency: {dial: 1}})
    assert faults(composite, answered(agencies, ORDER, SAMIRA)) == []


@pytest.mark.parametrize("agency", ["AF", "SO", "TNS", "MIV", "SKV"])
def test_a_schema_invalid_answer_is_invalid(agencies, composite, agency):
    agencies.turn(**{agency: {"invalid": 1}})
    person = KARIN if agency == "TNS" else YUSUF if agency != "MIV" else SAMIRA
    assert faults(composite, answered(agencies, [agency], person))


def test_faults_and_the_probe_are_valid(agencies, composite):
    body = send(agencies, "/ssbtek/v10", question(["AF"], version="10", syfte=""))[2]
    assert faults(composite, etree.fromstring(body).find(f".//{{{space('10')}}}hamtaBastjanstInformationFault")) == []
    agencies.turn(SO={"hang": 1})
    probe = question(["AF"], version="10").split(b"<hamta")[0] + (
        b'<testaBastjanstInformation xmlns="%s"/></s:Body></s:Envelope>' % space("10").encode()
    )
    assert faults(composite, etree.fromstring(send(agencies, "/ssbtek/v10", probe)[2])[0][0]) == []


def test_the_question_comes_back_where_it_is_asked_for(agencies, composite):
    body = question(["AF"], version="10").replace(b"SkallInkluderasISvaret>false", b"SkallInkluderasISvaret>true")
    answer = etree.fromstring(send(agencies, "/ssbtek/v10", body)[2])[0][0]
    assert faults(composite, answer) == []
    assert answer.findtext(".//{*}fraga//{*}personidentitet") == YUSUF


def test_csns_own_document_is_valid(agencies, contract, reference_data):
    import xmlschema

    quick = etree.XMLSchema(etree.parse(contract / CSN))
    thorough = xmlschema.XMLSchema(str(contract / CSN))
    students = 0
    for person in some_people(reference_data):
        document = etree.fromstring(base64.b64decode(answered(agencies, ["CSN"], person).findtext(".//{*}svar")))
        assert faults((quick, thorough), document) == []
        students += document.find(f".//{{{csn.STUDIES}}}stodform") is not None
    assert students > 1


def test_csns_schema_invalid_answer_is_a_version_behind(agencies, contract):
    agencies.turn(CSN={"invalid": 1})
    document = etree.fromstring(base64.b64decode(answered(agencies, ["CSN"], YUSUF).findtext(".//{*}svar")))
    assert document.get("schemaVersion") == "3.0"
    assert not etree.XMLSchema(etree.parse(contract / CSN)).validate(document)


@pytest.fixture(scope="module")
def lefi_schema(contract):
    """What LEFI's OpenAPI says of an answer, by name of schema."""
    import jsonschema

    described = yaml.safe_load((contract / LEFI).read_text())

    def check(name, said):
        schema = described | {"$ref": f"#/components/schemas/{name}"}
        return [one.message for one in jsonschema.Draft202012Validator(schema).iter_errors(said)]

    return check


def everything(contract, person):
    """A question about all that LEFI has, with the codes of its own specification."""
    schemas = yaml.safe_load((contract / LEFI).read_text())["components"]["schemas"]
    fk, pm = schemas["LefiFkFormanGruppKod"]["enum"], schemas["LefiPmFormanGruppKod"]["enum"]
    other = schemas["LefiExternOvrigInformationTypKod"]["enum"]
    return {
        "personnummer": person, "period": {"from": PERIOD[0], "tom": PERIOD[1]}, "formansinformation": fk, "ansprak": pm, "beslut": pm,
        "preliminaraUtbetalningar": fk + pm, "utbetalningar": fk + pm, "ovrigInformation": other,
    }  # fmt: skip


def lefi_answer(agencies, path, said=None):
    body = None if said is None else json.dumps(said).encode()
    status, _, answer = send(agencies, f"/lefi/v9/aktorer/999-01/{path}", body, media="application/json")
    return status, json.loads(answer)


def test_every_persons_lefi_answer_is_valid(agencies, contract, lefi_schema, reference_data):
    for person in some_people(reference_data):
        asked = everything(contract, person)
        assert lefi_schema("LefiExternFormansinformationFraga", asked) == []
        status, said = lefi_answer(agencies, "formansinformation/fraga", asked)
        assert (
            lefi_schema("LefiExternFormansinformationSvar", said) == [] if status == 200 else person not in (YUSUF, SAMIRA, KARIN)
        )


@pytest.mark.parametrize("dial", ["not_entitled", "partial", "protected", "unavailable", "unknown_code"])
def test_lefis_deviations_are_valid_too(agencies, contract, lefi_schema, dial):
    agencies.turn(FK={dial: 1}, PM={dial: 1})
    status, said = lefi_answer(agencies, "formansinformation/fraga", everything(contract, KARIN))
    assert status == 200
    assert lefi_schema("LefiExternFormansinformationSvar", said) == []
    assert {one["tillstand"]["kod"] for one in said["utlamnare"]} == ({"OTILLGANGLIG"} if dial == "unavailable" else {"OK"})


def test_lefis_schema_invalid_answer_breaks_it_as_its_own_example_does(agencies, contract, lefi_schema):
    agencies.turn(FK={"invalid": 1})
    _, said = lefi_answer(agencies, "formansinformation/fraga", everything(contract, YUSUF))
    assert len(lefi_schema("LefiExternFormansinformationSvar", said)) == 2


def test_what_one_may_ask_for_and_why_not_are_valid(agencies, contract, lefi_schema):
    assert lefi_schema("LefiExternTillgangligaInformationstyper", lefi_answer(agencies, "tillgangligaInformationstyper")[1]) == []
    assert lefi_schema("LefiFelsvar", lefi_answer(agencies, "formansinformation/fraga", {})[1]) == []
    agencies.turn(FK={"bt_error": 1})
    status, said = lefi_answer(agencies, "formansinformation/fraga", everything(contract, YUSUF))
    assert status == 500
    assert lefi_schema("LefiFelsvar", said) == []


def test_a_client_made_from_the_wsdl_alone_is_understood(agencies, contract):
    import requests
    import zeep

    session = requests.Session()
    session.trust_env = False
    session.verify, session.cert = (
        str(agencies.folder / "ca.pem"),
        tuple(str(agencies.folder / f"client.{end}") for end in ("pem", "key")),
    )
    settings = zeep.Settings(strict=True)
    client = zeep.Client(
        str(contract / COMPOSITE / "Sammansatt_Bastjanst_v10.wsdl"), transport=zeep.Transport(session=session), settings=settings
    )
    service = client.create_service(f"{{{space('10')}}}BastjanstInformationInterfaceSoapBinding", agencies.url("ssbtek-10"))
    asked = json.dumps({"personnummer": YUSUF, "period": {"from": PERIOD[0], "tom": PERIOD[1]}} | EVERYTHING).encode()
    answer = service.hamtaBastjanstInformation(
        generellaFrageparametrar={
            "korrelationsid": "z-1",
            "fraganSkallInkluderasISvaret": False,
            "ingivare": {"organisationsnummer": "162120009998", "namn": "Lindhamns kommun", "handlaggare": "petra"},
            "personidentitet": YUSUF,
            "arendeidentitet": "SN 2026/00001",
            "tidsperiod": {"fromDatum": PERIOD[0], "tomDatum": PERIOD[1]},
            "syfte": "Beslut om ekonomiskt bistånd",
            "lagtext": "15 kap. 11 § SoL",
        },
        specifikaFrageparametrar={agency: {"inkludera": agency in ("AF", "FK")} for agency in ORDER}
        | {"FK": {"inkludera": True, "fraga": {"aktorsid": "999-01", "lefiJsonFraga": asked}}},
    )
    assert answer.korrelationsid == "z-1"
    assert answer.svarsdata.AF.data.Svar.IdentitetsbeteckningFysiskPerson == YUSUF
    assert json.loads(answer.svarsdata.FK.data.lefiJsonSvar)["utlamnare"]
    assert answer.svarsdata.SO is None
    assert service.testaBastjanstInformation().AF.anropad is True


def test_with_the_contracts_files_a_question_is_held_against_them(tmp_path, contract):
    with running(tmp_path, plain=True, contracts=contract) as agencies:
        assert send(agencies, "/ssbtek/v10", question(["AF"], version="10"))[0] == 200
        odd = question(["AF"], version="10").replace(b"<syfte>", b"<avsikt>x</avsikt><syfte>")
        status, _, body = send(agencies, "/ssbtek/v10", odd)
        assert status == 500
        assert b">SCHEMA<" in body
