"""The linter finds what is wrong, says where, and says nothing of what is right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from stadig.eservices import lint, reading
from stadig.eservices.findings import WORDS, Finding

TODAY = date(2026, 11, 22)
PACKAGES = Path(reading.__file__).parent / "packages"
SHIPPED = sorted(folder.name for folder in PACKAGES.iterdir() if (folder / "service.yaml").is_file())
FILES = reading.load(PACKAGES / "street-fault").files


def findings(*changes: tuple[str, str, str], **files: str) -> list[Finding]:
    """The findings for street-fault with texts replaced."""
    changed = dict(FILES)
    for name, before, after in changes:
        text = changed[name].decode()
        assert before in text, before
        changed[name] = text.replace(before, after, 1).encode()
    return [one for one in lint.lint_files(changed, today=TODAY) if one.kind != "rule_never"]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_we_ship_has_no_errors(name):
    found = lint.lint(reading.load(PACKAGES / name), today=TODAY)
    assert [str(one) for one in found if one.severity == "error"] == []


FLOW, CASE, SERVICE, SCHEMA = "flow.yaml", "case.yaml", "service.yaml", "data.schema.json"
SV, EN = "texts/sv.yaml", "texts/en.yaml"
DANGER = 'show_if: {"==": [{var: danger}, true]}'


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ((FLOW, "[{var: what}, lamp]", "[{var: whatever}, lamp]"), "unknown_reference"),
        ((FLOW, "[{var: what}, lamp]", "[{var: what}, lampa]"), "not_an_option"),
        ((FLOW, "[{var: what}, lamp]", "[{var: danger}, lamp]"), "never_equal"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{">": [{var: what}, 3]}'), "not_ordered"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"in": [{var: what}, [hole, lampa]]}'), "not_an_option"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{">": [{"+": [{var: danger}, 1]}, 3]}'), "wrong_type"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{">": [{age: [{var: what}]}, 3]}'), "wrong_type"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"some": [{var: what}, {var: x}]}'), "wrong_type"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"<": [{dateadd: [{today: []}, 1, fortnights]}, "2027-01-01"]}'), "unknown_unit"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"=": [{var: what}, lamp]}'), "rule"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"==": [1, 2]}'), "constant_rule"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"and": [{"==": [{var: what}, lamp]}, {"==": [{var: what}, hole]}]}'), "never_shown"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"or": [{"!=": [{var: what}, lamp]}, {"==": [{var: what}, lamp]}]}'), "always_shown"),
        ((FLOW, '{"==": [{var: what}, lamp]}', '{"==": [{var: lamp_number}, "1"]}'), "cycle"),
        ((FLOW, "- where\n", "- where\n      - what\n"), "asked_twice"),
        ((FLOW, "id: where", "id: what"), "same_id"),
        ((FLOW, "steps:", 'compute: {total: {"+": [1, 2]}}\nsteps:'), "computed_not_described"),
        ((FLOW, "steps:", "sign: [{role: other, name: nobody}]\nsteps:"), "unknown_path"),
        ((FLOW, "      - photos\n", ""), "not_asked"),
        ((FLOW, "      - where\n", ""), "required_not_asked"),
        ((SCHEMA, '"minimum": 10', '"minimum": "10"'), "schema"),
        ((SCHEMA, '"maxLength": 20', '"maxLength": "20"'), "schema"),
        ((SCHEMA, '"maxLength": 20', '"maxLength": 20, "misc:max-length": 20'), "unknown_keyword"),
        ((SCHEMA, '"maxLength": 20', '"maxLength": 20, "format": "lamp"'), "unknown_format"),
        ((SCHEMA, '"additionalProperties": false,', ""), "schema_open"),
        ((SCHEMA, '"maxLength": 20', '"pattern": "("'), "schema"),
        ((CASE, "to: ordered}", "to: sent}"), "unknown_status"),
        ((CASE, "{group: others}", "{group: strangers}"), "unknown_value"),
        ((CASE, "  - {from: ordered, to: mended}\n  - {from: received, to: nothing, do: close}\n  - {from: ordered, to: nothing, do: close}",
          "  - {from: received, to: nothing, do: close}\n  - {from: received, to: mended}"), "no_way_out"),
        ((CASE, "  - {from: received, to: ordered}\n", ""), "never_reached"),
        ((CASE, "days: 5}", "days: 5, until: done}"), "deadline_unmet"),
        ((CASE, "place: where", "place: place"), "unknown_path"),
        ((CASE, "done: mended", "done: done"), "unknown_status"),
        ((SERVICE, "[resident, visitor, company]", "[everyone]"), "unknown_value"),
        ((SERVICE, "login: {}", "login: {}\nopen: {from: 2026-02-30}"), "no_such_day"),
        ((SERVICE, "login: {}", "login: {}\nopen: {from: 2026-03-01, until: 2026-02-01}"), "never_open"),
        ((SERVICE, "[sv, en]", "[sv, en, fi]"), "missing_language"),
        ((SERVICE, "[sv, en]", "[sv]"), "unlisted_language"),
        ((SV, "    label: Berätta mer\n", ""), "missing_text"),
        ((SV, "    hint: Skriv inget om andra människor.\n", ""), "missing_translation"),
        ((SV, "label: Berätta mer", "label: Berätta mer\n    lable: Berätta"), "unknown_text"),
        ((SV, "label: Berätta mer", "label: <b>Berätta</b> mer"), "markup"),
        ((SV, "hint: Skriv inget om andra människor.", "hint: " + "ord " * 26), "long_sentence"),
        (("scenarios/lamp.yaml", "hidden: [email]", "hidden: [what]"), "scenario_failed"),
        (("scenarios/lamp.yaml", "hidden: [email]", "hidden: [mail]"), "scenario_unknown"),
        (("scenarios/lamp.yaml", "danger: false", "dangerous: false"), "scenario_unknown"),
        (("scenarios/lamp.yaml", "status: received", "status: ordered"), "scenario_failed"),
        ((SERVICE, "version: 1.0.0", "version: one"), "unreadable"),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_stands(change, kind):
    found = [one for one in findings(change) if one.kind == kind]
    assert found, [str(one) for one in findings(change)]
    assert all(one.text and one.kind in WORDS for one in found)
    name, before, _ = change
    changed = FILES[name].decode().partition(before)[0].count("\n") + 1
    nearest = [abs(one.line - changed) for one in found if one.line and one.file == name]
    assert min(nearest, default=0) <= 6, [str(one) for one in found]


def test_a_question_that_only_a_sum_could_show_is_a_warning_since_not_all_can_be_tried():
    found = findings(
        (FLOW, '{"==": [{var: what}, lamp]}', '{"and": [{">": [{len: [{var: description}]}, 4000]}, {var: danger}]}')
    )
    assert [one.severity for one in found if one.kind == "seems_never_shown"] == ["warning"]


def test_rules_that_no_scenario_tries_are_told():
    files = {name: data for name, data in FILES.items() if not name.startswith("scenarios/") or name.endswith("/lamp.yaml")}
    found = [one for one in lint.lint_files(files, today=TODAY) if one.kind == "rule_never"]
    assert ("email", "true") in {(one.values["path"], one.values["value"]) for one in found}


def test_a_missing_file_is_one_finding_that_names_it():
    found = lint.lint_files({name: data for name, data in FILES.items() if name != "flow.yaml"}, today=TODAY)
    assert [str(one) for one in found] == ["flow.yaml: error: is missing."]


def test_abbreviations_end_no_sentence_and_a_list_is_read_line_by_line():
    from stadig.eservices.lint_texts import plain

    assert list(plain("f", "k", "ett två t.ex. tre " * 3)) == []
    assert list(plain("f", "k", ("ord " * 20 + "\n") * 3)) == []
    assert [one.kind for one in plain("f", "k", "ord " * 25 + "t.ex. slut")] == ["long_sentence"]


def test_templates_are_for_decisions_in_every_language_and_name_answers_that_there_are():
    parking = reading.load(PACKAGES / "parking-permit").files
    text = b"Du kan {walk} och {distance_m}."
    found = lint.lint_files(parking | {"templates/approved.sv.md": text, "templates/maybe.sv.md": text}, today=TODAY)
    told = {(one.file, one.kind) for one in found if one.file.startswith("templates/")}
    assert told == {
        ("templates/approved.sv.md", "unknown_answer"),
        ("templates/maybe.sv.md", "unknown_answer"),
        ("templates/maybe.sv.md", "unknown_decision"),
        ("templates/maybe.en.md", "missing_template"),
    }
    (fault,) = lint.lint_files(parking | {"templates/letter.typ": b""}, today=TODAY)
    assert (fault.kind, fault.file) == ("unreadable", "templates/letter.typ")
