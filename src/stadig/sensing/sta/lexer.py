"""The text of ``$filter`` and ``$orderby`` as tokens (18-088, section 9.3.3.5; OData 4.0 URL conventions)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stadig.sensing.sta.errors import Refused

MAX_LENGTH = 8_000

_TIME = r"\d{4,}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<interval>{_TIME}/{_TIME})
  | (?P<time>{_TIME})
  | (?P<clock>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<typed>(?:geography|geometry|duration)'(?:[^']|'')*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<name>[A-Za-z_@$][A-Za-z0-9_.@\u00c0-\u024f-]*(?:\[\d+\])?(?:/[A-Za-z0-9_@$][A-Za-z0-9_.@\u00c0-\u024f-]*(?:\[\d+\])?)*)
  | (?P<mark>[(),\-])
""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is a group name of the pattern above, or ``end``; ``at`` is the place in the text."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """All tokens but white space, closed by an ``end``.

    Raises
    ------
    Refused
        A character belongs to no token, or the text is longer than ``MAX_LENGTH``.
    """
    if len(text) > MAX_LENGTH:
        raise Refused(f"The expression is longer than {MAX_LENGTH} characters.")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Refused(f"Unexpected '{text[at]}' at position {at + 1} in '{text[:200]}'.")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match.group(), at))
        at = match.end()
    found.append(Token("end", "", at))
    return found
