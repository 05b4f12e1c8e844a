"""Whatever a client sends, the answer is never 500, and nothing it sent stands in the SQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.sensing.sta import grammar, lexer, options, paths
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.functions import FUNCTIONS
from stadig.sensing.sta.schema import BY_PLURAL, ENTITIES
from stadig.sensing.sta.sql import GEO_NAMES, Compiler, Sight, geo_calls

QUIET = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
SENTINEL = "zq'x"
NAMES = sorted({name for entity in ENTITIES.values() for name in (*entity.properties, *entity.navigation, "id", "@iot.id")})
TIMES = [
    "2026-01-01T00:00:00Z",
    "1900-01-01",
    "2026-01-01T00:00:00+01:00",
    "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z",
    "9999-12-31",
    "12:30:00",
]
SPECIAL = ["geography'POINT(17 59)'", "geometry'POLYGON((0 0,1 0,1 1,0 0))'", "duration'PT1H'", "geometry'x'", "duration'P'"]
LITERALS = st.one_of(
    st.text(max_size=8).map(lambda text: "'zq" + text.replace("'", "''") + "'"),
    st.integers(0, 10**20).map(str),
    st.floats(0, 1e300).map(str),
    st.sampled_from([*TIMES, *SPECIAL, "true", "false", "null", "1e999", "-0"]),
)
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
OPERATORS = st.sampled_from([*grammar.STRENGTH, "xx"])
EXPRESSIONS = st.recursive(
    LITERALS | PATHS | PATHS.map(lambda path: path + "/zqinre/zq[3]"),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(" ".join),
        inner.map(lambda e: f"not ({e})"),
        inner.map(lambda e: f"-({e})"),
        st.tuples(st.sampled_from([*FUNCTIONS, *GEO_NAMES, "zqfunktion"]), st.lists(inner, max_size=3)).map(
            lambda f: f"{f[0]}({','.join(f[1])})"
        ),
        st.tuples(inner, st.lists(inner, max_size=3)).map(lambda f: f"{f[0]} in ({','.join(f[1])})"),
    ),
    max_leaves=8,
)
NOISE = st.text(alphabet="()'$/,;:=-+@%&#\\\x00 åÅ\"eq andornotlt1TZ[]", max_size=40)
CONSTANT = re.compile(r"[A-Za-z0-9_ ().,:%*#>{}'=<+\-/|\n\[\]]*")


def _compiled(text: str, entity: str) -> list[tuple[str, int]]:
    compiler = Compiler(Sight([1]), datetime(2026, 11, 20, tzinfo=UTC))
    tree = grammar.expression(text)
    list(geo_calls(tree, ENTITIES[entity]))
    found = [compiler.condition(tree, ENTITIES[entity], "t0")]
    return [(one.sql, len(one.values)) for one in found]


@QUIET
@given(EXPRESSIONS, st.sampled_from(sorted(ENTITIES)))
def test_sql_holds_placeholders_and_our_own_text_alone(text, entity):
    try:
        compiled = _compiled(text, entity)
    except Refused:
        return
    for sql, values in compiled:
        assert CONSTANT.fullmatch(sql), sql
        assert "zq" not in sql
        assert not re.search(r"\d{8}", sql), "a number of the client's"
        assert len(re.findall("%s", sql)) == values
        assert "%" not in sql.replace("%s", "").replace("%%", "")


@QUIET
@given(NOISE | EXPRESSIONS)
def test_any_text_is_an_expression_or_refused(text):
    for read in (grammar.expression, grammar.ordering, lexer.tokens):
        try:
            read(text)
        except Refused:
            continue


@QUIET
@given(st.text(max_size=60), st.sampled_from(sorted(ENTITIES)))
def test_any_query_is_options_or_refused(query, entity):
    try:
        options.parse(query, entity)
    except Refused:
        return


@QUIET
@given(st.text(max_size=60))
def test_any_path_is_an_address_or_refused(path):
    try:
        paths.resolve(path)
    except Refused:
        return


def test_deep_and_long_expressions_are_refused():
    for text in ("(" * 5000, "not " * 500 + "true", "-" * 3000 + "1", "1 add " * 1000 + "1", "x" * 9000):
        with pytest.raises(Refused):
            grammar.expression(text)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*BY_PLURAL, *NAMES, "$ref", "$value", "$count", ""]),
        st.sampled_from(["", "", "(1)", "('1:2')", "(0)", "(-1)", "(x)"]),
    ).map("".join),
    max_size=4,
).map("/".join)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["$filter", "$orderby", "$expand", "$select", "$top", "$skip", "$count", "$resultFormat", "x"]),
        EXPRESSIONS
        | NOISE
        | st.sampled_from(["true", "5", "Datastreams/Observations", "Locations($top=1;$expand=Things)", "dataArray", "name,id"]),
    ).map("=".join),
    max_size=3,
).map("&".join)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, QUERIES)
def test_no_read_is_a_fault(sta, path, query):
    reply = sta.request("GET", path + ("?" + query.replace("?", "") if query else ""))
    assert reply.status in (200, 400, 404, 405, 414), (path, query, reply.body)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, st.sampled_from(sorted(BY_PLURAL)))
def test_no_filter_is_a_fault(sta, text, plural):
    for name in ("filter", "orderby"):
        reply = sta.request("GET", plural, **{name: text})
        assert reply.status in (200, 400), (text, reply.body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(TIMES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6) | JSON


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]), STEPS | st.just("CreateObservations"), BODIES)
def test_no_write_is_a_fault(sta, method, path, body):
    reply = sta.request(method, path, body)
    assert reply.status in (200, 201, 400, 404, 405, 409, 413), (path, body, reply.body)
