"""Taking values out of what a file held; each says what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stadig.eservices.package import PackageError

MOST_BRACKETS: Final = 100
MOST_COLUMNS: Final = 1000
"""Lines within lines stand each at least a column further in. The reader in C has no bound of its own and would exhaust the stack."""
_INDENT: Final = re.compile(r"(?m)^(?:[ \t]|[-?:][ \t])*")


def too_deep(text: str) -> bool:
    """Whether brackets or lines stand deeper within each other than anyone writes them; reading such a file costs far too much."""
    if any(found.end() - found.start() > MOST_COLUMNS for found in _INDENT.finditer(text)):
        return True
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > MOST_BRACKETS:
            return True
    return False


def flat(texts: Mapping[str, Any], file: str, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in texts.items():
        key = f"{before}{name}"
        if isinstance(value, dict):
            yield from flat(value, file, f"{key}.")
        elif isinstance(value, str | int | float | list):
            yield key, value
        else:
            raise PackageError(file, key, "text_or_list")


def listed(holder: Mapping[str, Any], name: str, file: str, *, default: bool = False) -> list[Any]:
    found = holder.get(name)
    if found is None and default:
        return []
    if not isinstance(found, list):
        raise PackageError(file, name, "list")
    return found


def word(holder: Any, name: str, file: str, default: str = "") -> str:
    found = holder.get(name, default) if isinstance(holder, dict) else None
    if not isinstance(found, str) or not found:
        raise PackageError(file, name, "missing")
    return found


def words(holder: Mapping[str, Any], name: str, file: str, default: tuple[str, ...]) -> tuple[str, ...]:
    found = holder.get(name, default)
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise PackageError(file, name, "words")
    return tuple(found)


def count(holder: Mapping[str, Any], name: str, file: str) -> int:
    found = holder.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise PackageError(file, name, "number")
    return found


def matching(holder: Mapping[str, Any], name: str, pattern: re.Pattern[str], otherwise: str, file: str = "service.yaml") -> str:
    found = holder.get(name)
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise PackageError(file, name, otherwise, found=str(found)[:80])
    return found
