"""What came in, as questions and answers in the order they were asked: readable without the room that asked."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from stadig.cases.definition import Definition
from stadig.city.personnummer import NotAPersonnummer, parse
from stadig.ui import formatting


class Answer(NamedTuple):
    """One question with its answer in words. ``row`` counts from 1 in a group that is answered several times, else 0.

    ``row_name`` is what the form calls that row, such as *Barn 1*.
    """

    path: str
    label: str
    value: str
    row: int = 0
    files: tuple[str, ...] = ()
    """Ids of stored files, when the answer is files."""
    row_name: str = ""

    @property
    def question(self) -> str:
        """The question, with its row where there are several."""
        return f"{self.label} ({self.row_name})" if self.row_name else self.label


class Section(NamedTuple):
    """The answers of one step of the form."""

    title: str
    answers: tuple[Answer, ...]


def sections(definition: Definition, data: Mapping[str, Any], language: str = "sv", *, today: date) -> tuple[Section, ...]:
    """The answers by step. What was not asked, or not answered, is left out."""
    found: dict[str, list[Answer]] = {}
    for answer, step in _answers(_Reader(definition, language, today), data):
        found.setdefault(step, []).append(answer)
    return tuple(Section(definition.text(f"step.{step}.title", language), tuple(answers)) for step, answers in found.items())


def label(definition: Definition, path: str, language: str = "sv") -> str:
    """The question in words; its path where no text has it. ``path`` may name a row: ``children[0].name``."""
    key = ".".join(part.partition("[")[0] for part in path.split("."))
    return definition.text(f"question.{key}.label", language) or definition.text(f"computed.{key}.label", language) or path


def in_words(definition: Definition, path: str, data: Mapping[str, Any], language: str = "sv", *, today: date) -> str:
    """One answer in words, as :func:`sections` has it; empty when it is unknown, not answered, or a file."""
    field = next((one for one in definition.fields if one["path"] == path), None)
    value = _at(data, path) if field else None
    return _Reader(definition, language, today).words(field, value)[0] if field and value not in (None, "", []) else ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the words of an answer depend on."""

    definition: Definition
    language: str
    today: date

    def answer(self, field: Mapping[str, Any], path: str, value: Any, row: int = 0) -> Iterator[tuple[Answer, str]]:
        """(the answer, its step); nothing when it was not answered."""
        if value is None or value in ("", []):
            return
        text, files = self.words(field, value)
        asked = label(self.definition, path, self.language)
        named = self.row_name(path.partition("[")[0], row) if row else ""
        yield Answer(path, asked, text, row, files, named), str(field.get("step", ""))

    def row_name(self, group: str, row: int) -> str:
        """*Barn 1*, in the group's own word for one of them."""
        word = self.definition.text(f"question.{group}.one", self.language)
        word = word or self.definition.text(f"question.{group}.label", self.language)
        return f"{word} {row}" if word else _("Nummer %(n)s") % {"n": row}

    def words(self, field: Mapping[str, Any], value: Any) -> tuple[str, tuple[str, ...]]:
        """(in words, ids of files)."""
        kind, key = str(field.get("kind", "")), str(field["path"]).replace("[]", "")
        several = value if isinstance(value, list) else [value]
        if kind == "file":
            return "", tuple(str(one) for one in several)
        if kind in {"choice", "choices"}:
            named = (self.definition.text(f"question.{key}.option.{one}", self.language) or str(one) for one in several)
            return formatting.list_of(list(named)), ()
        if isinstance(value, bool):
            return (_("Ja") if value else _("Nej")), ()
        if isinstance(value, int | float):
            return _amount(kind, value, str(field.get("unit", ""))), ()
        if isinstance(value, Mapping):
            return ", ".join(str(part) for name, part in value.items() if name not in {"lon", "lat"} and part), ()
        return self.plain(kind, several), ()

    def plain(self, kind: str, several: list[Any]) -> str:
        """Text; a day in words, a personnummer without its last digits."""
        text = formatting.list_of([str(one) for one in several])
        with contextlib.suppress(ValueError, NotAPersonnummer):
            if kind == "month":
                return formatting.month(text)
            if kind == "date":
                return formatting.day(date.fromisoformat(text), year=True)
            if kind == "personnummer":
                return parse(text, today=self.today).masked
        return text


def _amount(kind: str, value: float, unit: str) -> str:
    shown = formatting.number(value, 0 if float(value).is_integer() else 2)
    return f"{shown} {unit or 'kr'}" if kind == "money" or unit else shown


def _answers(reader: _Reader, data: Mapping[str, Any]) -> Iterator[tuple[Answer, str]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for field in reader.definition.fields:
        group, several, _inside = str(field["path"]).partition("[]")
        if several:
            groups.setdefault(group, []).append(field)
    for field in reader.definition.fields:
        path = str(field["path"])
        group, several, _inside = path.partition("[]")
        if not several:
            yield from reader.answer(field, path, _at(data, path))
            continue
        rows = _at(data, group) if group in groups else None
        inner = groups.pop(group, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
            for one in inner:
                inside = str(one["path"]).partition("[].")[2]
                yield from reader.answer(one, f"{group}[{number - 1}].{inside}", _at(row, inside), number)


def _at(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def laid(data: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with each answer laid at its path (``children[0].name``); what lies there before is replaced, ``data`` is unchanged.

    Raises KeyError for a row that does not exist: a completion adds no rows.
    """
    whole = copy.deepcopy(dict(data))
    for path, value in answers.items():
        here: Any = whole
        *owners, last = path.replace("]", "").replace("[", ".").split(".")
        for name in owners:
            if isinstance(here, list):
                if not name.isdecimal() or int(name) >= len(here):
                    raise KeyError(path)
                here = here[int(name)]
            else:
                here = here.setdefault(name, {})
        if not isinstance(here, dict):
            raise KeyError(path)
        here[last] = value
    return whole
