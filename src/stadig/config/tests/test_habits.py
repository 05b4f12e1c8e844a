"""The repository's habits: what may not be committed, and an audit that never calls silence good news."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path

import pytest

from stadig.config import dependencies
from stadig.config.environment import CHECKOUT

habits = runpy.run_path(str(CHECKOUT / "tools" / "habits.py"), run_name="habits")


def test_the_repository_keeps_its_habits() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=False).stdout.splitlines()
    if not names:
        pytest.skip("not a git checkout")
    assert not [fault for name in names for fault in habits["faults"](CHECKOUT / name)]


def test_keys_conflicts_and_registries_are_found(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN " + "PRIVATE KEY-----\n")
    (tmp_path / "page.html").write_text("<p>\n<<<<<<< HEAD\n")
    (tmp_path / "requirements.lock").write_text("--index-url https://mirror.example/simple\n")
    found = [fault for path in sorted(tmp_path.iterdir()) for fault in habits["faults"](path)]
    assert [fault.partition(": ")[2] for fault in found] == [
        "a private key",
        "a conflict mark",
        "an address of a package registry in a lock file",
    ]


def test_an_audit_that_could_look_nothing_up_is_not_audited() -> None:
    told = {"dependencies": [{"name": "django", "skip_reason": "not found"}]}
    code, lines = dependencies.known(told)
    assert code == dependencies.NOT_AUDITED
    assert "not audited" in lines[-1]


def test_an_audit_names_the_flaw_and_the_version_that_mends_it() -> None:
    flaw = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.9"]}
    told = {
        "dependencies": [{"name": "django", "version": "5.2.8", "vulns": [flaw]}, {"name": "numpy", "version": "2", "vulns": []}]
    }
    assert dependencies.known(told) == (
        dependencies.FOUND,
        ["django 5.2.8: PYSEC-2026-1, mended in 5.2.9", "Python: 2 packages looked up, 1 flaws known."],
    )
    assert dependencies.known({"dependencies": told["dependencies"][1:]})[0] == 0
