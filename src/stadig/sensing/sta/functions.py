"""The built-in functions of ``$filter`` (18-088, table 26; OData 4.0), each as a constant SQL template."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime

from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.fragment import Fragment, bound, join
from stadig.sensing.sta.paths import FIRST, LAST
from stadig.sensing.sta.typed import CAST, Typed, convert
from stadig.sensing.storage.columns import instant

ARITHMETIC = frozenset({"add", "sub", "mul", "div", "mod"})
_NUMBERS = {
    "add": "({} + {})",
    "sub": "({} - {})",
    "mul": "({} * {})",
    "div": "({} / nullif({}, 0))",
    "mod": "mod({}::numeric, nullif({}, 0)::numeric)::float8",
}


def arithmetic(operator: str, left: Typed, right: Typed) -> Typed:
    """Numbers by numbers, and times by durations.

    Raises
    ------
    Refused
        The operation makes no sense for these kinds.
    """
    times = ("time", "interval")
    if operator in ("add", "sub") and left.kind in times and right.kind == "duration":
        return Typed("time", (join(_NUMBERS[operator], convert(left, "time"), right.one),))
    if operator == "add" and left.kind == "duration" and right.kind in times:
        return Typed("time", (join(_NUMBERS["add"], left.one, convert(right, "time")),))
    if operator == "sub" and left.kind in times and right.kind in times:
        return Typed("duration", (join(_NUMBERS["sub"], convert(left, "time"), convert(right, "time")),))
    if operator in ("add", "sub") and left.kind == right.kind == "duration":
        return Typed("duration", (join(_NUMBERS[operator], left.one, right.one),))
    return Typed("number", (join(_NUMBERS[operator], convert(left, "number"), convert(right, "number")),))


Make = Callable[[list[Typed], datetime], Typed]


def _simple(name: str, template: str, takes: tuple[str, ...], gives: str) -> Make:
    def make(arguments: list[Typed], now: datetime) -> Typed:
        if len(arguments) != len(takes):
            raise Refused(f"{name} takes {len(takes)} argument{'' if len(takes) == 1 else 's'}.")
        return Typed(gives, (join(template, *(convert(a, kind) for a, kind in zip(arguments, takes, strict=True))),))

    return make


def _substring(arguments: list[Typed], now: datetime) -> Typed:
    if len(arguments) not in (2, 3):
        raise Refused("substring takes 2 or 3 arguments.")
    text, start = convert(arguments[0], "text"), _whole(arguments[1])
    if len(arguments) == 2:
        return Typed("text", (join("substr({}, greatest({}, 0) + 1)", text, start),))
    return Typed("text", (join("substr({}, greatest({}, 0) + 1, greatest({}, 0))", text, start, _whole(arguments[2])),))


def _whole(value: Typed) -> Fragment:
    return join("least(greatest({}, -1e9), 1e9)::int4", convert(value, "number"))


def _constant(name: str, at: datetime | None) -> Make:
    def make(arguments: list[Typed], now: datetime) -> Typed:
        if arguments:
            raise Refused(f"{name} takes no arguments.")
        return Typed("time", (bound(at or now, CAST["time"]),), at or now)

    return make


def _relation(name: str, template: str) -> Make:
    """A relation between intervals; ``{0}–{1}`` are the first's ends, ``{2}–{3}`` the second's."""

    def make(arguments: list[Typed], now: datetime) -> Typed:
        if len(arguments) != 2:
            raise Refused(f"{name} takes 2 arguments.")
        ends: list[Fragment] = []
        for value in arguments:
            if value.kind == "interval":
                ends += [value.parts[0], join("coalesce({}, {})", value.parts[1], value.parts[0])]
            else:
                ends += [convert(value, "time")] * 2
        used = [int(c) for before, c in itertools.pairwise(template) if before == "{"]
        bare = template
        for number in range(4):
            bare = bare.replace(f"{{{number}}}", "{}")
        return Typed("bool", (join(bare, *(ends[number] for number in used)),))

    return make


def _part(name: str, sql: str) -> tuple[str, Make]:
    return name, _simple(name, sql, ("time",), "number")


_EXTRACT = "extract({} FROM {{}} AT TIME ZONE 'UTC')::float8"

FUNCTIONS: dict[str, Make] = {
    # texts
    "contains": _simple("contains", "(strpos({}, {}) > 0)", ("text", "text"), "bool"),
    "startswith": _simple("startswith", "starts_with({}, {})", ("text", "text"), "bool"),
    "endswith": _simple("endswith", "starts_with(reverse({}), reverse({}))", ("text", "text"), "bool"),
    "length": _simple("length", "char_length({})::float8", ("text",), "number"),
    "indexof": _simple("indexof", "(strpos({}, {}) - 1)::float8", ("text", "text"), "number"),
    "substring": _substring,
    "tolower": _simple("tolower", "lower({})", ("text",), "text"),
    "toupper": _simple("toupper", "upper({})", ("text",), "text"),
    "trim": _simple("trim", "btrim({})", ("text",), "text"),
    "concat": _simple("concat", "({} || {})", ("text", "text"), "text"),
    # times
    **dict(_part(name, _EXTRACT.format(name)) for name in ("year", "month", "day", "hour", "minute")),
    **dict([_part("second", "floor(extract(second FROM {} AT TIME ZONE 'UTC'))::float8")]),
    **dict(
        [
            _part(
                "fractionalseconds",
                "(extract(microseconds FROM {} AT TIME ZONE 'UTC') % 1000000 / 1e6)::float8".replace("%", "%%"),
            )
        ]
    ),
    **dict([_part("totaloffsetminutes", "({} IS NOT NULL)::int4 * 0::float8")]),
    "date": _simple("date", "({} AT TIME ZONE 'UTC')::date", ("time",), "date"),
    "time": _simple("time", "({} AT TIME ZONE 'UTC')::time", ("time",), "clock"),
    "now": _constant("now", None),
    "mindatetime": _constant("mindatetime", instant(FIRST)),
    "maxdatetime": _constant("maxdatetime", instant(LAST)),
    "before": _relation("before", "({1} < {2})"),
    "after": _relation("after", "({0} > {3})"),
    "meets": _relation("meets", "({1} = {2} OR {3} = {0})"),
    "during": _relation("during", "({0} >= {2} AND {1} <= {3})"),
    "overlaps": _relation("overlaps", "({0} <= {3} AND {1} >= {2})"),
    "starts": _relation("starts", "({0} = {2} AND {1} <= {3})"),
    "finishes": _relation("finishes", "({1} = {3} AND {0} >= {2})"),
    # numbers
    "round": _simple("round", "round({}::numeric)::float8", ("number",), "number"),
    "floor": _simple("floor", "floor({})", ("number",), "number"),
    "ceiling": _simple("ceiling", "ceil({})", ("number",), "number"),
}
"""Name → what makes the typed expression."""
FUNCTIONS["substringof"] = lambda arguments, now: FUNCTIONS["contains"](arguments[::-1], now)
