"""What an editor does: flow, schema, texts and case change together, and little else does."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

import pytest

from stadig.eservices import lint, reading
from stadig.eservices.editing import changes
from stadig.eservices.editing.changes import Files, Time, Way
from stadig.eservices.editing.errors import EditError
from stadig.eservices.findings import ERROR
from stadig.eservices.package import KINDS, Question, Repeat
from stadig.eservices.placing import name_of, parts_of

PACKAGES = Path(reading.__file__).parent / "packages"
NAMES = sorted(path.parent.name for path in PACKAGES.glob("*/service.yaml"))
TODAY = date(2026, 11, 22)
CHOOSE = [{"sv": "Ja, gärna", "en": "Yes, please"}, {"sv": "Nej", "en": "No"}]


@pytest.fixture
def fault() -> Files:
    return reading.files_of(PACKAGES / "street-fault")


@pytest.fixture
def grant() -> Files:
    return reading.files_of(PACKAGES / "association-grant")


def changed(before: Files, after: Files) -> list[str]:
    """The lines that differ, as *file: -line* and *file: +line*."""
    found: list[str] = []
    for name in sorted({*before, *after}):
        one, other = (files.get(name, b"").decode().splitlines() for files in (before, after))
        found += [
            f"{name}: {line}" for line in difflib.unified_diff(one, other, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")
        ]
    return found


def errors(files: Files) -> list[str]:
    return [str(one) for one in lint.lint_files(files, today=TODAY) if one.severity == ERROR]


@pytest.mark.parametrize("name", NAMES)
def test_one_text_of_a_package_is_one_line_of_difference(name):
    files = reading.files_of(PACKAGES / name)
    for key, text in reading.read(files).texts["sv"].items():
        if isinstance(text, str):
            after = changes.set_text(files, key, {"sv": f"{text} Mer."})
            assert [line[:17] for line in changed(files, after)] == ["texts/sv.yaml: - ", "texts/sv.yaml: + "]
            assert changes.set_text(after, key, {"sv": text}) == files


def test_ids_are_made_of_swedish_words():
    assert changes.slug_of("Vad heter du?") == "vad_heter_du"
    assert changes.slug_of("Åsas älg på ön", ["asas_alg_pa_on"]) == "asas_alg_pa_on_2"
    assert changes.slug_of("24 timmar") == "fraga_24_timmar"
    assert changes.slug_of("???") == "fraga"
    assert changes.slug_of("Label") == "label_2"
    assert len(changes.slug_of("Hur många " * 20)) <= 40


def test_a_step_with_a_question_is_added_where_it_should_be(fault):
    files, step = changes.add_step(fault, {"sv": "Om dig", "en": "About you"}, after="what")
    files, path = changes.add_question(files, step, "text", {"sv": "Vad heter du?", "en": "What is your name?"}, required=True)
    package = changes.checked(files)
    assert [one.id for one in package.flow.steps] == ["what", "om_dig", "where", "answer"]
    assert package.question(path).required
    assert [line for line in changed(fault, files) if not line.startswith("scenarios")] == [
        'data.schema.json: -  "required": ["what", "where"],',
        'data.schema.json: +  "required": ["what", "where", "vad_heter_du"],',
        'data.schema.json: -    "email": {"type": "string", "format": "email", "maxLength": 254}',
        'data.schema.json: +    "email": {"type": "string", "format": "email", "maxLength": 254},',
        'data.schema.json: +    "vad_heter_du": {"type": "string", "maxLength": 200}',
        "flow.yaml: +  - id: om_dig",
        "flow.yaml: +    questions:",
        "flow.yaml: +      - vad_heter_du",
        "texts/en.yaml: +  om_dig:",
        "texts/en.yaml: +    title: About you",
        "texts/en.yaml: +  vad_heter_du:",
        "texts/en.yaml: +    label: What is your name?",
        "texts/sv.yaml: +  om_dig:",
        "texts/sv.yaml: +    title: Om dig",
        "texts/sv.yaml: +  vad_heter_du:",
        "texts/sv.yaml: +    label: Vad heter du?",
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["street-fault", "association-grant"])
def test_every_kind_of_question_can_be_added_and_taken_away(name, kind):
    before = reading.files_of(PACKAGES / name)
    step = changes.checked(before).flow.steps[0].id
    options = CHOOSE if kind in ("choice", "choices") else ()
    files, path = changes.add_question(before, step, kind, {"sv": "Ny fråga?", "en": "New question?"}, options=options)
    assert changes.checked(files).question(path).kind == kind
    assert errors(files) == []
    left = changes.remove_question(files, path)
    assert errors(left) == []
    assert changed(before, left) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_question_can_change_place_and_come_back(name):
    before = reading.files_of(PACKAGES / name)
    package = changes.checked(before)
    for step in package.flow.steps:
        for index, part in enumerate(step.parts):
            other = next(one for one in package.flow.steps if one.id != step.id)
            there = changes.move_question(before, name_of(part), other.id, 0)
            assert name_of(changes.checked(there).flow.steps[package.flow.steps.index(other)].parts[0]) == name_of(part)
            assert changes.move_question(there, name_of(part), step.id, index) == before


def test_scenarios_answer_what_is_demanded_now(fault):
    files, path = changes.add_question(
        fault, "what", "yes_no", {"sv": "Såg du det själv?", "en": "Did you see it?"}, required=True
    )
    assert "scenarios/lamp.yaml: +  sag_du_det_sjalv: false" in changed(fault, files)
    assert errors(files) == []
    assert changed(fault, changes.remove_question(files, path)) == []


def test_scenarios_follow_when_a_person_says_so(fault):
    files = changes.set_rule(fault, "description", "show_if", {"==": [{"var": "what"}, "other"]})
    assert errors(files)
    files = changes.follow(files, today=TODAY)
    assert errors(files) == []
    assert "description" not in reading.read(files).scenarios[1].visible


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_cannot_be_removed_and_what_is_not_can(name):
    before = reading.files_of(PACKAGES / name)
    refused = 0
    for _, part in parts_of(changes.checked(before)):
        try:
            files = changes.remove_question(before, name_of(part))
        except EditError as error:
            assert error.kind == "read_by"
            assert error.values["readers"]
            refused += 1
            continue
        assert name_of(part) not in {name_of(one) for _, one in parts_of(changes.checked(files))}
        left = {one.kind for one in lint.lint_files(files, today=TODAY)}
        assert not left & {"unknown_text", "not_asked", "scenario_unknown", "unknown_reference", "unknown_path", "unknown_answer"}
    assert refused


def test_it_is_said_who_reads_a_question(fault):
    with pytest.raises(EditError) as refused:
        changes.remove_question(fault, "what")
    assert refused.value.values["readers"] == ["lamp_number", "description", "case.yaml"]
    with pytest.raises(EditError) as refused:
        changes.remove_option(fault, "what", "lamp")
    assert refused.value.values["readers"] == ["lamp_number"]


def test_answers_to_choose_among_come_and_go_with_their_texts(fault):
    files = changes.add_option(fault, "what", {"sv": "Klotter", "en": "Graffiti"})
    files = changes.move_option(files, "what", "klotter", 0)
    files = changes.remove_option(files, "what", "tree")
    package = changes.checked(files)
    assert package.question("what").options == ("klotter", "hole", "lamp", "sign", "ice", "other")
    assert package.text("question.what.option.klotter", "en") == "Graffiti"
    assert "question.what.option.tree" not in package.texts["sv"]
    assert errors(files) == []


def test_answers_shared_with_other_questions_change_for_one_alone():
    before = reading.files_of(PACKAGES / "preschool-place")
    files = changes.add_option(before, "third_choice", {"sv": "Måsen", "en": "The gull"})
    package = changes.checked(files)
    assert package.question("third_choice").options[-1] == "masen"
    assert "masen" not in package.question("first_choice").options
    assert errors(files) == []


def test_how_a_question_is_answered(fault):
    files = changes.change_question(fault, "lamp_number", required=True, longest=8, kind="text")
    assert [line for line in changed(fault, files) if not line.startswith("scenarios")] == [
        'data.schema.json: -  "required": ["what", "where"],',
        'data.schema.json: +  "required": ["what", "where", "lamp_number"],',
        'data.schema.json: -    "lamp_number": {"type": "string", "maxLength": 20},',
        'data.schema.json: +    "lamp_number": {"type": "string", "maxLength": 8},',
    ]
    files = changes.change_question(fault, "lamp_number", kind="integer", unit="st", least=1.0, most=None)
    question = changes.checked(files).question("lamp_number")
    assert (question.kind, question.unit, question.schema) == ("integer", "st", {"type": "integer", "minimum": 1})
    assert changes.change_question(changes.change_question(fault, "photos", most_files=5), "photos", most_files=3) == fault


def test_a_group_with_rows(fault):
    files, group = changes.add_group(fault, "what", {"sv": "Vilka var med?", "en": "Who were there?"})
    files, name = changes.add_question(files, "what", "text", {"sv": "Namn", "en": "Name"}, required=True, repeat=group)
    files, age = changes.add_question(files, "what", "integer", {"sv": "Ålder", "en": "Age"}, repeat=group)
    assert (name, age) == ("vilka_var_med[].namn", "vilka_var_med[].alder")
    files = changes.set_rule(files, age, "require_if", {"==": [{"var": "item.namn"}, "Bo"]})
    files = changes.change_group(files, group, least=1, most=4)
    files = changes.move_question(files, age, "what", 0)
    part = changes.checked(files).flow.steps[0].parts[-1]
    assert isinstance(part, Repeat)
    assert (part.least, part.most, [one.path for one in part.parts if isinstance(one, Question)]) == (1, 4, [age, name])
    assert errors(files) != []  # the scenarios have no row
    files = changes.follow(files, today=TODAY)
    assert errors(files) == []
    files = changes.remove_question(files, group)
    assert changed(fault, files) == []
    with pytest.raises(EditError):
        changes.add_question(files, "what", "place", {"sv": "Var?"}, repeat=group)


def test_a_rule_is_one_line_and_its_taking_away_none(fault):
    rule = {"and": [{"==": [{"var": "what"}, "lamp"]}, {"==": [{"var": "danger"}, True]}]}
    files = changes.set_rule(fault, "photos", "show_if", rule)
    assert changed(fault, files) == [
        "flow.yaml: -      - photos",
        "flow.yaml: +      - ask: photos",
        'flow.yaml: +        show_if: {"and": [{"==": [{var: what}, lamp]}, {"==": [{var: danger}, true]}]}',
    ]
    assert changes.set_rule(files, "photos", "show_if", None) == fault
    files = changes.set_rule(fault, "step.answer", "show_if", rule)
    assert changes.checked(files).flow.steps[2].show_if == rule
    with pytest.raises(EditError):
        changes.set_rule(fault, "photos", "show_if", {"eval": ["1"]})


def test_what_is_computed(grant):
    files = changes.set_compute(grant, "budget.half", {"/": [{"var": "budget.gap"}, 2]}, {"sv": "Hälften", "en": "Half"})
    assert errors(files) == []
    assert changed(grant, changes.set_compute(files, "budget.half", None)) == []
    with pytest.raises(EditError):
        changes.set_compute(files, "budget.gap", None)


def test_what_the_service_is(fault):
    files = changes.set_service(
        fault, title={"sv": "Felanmälan"}, audience=["resident", "visitor", "company"], login="loa3", handling_days=5,
        legal_basis="", data_basis="artikel 6.1 c", open_from="2026-12-01", open_until="", again=False, handled_in="stadig",
    )  # fmt: skip
    assert changed(fault, files) == [
        "service.yaml: -login: {}",
        "service.yaml: +login: {level: loa3}",
        "service.yaml: -legal_basis: 6 § förvaltningslagen (2017:900)",
        "service.yaml: -  basis: artikel 6.1 e i dataskyddsförordningen",
        "service.yaml: +  basis: artikel 6.1 c",
        "service.yaml: +open:",
        "service.yaml: +  from: 2026-12-01",
        "texts/sv.yaml: -  title: Anmäl ett fel på gata eller park",
        "texts/sv.yaml: +  title: Felanmälan",
    ]
    files = changes.set_service(files, open_from="", login="")
    assert "open" not in files["service.yaml"].decode()
    assert b"login: {}" in files["service.yaml"]


def test_the_citys_own_and_the_next_version(fault):
    files = changes.set_local(fault, {"phone": "0340-12 00 00", "fee": ""})
    assert reading.read(files).local == {"phone": "0340-12 00 00"}
    assert changes.set_local(changes.set_local(files, {"fee": "4 kr", "phone": "112"}), {}) == fault
    assert reading.read(changes.raise_version(fault, "major")).version == "2.0.0"
    assert reading.read(changes.raise_version(fault)).version == "1.1.0"


def test_another_language(fault):
    files = changes.add_language(fault, "fi")
    assert reading.read(files).about.languages == ("sv", "en", "fi")
    files = changes.set_text(files, "service.title", {"fi": "Ilmoita viasta"})
    assert reading.read(files).text("service.title", "fi") == "Ilmoita viasta"


def test_a_status_with_ways_to_and_from_it(fault):
    files, status = changes.add_status(fault, {"sv": "Väntar på väder"}, "others")
    ways = [
        Way("received", "ordered"), Way("ordered", "mended"), Way("received", "nothing", id="close", said={"sv": "Avsluta utan åtgärd", "en": "Close without action"}),
        Way("ordered", "nothing", id="close", said={"sv": "Avsluta utan åtgärd", "en": "Close without action"}), Way("ordered", status, said={"sv": "Vänta"}),
        Way(status, "ordered"),
    ]  # fmt: skip
    files = changes.set_transitions(files, ways)
    assert [line for line in changed(fault, files) if line.startswith("case")] == [
        "case.yaml: +  vantar_pa_vader: {group: others}",
        "case.yaml: +  - {from: ordered, to: vantar_pa_vader, do: vanta}",
        "case.yaml: +  - {from: vantar_pa_vader, to: ordered}",
    ]
    assert changes.checked(files).text("transition.vanta") == "Vänta"
    assert changed(fault, changes.remove_status(files, status)) == []
    with pytest.raises(EditError) as refused:
        changes.remove_status(fault, "mended")
    assert refused.value.values["readers"] == ["work"]


def test_deadlines_and_decisions(fault):
    files = changes.set_deadlines(
        fault, [Time({"sv": "Felet är lagat"}, 7, "closed", "mended"), Time({"sv": "Vi har tittat"}, 2, "open")]
    )
    assert [(one.name, one.days, one.until) for one in changes.checked(files).case.deadlines] == [
        ("mended", 7, "closed"), ("vi_har_tittat", 2, "open"),
    ]  # fmt: skip
    files, decision = changes.add_decision(files, {"sv": "Ersättning", "en": "Compensation"}, outcome="approved", status="mended")
    files = changes.set_decision(
        files, decision, statute="3 kap. 2 § skadeståndslagen (1972:207)", valid_months=None, appeal="none"
    )
    assert changes.checked(files).case.decisions[0].statute.startswith("3 kap.")
    files = changes.remove_decision(files, decision)
    assert b"decisions" not in files["case.yaml"]
    assert changes.checked(changes.set_case(files, first="ordered", keep="", series="GPX")).case.series == "GPX"


def test_nothing_is_left_that_cannot_be_read(fault):
    for edit in (
        lambda files: changes.remove_step(changes.remove_step(changes.remove_step(files, "answer"), "where"), "what"),
        lambda files: changes.add_question(files, "what", "choice", {"sv": "Vad?"}),
        lambda files: changes.add_question(files, "what", "text", {"sv": " "}),
        lambda files: changes.add_question(files, "nowhere", "text", {"sv": "Vad?"}),
        lambda files: changes.set_case(files, first="nowhere"),
        lambda files: changes.set_transitions(files, [Way("received", "nowhere")]),
        lambda files: changes.checked({**files, "service.yaml": b"name: x\n"}),
    ):
        with pytest.raises(EditError):
            edit(fault)


def test_a_decision_goes_with_its_templates():
    permit = reading.files_of(PACKAGES / "parking-permit")
    files = changes.set_template(permit, "refused", "sv", "Vi avslår.")
    assert files["templates/refused.sv.md"] == "Vi avslår.\n".encode()
    assert changes.set_template(files, "refused", "sv", "").keys() == permit.keys() - {"templates/refused.sv.md"}
    left = changes.remove_decision(permit, "refused")
    assert not [name for name in left if name.startswith("templates/refused.")]
    assert "unknown_decision" not in {one.kind for one in lint.lint_files(left, today=TODAY)}
