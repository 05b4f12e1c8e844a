"""``stadig import`` does what its documentation says, file by file and word by word."""

import contextlib
import re
import shlex

import pytest
from typer.testing import CliRunner

from stadig.config.commands import imports
from stadig.config.environment import CHECKOUT

BLOCK = re.compile(r"^```\w+ title=\"(?P<title>[^\"]+)\"\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = CHECKOUT / "docs" / "municipality" / "import.md"


@pytest.fixture
def run(monkeypatch, tmp_path, db):
    @contextlib.contextmanager
    def already():
        yield

    monkeypatch.setattr(imports.django, "with_city", already)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(imports.app, list(words), catch_exceptions=False)


def said(result):
    """What was printed, without the progress bar's own lines."""
    return [line.rstrip() for line in result.output.splitlines() if line.strip() and "━" not in line]


def test_every_example_in_the_documentation_says_what_is_written(run, tmp_path):
    commands = 0
    for block in BLOCK.finditer(PAGE.read_text()):
        if block["title"] != "example":
            content = block["body"].encode("utf-8" if block["title"].endswith("json") else "cp1252")
            (tmp_path / block["title"]).write_bytes(content)
            continue
        for step in block["body"].split("$ stadig import ")[1:]:
            command, _, wanted = step.partition("\n")
            result = run(*shlex.split(command))
            assert result.exit_code == 0
            assert sorted(said(result)) == sorted(line.rstrip() for line in wanted.splitlines() if line.strip())
            commands += 1
    assert commands == 6
    assert (tmp_path / "fel.csv").read_text("utf-8-sig").splitlines()[1].startswith("4;lat;11.97, 57.7;")


def test_a_file_that_is_not_there_is_one_line_and_exit_code_1(run):
    result = run("bins", "borta.csv")
    assert result.exit_code == 1
    assert said(result) == ["borta.csv: there is no such file."]


@pytest.mark.parametrize("words", [("--map", "id"), ("--map-file", "borta.txt")])
def test_a_mapping_that_says_nothing_is_refused(run, words):
    assert run("bins", "korgar.csv", *words).exit_code == 2


def test_a_mapping_may_stand_in_a_file(run, tmp_path):
    (tmp_path / "korgar.csv").write_text("nr;bredd;längd\nK;57.7;11.97\n")
    (tmp_path / "karta.txt").write_text("# våra rubriker\nexternal_id=nr\nlat=Bredd\nlon=längd\n")
    result = run("bins", "korgar.csv", "--map-file", "karta.txt")
    assert said(result) == ["Kept 1 new bins, changed 0, 0 were the same. Read 1."]


def test_an_unknown_time_zone_is_refused(run, tmp_path):
    (tmp_path / "n.csv").write_text("korg;tid;nivå\n")
    assert run("readings", "n.csv", "--zone", "Svensk tid").exit_code == 2
