"""The documentation tells the truth: its commands run, its code runs, its links lead somewhere."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FENCE = re.compile(
    r"^(?P<mark><!-- run -->\n+)?```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if "reference" not in p.parts),
]


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    title: str
    body: str
    runs: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks() -> Iterator[Block]:
    """Every fenced block; those after ``<!-- run -->`` are run."""
    for page in PAGES:
        if page.exists():
            text = page.read_text()
            for found in FENCE.finditer(text):
                line = text.count("\n", 0, found.start("kind")) + 1
                yield Block(page, line, found["kind"], found["title"] or "", found["body"], bool(found["mark"]))


BLOCKS = list(blocks())
ENVIRON = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "COLUMNS": "100",
    "NO_COLOR": "1",
    "TERM": "dumb",
}


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.runs and b.kind == "python"], ids=str)
def test_python_in_the_documentation_runs(block: Block, db: None) -> None:
    exec(compile(block.body, str(block), "exec"), {"__name__": "docs"})  # noqa: S102 – our own text


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.runs and b.kind == "console"], ids=str)
def test_commands_in_the_documentation_say_what_is_written(block: Block, tmp_path: Path) -> None:
    for step in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, wanted = step.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env=ENVIRON,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = done.stdout
        assert done.returncode == 0 or "exit code" in wanted, said
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert not wanted.strip() or doctest.OutputChecker().check_output(wanted, said, flags), f"{command} said:\n{said}"


def test_every_python_block_is_python() -> None:
    for block in BLOCKS:
        if block.kind == "python":
            compile(block.body, str(block), "exec")


def test_every_command_named_exists() -> None:
    from stadig.config.cli import COMMANDS

    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for block in BLOCKS:
        for command in re.findall(r"^\$ (?:\w+=\S+ )*(stadig|make) (?:\w+=\S+ )*([a-z-]+)", block.body, re.MULTILINE):
            known = COMMANDS if command[0] == "stadig" else made
            assert command[1] in known or command[1].startswith("-"), f"{block}: {' '.join(command)} does not exist"


def test_every_link_and_picture_exists() -> None:
    for page in PAGES:
        if page.exists():
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)):
                if not re.match(r"[a-z]+:", target):
                    there = page.parent / target
                    assert there.exists() or "reference/" in target, f"{page.relative_to(ROOT)} links to {target}"


@pytest.mark.slow
def test_the_tutorial_builds_a_service_whose_tests_pass(tmp_path: Path) -> None:
    for block in BLOCKS:
        if block.page.name == "build-a-service.md" and block.title:
            path = tmp_path / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body)
    (tmp_path / "src/stadig/found/tests/__init__.py").touch()
    (tmp_path / "tutorial_settings.py").write_text(
        "import stadig\n"
        f"stadig.__path__.append({str(tmp_path / 'src/stadig')!r})\n"
        "from stadig.config.settings import *\n"
        'INSTALLED_APPS = ["stadig.found", *INSTALLED_APPS]\n'
        'MIGRATION_MODULES = {"found": None}\n'
        'ROOT_URLCONF = "tutorial_urls"\n'
        'DATABASES["default"]["TEST"] = {"NAME": "test_stadig_tutorial"}\n'
    )
    (tmp_path / "tutorial_urls.py").write_text(
        "from django.urls import include, path\n"
        "from stadig.config.urls import urlpatterns as all_pages\n"
        'urlpatterns = [path("upphittat/", include("stadig.found.urls")), *all_pages]\n'
    )
    (tmp_path / "conftest.py").write_text(
        (ROOT / "conftest.py").read_text().replace("Path(__file__).parent", f"Path({str(ROOT)!r})")
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser\n    slow\n")
    options = [
        "--ds=tutorial_settings",
        "--create-db",
        "-p",
        "no:cacheprovider",
        "-q",
        "--import-mode=importlib",
        "-c",
        "pytest.ini",
    ]
    environ = os.environ | {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tutorial_settings"}
    command = [sys.executable, "-m", "pytest", *options, "src/stadig/found/tests/test_found.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "4 passed" in done.stdout
