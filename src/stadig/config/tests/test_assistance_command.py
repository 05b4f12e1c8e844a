"""``stadig assistance`` at the terminal: a new year's riksnorm, and its rules, from a file to two people."""

from __future__ import annotations

import contextlib
import json
import re

import pytest
from typer.testing import CliRunner

from stadig.assistance import first, norm, norm_file
from stadig.assistance.models import Norm, Rules
from stadig.assistance.tests.test_norm import TOML
from stadig.assistance.tests.test_rates import TOML as RULES_TOML
from stadig.city.permissions import Role
from stadig.config import django
from stadig.config.commands import assistance

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, someone):
    first.write(Norm, Rules)
    someone(Role.MANAGER, username="henrik")
    someone(Role.ADMINISTRATOR, username="ove")
    monkeypatch.setattr(django, "with_city", contextlib.nullcontext)
    return lambda *words, about="norm": CliRunner().invoke(assistance.app, [about, *words])


def test_a_norm_at_the_terminal_from_a_file_to_two_people(run, tmp_path):
    file = tmp_path / "riksnorm.toml"
    file.write_text(TOML)
    entered = run("import", str(file), "--by", "henrik")
    assert entered.exit_code == 0, entered.output
    assert "2740     2760    0.7 %" in entered.stdout
    number = str(Norm.objects.latest("pk").pk)
    refused = run("confirm", number, "--by", "henrik")
    assert refused.exit_code == 1
    assert "colleague" in refused.stderr
    assert run("confirm", number, "--by", "ove").exit_code == 0
    rows = json.loads(run("list", "--json").stdout)
    assert [row["state"] for row in rows] == ["to come", "in force", "has been"]
    assert json.loads(run("show", number, "--json").stdout)["table"] == norm.plain(
        norm_file.read("riksnorm.toml", TOML.encode()).table
    )
    assert run("withdraw", number, "--by", "ove").exit_code == 0
    assert "withdrawn" in run("list").stdout


def test_a_typing_error_is_pointed_at_and_a_faulty_file_named_at_the_terminal(run, tmp_path):
    file = tmp_path / "riksnorm.toml"
    file.write_text(TOML.replace("4 = 2040", "4 = 2340"))
    assert "look" in run("import", str(file), "--by", "henrik").stdout
    file.write_text(TOML.replace("sfs-2025-468", "reference-value-2027"))
    refused = run("import", str(file), "--by", "henrik")
    assert refused.exit_code == 1
    assert "reference-value-2027" in refused.stderr
    assert run("show", "99999").exit_code == 1
    assert run("confirm", "1", "--by", "nobody").exit_code == 1


def test_rules_at_the_terminal_from_a_file_to_two_people(run, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(RULES_TOML)
    entered = run("import", str(file), "--by", "henrik", about="rules")
    assert entered.exit_code == 0, entered.output
    assert re.search(r"price_base_amount +59200 +60300 +SFS 2026:998", entered.stdout)
    assert re.search(r"change_percent +12 +10 +Nämndens beslut", entered.stdout)
    number = str(Rules.objects.latest("pk").pk)
    refused = run("confirm", number, "--by", "henrik", about="rules")
    assert refused.exit_code == 1
    assert "colleague" in refused.stderr
    assert run("confirm", number, "--by", "ove", about="rules").exit_code == 0
    rows = json.loads(run("list", "--json", about="rules").stdout)
    assert [row["state"] for row in rows] == ["to come", "in force", "has been"]
    assert json.loads(run("show", number, "--json", about="rules").stdout)["values"]["price_base_amount"]["value"] == 60_300
    assert run("withdraw", number, "--by", "ove", about="rules").exit_code == 0
    assert "withdrawn" in run("list", about="rules").stdout


def test_a_price_base_amount_that_is_last_years_is_pointed_at_and_a_value_out_of_bounds_named(run, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(RULES_TOML.replace("60_300", "59_200"))
    told = run("import", str(file), "--by", "henrik", about="rules").stdout
    assert [line.split()[0] for line in told.splitlines() if "look" in line] == ["price_base_amount"]
    file.write_text(RULES_TOML.replace("60_300", "603"))
    refused = run("import", str(file), "--by", "henrik", about="rules")
    assert refused.exit_code == 1
    assert "Price base amount" in refused.stderr
    assert "10000–1000000" in refused.stderr
