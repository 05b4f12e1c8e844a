"""Whatever comes, the readers answer: never a crash, and never data or nothing but where the agency said so."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from stadig.exchange.contracts.errors import Unreadable
from stadig.exchange.contracts.registry import open_contract, readfile
from stadig.exchange.contracts.tests.questions import ALL, SAMPLES, SCHEMAS, answer, incoming, lefi, question, tied
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import AF, AGENCIES, CSN, FK, MIV, PM, SKV, SO, TNS, Block, Incoming

Data = Callable[[str], Path]
CONTRACTS = [open_contract(name, folder=None) for name in ("ssbtek-10", "ssbtek-11", "lefi-9")]
TEN, ELEVEN, DIRECT = CONTRACTS
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sound(blocks: tuple[Block, ...], agencies: tuple[str, ...]) -> None:
    """At least one block for each, nothing kept of someone else, no evidence beside an unknown code."""
    assert {block.agency for block in blocks} == set(agencies)
    assert len({(block.agency, block.part) for block in blocks}) == len(blocks)
    for block in blocks:
        assert not (block.alarm and block.facts)
        assert not (block.unknown and block.outcome in EVIDENCE)
        assert (block.outcome == Outcome.DATA) <= bool(block.facts)
        assert (block.outcome == Outcome.NOTHING_STATED) <= (not block.facts)
        assert len(block.part) <= 80
        assert len(block.error_code) <= 80


@MANY
@given(
    st.binary(max_size=2000),
    st.sampled_from(["", "text/xml", "text/xml; charset=utf-16", "multipart/related; boundary=B", "application/json"]),
)
@example(b"", "")
@example(b"--B", "multipart/related")
def test_bytes_of_any_kind_are_faults(data: bytes, kind: str) -> None:
    for contract in CONTRACTS:
        for status in (200, 204, 500):
            blocks = contract.read(Incoming(status, kind, data), question(*contract.agencies))
            sound(blocks, contract.agencies)
            assert not any(block.outcome in EVIDENCE for block in blocks)
        contract.read_probe(Incoming(200, kind, data))


@pytest.fixture(scope="session")
def whole(reference_data: Data) -> bytes:
    return tied(reference_data(ALL).read_bytes())


@MANY
@given(st.data())
def test_an_answer_cut_off_anywhere_is_a_fault_for_all(whole: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(whole.rstrip()) - 1))
    blocks = TEN.read(incoming(whole[:end]), question())
    sound(blocks, AGENCIES)
    assert {block.outcome for block in blocks} == {Outcome.ERROR}


@MANY
@given(st.data())
def test_bytes_changed_anywhere_never_make_a_crash(whole: bytes, data: st.DataObject) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    sound(TEN.read(incoming(bytes(changed)), question()), AGENCIES)


@MANY
@given(st.data())
def test_elements_taken_away_moved_or_doubled_never_make_a_crash(whole: bytes, data: st.DataObject) -> None:
    root = etree.fromstring(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        elements = [one for one in root.iter(etree.Element) if one.getparent() is not None]
        if not elements:
            break
        one = elements[data.draw(st.integers(0, len(elements) - 1))]
        match data.draw(st.sampled_from(["remove", "move", "double", "empty", "text"])):
            case "remove":
                one.getparent().remove(one)
            case "move":
                other = elements[data.draw(st.integers(0, len(elements) - 1))]
                if other is not one and other not in list(one.iter()):
                    other.append(one)
            case "double":
                one.addnext(etree.fromstring(etree.tostring(one, with_tail=False)))
            case "empty":
                one.clear()
            case _:
                one.text = data.draw(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20))
    sound(TEN.read(incoming(etree.tostring(root)), question()), AGENCIES)


CODES = {
    AF: ("StatusSokandeinformationKod", "0"),
    SO: ("StatusSvarandeOrganisation", "all clear"),
    TNS: ("resultat", "OK"),
}


@MANY
@example(agency=AF, code="0")
@example(agency=SO, code="All clear")
@example(agency=TNS, code=" OK ")
@given(st.sampled_from(sorted(CODES)), st.text("abcdefghijklmnopqrstuvwxyzåäö0123456789 -", max_size=12))
def test_a_status_that_the_agency_has_not_given_is_never_evidence(reference_data: Data, agency: str, code: str) -> None:
    name, good = CODES[agency]
    body = tied(reference_data(f"{SAMPLES}/{agency.lower()}-response.xml").read_bytes()).decode()
    changed = re.sub(rf"(<\w+:{name}>)[^<]*", rf"\g<1>{code}", body)
    evidence = any(block.outcome in EVIDENCE for block in TEN.read(incoming(changed), question(agency)))
    assert evidence == ((code.strip().casefold() if agency == SO else code.strip()) == good)


@MANY
@given(
    st.sampled_from(["Status", "ResultatKod", "sekretess"]),
    st.text("abcdefghijklmnopqrstuvwxyzåäö0123456789 -", min_size=1, max_size=10),
)
def test_csn_says_nothing_only_where_its_codes_say_so(reference_data: Data, name: str, code: str) -> None:
    body = etree.fromstring(reference_data(f"{SAMPLES}/csn-response.xml").read_bytes())
    held = body.find(".//{*}svar")
    document = base64.b64decode(held.text).decode()
    if name == "ResultatKod":
        document = re.sub(r"<ResultatKod>[^<]*", f"<ResultatKod>{code}", document)
        good = code.strip() == "0"
    else:
        document = re.sub(rf'{name}="[^"]*"', f'{name}="{code}"', document)
        good = not code.strip()
    held.text = base64.b64encode(document.encode()).decode()
    blocks = TEN.read(incoming(etree.tostring(body)), question(CSN))
    assert any(block.outcome == Outcome.NOTHING_STATED for block in blocks) == good


@pytest.mark.parametrize("agency", [AF, SO, TNS, MIV, SKV])
def test_no_element_renamed_or_put_in_makes_data_into_nothing(reference_data: Data, agency: str) -> None:
    data = tied(reference_data(f"{SAMPLES}/{agency.lower()}-response.xml").read_bytes())
    count = sum(1 for _ in etree.fromstring(data).iter(etree.Element))
    for number in range(count):
        for change in ("rename", "put in"):
            root = etree.fromstring(data)
            one = list(root.iter(etree.Element))[number]
            if change == "rename":
                one.tag = "nytt"
            else:
                etree.SubElement(one, "nytt").text = "5"
            blocks = TEN.read(incoming(etree.tostring(root)), question(agency))
            sound(blocks, (agency,))
            assert Outcome.NOTHING_STATED not in {block.outcome for block in blocks}, (change, one.tag)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "utlamnare",
        "avvikelser",
        "formansinformation",
        "utbetalningsuppgift",
        "preliminarautbetalningar",
        "sjukpenningarende",
        "generellPersoninformation",
        "ansprak",
        "beslut",
        "utbetalningar",
        "preliminaraUtbetalningar",
        "personnummer",
        "skyddad",
        "kod",
        "tillstand",
        "nettobelopp",
        "summa",
        "formansfamilj",
        "id",
        "period",
        "fran",
        "till",
        "utbetalningsdetalj",
        "beloppstyp",
        "avdragsbelopp",
        "individuppgifter",
        "kontohavare",
        "utbetaltBelopp",
        "bokforingsdag",
        "bruttolon",
        "beslutadeSkatteuppgifter",
        "uppgifter",
        "sumKapital",
        "redovisningsperiod",
        "foretag",
        "saldo",
    ]
)
SHAPED = st.recursive(
    JSON | st.sampled_from(["FK", "PM", "OK", "SJP", "PS", "2026-10-01", "2026-10", "202610"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)
UP = [{"utlamnare": {"kod": code}, "tillstand": {"kod": "OK"}} for code in ("FK", "PM")]


@MANY
@given(st.dictionaries(NAMES, SHAPED, max_size=6), st.booleans())
def test_json_of_any_shape_never_makes_a_crash(document: dict[str, object], up: bool) -> None:
    said = {**document, "utlamnare": UP} if up else document
    body = json.dumps(said).encode()
    asked = question(FK, PM)
    sound(DIRECT.read(incoming(body, content_type="application/json"), asked), (FK, PM))
    sound(TEN.read(lefi(said), asked), (FK, PM))
    inner = "".join(
        f"<b:{part}><b:data>{base64.b64encode(body).decode()}</b:data></b:{part}>"
        for part in ("foretagsinformation", "individuppgifter", "skattekonto", "skatteuppgifter")
    )
    sound(ELEVEN.read(answer(f"<b:SKV>{inner}</b:SKV>", "11"), question(SKV)), (SKV,))


@MANY
@given(st.dictionaries(NAMES, SHAPED, max_size=6))
def test_lefi_never_says_nothing_but_by_an_empty_list(document: dict[str, object]) -> None:
    blocks = DIRECT.read(incoming(json.dumps({**document, "utlamnare": UP}), content_type="application/json"), question(FK, PM))
    information = document.get("formansinformation")
    inner = information if isinstance(information, dict) else {}
    empty = {
        (FK, "utbetalningar"): inner.get("utbetalningsuppgift") == [],
        (FK, "preliminaraUtbetalningar"): inner.get("preliminarautbetalningar") == [],
        **{(PM, name): document.get(name) == [] for name in ("ansprak", "beslut", "utbetalningar", "preliminaraUtbetalningar")},
    }
    for block in blocks:
        if block.outcome == Outcome.NOTHING_STATED:
            assert empty[block.agency, block.part]


@MANY
@given(st.binary(max_size=500) | st.dictionaries(NAMES, SHAPED, max_size=4).map(lambda one: json.dumps(one).encode()))
def test_a_file_is_read_or_refused_by_name(data: bytes) -> None:
    try:
        found = readfile(data, folder=None)
    except Unreadable as fault:
        assert fault.reason
    else:
        assert found.contract


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_schemas_never_decide_what_an_answer_says(reference_data: Data, whole: bytes, data: st.DataObject) -> None:
    checked = open_contract("ssbtek-10", folder=reference_data(SCHEMAS))
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(32, 126))
    without = TEN.read(incoming(bytes(changed)), question())
    with_schemas = checked.read(incoming(bytes(changed)), question())
    assert [(block.agency, block.part, block.outcome, block.facts) for block in with_schemas] == [
        (block.agency, block.part, block.outcome, block.facts) for block in without
    ]
