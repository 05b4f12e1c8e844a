"""Reading a package: what it holds, its identity, and clear words for everything that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from stadig.eservices import flow, reading
from stadig.eservices.package import PackageError

FOLDER = Path(reading.__file__).parent / "packages" / "street-fault"


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(reading.load(FOLDER).files)


def change(files: dict[str, bytes], name: str, before: str, after: str) -> dict[str, bytes]:
    text = files[name].decode()
    assert before in text
    return files | {name: text.replace(before, after, 1).encode()}


def test_a_package_is_read_whole():
    package = reading.load(FOLDER)
    assert (package.name, package.version, len(package.digest)) == ("street-fault", "1.0.0", 64)
    kinds = {question.path: question.kind for question in package.flow.questions()}
    assert kinds["what"] == "choice"
    assert kinds["where"] == "place"
    assert kinds["photos"] == "file"
    assert kinds["danger"] == "yes_no"
    assert package.question("what").required
    assert not package.question("lamp_number").required
    assert package.text("question.what.option.ice", "en") == "Ice or snow"
    assert package.text("question.what.option.ice", "fi") == "Halka eller snö"
    assert package.case.series == "GPN"
    assert {scenario.name for scenario in package.scenarios} == {"hole-with-answer", "lamp", "something-else", "wrong-answers"}


def test_the_identity_is_the_contents_without_the_local_overlay(files):
    same = reading.read(files | {"local.yaml": b"phone: 0340-120 00\n"})
    assert same.digest == reading.read(files).digest
    assert same.local == {"phone": "0340-120 00"}
    assert reading.read(change(files, "texts/sv.yaml", "Vad", "Hur")).digest != same.digest


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("service.yaml", "name: street-fault", "name: Street Fault", "service.yaml, name: is small letters"),
        ("service.yaml", "version: 1.0.0", "version: 1.0", "service.yaml, version: is three numbers"),
        ("service.yaml", "handling_days: 5", "handling_days: soon", "handling_days: is a whole number"),
        ("service.yaml", "license:", "  license:", "service.yaml, line"),
        ("service.yaml", "publisher: Stadig", "name: again", "stands twice"),
        ("service.yaml", "publisher: Stadig", "publisher: &a Stadig\nagain: *a", "uses YAML aliases"),
        ("flow.yaml", "- ask: what\n", "- ask: why\n", "why is asked but not described"),
        ("flow.yaml", "- info: call_now", "- say: call_now", "must hold ask, repeat or info"),
        ("data.schema.json", '"type": "object"', '"type": "array"', "must describe an object"),
        ("data.schema.json", "{", "", "data.schema.json, line 2"),
        ("case.yaml", "series: GPN", "series: gpn", "series: is two to six capitals"),
        ("case.yaml", "first: received", "last: received", "first: is missing"),
        ("scenarios/lamp.yaml", "answers:", "questions:", "answers: is a mapping"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(files, name, before, after, words):
    with pytest.raises(PackageError) as caught:
        reading.read(change(files, name, before, after))
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/passwd", "texts/../../x", "C:\\x", "texts\\sv.yaml"])
def test_a_name_that_leads_out_of_the_package_is_refused(files, name):
    with pytest.raises(PackageError, match="leads out of the package"):
        reading.read(files | {name: b""})


def test_too_much_is_refused(files):
    with pytest.raises(PackageError, match="larger than 5 MB"):
        reading.read(files | {"big.txt": b"x" * (6 * 2**20)})
    with pytest.raises(PackageError, match="At most 200"):
        reading.read(files | {f"{number}.txt": b"" for number in range(300)})
    with pytest.raises(PackageError, match="nested too deep"):
        reading.read(files | {"data.schema.json": b"[" * 100_000})
    with pytest.raises(PackageError, match=r"flow\.yaml"):
        reading.read(files | {"flow.yaml": b"[" * 20_000})
    with pytest.raises(PackageError, match="not UTF-8"):
        reading.read(files | {"texts/sv.yaml": "a: å".encode("latin-1")})


def test_words_that_look_like_dates_and_truth_stay_words(files):
    package = reading.read(change(files, "service.yaml", "login: {}", "login: {}\nopen: {from: 2026-01-01, until: no}"))
    assert (package.about.open_from, package.about.open_until) == ("2026-01-01", "no")


def test_the_scenarios_of_the_package_hold():
    from datetime import date

    package = reading.load(FOLDER)
    for scenario in package.scenarios:
        state = flow.evaluate(package, scenario.answers, today=date(2026, 11, 22))
        assert set(scenario.visible) <= state.visible, scenario.name
        assert not set(scenario.hidden) & state.visible, scenario.name
