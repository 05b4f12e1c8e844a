"""``stadig exchange read`` reads any agency's answer from a file, quickly and without a city."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.config.agencies import connecting
from stadig.exchange.contracts.registry import open_contract

Data = Callable[[str], Path]
ANSWERS = "exchange/ssbtek-sundsvall"
ALL = f"{ANSWERS}/integration/test08_getFinancialAid_allAgencies/responses/ssbtek-response.xml"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    code = "import sys; from stadig.config.cli import main; sys.argv[0] = 'stadig'; main()"
    command = [sys.executable, "-c", code, "exchange", "read", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_all_agencies_in_one_answer_as_json_alone(reference_data: Data) -> None:
    done = run(reference_data(ALL), "--json", "--contracts", reference_data(ANSWERS))
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (told["contract"], told["contract_files_installed"]) == ("SSBTEK v10", True)
    assert told["outcomes"] == {
        "AF": "data",
        "CSN": "partial",
        "FK": "not_entitled",
        "SKV": "data",
        "SO": "data",
        "TNS": "data",
        "MIV": "data",
    }
    so = next(block for block in told["blocks"] if block["agency"] == "SO")
    assert so["facts"][0]["net"] == "1250.50"
    assert so["schema_errors"] == ["IdentificationNumber: ELEMENT_CONTENT"]


def test_the_text_says_plainly_that_the_contracts_files_are_not_installed(reference_data: Data) -> None:
    done = run(reference_data(ALL))
    assert done.returncode == 0
    assert "not installed: the answer could not be validated" in done.stdout
    assert "payment AKASSA Testorganisation 1250.50 kr 2013-11-23" in done.stdout


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("exchange/x-road/queries/no-soap.query", "no_soap_part"),
        ("exchange/x-road/queries/missing-body.query", "no_body"),
        ("exchange/x-road/queries/simple.query", "wrong_contract"),
        ("exchange/x-road/queries/attachment-small-mantis.query", "empty"),
        ("exchange/lefi-v9-example-fraga.json", "wrong_contract"),
        (f"{ANSWERS}/main/api/openapi.yaml", "not_xml"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(reference_data: Data, file: str, code: str) -> None:
    done = run(reference_data(file), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["refused"]["code"] == code
    assert code in done.stderr
    assert done.stderr.count("\n") == 1


def test_documents_that_lay_inside_an_answer_are_read_alone(reference_data: Data, tmp_path: Path) -> None:
    account = tmp_path / "account.json"
    account.write_text('{"kontohavare": "", "utbetaltBelopp": 900, "bokforingsdag": "2026-10-02"}', encoding="utf-8")
    assert json.loads(run(account, "--json").stdout)["blocks"][0]["facts"][0]["net"] == "900"
    example = run(reference_data("exchange/lefi-v9-example-svar.json"), "--json", "--contract", "lefi-9")
    assert json.loads(example.stdout)["contract"] == "LEFI v9"
    csn = tmp_path / "csn.xml"
    csn.write_text('<CSNSvar><Personer><Person Status="Ej träff"/></Personer></CSNSvar>', encoding="utf-16")
    assert json.loads(run(csn, "--json").stdout)["outcomes"] == {"CSN": "unknown_code"}


def test_an_answer_about_another_person_than_the_one_in_the_file_keeps_nothing(reference_data: Data, tmp_path: Path) -> None:
    person = tmp_path / "person"
    person.write_text("200001012384\n", encoding="utf-8")
    done = run(reference_data(f"{ANSWERS}/answers/so-response.xml"), "--json", "--person-file", person)
    (block,) = json.loads(done.stdout)["blocks"]
    assert (block["outcome"], block["alarm"]) == ("error", "wrong_person")
    person.write_text("hej", encoding="utf-8")
    done = run(reference_data(f"{ANSWERS}/answers/so-response.xml"), "--person-file", person)
    assert (done.returncode, "twelve digits" in done.stderr) == (1, True)


def test_a_file_a_folder_or_a_contract_that_does_not_exist_is_named(reference_data: Data, tmp_path: Path) -> None:
    assert "No such file" in run(tmp_path / "gone.xml").stderr
    assert "no such folder" in run(reference_data(ALL), "--contracts", tmp_path / "gone").stderr
    assert "There is no contract 'x'" in run(reference_data(ALL), "--contract", "x").stderr
    assert run("--whatever").returncode == 2


def test_it_starts_in_half_a_second_of_processor_time_without_django() -> None:
    code = (
        "import stadig.config.commands.exchange, sys, resource; used = resource.getrusage(resource.RUSAGE_SELF); "
        "print(sorted(m for m in sys.modules if m.partition('.')[0] in ('django', 'psycopg')), used.ru_utime + used.ru_stime)"
    )
    taken: list[float] = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        found, _space, seconds = done.stdout.strip().rpartition(" ")
        assert found == "[]"
        taken.append(float(seconds))
    assert min(taken) < 0.5


def test_the_stand_ins_own_agency_is_declared_in_full(tmp_path: Path) -> None:
    connecting.write(tmp_path, "https://127.0.0.1:1", tls=False)
    contract = open_contract("rest", folder=None, declaration=tmp_path / "rest-example.toml")
    assert (contract.name, contract.agencies) == ("Hamnkassan v1", ("HAMN",))
