"""Swedish texts say what *Ordlista* says: one word for one thing, and the plain one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stadig"
PAGE = ROOT / "docs" / "ordlista.md"
MARKED = re.compile(r"""\b(?:n?gettext(?:_lazy)?|_|pgettext)\(\s*((?:f?"(?:[^"\\]|\\.)*"\s*)+)""")
"""Texts that Python marks for translation; their originals are Swedish."""
SILENT = re.compile(
    r"\{#.*?#\}|\{% comment .*?endcomment %\}|<!--.*?-->|<code\b.*?</code>|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", re.DOTALL
)
"""What a template holds that no one reads, and commands, which are typed as they are."""
PLACES = re.compile(r"%\(\w+\)[sd]")
"""Where a figure or a name is written in: its own name is no word of the text."""
SPOKEN = re.compile(
    r"""\{%\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')|_\("([^"]*)"\)|(?:alt|title|aria-label|placeholder|label)="([^"{]*)\""""
)


def glossary() -> dict[str, str]:
    """Word that is not used → the word that is."""
    found: dict[str, str] = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("Swedish", "---"):
            found |= {word.strip(): cells[0] for word in cells[2].split(",") if word.strip()}
    return found


WORDS = glossary()
PATTERN = re.compile(
    r"\b(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in sorted(WORDS, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)


def wrong(text: str) -> list[str]:
    return [found.group(0) for found in PATTERN.finditer(PLACES.sub(" ", text))]


def texts() -> Iterator[tuple[str, str]]:
    """Every Swedish text that someone may read, with where it stands."""
    for path in sorted(SOURCE.rglob("packages/*/texts/sv.yaml")):
        for key, text in flat(yaml.safe_load(path.read_text())):
            if not key.endswith(".synonyms"):  # what people search for, in any words
                yield f"{path.relative_to(SOURCE)}: {key}", text
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            for found in MARKED.finditer(path.read_text()):
                yield str(path.relative_to(SOURCE)), found.group(1)
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        text = path.read_text()
        spoken = " ".join(part or "" for found in SPOKEN.findall(text) for part in found)
        yield str(path.relative_to(SOURCE)), f"{spoken} {SILENT.sub(' ', text)}"


def flat(found: Any, before: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from flat(value, f"{before}.{key}" if before else str(key))
    elif isinstance(found, list):
        yield before, " ".join(map(str, found))
    else:
        yield before, str(found)


def test_the_page_holds_the_words_of_the_house():
    used = set(WORDS.values())
    for word in ("invånare", "ärende", "kvittens", "handläggare", "nämnd", "område", "försök", "skala upp", "bredda", "avsluta"):
        assert word in used


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Komplettering erfordras.", ["Komplettering erfordras"]),
        ("Medborgare och tjänstemän", ["Medborgare", "tjänstemän"]),
        ("Vänligen inkom med handlingen.", ["Vänligen", "inkom med"]),
        ("Skicka handlingen till handläggaren.", []),
        ("Det är %(pilot)s i försöket.", []),
    ],
)
def test_jargon_is_found(text: str, found: list[str]):
    assert wrong(text) == found


def test_texts_say_what_the_glossary_says():
    told = [
        f"{where}: {word} → {WORDS.get(word.lower(), 'see docs/ordlista.md')}" for where, text in texts() for word in wrong(text)
    ]
    assert told == []
