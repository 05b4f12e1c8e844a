"""A condition as a table that reads as a sentence, and back to a rule: rows of a group hold together, and any group is enough.

What a table cannot say, such as a comparison of two answers, is no table: the rule stands as it is. No Django.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stadig.eservices.package import Package

Rule = Any
MOST: Final = 12
"""Groups of one table. A person follows no more; a rule that needs more stands as it is."""
COMPARED: Final[Mapping[str, str]] = {
    "is": "==", "is_not": "!=", "less": "<", "at_most": "<=", "more": ">", "at_least": ">=",
}  # fmt: skip
AGED: Final[Mapping[str, str]] = {"age_less": "<", "age_at_most": "<=", "age_more": ">", "age_at_least": ">="}
"""Of a day: how many whole years have passed since."""
WITHOUT_VALUE: Final = frozenset({"answered", "not_answered"})
_EITHER: Final = frozenset({"yes_no", "consent"})
_KNOWN: Final = ("answered", "not_answered")
_NUMBER: Final = ("is", "is_not", "less", "at_most", "more", "at_least")
_OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "yes_no": ("is",),
    "consent": ("is",),
    "choice": ("is", "is_not", *_KNOWN),
    "choices": ("has", "has_not", *_KNOWN),
    "integer": (*_NUMBER, *_KNOWN),
    "number": (*_NUMBER, *_KNOWN),
    "money": (*_NUMBER, *_KNOWN),
    "date": ("less", "at_most", "more", "at_least", *AGED, *_KNOWN),
    "month": ("is", "is_not", "less", "at_most", "more", "at_least", *_KNOWN),
    "time": ("less", "at_most", "more", "at_least", *_KNOWN),
    "text": ("is", "is_not", *_KNOWN),
    "email": _KNOWN,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One question, how its answer is compared, and with what. ``value`` is None where ``operator`` is in :data:`WITHOUT_VALUE`."""

    path: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """Groups of rows. No group: no condition."""

    groups: tuple[tuple[Row, ...], ...]


def operators_for(kind: str) -> tuple[str, ...]:
    """How an answer of this kind may be compared, the usual way first."""
    return _OPERATORS.get(kind, _KNOWN)


def table_of(rule: Rule, package: Package) -> Table | None:
    """The rule as a table; None for one that is too composed for it."""
    if rule is None:
        return Table(())
    kinds = {question.path: question.kind for question in package.flow.questions()}
    kinds |= {f"item.{path.rpartition('[].')[2]}": kind for path, kind in kinds.items() if "[]." in path}
    groups = _groups(rule, kinds)
    return Table(tuple(groups)) if groups else None


def rule_of(table: Table) -> Rule:
    """The table as a rule; None for no condition. Several answers of one question are written as a list of them."""
    groups = [group for group in table.groups if group]
    if not groups:
        return None
    first = groups[0][0]
    if len(groups) > 1 and all(len(group) == 1 and (group[0].path, group[0].operator) == (first.path, "is") for group in groups):
        return {"in": [{"var": first.path}, [group[0].value for group in groups]]}
    rules = [_rule(group[0]) if len(group) == 1 else {"and": [_rule(row) for row in group]} for group in groups]
    return rules[0] if len(rules) == 1 else {"or": rules}


def _rule(row: Row) -> Rule:
    asked = {"var": row.path}
    if row.operator in COMPARED:
        return {COMPARED[row.operator]: [asked, row.value]}
    if row.operator in AGED:
        return {AGED[row.operator]: [{"age": [asked]}, row.value]}
    if row.operator in ("has", "has_not"):
        chosen = {"in": [row.value, asked]}
        return chosen if row.operator == "has" else {"!": [chosen]}
    return {"!!" if row.operator == "answered" else "!": [asked]}


def _groups(rule: Rule, kinds: Mapping[str, str]) -> list[tuple[Row, ...]]:
    """Empty for what is no table."""
    operator, values = _parts(rule)
    if operator in ("or", "and"):
        inner = [_groups(one, kinds) for one in values]
        if not values or not all(inner):
            return []
        if operator == "or":
            found = [group for groups in inner for group in groups]
        else:
            found = [
                tuple(row for group in chosen for row in group)
                for chosen in itertools.islice(itertools.product(*inner), MOST + 1)
            ]
        return found if len(found) <= MOST else []
    if operator == "in" and len(values) == 2 and isinstance(values[1], list):
        path = _path(values[0])
        found = [(Row(path, "is", one),) for one in values[1] if _plain(one)]
        return found if path and 1 < len(found) == len(values[1]) <= MOST else []
    row = _row(operator, values, kinds)
    return [(row,)] if row else []


def _row(operator: str, values: Sequence[Any], kinds: Mapping[str, str]) -> Row | None:
    if operator == "var":
        path = _path({"var": values})
        return Row(path, "is", True) if kinds.get(path) in _EITHER else None
    if operator in ("!!", "!") and len(values) == 1:
        return _known(operator, values[0], kinds)
    if len(values) != 2:
        return None
    one, other = values
    if operator == "in" and _plain(one) and kinds.get(_path(other)) == "choices":
        return Row(_path(other), "has", one)
    for names, path in ((COMPARED, _path(one)), (AGED, _path(_aged(one)))):
        name = next((name for name, written in names.items() if written == operator), "")
        if name and path and _plain(other):
            return Row(path, name, other)
    return None


def _known(operator: str, inner: Any, kinds: Mapping[str, str]) -> Row | None:
    path = _path(inner)
    if path and kinds.get(path) in _EITHER:  # what is answered No counts as nothing
        return Row(path, "is", True) if operator == "!!" else None
    if path:
        return Row(path, "answered" if operator == "!!" else "not_answered")
    written, values = _parts(inner)
    row = _row(written, values, kinds) if operator == "!" and written == "in" else None
    return Row(row.path, "has_not", row.value) if row else None


def _parts(rule: Rule) -> tuple[str, Sequence[Any]]:
    """(operator, what it takes); an empty operator for what is no rule."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return "", ()
    ((operator, values),) = rule.items()
    return str(operator), values if isinstance(values, list) else [values]


def _path(rule: Rule) -> str:
    """What is read, without a default; empty for anything else."""
    operator, values = _parts(rule)
    return values[0] if operator == "var" and len(values) == 1 and isinstance(values[0], str) else ""


def _aged(rule: Rule) -> Any:
    operator, values = _parts(rule)
    return values[0] if operator == "age" and len(values) == 1 else None


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
