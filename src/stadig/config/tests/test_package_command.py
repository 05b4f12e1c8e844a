"""``stadig package``: an analyst's command, JSON alone on standard output, exit codes as the house has them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stadig.config.commands.package import SHIPPED, app

run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of street-fault that may be changed."""
    import shutil

    return Path(shutil.copytree(SHIPPED / "street-fault", tmp_path / "street-fault"))


def change(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after))


def test_a_package_without_errors_passes_and_a_shipped_one_is_known_by_its_name():
    told = run(app, ["lint", "street-fault"])
    assert told.exit_code == 0, told.output
    assert "0 errors" in told.stdout


def test_an_error_is_told_with_file_and_line_and_fails(folder):
    change(folder, "flow.yaml", "[{var: what}, lamp]", "[{var: what}, lampa]")
    told = run(app, ["lint", str(folder)])
    assert told.exit_code == 1
    assert "flow.yaml:6: error: steps[0].questions[1].show_if: what is compared with lampa" in told.stdout
    data = json.loads(run(app, ["lint", str(folder), "--json"]).stdout)
    assert data["errors"] == 1
    assert data["findings"][0]["kind"] == "not_an_option"
    assert data["findings"][0]["values"] == {"path": "what", "value": "lampa"}


def test_scenarios_are_run_and_a_failing_one_says_what_it_got(folder):
    assert run(app, ["test", str(folder)]).exit_code == 0
    change(folder, "scenarios/lamp.yaml", "hidden: [email]", "hidden: [photos]")
    told = run(app, ["test", str(folder)])
    assert told.exit_code == 1
    assert "FAILS  lamp" in told.stdout
    assert "hidden photos: expected hidden, got shown" in told.stdout
    data = json.loads(run(app, ["test", str(folder), "--json"]).stdout)
    held = {one["name"]: one["holds"] for one in data["scenarios"]}
    assert not held.pop("lamp")
    assert all(held.values())


def test_it_shows_what_is_asked():
    assert "Number of the lamp [lamp_number, text]" in run(app, ["show", "street-fault", "--language", "en"]).stdout
    assert json.loads(run(app, ["show", "street-fault", "--json"]).stdout)["steps"][0]["questions"][0]["kind"] == "choice"


def test_an_archive_is_the_same_each_time_and_can_be_read_again(folder, tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert run(app, ["export", str(folder), "--to", str(first)]).exit_code == 0
    assert run(app, ["export", "street-fault", "--to", str(second)]).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert "0 differences" in run(app, ["diff", str(first), "street-fault"]).stdout


def test_a_difference_is_told_in_the_words_of_the_service(folder):
    change(folder, "flow.yaml", "[{var: what}, lamp]", "[{var: what}, sign]")
    change(folder, "flow.yaml", "      - photos\n", "")
    change(folder, "data.schema.json", '"required": ["what", "where"]', '"required": ["what", "where", "danger"]')
    change(folder, "case.yaml", "  ordered: {group: others}", "  ordered: {group: open}")
    change(folder, "texts/en.yaml", "Tell us more", "Tell us all")
    told = run(app, ["diff", "street-fault", str(folder)]).stdout
    for line in (
        "question danger changed",
        "question photos removed",
        'rule lamp_number show_if changed: {"==": [{"var": "what"}, "lamp"]} →',
        "status ordered changed",
        "text en: question.description.label changed: Tell us more → Tell us all",
        "5 differences",
    ):
        assert line in told, told
    data = json.loads(run(app, ["diff", "street-fault", str(folder), "--json"]).stdout)
    assert {(one["what"], one["how"]) for one in data["changes"]} == {
        ("question", "changed"), ("question", "removed"), ("rule", "changed"), ("status", "changed"), ("text", "changed"),
    }  # fmt: skip


@pytest.mark.parametrize("command", ["lint", "test", "show", "export"])
def test_what_is_no_package_is_one_line_and_exit_code_1(command, tmp_path):
    (tmp_path / "no.zip").write_bytes(b"PK not a zip")
    (tmp_path / "empty").mkdir()
    for source in ("no-such-package", str(tmp_path / "no.zip"), str(tmp_path / "empty")):
        told = run(app, [command, source])
        assert (told.exit_code, told.stdout) == (1, ""), told.output
        assert len(told.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["lint", "test", "show", "export", "install", "diff"])
def test_every_command_has_an_example(command):
    assert "Example: stadig package" in run(app, [command, "--help"]).stdout


def test_it_needs_no_django():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom stadig.config.commands.package import app\n"
        "for a in (['lint','street-fault'],['test','street-fault'],['show','street-fault'],['diff','street-fault','street-fault']):\n"
        "    assert CliRunner().invoke(app, a).exit_code == 0, a\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('django','psycopg','procrastinate','numpy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"


@pytest.mark.django_db
def test_a_package_is_installed_and_its_address_is_said(folder, monkeypatch):
    import contextlib

    from stadig.city.models import Organisation
    from stadig.config import django
    from stadig.eservices.models import EService

    monkeypatch.setattr(django, "with_city", contextlib.nullcontext)
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)
    told = run(app, ["install", "street-fault"])
    assert told.exit_code == 0, told.output
    assert "street-fault 1.0.0 is open at /e/street-fault/" in told.stdout
    assert EService.objects.get().name == "street-fault"
    assert "0 differences" in run(app, ["diff", str(folder)]).stdout
    change(folder, "service.yaml", "version: 1.0.0", "version: 1.1.0")
    change(folder, "case.yaml", "unit: Gata och park", "unit: Nobody")
    refused = run(app, ["install", str(folder)])
    assert refused.exit_code == 1
    assert "there is no 'Nobody' in this city" in refused.stderr
    change(folder, "flow.yaml", "[{var: what}, lamp]", "[{var: what}, lampa]")
    assert "has 1 error. Run: stadig package lint" in run(app, ["install", str(folder)]).stderr
