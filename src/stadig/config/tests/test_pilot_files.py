"""``stadig pilot reproduce``: the figures of an exported file come out the same, or are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from stadig.config.cli import app
from stadig.pilots import package
from stadig.pilots.tests import examples


def test_the_command_computes_a_file_again_and_names_what_differs(tmp_path: Path) -> None:
    whole = examples.bundle()
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(package.write(whole))
    assert whole.result is not None
    bad.write_bytes(package.write(replace(whole, result=replace(whole.result, seed=1))))
    said = CliRunner().invoke(app, ["pilot", "reproduce", str(good)])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("samma siffror: ")
    said = CliRunner().invoke(app, ["pilot", "reproduce", str(bad)])
    assert said.exit_code == 1
    assert "seed: 1, now 20261122" in said.output


def test_the_command_names_what_is_no_package_and_what_is_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"nothing")
    assert "broken.zip" in str(CliRunner().invoke(app, ["pilot", "reproduce", str(broken)]).exception)
    assert "there is no such file" in str(CliRunner().invoke(app, ["pilot", "reproduce", "gone.zip"]).exception)
