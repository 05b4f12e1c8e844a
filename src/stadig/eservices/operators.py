"""The operators of the rule language, each a closure over those of its arguments, and values as JavaScript sees them.

Semantics: https://jsonlogic.com, with ``today``, ``age`` and ``dateadd`` on ISO dates and ``sum`` and ``len`` of lists.
Nothing here raises on odd values: what cannot be computed is None or false.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

Run: TypeAlias = Callable[[Any, date], Any]


def truthy(value: Any) -> bool:
    """JSON Logic's truth: as JavaScript's, but an empty list is false."""
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def number(value: Any) -> float | int | None:
    """The value as a number, or None where JavaScript has NaN."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return None if isinstance(value, float) and math.isnan(value) else value
    if value is None:
        return 0
    if isinstance(value, str):
        text = value.strip()
        try:
            return int(text) if text.lstrip("+-").isdigit() else float(text) if text else 0
        except ValueError:
            return None
    return None


def equal(one: Any, other: Any) -> bool:
    """JavaScript's ``==``."""
    if one is None or other is None:
        return one is other
    if isinstance(one, list) or isinstance(other, list) or isinstance(one, dict) or isinstance(other, dict):
        return one is other or (type(one) is type(other) and one == other)
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    first, second = number(one), number(other)
    return first is not None and first == second


def same(one: Any, other: Any) -> bool:
    """JavaScript's ``===``."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return type(one) is type(other) and one == other


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return test(one, other)
        first, second = number(one), number(other)
        return first is not None and second is not None and test(first, second)

    return compare


def _numbers(values: Sequence[Any]) -> list[float | int] | None:
    found = [number(one) for one in values]
    return None if any(one is None for one in found) else [one for one in found if one is not None]


def _iso(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _two(test: Callable[[Any, Any], Any]) -> Callable[[Run, Run], Run]:
    def build(one: Run, other: Run) -> Run:
        return lambda data, today: test(one(data, today), other(data, today))

    return build


def _between(test: Callable[[Any, Any], bool]) -> Callable[..., Run]:
    compare = _compare(test)

    def build(first: Run, second: Run, third: Run | None = None) -> Run:
        if third is None:
            return lambda data, today: compare(first(data, today), second(data, today))

        def run(data: Any, today: date) -> bool:
            middle = second(data, today)
            return compare(first(data, today), middle) and compare(middle, third(data, today))

        return run

    return build


def _many(combine: Callable[[list[Any]], Any]) -> Callable[..., Run]:
    def build(*runs: Run) -> Run:
        return lambda data, today: combine([run(data, today) for run in runs])

    return build


def _and(*runs: Run) -> Run:
    def run(data: Any, today: date) -> Any:
        value: Any = None
        for one in runs:
            value = one(data, today)
            if not truthy(value):
                return value
        return value

    return run


def _or(*runs: Run) -> Run:
    def run(data: Any, today: date) -> Any:
        value: Any = None
        for one in runs:
            value = one(data, today)
            if truthy(value):
                return value
        return value

    return run


def _if(*runs: Run) -> Run:
    def run(data: Any, today: date) -> Any:
        for position in range(0, len(runs) - 1, 2):
            if truthy(runs[position](data, today)):
                return runs[position + 1](data, today)
        return runs[-1](data, today) if len(runs) % 2 else None

    return run


def _each(finish: Callable[[list[Any], list[bool]], Any]) -> Callable[[Run, Run], Run]:
    def build(listed: Run, inner: Run) -> Run:
        def run(data: Any, today: date) -> Any:
            found = listed(data, today)
            items = found if isinstance(found, list) else []
            return finish(items, [truthy(inner(item, today)) for item in items])

        return run

    return build


def _map(listed: Run, inner: Run) -> Run:
    def run(data: Any, today: date) -> Any:
        found = listed(data, today)
        return [inner(item, today) for item in found] if isinstance(found, list) else []

    return run


def _reduce(listed: Run, inner: Run, start: Run) -> Run:
    def run(data: Any, today: date) -> Any:
        found, value = listed(data, today), start(data, today)
        for item in found if isinstance(found, list) else []:
            value = inner({"current": item, "accumulator": value}, today)
        return value

    return run


def _add(values: list[Any]) -> Any:
    found = _numbers(values)
    return None if found is None else sum(found)


def _multiply(values: list[Any]) -> Any:
    found = _numbers(values)
    return None if found is None else math.prod(found)


def _subtract(values: list[Any]) -> Any:
    found = _numbers(values)
    if found is None:
        return None
    return -found[0] if len(found) == 1 else found[0] - found[1]


def _divide(one: Any, other: Any) -> Any:
    first, second = number(one), number(other)
    if first is None or not second:
        return None
    whole = first / second
    return int(whole) if whole.is_integer() else whole


def _remainder(one: Any, other: Any) -> Any:
    first, second = number(one), number(other)
    if first is None or not second:
        return None
    rest = math.fmod(first, second)
    return int(rest) if rest.is_integer() else rest


def _extreme(choose: Callable[[list[float | int]], Any]) -> Callable[[list[Any]], Any]:
    def combine(values: list[Any]) -> Any:
        flat = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        found = _numbers(flat)
        return choose(found) if found else None

    return combine


def _inside(one: Any, other: Any) -> bool:
    if isinstance(other, str):
        return isinstance(one, str) and one in other
    return isinstance(other, list) and any(same(one, item) for item in other)


def _sum(values: list[Any]) -> Any:
    flat = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    found = [number(one) for one in flat if one is not None]
    total = sum(one for one in found if one is not None)
    return int(total) if isinstance(total, float) and total.is_integer() else total


def _today(*_runs: Run) -> Run:
    return lambda _data, today: today.isoformat()


def _age(born: Run) -> Run:
    def run(data: Any, today: date) -> int | None:
        day = _iso(born(data, today))
        if day is None or day > today:
            return None
        return today.year - day.year - ((today.month, today.day) < (day.month, day.day))

    return run


def _dateadd(start: Run, amount: Run, unit: Run) -> Run:
    def run(data: Any, today: date) -> str | None:
        day, count, what = _iso(start(data, today)), number(amount(data, today)), unit(data, today)
        if day is None or count is None or abs(count) > 40_000:
            return None
        try:
            return _moved(day, int(count), str(what)).isoformat()
        except (ValueError, OverflowError):
            return None

    return run


def _moved(day: date, count: int, unit: str) -> date:
    if unit in ("days", "weeks"):
        return day + timedelta(days=count * (7 if unit == "weeks" else 1))
    if unit not in ("months", "years"):
        raise ValueError(unit)
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _text(value: Any) -> str:
    """A value as text, as JavaScript writes it: a list's parts with commas between. A group of answers has no text."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


MANY: Final = 50
OPERATORS: Final[dict[str, tuple[int, int, Callable[..., Run]]]] = {
    "var": (0, 2, _today),  # built by itself
    "==": (2, 2, _two(equal)),
    "!=": (2, 2, _two(lambda one, other: not equal(one, other))),
    "===": (2, 2, _two(same)),
    "!==": (2, 2, _two(lambda one, other: not same(one, other))),
    "<": (2, 3, _between(lambda one, other: one < other)),
    "<=": (2, 3, _between(lambda one, other: one <= other)),
    ">": (2, 2, _between(lambda one, other: one > other)),
    ">=": (2, 2, _between(lambda one, other: one >= other)),
    "and": (1, MANY, _and),
    "or": (1, MANY, _or),
    "!": (1, 1, _many(lambda values: not truthy(values[0]))),
    "!!": (1, 1, _many(lambda values: truthy(values[0]))),
    "if": (1, MANY, _if),
    "in": (2, 2, _two(_inside)),
    "+": (1, MANY, _many(_add)),
    "-": (1, 2, _many(_subtract)),
    "*": (1, MANY, _many(_multiply)),
    "/": (2, 2, _two(_divide)),
    "%": (2, 2, _two(_remainder)),
    "min": (1, MANY, _many(_extreme(min))),
    "max": (1, MANY, _many(_extreme(max))),
    "cat": (1, MANY, _many(lambda values: "".join(map(_text, values)))),
    "map": (2, 2, _map),
    "filter": (2, 2, _each(lambda items, kept: [item for item, keep in zip(items, kept, strict=True) if keep])),
    "reduce": (3, 3, _reduce),
    "some": (2, 2, _each(lambda _items, held: any(held))),
    "all": (2, 2, _each(lambda _items, held: bool(held) and all(held))),
    "none": (2, 2, _each(lambda _items, held: not any(held))),
    "sum": (1, MANY, _many(_sum)),
    "len": (1, 1, _many(lambda values: len(values[0]) if isinstance(values[0], list | str) else 0)),
    "today": (0, 1, _today),
    "age": (1, 1, _age),
    "dateadd": (3, 3, _dateadd),
}
"""Name → least and most arguments, and what builds its closure."""
