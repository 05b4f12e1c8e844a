"""Habits of the house that no tool knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from stadig.city.history import TRACKED

SOURCE = Path(__file__).parents[1] / "src" / "stadig"
NAMES = {"name", "title", "label", "first_name", "last_name", "given_name", "family_name", "username", "street", "place_name"}
ASCII_ONLY = "# a–z alone"
"""Says at the line that the name holds nothing but a–z and digits, so that bytes sort it right."""
ORDER = re.compile(r"""(?:order_by\(|ordering\s*=\s*[\[(])([^)\]]*)""")


def ordered_by_name() -> list[str]:
    found = []
    for path in SOURCE.rglob("*.py"):
        if {"migrations", "tests"} & set(path.parts):
            continue
        text = path.read_text()
        for order in ORDER.finditer(text):
            if ASCII_ONLY in text[order.start() :].partition("\n")[0]:
                continue
            fields = re.findall(r"""["']-?([\w]+)["']""", order.group(1))
            if {field.rpartition("__")[2] for field in fields} & NAMES:
                found.append(f"{path.relative_to(SOURCE)}: {order.group(0)}")
    return found


def test_nothing_is_ordered_by_a_name():
    """The embedded database compares bytes: å ä ö would come anywhere. Order by ``sort_key``, or say ``# a–z alone``."""
    assert ordered_by_name() == []


def test_history_is_kept_of_the_models_listed_and_of_no_other():
    tracked = {
        model.pgh_tracked_model._meta.label
        for model in apps.get_models()
        if getattr(model, "pgh_tracked_model", None) is not None
    }
    assert tracked == TRACKED


def types_met_at_first_use(source: str) -> Iterator[str]:
    """Each call of msgspec that would build what it knows of a type when it is first used: two threads that do so at once crash the process.

    Safe is a decoder made at the module's top level, and to convert to a type that such a decoder is of.
    """
    tree = ast.parse(source)
    called = {node: ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    within = {inner for function in functions for inner in ast.walk(function)}
    made = [node for node, name in called.items() if re.fullmatch(r"msgspec\.\w+\.Decoder", name)]
    whole = {kind for node in made if node not in within for kind in [type_of(node, 0)] if kind}
    for node, name in called.items():
        kind = type_of(node, 1)
        late = bool(kind) and bool(re.fullmatch(r"msgspec\.\w+\.decode", name))
        unmet = name == "msgspec.convert" and kind not in whole
        if late or unmet or (node in made and node in within):
            yield f"{node.lineno}: {ast.unparse(node)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and re.match(r"msgspec\b", node.module or ""):
            hidden = {one.name for one in node.names} & {"convert", "json", "msgpack", "toml", "yaml", "decode", "Decoder"}
            yield from (f"{node.lineno}: from msgspec import {name}" for name in sorted(hidden))


def type_of(call: ast.Call, place: int) -> str:
    """The type that a call names, as it is written; empty where it names none."""
    named = [one.value for one in call.keywords if one.arg == "type"] + call.args[place : place + 1]
    return ast.unparse(named[0]) if named else ""


@pytest.mark.parametrize(
    "call",
    [
        "def read(text): return msgspec.json.decode(text, type=Card)",
        "def read(text): return msgspec.json.Decoder(Card).decode(text)",
        "def read(plain): return msgspec.convert(plain, Card)",
        "_ONE = msgspec.json.Decoder(Card)\ndef read(plain): return msgspec.convert(plain, type=tuple[Card, ...])",
        "def made():\n    one = msgspec.json.Decoder(Card)\n    return lambda plain: msgspec.convert(plain, Card)",
        "from msgspec import convert",
        "from msgspec.json import decode",
    ],
)
def test_a_type_that_is_met_at_its_first_use_is_found(call: str):
    assert list(types_met_at_first_use(call))


@pytest.mark.parametrize(
    "call",
    [
        "_CARD = msgspec.json.Decoder(Card)\ndef read(text): return _CARD.decode(text)",
        "_CARD = msgspec.json.Decoder(Card)\ndef read(plain): return msgspec.convert(plain, Card, strict=False)",
        "def read(text): return msgspec.json.decode(text)",
        "from msgspec import Meta, Struct",
    ],
)
def test_a_type_that_is_whole_before_its_first_use_is_left_alone(call: str):
    assert not list(types_met_at_first_use(call))


def test_every_type_is_whole_before_two_threads_use_it():
    """Make the decoder at the module's top level and use it there: ``_CARD = msgspec.json.Decoder(Card)``."""
    texts = {path: path.read_text() for path in SOURCE.rglob("*.py") if "tests" not in path.parts}
    users = {path.relative_to(SOURCE): text for path, text in texts.items() if "msgspec" in text}
    assert [f"{path}:{call}" for path, text in users.items() for call in types_met_at_first_use(text)] == []
