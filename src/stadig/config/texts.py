"""Find the texts that people see: those marked for translation, and those that someone forgot to mark.

Plain functions over source text. The catalogues are kept by :mod:`stadig.config.translations`.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from babel.messages.extract import extract_python  # pyright: ignore[reportMissingTypeStubs]
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

PYTHON_KEYWORDS = dict.fromkeys(
    ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext")
) | {"npgettext_lazy": None}

READ_ALOUD = frozenset(
    {"aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "title", "placeholder", "alt", "label"}
)
"""Attributes whose value a person reads or hears."""
COMPONENT_TEXT = READ_ALOUD | {"text", "lead", "hint", "heading", "description", "caption"}
"""The same for our components (``<c-…>``)."""
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SAME_IN_ALL_LANGUAGES = frozenset(
    {"Stadig", "km", "kg", "kr", "min", "CSV", "XLSX", "JSON", "GeoJSON", "ms", "kWh", "API", "MQTT", "ID"}
)

_QUOTED = r"""("[^"]*"|'[^']*')"""
_CONSTANT = re.compile(rf"_\(\s*{_QUOTED}\s*\)")
_TRANSLATE = re.compile(rf"^trans(?:late)?\s+{_QUOTED}")
_CONTEXT = re.compile(rf"\bcontext\s+{_QUOTED}")
_WORD = re.compile(r"[A-Za-zÅÄÖåäöÉé]{2,}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text marked for translation. ``plural`` and ``context`` are empty where there is none."""

    line: int
    singular: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Bare:
    """A text that stands outside translation. ``where`` is an attribute's name, or empty for running text."""

    line: int
    text: str
    where: str = ""


def in_python(source: str) -> Iterator[Text]:
    """The texts that Python source marks with ``gettext`` and its relatives."""
    for line, keyword, messages, _comments in extract_python(
        io.BytesIO(source.encode()), PYTHON_KEYWORDS, (), {"encoding": "utf-8"}
    ):
        function = str(keyword)
        if not messages:  # a call on a name: what the name holds is marked where it is written
            continue
        found: list[str | None] = [messages] if isinstance(messages, str) else list(messages)
        context = ""
        if "pgettext" in function:
            context = found.pop(0) or ""
        asked = found[:2] if function.startswith(("ngettext", "npgettext")) else found[:1]
        wanted = [text for text in asked if text]
        if wanted and len(wanted) == len(asked):
            yield Text(line, wanted[0], wanted[1] if len(wanted) == 2 else "", context)


def in_template(source: str) -> Iterator[Text]:
    """The texts that a Django template marks, also in the attributes of our components."""
    block: list[Token] | None = None
    hidden = False
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        is_tag = token.token_type == TokenType.BLOCK
        if is_tag and name in {"comment", "endcomment"}:
            hidden = name == "comment"
        elif hidden or token.token_type == TokenType.COMMENT:
            continue
        elif is_tag and name in {"blocktrans", "blocktranslate"}:
            block = [token]
        elif is_tag and name in {"endblocktrans", "endblocktranslate"} and block:
            yield _block(block)
            block = None
        elif block is not None:
            block.append(token)
        else:
            yield from _constants(token)
            if is_tag and (match := _TRANSLATE.match(token.contents)):
                yield Text(token.lineno or 0, _literal(match[1]), context=_context(token))


def bare_in_template(source: str) -> list[Bare]:
    """Running text and read-aloud attributes with words in them that no translation tag holds."""
    reader = _Reader()
    reader.feed(_blanked(source))
    reader.close()
    return reader.found


def placeholders(text: str) -> list[str]:
    """The names that are filled in: ``%(name)s``, ``%s`` and ``{name}``, sorted."""
    text = text.replace("%%", "")
    return sorted(re.findall(r"%\([^)]+\)[a-z]|%[sdif]", text) + re.findall(r"\{[a-z_0-9.:!]*\}", text))


def _constants(token: Token) -> Iterator[Text]:
    line = token.lineno or 0
    for match in _CONSTANT.finditer(token.contents):
        yield Text(line + token.contents.count("\n", 0, match.start()), _literal(match[1]))


def _literal(quoted: str) -> str:
    """What Django looks up for a quoted constant: per cent signs are doubled."""
    return quoted[1:-1].replace("%", "%%")


def _context(token: Token) -> str:
    match = _CONTEXT.search(token.contents)
    return match[1][1:-1] if match else ""


def _block(tokens: list[Token]) -> Text:
    """A ``blocktranslate`` as Django looks it up."""
    opening, rest = tokens[0], tokens[1:]
    parts: list[list[str]] = [[]]
    for token in rest:
        if token.token_type == TokenType.TEXT:
            parts[-1].append(token.contents.replace("%", "%%"))
        elif token.token_type == TokenType.VAR:
            parts[-1].append(f"%({token.contents})s")
        elif token.contents.strip() == "plural":
            parts.append([])
    trimmed = "trimmed" in opening.contents.split()
    whole = ["".join(part) for part in parts]
    texts = [str(trim_whitespace(text)) if trimmed else text for text in whole]  # pyright: ignore[reportUnknownArgumentType]
    return Text(opening.lineno or 0, texts[0], texts[1] if len(texts) > 1 else "", _context(opening))


def _blanked(source: str) -> str:
    """The template with every tag, variable and marked text as spaces; every line keeps its number."""
    spaces: Callable[[str], str] = lambda text: re.sub(r"[^\n]", " ", text)  # noqa: E731
    source = re.sub(r"\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", lambda m: spaces(m[0]), source, flags=re.DOTALL)
    source = re.sub(
        r"\{%\s*blocktrans(?:late)?\b.*?%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}", lambda m: spaces(m[0]), source, flags=re.DOTALL
    )
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", lambda m: spaces(m[0]), source, flags=re.DOTALL)


class _Reader(HTMLParser):
    """Walks the markup and collects words that a person would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Bare] = []
        self._untranslated: list[str] = []
        """Open elements from the first one that says ``translate="no"``."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        says_no = ("translate", "no") in attrs
        if tag not in VOID and (self._untranslated or says_no):
            self._untranslated.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._untranslated:
            while self._untranslated.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None and not self._untranslated:  # inside <script> and <style> nobody reads
            before = len(data) - len(data.lstrip())
            self._note(self.getpos()[0] + data[:before].count("\n"), data)

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = COMPONENT_TEXT if tag.startswith("c-") else READ_ALOUD
        if ("translate", "no") in attrs or self._untranslated:
            return
        for name, value in attrs:
            if (
                name in wanted
                and value
                and not (name == "label" and not tag.startswith("c-") and tag not in {"option", "optgroup", "track"})
            ):
                self._note(self.getpos()[0], value, name)

    def _note(self, line: int, text: str, where: str = "") -> None:
        if [word for word in _WORD.findall(text) if word not in SAME_IN_ALL_LANGUAGES]:
            self.found.append(Bare(line, " ".join(text.split())[:60], where))


def is_python(source: str) -> bool:
    """Whether the source can be parsed; the extractor reads tokens and would hide an error."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
