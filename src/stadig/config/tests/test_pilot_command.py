"""``stadig pilot analyse``: a file in, a verdict out, and an exit code that a script can trust."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from stadig.config.commands.pilot import app
from stadig.config.faults import Fault
from stadig.pilots import package
from stadig.pilots.statistics.terms import Design, Verdict
from stadig.pilots.statistics.version import code_version
from stadig.pilots.tests import examples
from stadig.pilots.tests.trial import allocation_of, areas_of, persons_of, plan_of

RULE = ("--starts", "2026-01-05", "--ends", "2026-03-29", "--direction", "less", "--worthwhile", "0.2")


@pytest.fixture
def persons(tmp_path: Path) -> Path:
    """Persons with reminders and without, as a Swedish spreadsheet program writes them."""
    series = persons_of()
    assert series.arm is not None
    path = tmp_path / "uteblivna.csv"
    words = {"pilot": "försök", "comparison": "kontroll"}
    columns = zip(series.unit, series.day, series.value, series.arm, series.group["age_band"], strict=True)
    rows = [f"{unit};{day};{value:.1f};{words[str(arm)]};{band}".replace(".", ",") for unit, day, value, arm, band in columns]
    path.write_text("\n".join(["Enhet;Datum;Värde;Grupp;Ålder", *rows]), encoding="cp1252")
    return path


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    """Areas with a daily figure, a hundred days before the start."""
    series = areas_of(0.4, areas=12)
    path = tmp_path / "bins.csv"
    rows = [f"{unit},{day},{value!r}" for unit, day, value in zip(series.unit, series.day, series.value.tolist(), strict=True)]
    path.write_text("\n".join(["unit,time,value", *rows]), encoding="utf-8")
    return path


def _run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, ["analyse", *map(str, arguments)])


def _told(*arguments: Any) -> dict[str, Any]:
    ran = _run(*arguments, "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_persons_in_a_swedish_file_are_scaled_up(persons: Path) -> None:
    told = _told(persons, "--design", "persons", *RULE)
    assert told["verdict"] == "scale_up"
    assert told["primary"]["high"] < 0 and told["plan"]["design"] == "persons"
    assert {one["label"] for one in told["parts"]} == {"18-29", "30-64", "65+"}
    assert told["file"]["read_as"] == "cp1252, semicolon"


def test_the_same_file_gives_the_same_bytes(persons: Path) -> None:
    assert (
        _run(persons, "--design", "persons", *RULE, "--json").stdout
        == _run(persons, "--design", "persons", *RULE, "--json").stdout
    )


def test_areas_are_named_by_those_who_got_the_service(areas: Path) -> None:
    treated = ",".join(f"area {one}" for one in range(6))
    told = _told(areas, "--design", "areas", *RULE, "--treated", treated, "--baseline", 100)
    assert told["verdict"] == "scale_up"
    assert told["primary"]["value"] == pytest.approx(-0.4, abs=0.05)
    assert len(told["looks"]) == 12


def test_matched_pairs_limit_what_could_have_been_drawn(areas: Path) -> None:
    treated = ",".join(f"area {one}" for one in range(6))
    pairs = ",".join(f"area {one}:area {one + 6}" for one in range(6))
    told = _told(areas, "--design", "areas", *RULE, "--treated", treated, "--pairs", pairs, "--baseline", 100)
    possible = next(one for one in told["findings"] if one["code"] == "draws_possible")
    assert possible["values"]["draws"] == 64


def test_few_comparison_areas_withhold_the_verdict(areas: Path) -> None:
    told = _told(areas, "--design", "comparison-areas", *RULE, "--treated", "area 0")
    assert told["verdict"] == "withheld"
    assert "comparison_too_few" in told["because"][0]["values"]["codes"]


def test_a_frozen_rule_is_followed_and_not_bent(persons: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.json"
    rule.write_bytes(msgspec.json.encode(plan_of(outcome="uteblivna", worthwhile=0.9)))
    told = _told(persons, "--plan", rule)
    assert (told["plan"]["worthwhile"], told["verdict"]) == (0.9, "withdraw")
    _expect_fault(_run(persons, "--plan", rule, "--design", "areas"), "frozen rule is not changed")


def test_a_guardrail_and_a_benefit_from_the_same_file(tmp_path: Path) -> None:
    series = persons_of()
    assert series.arm is not None
    path = tmp_path / "all.csv"
    rng = np.random.default_rng(5)
    rows = [
        f"{unit},{day},{arm},{outcome},{value}"
        for unit, day, arm, missed in zip(series.unit, series.day, series.arm, series.value, strict=True)
        for outcome, value in (("missed", missed), ("assisted", float(rng.random() < 0.02)), ("calls", rng.exponential(3)))
    ]
    path.write_text("\n".join(["unit,time,arm,outcome,value", *rows]), encoding="utf-8")
    told = _told(path, "--design", "persons", *RULE, "--outcome", "missed", "--limit", "assisted:less:0.1", "--benefit", "calls")
    assert [(one["limit"]["slug"], one["state"]) for one in told["limits"]] == [("assisted", "held")]
    assert told["benefits"][0]["slug"] == "calls" and told["verdict"] == "scale_up"
    _expect_fault(_run(path, "--design", "persons", *RULE), "holds several outcomes")


def _expect_fault(ran: Result, says: str) -> None:
    assert isinstance(ran.exception, Fault) and says in str(ran.exception), ran.output
    assert ran.exception.code == 1


def test_a_person_reads_the_verdict_first(persons: Path) -> None:
    ran = _run(persons, "--design", "persons", *RULE)
    assert ran.stdout.startswith("SCALE UP  uteblivna, through 2026-")
    assert "30-64" in ran.stdout and "read as" in ran.stdout


def test_bad_input_is_one_line_that_names_it(persons: Path, areas: Path, tmp_path: Path) -> None:
    empty, broken = tmp_path / "empty.csv", tmp_path / "broken.csv"
    empty.write_text("")
    broken.write_text("unit,time,value\na,2026-01-05,x\n")
    _expect_fault(_run(tmp_path / "none.csv", "--design", "persons", *RULE), "there is no such file")
    _expect_fault(_run(empty, "--design", "persons", *RULE), "is empty")
    _expect_fault(_run(broken, "--design", "persons", *RULE), "no row can be used. column value: is not a number")
    _expect_fault(_run(areas, "--design", "areas", *RULE), "Say which areas got the service")
    _expect_fault(_run(areas, "--design", "areas", *RULE, "--treated", "nowhere"), "no figures of nowhere")
    _expect_fault(
        _run(persons, "--design", "persons", *RULE, "--outcome", "uteblivna", "--plan", broken), "no rule in machine form"
    )


def test_areas_that_border_on_the_pilot_are_looked_at_for_spill_over(areas: Path) -> None:
    common = (areas, "--design", "areas", *RULE, "--treated", "area 0,area 1,area 2", "--baseline", 100)
    told = _told(*common, "--neighbours", "area 0:area 3,area 4:area 1,area 2:area 5")
    found = next(one for one in told["findings"] if one["code"] == "spill_over")
    assert found["values"]["units"] == ["area 3", "area 4", "area 5"] and found["values"]["beside"] < -0.2
    assert ["area 1", "area 4"] in told["beside"]
    _expect_fault(_run(*common, "--neighbours", "area 0:nowhere"), "no figures of nowhere")
    assert _run(*common, "--neighbours", "area 0").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--design", "magic", *RULE),
        RULE,
        ("--design", "persons", *RULE[:-2]),
        ("--design", "persons", *RULE, "--limit", "assisted:under:0.1"),
        ("--design", "persons", *RULE, "--scale", "log"),
    ],
)
def test_what_was_asked_wrongly_is_exit_2(persons: Path, arguments: tuple[str, ...]) -> None:
    assert _run(persons, *arguments).exit_code == 2


def test_a_rule_of_areas_brings_its_own_allocation(areas: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.json"
    plan = plan_of(Design.AREAS, outcome="bins", allocation=allocation_of(12), baseline_days=100)
    rule.write_bytes(msgspec.json.encode(plan))
    assert _told(areas, "--plan", rule)["verdict"] == "scale_up"


def test_nothing_but_the_engine_is_loaded(persons: Path) -> None:
    script = (
        "import sys; sys.argv = ['stadig', 'pilot', 'analyse', *sys.argv[1:]]\n"
        "from stadig.config.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({'django', 'psycopg', 'procrastinate', 'scipy.stats', 'statsmodels', 'pandas'} & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, persons, "--design", "persons", *RULE, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0 and json.loads(ran.stdout)["verdict"] == "scale_up"
    assert ran.stderr.strip() == ""


def test_the_command_says_which_versions_they_are_and_what_differs(tmp_path: Path) -> None:
    whole = examples.bundle()
    assert whole.result is not None
    same = replace(whole.result, code_version=code_version())
    older = replace(whole.result, code_version="0.0.9+00000000")
    limited = replace(older, verdict=Verdict.CONTINUE)
    for name, result, code, says in (
        ("same", same, 0, ["samma siffror", f"Made with Stadig {code_version()}; this program is {code_version()}."]),
        ("older", older, 0, ["samma siffror", "Made with Stadig 0.0.9+00000000; this program is"]),
        ("differs", limited, 1, ["verdict: continue, now scale_up", "1 figures and 0 remarks", "run the version that made them"]),
        (
            "edited",
            replace(same, verdict=Verdict.CONTINUE),
            1,
            ["They are the same: the figures, the rule or the result"],
        ),
    ):
        path = tmp_path / f"{name}.zip"
        path.write_bytes(package.write(examples.bundle(result=result)))
        ran = CliRunner().invoke(app, ["reproduce", str(path)])
        assert ran.exit_code == code, ran.output
        assert all(one in ran.stdout for one in says), ran.stdout
