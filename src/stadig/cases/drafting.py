"""What a case worker begins from when they write a decision: the case type's own words with the answers put in. No database.

The text is plain: paragraphs with an empty line between, ``{path}`` where an answer goes, and what only a person can say within
square brackets: ``[vad läkaren skriver]``. A line of three hyphens parts the reasons from the conditions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from stadig.cases import answered
from stadig.cases.definition import PUT_IN, Definition

LEFT: Final = re.compile(r"\[[^\[\]\n]{2,200}\]")
"""What still has to be written: within square brackets."""
_PARTED: Final = re.compile(r"(?m)^---[ \t]*$")


@dataclass(frozen=True, slots=True)
class Draft:
    """Reasons and conditions to begin from; either may be empty."""

    reasoning: str
    conditions: str = ""

    def __bool__(self) -> bool:
        return bool(self.reasoning or self.conditions)


Give = Callable[[int, str], Mapping[str, str]]
"""``give(case_id, language)`` → name (``service.calculation``) → text."""
_gives: dict[str, Give] = {}


def gives(case_type: str, give: Give) -> None:
    """Register what a service gives the drafts of its case type, in ``apps.ready()``."""
    _gives[case_type] = give


def given(case_type: str, case_id: int, language: str) -> Mapping[str, str]:
    """The texts that the service gives for this case."""
    give = _gives.get(case_type)
    return give(case_id, language) if give else {}


def draft(
    definition: Definition,
    type_id: str,
    data: Mapping[str, Any],
    language: str,
    *,
    today: date,
    texts: Mapping[str, str] | None = None,
) -> Draft:
    """The draft of a decision, in the applicant's language. An answer that is not there is its question within brackets.

    ``texts``: what the service gives besides the answers, by name.
    """

    def put_in(found: re.Match[str]) -> str:
        if texts and found[1] in texts:
            return texts[found[1]]
        words = answered.in_words(definition, found[1], data, language, today=today)
        return words or f"[{answered.label(definition, found[1], language)}]"

    whole = definition.text(f"decision.{type_id}.draft", language).replace("\r", "")
    parts = [PUT_IN.sub(put_in, part).strip() for part in _PARTED.split(whole, maxsplit=1)]
    return Draft(parts[0], parts[1] if len(parts) > 1 else "")


def left(text: str) -> str:
    """The first thing within brackets that nobody has written yet; empty when there is none."""
    found = LEFT.search(text)
    return found.group() if found else ""
