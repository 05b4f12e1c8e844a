"""What ties an answer to a question and to a person: the question's id, and whom the answer names. Without either it states nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.exchange.contracts.errors import FaultyDeclaration
from stadig.exchange.contracts.registry import open_contract, readfile
from stadig.exchange.contracts.tests.questions import (
    ALL,
    ASKED,
    GIVEN_BACK,
    PERSON,
    SCHEMAS,
    answer,
    incoming,
    lefi,
    of,
    question,
    skv,
    tied,
)
from stadig.exchange.contracts.tests.test_messages import AF_ANSWER
from stadig.exchange.contracts.tests.test_rest import DECLARED
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import AF, FK, PM, SKV, TNS

Data = Callable[[str], Path]
TEN, ELEVEN = open_contract("ssbtek-10", folder=None), open_contract("ssbtek-11", folder=None)
OTHER = "<b:korrelationsid>00000000-0000-0000-0000-000000000001</b:korrelationsid>"
VEHICLES = "<b:TNS><b:data><b:resultat>OK</b:resultat><b:fordonsinnehav>{}</b:fordonsinnehav></b:data></b:TNS>"
CAR = "<b:fordon><b:regnr>ABC123</b:regnr></b:fordon>"
STATES = [{"utlamnare": {"kod": kod}, "tillstand": {"kod": "OK"}} for kod in ("FK", "PM")]


def insurance(*, named: bool) -> object:
    about = {"generellPersoninformation": [{"personnummer": PERSON, "skyddad": False}]} if named else {}
    return {"utlamnare": STATES, "formansinformation": {**about, "utbetalningsuppgift": []}, "utbetalningar": []}


def test_an_answer_that_names_the_person_counts_without_the_questions_id_and_it_is_remarked_on() -> None:
    with_id = of(TEN.read(answer(AF_ANSWER), question(AF)), AF)
    without = of(TEN.read(answer(AF_ANSWER, before=""), question(AF)), AF)
    assert (with_id.outcome, with_id.remarks) == (Outcome.DATA, ())
    assert (without.outcome, without.facts, without.remarks) == (Outcome.DATA, with_id.facts, ("no_correlation_id",))


@pytest.mark.parametrize("held", [CAR, ""])
def test_vehicles_count_only_in_an_answer_with_the_questions_id(held: str) -> None:
    xml = VEHICLES.format(held)
    assert of(TEN.read(answer(xml), question(TNS)), TNS).outcome == (Outcome.DATA if held else Outcome.NOTHING_STATED)
    block = of(TEN.read(answer(xml, before="<b:korrelationsid> </b:korrelationsid>"), question(TNS)), TNS)
    assert (block.outcome, block.error_code, block.facts) == (Outcome.UNKNOWN_CODE, "not_tied", ())


def test_a_fault_of_transportstyrelsens_stays_that_fault() -> None:
    xml = "<b:TNS><b:data><b:resultat>FEL</b:resultat><b:felresultat><b:felkod>7</b:felkod></b:felresultat></b:data></b:TNS>"
    block = of(TEN.read(answer(xml, before=""), question(TNS)), TNS)
    assert (block.outcome, block.error_source, block.error_code) == (Outcome.ERROR, "agency", "7")


@pytest.mark.parametrize("named", [True, False])
def test_an_insurance_answer_is_tied_by_its_person_or_by_the_questions_id(named: bool) -> None:
    found = lefi(insurance(named=named))
    assert not [one for one in TEN.read(found, question(FK, PM)) if one.error_code == "not_tied"]
    without = incoming(found.body.replace(GIVEN_BACK.encode(), b""))
    untied = {one.agency for one in TEN.read(without, question(FK, PM)) if one.error_code == "not_tied"}
    assert untied == (set() if named else {FK, PM})
    if not named:
        assert not [one for one in TEN.read(without, question(FK, PM)) if one.outcome in EVIDENCE]


@pytest.mark.parametrize("before", [OTHER, GIVEN_BACK + OTHER, OTHER + GIVEN_BACK, "<b:korrelationsid>nej</b:korrelationsid>"])
def test_an_answer_with_another_id_is_refused_and_alarmed_for_every_agency(before: str) -> None:
    for contract, version in ((TEN, "10"), (ELEVEN, "11")):
        found = contract.read(answer(AF_ANSWER + VEHICLES.format(CAR), version, before), question(AF, TNS, SKV))
        assert {one.agency for one in found} == {AF, TNS, SKV}
        for block in found:
            assert (block.outcome, block.error_code, block.alarm) == (Outcome.ERROR, "wrong_answer", "wrong_answer")
            assert not block.facts


def test_the_id_may_come_back_in_capitals() -> None:
    xml = answer(AF_ANSWER, before=GIVEN_BACK.replace(str(ASKED), str(ASKED).upper()))
    assert of(TEN.read(xml, question(AF)), AF).remarks == ()


def test_skatteverkets_parts_name_the_person_themselves() -> None:
    part = skv("individuppgifter", {"identitet": PERSON, "individuppgifter": []})
    found = ELEVEN.read(answer(f"<b:SKV>{part}</b:SKV>", "11", ""), question(SKV, parts={SKV: ("individuppgifter",)}))
    assert [(one.outcome, one.remarks) for one in found] == [(Outcome.NOTHING_STATED, ("no_correlation_id",))]


def test_the_agencies_own_sample_bears_no_id_so_its_vehicles_state_nothing(reference_data: Data) -> None:
    ten = open_contract("ssbtek-10", folder=reference_data(SCHEMAS))
    data = reference_data(ALL).read_bytes()
    block = of(ten.read(incoming(data), question()), TNS)
    assert (block.outcome, block.error_code, block.facts, block.schema_valid) == (Outcome.UNKNOWN_CODE, "not_tied", (), True)
    assert of(ten.read(incoming(data), question()), AF).remarks == ("no_correlation_id",)
    assert of(ten.read(incoming(tied(data)), question()), TNS).outcome == Outcome.DATA


def test_a_file_is_no_answer_to_a_question_of_ours() -> None:
    for before in ("", OTHER, "<b:korrelationsid>nej</b:korrelationsid>"):
        (block,) = readfile(answer(VEHICLES.format(CAR), before=before).body, folder=None).blocks
        assert (block.outcome, block.remarks) == (Outcome.DATA, ())
    (block,) = readfile(answer(VEHICLES.format(CAR), before="").body, folder=None, person=PERSON).blocks
    assert (block.outcome, block.error_code) == (Outcome.UNKNOWN_CODE, "not_tied")


def _boka(tmp_path: Path, old: str, new: str) -> Path:
    assert old in DECLARED
    file = tmp_path / "boka.toml"
    file.write_text(DECLARED.replace(old, new))
    return file


def test_a_declared_agency_may_be_tied_by_the_id_alone(tmp_path: Path) -> None:
    file = _boka(tmp_path, 'person = "/subject/id"', 'correlation = "/question"')
    contract = open_contract("rest", folder=None, declaration=file)
    said = '{{"status": "OK", "payments": []{}}}'
    outcomes = {}
    for name, held in (("ours", f', "question": "{ASKED}"'), ("none", ""), ("other", ', "question": "17"')):
        (block,) = contract.read(incoming(said.format(held), 200, "application/json"), question("BOKA"))
        outcomes[name] = (block.outcome, block.alarm)
    assert outcomes == {
        "ours": (Outcome.NOTHING_STATED, ""),
        "none": (Outcome.UNKNOWN_CODE, ""),
        "other": (Outcome.ERROR, "wrong_answer"),
    }


def test_a_declaration_that_ties_its_answers_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultyDeclaration, match=r"answer.person is missing, and so is correlation"):
        open_contract("rest", folder=None, declaration=_boka(tmp_path, 'person = "/subject/id"\n', ""))
    file = _boka(tmp_path, 'headers = { "X-Request-Id" = "{correlation_id}" }\n', "")
    file.write_text(file.read_text().replace('person = "/subject/id"', 'correlation = "/question"'))
    with pytest.raises(FaultyDeclaration, match="is never sent"):
        open_contract("rest", folder=None, declaration=file)
