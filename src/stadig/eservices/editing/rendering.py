"""How a value is written in YAML or JSON, in the way the shipped packages are written. No Django.

A text is plain where that reads back as the same text, otherwise in double quotes; several lines are a literal block.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stadig.eservices import reading

STEP: Final = 2
"""Spaces per level."""
ONE_LINE: Final = 130
"""The longest value of JSON that is written on one line."""
_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=][^\n\r\t]*", re.DOTALL)
_ODD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WORD: Final = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True, slots=True)
class Flow:
    """A list or mapping that is written on one line, in brackets: a rule, a status."""

    value: Any


def bare(value: Any) -> Any:
    """The value without what was said of how to write it."""
    if isinstance(value, Flow):
        return bare(value.value)
    if isinstance(value, Mapping):
        return {key: bare(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [bare(one) for one in value]
    return value


def scalar(value: Any, *, flow: bool, quoted: bool = False) -> str:
    """A text, number, truth value or None on one line of YAML."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return json.dumps(value)
    if not quoted and _is_plain(value, flow=flow):
        return value
    return quote(value)


def quote(text: str) -> str:
    """In double quotes, as both JSON and YAML read them."""
    return _ODD.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def _is_plain(text: str, *, flow: bool) -> bool:
    if not _PLAIN.fullmatch(text) or text[-1] in " :" or ": " in text or " #" in text or _ODD.search(text):
        return False
    if flow and re.search(r"[,\[\]{}]|:$", text):
        return False
    return bool(_WORD.fullmatch(text) and text.lower() not in _SPECIAL) or reading.scalar_of(text) == text


_SPECIAL: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def inline(value: Any) -> str:
    """Any value on one line of YAML. The operator of a rule is in quotes: ``{"==": [{var: what}, lamp]}``."""
    if isinstance(value, Flow):
        return inline(value.value)
    if isinstance(value, Mapping):
        rule = len(value) == 1 and isinstance(next(iter(value.values())), list | tuple | Mapping)
        pairs = [f"{scalar(key, flow=True, quoted=rule and isinstance(key, str))}: {inline(one)}" for key, one in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inline, value))}]"
    return scalar(value, flow=True)


def block(value: Any, indent: int, newline: str) -> str:
    """What stands after ``key:`` or ``-`` whose own column is ``indent``: a space and one line, or lines beneath it."""
    if isinstance(value, Mapping) and value:
        return "".join(f"{newline}{' ' * (indent + STEP)}{entry(key, one, indent + STEP, newline)}" for key, one in value.items())
    if isinstance(value, list | tuple) and value:
        return "".join(f"{newline}{' ' * (indent + STEP)}{item(one, indent + STEP, newline)}" for one in value)
    if isinstance(value, str) and "\n" in value and (lines := literal(value, indent, newline)):
        return f" {lines}"
    return f" {inline(value)}" if isinstance(value, Flow | Mapping | list | tuple) else f" {scalar(value, flow=False)}"


def entry(key: str | int, value: Any, indent: int, newline: str) -> str:
    """``key: value`` in a block mapping whose keys stand in column ``indent``, without the last line end."""
    return f"{scalar(key, flow=False)}:{block(value, indent, newline)}"


def item(value: Any, indent: int, newline: str) -> str:
    """``- value`` in a block sequence whose dashes stand in column ``indent``, without the last line end."""
    if isinstance(value, Mapping) and value:
        pairs = [entry(key, one, indent + STEP, newline) for key, one in value.items()]
        return "- " + f"{newline}{' ' * (indent + STEP)}".join(pairs)
    return f"-{block(value, indent, newline)}"


def literal(text: str, indent: int, newline: str) -> str:
    """Several lines as a literal block beneath column ``indent``; empty where such a block would not hold the text."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if (
        not body
        or lines[0][:1] in ("", " ")
        or lines[-1] == ""
        or _ODD.search(text)
        or re.search(r"[\x00-\x09\x0b-\x1f]| $| \n", text)
    ):
        return ""
    written = [f"{' ' * (indent + STEP)}{line}" if line else "" for line in lines]
    return newline.join(["|" if text.endswith("\n") else "|-", *written])


def as_json(value: Any, indent: int, newline: str) -> str:
    """A value of JSON whose line begins in column ``indent``: on one line where it is small, otherwise on several."""
    value = bare(value)
    line = _ODD.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))
    if not isinstance(value, dict | list) or not value or (len(line) <= ONE_LINE and _depth(value) <= 2):
        return line
    within = " " * (indent + STEP)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {as_json(one, indent + STEP, newline)}" for key, one in value.items()]
    else:
        parts = [as_json(one, indent + STEP, newline) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    between = f",{newline}{within}"
    return f"{opening}{newline}{within}{between.join(parts)}{newline}{' ' * indent}{closing}"


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict | list) else 0


def whole(value: Mapping[str, Any]) -> str:
    """A whole YAML file."""
    return "\n".join([*(entry(key, one, 0, "\n") for key, one in value.items()), ""])
