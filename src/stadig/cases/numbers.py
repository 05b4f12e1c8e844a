"""The number of a case as people write and scan it: ``GPN 2026/00042``, ``gpn 2026/42``, and ``GPN 2026/00042-3`` on a reply slip."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_SHAPE: Final = re.compile(r"([A-ZÅÄÖ]{1,6})[\s-]*(\d{4})\s*[/-]\s*(\d{1,6})(?:\s*[-–]\s*(\d{1,4}))?", re.IGNORECASE)


class Written(NamedTuple):
    """``document`` is the number of the document within the case, when a reply slip named one."""

    number: str
    document: int | None


def read(text: str) -> Written | None:
    """The number as it stands in the diary; None where the text is no number of a case."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return None
    code, year, sequence, document = found.groups()
    return Written(f"{code.upper()} {year}/{int(sequence):05d}", int(document) if document else None)


def address(number: str) -> str:
    """``GPN 2026/00042`` → ``GPN-2026-00042``, as it stands in an address."""
    return number.replace(" ", "-").replace("/", "-")
