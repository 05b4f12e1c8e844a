"""A condition as a table that reads as a sentence: *Visa frågan när [fråga] [är] [svar]*, rows joined by *och*, groups by *eller*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.eservices.editing import changes, conditions, kind_words, sentences
from stadig.eservices.editing.conditions import Row, Table
from stadig.eservices.editing.opening import Opened
from stadig.eservices.package import Info, Question, Repeat, Step
from stadig.eservices.placing import name_of

Files = Mapping[str, bytes]
WHAT: Final = ("show_if", "require_if")
HEADINGS: Final[Mapping[str, Any]] = {
    "show_if": gettext_lazy("När visas den?"),
    "require_if": gettext_lazy("När måste den besvaras?"),
}
WITHOUT: Final[Mapping[str, Any]] = {"show_if": gettext_lazy("Den visas alltid.")}
MOST: Final = 12
"""Rows and groups of one table; a person follows no more."""


class RowView(NamedTuple):
    """One row as it is drawn. ``joined`` is the word before it, empty for a group's first; ``type`` is the native kind of the field for the value, empty when there is none."""

    what: str
    joined: str
    name: str
    place: str
    number: int
    path: str
    operator: str
    value: str
    paths: tuple[tuple[str, str], ...]
    operators: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    type: str
    error: str


class GroupView(NamedTuple):
    """Rows that all must hold."""

    number: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """One condition."""

    what: str
    heading: str
    begins: str
    without: str
    paths: tuple[tuple[str, str], ...]
    groups: tuple[GroupView, ...]
    composed: bool
    said: str

    @property
    def may(self) -> bool:
        """Whether there is a question to read."""
        return bool(self.paths)


@dataclass
class Rules:
    """The conditions of one thing, and what was sent about one of them."""

    opened: Opened
    path: str
    thing: Question | Repeat | Info | Step
    data: QueryDict | None
    wrong: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    @property
    def tables(self) -> list[RuleView]:
        """The tables to draw."""
        may_require = isinstance(self.thing, Question) and (not self.thing.required or self.thing.require_if is not None)
        return [self._view(what) for what in (WHAT if may_require else WHAT[:1])]

    def _view(self, what: str) -> RuleView:
        rule = getattr(self.thing, what)
        table = Table(()) if rule is None else conditions.table_of(rule, self.opened.package)
        if self.data is not None and self.data.get("_do", "").startswith(what):
            table = self._sent(what)
        said = str(sentences.COMPOSED[what]) if table is None else ""
        groups = () if table is None else tuple(self._groups(what, table))
        without = WITHOUT.get(what) or (
            _("Den måste alltid besvaras.") if getattr(self.thing, "required", False) else _("Den är frivillig.")
        )
        kind = (
            "step"
            if isinstance(self.thing, Step)
            else "info"
            if isinstance(self.thing, Info)
            else "group"
            if isinstance(self.thing, Repeat)
            else what
        )
        return RuleView(
            what, str(HEADINGS[what]), str(kind_words.FRAMES[kind]), str(without), self.labels, groups, table is None, said
        )

    def _groups(self, what: str, table: Table) -> Iterator[GroupView]:
        number = 0
        for index, group in enumerate(table.groups):
            rows: list[RowView] = []
            for place, row in enumerate(group):
                number += 1
                rows.append(self._row(what, row, f"{index}-{place}", number))
            yield GroupView(index, tuple(rows))

    def _row(self, what: str, row: Row, place: str, number: int) -> RowView:
        kind = self.kind_of(row.path)
        options = self.options(row.path)
        aged = row.operator in conditions.AGED
        operators = conditions.operators_for(kind)
        takes = row.operator not in conditions.WITHOUT_VALUE
        paths = self.labels
        if row.path not in dict(paths):
            paths = (*paths, (row.path, row.path))
        return RowView(
            what=what,
            joined="" if place.endswith("-0") else _("och"),
            name=f"{what}-{place}",
            place=place,
            number=number,
            path=row.path,
            operator=row.operator,
            value=written(row.value) if takes else "",
            paths=paths,
            operators=tuple((one, sentences.operator(one, kind)) for one in operators),
            options=options if takes else (),
            type="" if options or not takes else "text" if aged else TYPES.get(kind, "text"),
            error=self.wrong.get((what, place), ""),
        )

    @cached_property
    def readable(self) -> list[tuple[str, str, str]]:
        """(path, label, kind) of what a condition may read, in the order of the form."""
        return readable(self.opened, self.path)

    @cached_property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """The same as choices."""
        return tuple((path, label) for path, label, _kind in self.readable)

    def kind_of(self, path: str) -> str:
        """The kind of question that is read."""
        return next((kind for one, _label, kind in self.readable if one == path), "text")

    def options(self, path: str) -> tuple[tuple[str, str], ...]:
        """The answers that a row may compare with."""
        question = sentences.question_at(self.opened, path)
        if question is None:
            return ()
        if question.kind in ("yes_no", "consent"):
            return (("yes", _("Ja")), ("no", _("Nej")))
        return tuple(
            (str(one), self.opened.text(f"question.{question.key}.option.{one}") or str(one)) for one in question.options
        )

    def edit(self, what: str) -> Callable[[Files], Files] | None:
        """The edit that the pressed button asks for; None when a value is to be mended."""
        data = self.data
        if data is None:
            return None
        _what, _sep, do = data.get("_do", "").partition(":")
        table = Table(()) if do == "none" else self._done(what, do)
        if any(key[0] == what for key in self.wrong):
            return None
        rule = conditions.rule_of(table) if table.groups else None
        return lambda files: changes.set_rule(files, self.path, what, rule)

    def _done(self, what: str, do: str) -> Table:
        groups = [list(group) for group in self._sent(what).groups]
        do, _sep, place = do.partition(":")
        if do == "new":
            groups = [[self.first(self.data.get("ny-path", "") if self.data else "")]]
        elif do == "or" and len(groups) < MOST:
            groups.append([self.first(self.labels[0][0])])
        elif do == "and" and place.isdigit() and int(place) < len(groups) and len(groups[int(place)]) < MOST:
            groups[int(place)].append(self.first(self.labels[0][0]))
        elif do == "remove":
            index, _dash, row = place.partition("-")
            if index.isdigit() and row.isdigit() and int(index) < len(groups) and int(row) < len(groups[int(index)]):
                del groups[int(index)][int(row)]
                self.wrong.clear()
        return Table(tuple(tuple(group) for group in groups if group))

    def first(self, path: str) -> Row:
        """A new row about a question: its first answer where it has answers, else that it is answered."""
        if path not in dict(self.labels):
            path = self.labels[0][0]
        options = self.options(path)
        if options:
            return Row(path, conditions.operators_for(self.kind_of(path))[0], self.value(path, options[0][0]))
        return Row(path, "answered")

    def _sent(self, what: str) -> Table:
        """The table as the page sent it; a row about another question than before begins anew."""
        data = self.data or QueryDict()
        groups: list[tuple[Row, ...]] = []
        for index in range(MOST):
            rows: list[Row] = []
            for place in range(MOST):
                name = f"{what}-{index}-{place}"
                if f"{name}-path" in data:
                    rows.append(self._sent_row(what, f"{index}-{place}", data))
            if rows:
                groups.append(tuple(rows))
        return Table(tuple(groups))

    def _sent_row(self, what: str, place: str, data: QueryDict) -> Row:
        name = f"{what}-{place}"
        path, operator, text = data[f"{name}-path"], data.get(f"{name}-op", ""), data.get(f"{name}-value", "")
        if operator not in conditions.operators_for(self.kind_of(path)):
            return self.first(path)
        if operator in conditions.WITHOUT_VALUE:
            return Row(path, operator, None)
        options = self.options(path)
        if options:
            return Row(path, operator, self.value(path, text if text in dict(options) else options[0][0]))
        value = self.value(path, text.strip(), aged=operator in conditions.AGED)
        if value is None:
            self.wrong[(what, place)] = _("Skriv ett värde att jämföra med.")
            return Row(path, operator, text)
        return Row(path, operator, value)

    def value(self, path: str, text: str, *, aged: bool = False) -> Any:
        """What was typed, as the question's kind has it; None for what cannot be one."""
        question = sentences.question_at(self.opened, path)
        kind = self.kind_of(path)
        if kind in ("yes_no", "consent"):
            return text == "yes"
        if question is not None and question.options:
            return next((one for one in question.options if str(one) == text), None)
        if kind in NUMBERS or aged:
            try:
                number = float(text.replace(",", ".").replace("\N{NO-BREAK SPACE}", "").replace(" ", ""))
            except ValueError:
                return None
            return int(number) if number.is_integer() else number
        return text or None


NUMBERS: Final = frozenset({"integer", "number", "money"})
TYPES: Final = {"date": "date", "month": "month", "time": "time"}


def written(value: Any) -> str:
    """A value as its field has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).replace(".", ",") if isinstance(value, float) else str(value)


def readable(opened: Opened, of: str) -> list[tuple[str, str, str]]:
    """(path, label, kind) of what a condition about ``of`` may read: every question outside groups, and those of its own row."""
    found: list[tuple[str, str, str]] = []
    inside = of.rpartition("[].")[0]
    mine = of.removeprefix("step.") if of.startswith("step.") else ""
    for step in opened.package.flow.steps:
        for part in step.parts:
            if isinstance(part, Question) and name_of(part) != of and step.id != mine:
                found.append((part.path, opened.label(part), part.kind))
            elif isinstance(part, Repeat) and part.path == inside:
                rows = [one for one in part.parts if isinstance(one, Question) and one.path != of]
                found += [(f"item.{one.path.rpartition('[].')[2]}", opened.label(one), one.kind) for one in rows]
    for path in opened.package.flow.compute:
        found.append((path, opened.text(f"computed.{path}.label") or path, "number"))
    return found


def of(opened: Opened, path: str, thing: Question | Repeat | Info | Step, data: QueryDict | None) -> Rules:
    """The conditions of one thing."""
    return Rules(opened, path, thing, data)
