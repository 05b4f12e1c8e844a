"""A condition in one sentence: *Visas när ”Vad gäller det?” är Lampa som inte lyser.*"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from stadig.eservices.editing import conditions
from stadig.eservices.editing.conditions import Row
from stadig.eservices.editing.opening import Opened
from stadig.eservices.package import Question
from stadig.ui import formatting

OPERATORS: Final[Mapping[str, Any]] = {
    "is": pgettext_lazy("villkor", "är"),
    "is_not": pgettext_lazy("villkor", "är inte"),
    "less": pgettext_lazy("villkor", "är mindre än"),
    "at_most": pgettext_lazy("villkor", "är högst"),
    "more": pgettext_lazy("villkor", "är mer än"),
    "at_least": pgettext_lazy("villkor", "är minst"),
    "age_less": pgettext_lazy("villkor", "ger en ålder under"),
    "age_at_most": pgettext_lazy("villkor", "ger en ålder på högst"),
    "age_more": pgettext_lazy("villkor", "ger en ålder över"),
    "age_at_least": pgettext_lazy("villkor", "ger en ålder på minst"),
    "has": pgettext_lazy("villkor", "har med"),
    "has_not": pgettext_lazy("villkor", "har inte med"),
    "answered": pgettext_lazy("villkor", "är besvarad"),
    "not_answered": pgettext_lazy("villkor", "är inte besvarad"),
}
"""How a row reads between its question and its answer."""
OF_TIME: Final[Mapping[str, Any]] = {
    "less": pgettext_lazy("villkor", "är före"),
    "at_most": pgettext_lazy("villkor", "är senast"),
    "more": pgettext_lazy("villkor", "är efter"),
    "at_least": pgettext_lazy("villkor", "är tidigast"),
}
"""The same of a day, a month or a time."""

COMPOSED: Final[Mapping[str, Any]] = {
    "show_if": gettext_lazy("Visas efter ett sammansatt villkor."),
    "require_if": gettext_lazy("Måste besvaras efter ett sammansatt villkor."),
}
"""What is said of a condition that is too composed for a table."""


def operator(name: str, kind: str) -> str:
    """How a way to compare reads, for a kind of question."""
    return str((OF_TIME.get(name) if kind in ("date", "month", "time") else None) or OPERATORS.get(name, name))


def of(opened: Opened, rule: Any) -> str:
    """The sentence; empty for no condition."""
    if rule is None:
        return ""
    table = conditions.table_of(rule, opened.package)
    if table is None:
        return str(COMPOSED["show_if"])
    groups = [f" {_('och')} ".join(_row(opened, row) for row in group) for group in table.groups]
    return _("Visas när %(when)s.") % {"when": f" {_('eller')} ".join(groups)}


def _row(opened: Opened, row: Row) -> str:
    question = question_at(opened, row.path)
    label = opened.label(question) if question else opened.text(f"computed.{row.path}.label") or row.path
    words = f"”{label}” {operator(row.operator, question.kind if question else '')}"
    return words if row.operator in conditions.WITHOUT_VALUE else f"{words} {_value(opened, row, question)}"


def question_at(opened: Opened, path: str) -> Question | None:
    """The question that a row of a table reads; ``item.NAME`` is one of a group."""
    name = path.removeprefix("item.")
    return next(
        (
            one
            for one in opened.package.flow.questions()
            if one.path == path or (path != name and one.path.endswith(f"[].{name}"))
        ),
        None,
    )


def _value(opened: Opened, row: Row, question: Question | None) -> str:
    if isinstance(row.value, bool):
        return _("Ja") if row.value else _("Nej")
    if question and question.options:
        return opened.text(f"question.{question.key}.option.{row.value}") or str(row.value)
    return (
        formatting.number(row.value, 0 if float(row.value).is_integer() else 2)
        if isinstance(row.value, int | float)
        else str(row.value)
    )
