"""Schemas are found wherever they lie in the folder, and what they say is recorded."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.exchange.contracts import xml
from stadig.exchange.contracts.registry import open_contract, readfile
from stadig.exchange.contracts.tests.questions import ALL, SCHEMAS, answer, incoming, lefi, of, question, tied
from stadig.exchange.contracts.tests.test_agencies import LISTS, PERSON, tag
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import AF, CSN, FK, SO, TNS

Data = Callable[[str], Path]


@pytest.fixture
def folder(reference_data: Data) -> Path:
    return reference_data(SCHEMAS)


def test_without_the_contracts_files_nothing_is_said_of_validity(reference_data: Data, tmp_path: Path) -> None:
    body = reference_data(ALL).read_bytes()
    for missing in (None, tmp_path, tmp_path / "nowhere"):
        found = readfile(body, folder=missing)
        assert not found.installed
        assert {block.schema_valid for block in found.blocks} == {None}


def test_what_breaks_its_schema_is_read_all_the_same(folder: Path, reference_data: Data) -> None:
    blocks = open_contract("ssbtek-10", folder=folder).read(incoming(tied(reference_data(ALL).read_bytes())), question())
    af, so, tns = of(blocks, AF), of(blocks, SO, "Testorganisation"), of(blocks, TNS)
    assert (af.outcome, af.schema_valid, af.schema_errors) == (Outcome.DATA, False, ("Svar: ELEMENT_CONTENT",))
    assert (so.outcome, so.schema_valid, so.schema_errors) == (Outcome.DATA, False, ("IdentificationNumber: ELEMENT_CONTENT",))
    assert (tns.outcome, tns.schema_valid, tns.schema_errors) == (Outcome.DATA, True, ())


def test_an_error_names_an_element_and_a_rule_and_never_a_value(folder: Path) -> None:
    secret = "hemligt" + PERSON
    inner = f'<b:TNS><b:data><r xmlns="{"http://schema.transportstyrelsen.se/ssbtek/hamtauppgifterresponder/1"}">{secret}</r></b:data></b:TNS>'
    block = of(open_contract("ssbtek-10", folder=folder).read(answer(inner), question(TNS)), TNS)
    assert block.schema_valid is False
    assert "hemligt" not in repr(block.schema_errors)
    assert PERSON not in repr(block)


def test_errors_stand_with_their_agency_even_where_no_element_has_a_prefix(folder: Path) -> None:
    space = "http://schema.forsakringskassan.se/integration/ssbt/10"
    element = xml.parse(
        f'<hamtaBastjanstInformationResponse xmlns="{space}"><svarsdata><AF><data><x/></data></AF><CSN><fel/></CSN></svarsdata>'
        "</hamtaBastjanstInformationResponse>".encode()
    )
    checked = Schemas(folder).check(element)
    assert set(checked.of) == {AF, CSN}
    assert checked.about(SO).valid is True


def test_an_older_version_of_a_document_is_not_valid_in_a_newer_contract(folder: Path, reference_data: Data) -> None:
    body = reference_data("exchange/ssbtek-sundsvall/answers/csn-response.xml").read_bytes()
    block = of(open_contract("ssbtek-10", folder=folder).read(incoming(body), question(CSN)), CSN)
    assert (block.outcome, block.schema_valid, block.schema_errors) == (Outcome.NOTHING_STATED, False, ("CSNSvar: NAMESPACE",))


def test_csns_document_is_validated_though_one_schema_that_it_names_is_not_handed_out(folder: Path) -> None:
    def read(space: str) -> object:
        counts = tag("p:Studiestodstypforteckning", "".join(tag(f"t:{name}", 0) for name in LISTS))
        kinds = "".join(
            tag(f"p:{kind}")
            for kind in ("Studiemedel", "Studiehjalp", "HemutrustningsLan", "Studiestartsstod", "Omstallningsstudiestod")
        )
        document = (
            f'<CSNSvar xmlns="{space}kommunfraga" xmlns:p="{space}person" xmlns:t="{space}csntyper" schemaVersion="4.0">'
            "<GemensamtSvarEkbistand><Resultat><ResultatKod>0</ResultatKod><ResultatText>OK</ResultatText></Resultat></GemensamtSvarEkbistand>"
            f'<GemensamtFragaEkbistand><allt/></GemensamtFragaEkbistand><Personer><Person personnummer="{PERSON[2:]}" sekel="19">'
            f"{counts}{kinds}</Person></Personer></CSNSvar>"
        )
        inner = f"<b:CSN><b:data><b:svar>{base64.b64encode(document.encode()).decode()}</b:svar></b:data></b:CSN>"
        block = of(open_contract("ssbtek-10", folder=folder).read(answer(inner), question(CSN)), CSN)
        assert block.outcome == Outcome.NOTHING_STATED
        return block.schema_valid, block.schema_errors

    assert read("http://schema.csn.se/v4.0/") == (True, ())


def test_lefis_own_example_breaks_its_specification_in_two_places(folder: Path, reference_data: Data) -> None:
    body = reference_data("exchange/lefi-v9-example-svar.json").read_bytes()
    (block, *_rest) = readfile(body, folder=folder).blocks
    assert block.schema_valid is False
    assert set(block.schema_errors) == {"avvikelser: type", "formansinformation/sjukpenningarende/beslut/ersattning: type"}
    held = open_contract("ssbtek-11", folder=folder).read(
        lefi({"utlamnare": [{"utlamnare": {"kod": "FK"}, "tillstand": {"kod": "OK"}}]}, "11"), question(FK)
    )
    assert {block.schema_valid for block in held} == {True}


def test_the_schemas_are_found_by_namespace_wherever_they_lie(reference_data: Data, folder: Path, tmp_path: Path) -> None:
    for number, file in enumerate(sorted(path for path in folder.rglob("*") if path.suffix in {".xsd", ".yaml"})):
        place = tmp_path / f"{number % 3}"
        place.mkdir(exist_ok=True)
        shutil.copy(file, place / file.name)
    moved, blocks = Schemas(tmp_path), Schemas(folder)
    element = xml.parse(reference_data(ALL).read_bytes()).find("{*}Body")[0]
    assert moved.check(element).of == blocks.check(element).of != {}


def test_a_folder_of_files_that_are_no_schemas_validates_nothing(tmp_path: Path, reference_data: Data) -> None:
    space = "http://schema.forsakringskassan.se/integration/ssbt/10"
    (tmp_path / "a.xsd").write_text(f'<xs:schema targetNamespace="{space}" ', encoding="utf-8")
    (tmp_path / "b.yaml").write_text("LefiExternFormansinformationSvar: [", encoding="utf-8")
    (tmp_path / "c.xsd").write_bytes(b"\xff\xfe\0")
    found = open_contract("ssbtek-10", folder=tmp_path).read(incoming(reference_data(ALL).read_bytes()), question())
    assert {block.schema_valid for block in found} == {None}


def test_a_schema_is_compiled_while_nothing_else_is_parsed_or_compiled(folder: Path) -> None:
    space = "http://schema.forsakringskassan.se/integration/ssbt/10"
    schemas, compiled, parsed = Schemas(folder), threading.Event(), threading.Event()

    def compile_it() -> None:
        schemas.prepare(space)
        compiled.set()

    def parse_it() -> None:
        assert xml.parse(b"<answer/>").tag == "answer"
        parsed.set()

    threads = [threading.Thread(target=each) for each in (compile_it, parse_it)]
    with xml.ONE_AT_A_TIME:
        for thread in threads:
            thread.start()
        assert not compiled.wait(0.3)
        assert not parsed.is_set()
    for thread in threads:
        thread.join(10)
    assert compiled.is_set()
    assert parsed.is_set()
    assert schemas.check(xml.parse(f'<x xmlns="{space}"/>'.encode())).valid is False
