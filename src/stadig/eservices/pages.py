"""One page of the form as rows: what is asked now, with what was answered and what is wrong. Drawn by :mod:`~.widgets`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.eservices import flow, why, words
from stadig.eservices.checking import Fault
from stadig.eservices.flow import State, get
from stadig.eservices.kinds import accept_of
from stadig.eservices.package import Info, Package, Part, Question, Repeat, Step
from stadig.ui import formatting

MOST_RADIOS: Final = 7
MOST_LISTED: Final = 20
"""More options than this are searched for by typing; fewer are read in a list."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    value: str
    label: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that has been added."""

    id: str
    name: str
    size: int
    state: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as it is drawn. ``parts`` are the fields inside a place or an address: (name, label, value)."""

    id: str
    path: str
    kind: str
    label: str
    hint: str
    required: bool
    value: str
    error: str = ""
    unit: str = ""
    text: str = ""
    why: str = ""
    """Why it is asked, when that follows from what was answered."""
    longest: int | None = None
    most: int = 1
    accept: str = ""
    autocomplete: str = ""
    options: tuple[Option, ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()
    files: tuple[SentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A text between questions."""

    id: str
    text: str
    why: str = ""
    """Why it is shown, when that follows from what was answered."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a repeated group: its questions and texts, each with the slot it stands in."""

    number: int
    legend: str
    slots: tuple[tuple[str, Ask | Told | None], ...]
    removable: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A repeated group."""

    id: str
    path: str
    label: str
    hint: str
    error: str
    rows: tuple[Row, ...]
    may_add: bool
    add: str
    """The package's own words for one more; may be empty."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A computed value."""

    id: str
    label: str
    value: str


Shown = Ask | Told | Group | None


@dataclass(frozen=True, slots=True)
class Form:
    """What a page is made of."""

    package: Package
    state: State
    answers: Mapping[str, Any]
    """As they were typed, those to hidden questions too."""
    language: str
    faults: tuple[Fault, ...] = ()
    files: Mapping[str, SentFile] | None = None
    """What has been added, by its id."""
    refused: Mapping[str, str] | None = None
    """Files that were not taken, in words, by the path of their question."""

    def slots(self, step: Step) -> Iterator[tuple[str, Shown]]:
        """(id of the slot, what stands in it now) for each part of the step; what is hidden leaves its slot empty."""
        for part in step.parts:
            yield slot_id(name_of(part)), self._shown(part)

    def _shown(self, part: Part) -> Shown:
        if name_of(part) not in self.state.visible:
            return None
        if isinstance(part, Info):
            path = f"info.{part.id}"
            return Told(id_of(path), self.package.text(path, self.language), self._why(part, path))
        return self._group(part) if isinstance(part, Repeat) else self.ask(part, part.path)

    def _group(self, part: Repeat) -> Group:
        found = get(self.state.answers, part.path)
        count = max(len(found) if isinstance(found, list) else 0, part.least)
        label = self.package.text(f"question.{part.path}.label", self.language)
        rows = tuple(
            Row(number, self.row_name(part.path, number), tuple(self._row(part, number)), count > part.least)
            for number in range(count)
        )
        fault = self._fault(part.path)
        said = self.said(fault, at_field=True) if fault else ""
        hint = self.package.text(f"question.{part.path}.hint", self.language)
        add = self.package.text(f"question.{part.path}.add", self.language)
        because = self._why(part, part.path)
        return Group(id_of(part.path), part.path, label, hint, said, rows, count < part.most, add, because)

    def _row(self, part: Repeat, number: int) -> Iterator[tuple[str, Ask | Told | None]]:
        for inner in part.parts:
            path = name_of(inner).replace("[]", f"[{number}]", 1) if isinstance(inner, Question) else f"info.{inner.id}"
            place = slot_id(path) if isinstance(inner, Question) else slot_id(f"{part.path}[{number}].{path}")
            if path not in self.state.visible:
                yield place, None
            elif isinstance(inner, Info):
                yield place, Told(id_of(place), self.package.text(path, self.language))
            else:
                yield place, self.ask(inner, path)

    def _why(self, part: Part, path: str) -> str:
        """The reason for a part with a rule of its own; nothing is worked out for the others."""
        if part.show_if is None:
            return ""
        return why.sentence(self.package, path, self.state, today=clock.today(), language=self.language)

    def _fault(self, path: str) -> Fault | None:
        return next((fault for fault in self.faults if fault.path == path), None) if self.faults else None

    def label_of(self, path: str) -> str:
        """What a question, or a computed value, is called."""
        key = _ROW.sub("", path)
        return self.package.text(f"question.{key}.label", self.language) or self.package.text(
            f"computed.{key}.label", self.language
        )

    def row_name(self, group: str, number: int) -> str:
        """What a row is called: *Barn 1*, in the group's own word for one of them."""
        word = self.package.text(f"question.{group}.one", self.language) or self.label_of(group)
        return f"{word} {number + 1}"

    def question_at(self, path: str) -> str:
        """The question, with its row where there are several."""
        row = _ROW_OF.match(path)
        return f"{self.label_of(path)} ({self.row_name(row[1], int(row[2]))})" if row else self.label_of(path)

    def said(self, fault: Fault, *, at_field: bool = False) -> str:
        """The words for a fault: in the summary with the question's label, and the row's number where there are several."""
        part = part_at(self.package, fault.path)
        question = part if isinstance(part, Question) else None
        value = get(self.answers, fault.path)
        label = "" if at_field else self.question_at(fault.path)
        return words.of(fault, self.package, question, label=label, value=value, language=self.language)

    def ask(self, question: Question, path: str) -> Ask:
        """One question as it is drawn, visible or not."""
        key, value, texts = f"question.{question.key}", get(self.answers, path), self.package.text
        fault = self._fault(path)
        files = tuple(_added(value, self.files or {})) if question.kind == "file" else ()
        return Ask(
            id=id_of(path),
            path=path,
            kind=question.kind,
            label=texts(f"{key}.label", self.language) or question.key,
            hint=texts(f"{key}.hint", self.language),
            required=path in self.state.required,
            value=written(question, value),
            error=self.said(fault, at_field=True) if fault else (self.refused or {}).get(path, ""),
            unit=texts(f"{key}.unit", self.language) or question.unit or ("kr" if question.kind == "money" else ""),
            text=texts(f"{key}.help", self.language),
            why=self._why(question, path),
            longest=question.schema.get("maxLength"),
            most=int(question.schema.get("maxItems", 1)) if question.kind == "file" else 1,
            accept=accept_of(question) if question.kind == "file" else "",
            autocomplete=autocomplete_of(question),
            options=self._options(question, value),
            parts=_parts(self.package, question, value, self.language),
            files=files,
        )

    def _options(self, question: Question, value: Any) -> tuple[Option, ...]:
        chosen = {str(one) for one in value} if isinstance(value, list) else {str(value)} if value is not None else set()
        key = f"question.{question.key}.option"
        return tuple(
            Option(
                str(one),
                self.package.text(f"{key}.{one}", self.language)
                or self.package.text(f"{key}.{one}.label", self.language)
                or str(one),
                self.package.text(f"question.{question.key}.option_hint.{one}", self.language),
                str(one) in chosen,
            )
            for one in question.options
        )

    def spoken(self, question: Question, value: Any) -> str:
        """An answer as it is read: the option's words, yes or no, files by name."""
        if not flow.answered(value):
            return ""
        if question.kind in ("choice", "choices"):
            chosen = [str(one) for one in (value if isinstance(value, list) else [value])]
            names = {one.value: one.label for one in self._options(question, value)}
            return ", ".join(names.get(one, one) for one in chosen)
        if question.kind == "file":
            return ", ".join(one.name for one in _added(value, self.files or {}))
        return self._spoken_plain(question, value)

    def _spoken_plain(self, question: Question, value: Any) -> str:
        if isinstance(value, bool):
            return _("Ja") if value else _("Nej")
        if isinstance(value, Mapping):
            return ", ".join(str(one) for name, one in value.items() if name not in ("lon", "lat"))
        if isinstance(value, int | float):
            unit = self.package.text(f"question.{question.key}.unit", self.language) or question.unit
            return f"{in_words(value)} {unit or ('kr' if question.kind == 'money' else '')}".strip()
        with contextlib.suppress(ValueError):
            if question.kind == "month":
                return formatting.month(str(value))
            if question.kind == "date":
                return formatting.day(date.fromisoformat(str(value)), year=True)
        return written(question, value)

    def _is_money(self, uses: set[str]) -> bool:
        """Whether what a value is computed from is money."""
        return any(one.kind == "money" and one.path.partition("[]")[0] in uses for one in self.package.flow.questions())

    def sums(self, step: Step) -> tuple[Sum, ...]:
        """The computed values that belong to this page: it asks the last of what they are computed from."""
        asked = {part.path for part in step.parts if not isinstance(part, Info)}
        later = {
            part.path
            for one in self.package.flow.steps[self.package.flow.steps.index(step) + 1 :]
            for part in one.parts
            if not isinstance(part, Info)
        }
        compiled = flow.compile_package(self.package)
        found: list[Sum] = []
        for path in self.package.flow.compute:
            uses = _all_uses(compiled, path)
            label = self.label_of(path)
            if label and uses & asked and not uses & later:
                unit = self.package.text(f"computed.{path}.unit", self.language) or ("kr" if self._is_money(uses) else "")
                found.append(Sum(f"sum-{id_of(path)}", label, f"{in_words(get(self.state.answers, path))} {unit}".strip()))
        return tuple(found)


def _all_uses(compiled: flow.Compiled, path: str) -> set[str]:
    """The questions that a computed value is made of, through other computed values too."""
    uses: set[str] = set()
    for used in compiled.by_path[path].uses:
        unit = compiled.by_path.get(used)
        if unit is not None and unit.compute is not None:
            uses |= _all_uses(compiled, used)
        else:
            uses.add(used)
    return uses


def name_of(part: Part) -> str:
    """What a part of a step is called among the visible."""
    return f"info.{part.id}" if isinstance(part, Info) else part.path


def id_of(path: str) -> str:
    """The id of a field in the page: ``children[0].name`` → ``q-children-0-name``."""
    return "q-" + re.sub(r"[^\w-]+", "-", path).strip("-")


def slot_id(path: str) -> str:
    """The id of the place in the page that holds a question, or nothing while it is hidden."""
    return "s" + id_of(path)


_ROW: Final = re.compile(r"\[\d+\]")
_ROW_OF: Final = re.compile(r"([^\[]+)\[(\d+)\]")
"""The group, and the number of its row."""


def part_at(package: Package, path: str) -> Question | Repeat | None:
    """The question or repeated group at a concrete path; None for what the package does not ask."""
    return _parts_by_path(package.digest, package).get(_ROW.sub("[]", path))


_kept: dict[str, dict[str, Question | Repeat]] = {}
MOST_KEPT: Final = 64


def _parts_by_path(digest: str, package: Package) -> dict[str, Question | Repeat]:
    """Everything a package asks, by its path. Kept by the hash, which never means anything else."""
    if digest not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        repeats = {part.path: part for step in package.flow.steps for part in step.parts if isinstance(part, Repeat)}
        _kept[digest] = {**repeats, **{question.path: question for question in package.flow.questions()}}
    return _kept[digest]


def autocomplete_of(question: Question) -> str:
    """What a browser may fill in: only where the question is about the one who answers (its path says whom it concerns)."""
    owner, _, name = question.path.rpartition(".")
    if owner not in ("", "contact", "applicant", "me"):
        return "off" if question.kind in ("personnummer", "email", "phone") else ""
    known = {"email": "email", "phone": "tel", "address": "street-address"}
    named = {"name": "name", "given_name": "given-name", "family_name": "family-name", "organisation": "organization"}
    return known.get(question.kind) or (named.get(name, "") if question.kind == "text" else "")


def written(question: Question, value: Any) -> str:
    """An answer as it stands in its field."""
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    if question.kind == "personnummer" and re.fullmatch(r"\d{12}", str(value), re.ASCII):
        return f"{value[:8]}-{value[8:]}"
    return str(value)


def in_words(value: Any) -> str:
    """A computed value as people read it."""
    if isinstance(value, bool) or value is None:
        return formatting.DASH
    if isinstance(value, int | float):
        return formatting.number(value, 0 if float(value).is_integer() else 2)
    return str(value)


def _parts(package: Package, question: Question, value: Any, language: str) -> tuple[tuple[str, str, str], ...]:
    if question.kind not in ("place", "address") or question.schema.get("type") != "object":
        return ()
    given: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return tuple(
        (name, package.text(f"question.{question.key}.{name}", language), str(given.get(name, "")))
        for name in question.schema.get("properties") or {}
    )


def _added(value: Any, files: Mapping[str, SentFile]) -> Iterator[SentFile]:
    listed = value if isinstance(value, list) else [value]
    yield from (files[str(one)] for one in listed if str(one) in files)


def sent(files: Iterable[tuple[str, str, int, str]]) -> dict[str, SentFile]:
    """Files by their id."""
    return {pk: SentFile(pk, name, size, state) for pk, name, size, state in files}
