"""Whatever a package is made of, the answer is a package, a finding or a PackageError: never a traceback, never a file outside."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.eservices import checking, flow, lint, packing, proving, reading
from stadig.eservices.package import PackageError
from stadig.eservices.rules import Cycle, RuleError

TODAY = date(2026, 11, 22)
FILES = reading.load(Path(reading.__file__).parent / "packages" / "street-fault").files


def survives(files: dict[str, bytes]) -> list[str]:
    """The kinds of what the linter found; everything a page would do with the package is tried too."""
    found = [finding.kind for finding in lint.lint_files(files, today=TODAY)]
    for finding in lint.lint_files(files, today=TODAY):
        assert str(finding)
    try:
        package = reading.read(files)
        proving.prove(package, today=TODAY)
        checking.errors(package, flow.evaluate(package, {}, today=TODAY), today=TODAY)
    except (PackageError, RuleError, Cycle):
        pass
    return found


def zipped(*entries: tuple[str, bytes], attributes: int = 0) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return written.getvalue()


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "texts/../../x.yaml", "C:\\x", "texts\\..\\x", "a:b"])
def test_a_name_that_leads_out_is_refused(name):
    with pytest.raises(PackageError, match="leads out of the package"):
        reading.read(packing.unpack(zipped(*FILES.items(), (name, b"x"))))


def test_links_bombs_and_lies_are_refused():
    with pytest.raises(PackageError, match="link"):
        packing.unpack(zipped(("service.yaml", b"/etc/passwd"), attributes=0xA1FF0000))
    with pytest.raises(PackageError, match="larger than"):
        packing.unpack(zipped(("service.yaml", b"0" * 50_000_000)))
    with pytest.raises(PackageError, match="files"):
        packing.unpack(zipped(*((f"texts/{number}.yaml", b"") for number in range(300))))


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda data: zipped(("service.yaml", data))[:-7]))
def test_any_bytes_are_an_archive_or_are_refused(data):
    try:
        packing.unpack(data)
    except PackageError as error:
        assert str(error)


DEEP = 200_000
BOMB = "a: &a [x, x, x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.schema.json", b"[" * DEEP),
        ("data.schema.json", b'{"type":"object","properties":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}"),
        ("data.schema.json", b'{"type":"object","properties":{"what":{"$ref":"#/$defs/a"},"where":{}},"$defs":{"a":{"$ref":"#/$defs/a"}}}'),
        ("data.schema.json", b'{"type":"object","properties":{"what":{"type":"string","pattern":"(a+)+$"}}}'),
        ("data.schema.json", b'{"type":"object","properties":{"what":{"$ref":"http://127.0.0.1:9/a"}}}'),
        ("data.schema.json", b'{"type":"object","properties":{"what":' + b"[" * 500 + b"]" * 500 + b"}}"),
        ("data.schema.json", b'{"type":"object","properties":{"what":' + b'{"items":' * 500 + b"{}" + b"}" * 500 + b"}}"),
        ("data.schema.json", json.dumps({"type": "object", "properties": {"what": {"$ref": "#/$defs/d0"}, "where": True}, "$defs": {
            f"d{n}": {"type": "object", "properties": {f"p{k}": {"$ref": f"#/$defs/d{n + 1}"} for k in range(9)}} for n in range(40)
        } | {"d40": {"items": True}}}).encode()),
        ("data.schema.json", b'{"type":"object","properties":{"what":{"type":"array","items":true},"where":{"enum":[]},"photos":false}}'),
        ("flow.yaml", BOMB.encode()),
        ("flow.yaml", b"[" * DEEP),
        ("flow.yaml", b"steps: " + b"[" * 3000 + b"]" * 3000),
        ("flow.yaml", b"steps: [{id: a, questions: [{ask: what, show_if: " + b'{"!": [' * 200 + b"1" + b"]}" * 200 + b"}]}]"),
        ("flow.yaml", b"? [1]\n: 2"),
        ("flow.yaml", b"steps: !!python/object/apply:os.system [id]"),
        ("flow.yaml", b"steps: [{id: a, questions: [{ask: what, show_if: !!binary aGVq}]}]"),
        ("flow.yaml", b"steps: [{id: a, questions: [{ask: what, show_if: {var: [[1]]}}]}]\ncompute: {3: 4, '': 5, a.b..c: {var: what}}"),
        ("flow.yaml", b"steps: [{id: a, questions: [{repeat: photos, questions: [x]}, {ask: [1]}, {info: 3}]}]"),
        ("service.yaml", b"\x00\x01\x02"),
        ("service.yaml", b"\xff\xfe" + b"x" * 1000),
        ("texts/sv.yaml", b"a: {b: [1, {c: 2}]}"),
        ("texts/sv.yaml", ("service:\n  title: " + "<script>alert(1)</script>").encode()),
        ("scenarios/x.yaml", b"answers: {where: " + b"[" * 3000 + b"]" * 3000 + b"}"),
        ("scenarios/x.yaml", b"answers: {}\nexpect: {visible: 3, hidden: {a: 1}, errors: [x], computed: [1]}"),
        ("scenarios/x.yaml", b"answers: {3: 4, what: .nan, where: .inf, photos: {a: 1}}\nexpect: {computed: {'[[': 1, 'a[x]': 2}}"),
        ("case.yaml", b"file: case\nseries: ABC\nfirst: a\nstatuses: {a: [1]}\ntransitions: [3]\ndecisions: {a: 3}"),
        ("case.yaml", b"file: case\nseries: ABC\nfirst: a\nstatuses: {a: {group: new}}\ntransitions: []\nwork: [1]"),
        ("case.yaml", b"file: case\nseries: ABC\nfirst: a\nstatuses: {a: {group: new}}\ntransitions: []\n"
         b"decisions: {x: {outcome: approved, status: a, valid_months: many}}"),
    ],
)  # fmt: skip
def test_hostile_files_are_said_to_be_wrong_and_cost_little(name, data):
    begun = time.process_time()
    assert survives(dict(FILES) | {name: data})
    assert time.process_time() - begun < 20


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["what", "where", "photos", "var", "<b>"]),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "ask", "repeat", "info", "questions", "show_if", "var", "==", "and", "map", "type", "properties", "items",
                         "enum", "format", "maxLength", "minItems", "$ref", "required", "group", "from", "to", "", "<i>"]), inside, max_size=4),
    max_leaves=12,
)  # fmt: skip
WHERE = {
    "service.yaml": ["name", "login", "open", "audience", "languages", "channels", "handling_days", "again", "icon"],
    "flow.yaml": ["steps", "compute", "sign"],
    "case.yaml": ["statuses", "transitions", "deadlines", "decisions", "work", "first", "series"],
    "data.schema.json": ["properties", "required", "$defs", "additionalProperties", "type"],
    "texts/sv.yaml": ["question", "step", "status", "service"],
    "scenarios/lamp.yaml": ["answers", "expect", "today"],
    "local.yaml": ["phone", "committee"],
}


def placed(whole: Any, path: list[int], value: Any) -> Any:
    """``value`` put somewhere inside."""
    if not path or not isinstance(whole, dict | list) or not whole:
        return value
    if isinstance(whole, list):
        number = path[0] % len(whole)
        return [placed(one, path[1:], value) if at == number else one for at, one in enumerate(whole)]
    name = list(whole)[path[0] % len(whole)]
    return whole | {name: placed(whole[name], path[1:], value)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(WHERE)), st.lists(st.integers(0, 9), max_size=6), junk, st.data())
def test_anything_anywhere_in_a_package_is_a_package_a_finding_or_an_error(name, path, value, data):
    whole = yaml.safe_load(FILES[name]) if name in FILES else {}
    key = data.draw(st.sampled_from(WHERE[name]))
    whole = whole | {key: placed(whole.get(key), path, value)}
    try:
        written = json.dumps(whole).encode() if name.endswith(".json") else yaml.safe_dump(whole, allow_unicode=True).encode()
    except UnicodeEncodeError:
        return
    survives(dict(FILES) | {name: written})


@given(st.dictionaries(st.sampled_from(["what", "where", "photos", "description", "answer_me", "x"]), junk, max_size=5))
def test_any_answers_are_checked_without_a_fault_of_ours(answers):
    package = reading.read(FILES)
    state = flow.evaluate(package, answers, today=TODAY)
    assert all(fault.kind in checking.KINDS for fault in checking.errors(package, state, today=TODAY))
