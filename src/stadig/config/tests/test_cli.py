"""The ``stadig`` command: every command explains itself with an example, and a fault is one plain line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from stadig.config import cli
from stadig.config.faults import Fault


def every_command() -> Iterator[tuple[str, Any]]:
    group = typer.main.get_command(cli.app)
    waiting = [(f"stadig {name}", group.get_command(None, name)) for name in group.list_commands(None)]
    while waiting:
        name, command = waiting.pop()
        children = getattr(command, "commands", {})
        if children:
            waiting += [(f"{name} {child}", below) for child, below in children.items()]
        else:
            yield name, command


def test_every_command_shows_an_example_of_itself() -> None:
    for name, command in every_command():
        assert command.epilog, f"{name} --help shows no example"
        assert command.epilog.startswith("Example: ") and name in command.epilog, f"{name}: {command.epilog}"
        assert command.help, f"{name} does not say what it does"


def test_a_fault_is_one_plain_line_and_an_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise Fault("The disk is full. Make room and try again.")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "The disk is full. Make room and try again.\n"


def test_help_and_a_wrong_command_answer_at_once_without_django() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "stadig.config.cli"], capture_output=True, text=True, check=False
    )
    assert "django.db" not in done.stderr


def test_a_misspelt_municipality_is_told_what_it_may_mean() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from stadig.config.cli import main; main()", "init", "-m", "Vesterås"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Sweden has no municipality called Vesterås. Did you mean Västerås")
