"""Where each value of a YAML or JSON text begins and ends, to the character. No Django.

PyYAML's marks say where a value begins; where a list or mapping in lines ends, its mark stands at whatever comes next, so the end
is that of the last value within it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from stadig.eservices import reading
from stadig.eservices.editing.errors import EditError
from stadig.eservices.package import PackageError

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list or mapping: from its key (or value) at ``start`` to the end of its value. ``key`` is None in a list."""

    start: int
    end: int
    key: yaml.ScalarNode | None
    value: yaml.Node


@dataclass(frozen=True, slots=True)
class Text:
    """A file as text with the tree of its values. ``data`` is what it says."""

    text: str
    root: yaml.Node
    data: Any
    is_json: bool

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def node(self, place: Place) -> yaml.Node:
        """The value at a place. Raises EditError."""
        here = self.root
        for number, name in enumerate(place):
            found = self.index(here, name)
            if found is None:
                raise EditError("no_place", place=written(place[: number + 1]))
            here = self.entries(here)[found].value
        return here

    def index(self, node: yaml.Node, name: str | int) -> int | None:
        """Which entry of a list or mapping has this name; None when it has none."""
        if isinstance(node, yaml.SequenceNode):
            return name if isinstance(name, int) and 0 <= name < len(node.value) else None
        keys = [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        return keys.index(str(name)) if str(name) in keys else None

    def entries(self, node: yaml.Node) -> list[Entry]:
        """Its entries in the order of the text; none for a single value."""
        if isinstance(node, yaml.MappingNode):
            return [Entry(key.start_mark.index, self.end(value), key, value) for key, value in node.value]
        if isinstance(node, yaml.SequenceNode):
            return [Entry(one.start_mark.index, self.end(one), None, one) for one in node.value]
        return []

    def is_flow(self, node: yaml.Node) -> bool:
        """Whether a list or mapping stands in brackets."""
        return self.text[node.start_mark.index : node.start_mark.index + 1] in ("[", "{")

    def end(self, node: yaml.Node) -> int:
        """Where a value's last character ends: before comments, empty lines and line ends that follow it."""
        if isinstance(node, yaml.CollectionNode) and node.value and not self.is_flow(node):
            last = node.value[-1]
            return self.end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            header = self.text[start : self.text.find("\n", start)]
            return end if "+" in header else start + len(self.text[start:end].rstrip())
        return end

    def column(self, offset: int) -> int:
        """How many characters stand before it on its line."""
        return offset - self.line(offset)

    def line(self, offset: int) -> int:
        """Where its line begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def after_line(self, offset: int) -> int:
        """Where the next line begins; the end of the text when there is none."""
        if offset > 0 and self.text[offset - 1] == "\n":
            return offset
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def dash(self, node: yaml.SequenceNode, number: int) -> int:
        """Where the dash of an entry of a list in lines stands."""
        if number == 0:
            return node.start_mark.index
        column = self.column(node.start_mark.index)
        offset = self.after_line(self.end(node.value[number - 1]))
        for line in self.text[offset:].splitlines(keepends=True):
            if line[:column].strip() == "" and line[column : column + 1] == "-":
                return offset + column
            offset += len(line)
        raise EditError("cannot_write", place=f"[{number}]")


@lru_cache(maxsize=32)
def read(data: bytes) -> Text:
    """The file with the places of its values. Raises EditError for what is neither YAML nor JSON."""
    try:
        text = data.decode("utf-8")
        if text.lstrip()[:1] in ("{", "[") and _is_json(text):
            root, found = yaml.compose(text.replace("\t", " "), yaml.CSafeLoader), json.loads(text)
            return Text(text, root, found, is_json=True)
        _, root, found = reading.tree_of(data, "the file")
    except (UnicodeDecodeError, PackageError, yaml.YAMLError) as error:
        raise EditError("unreadable", problem=str(error)) from error
    if root is None:
        raise EditError("unreadable", problem="It is empty.")
    return Text(text, root, found, is_json=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def written(place: Place) -> str:
    """A place as text: ``steps[0].questions[2]``."""
    told = ""
    for name in place:
        told = f"{told}[{name}]" if isinstance(name, int) else f"{told}.{name}" if told else str(name)
    return told


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same, the order of keys and the kind of each value included."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [str(key) for key in one] == [str(key) for key in other]
        return keys and all(same(*pair) for pair in zip(one.values(), other.values(), strict=True))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and one == other
