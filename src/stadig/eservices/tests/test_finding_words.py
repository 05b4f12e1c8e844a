"""Every kind of finding has words for people, and they need no more than the finding has."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from stadig.city import clock
from stadig.eservices import finding_words, findings, lint, reading
from stadig.eservices.findings import Finding
from stadig.eservices.tests.conftest import PACKAGES


def test_every_kind_of_finding_has_words_and_nothing_else_has():
    assert set(finding_words.WORDS) == set(findings.WORDS)


@pytest.mark.parametrize("kind", findings.WORDS)
def test_the_words_need_only_what_the_finding_has(kind):
    needed = set(re.findall(r"%\((\w+)\)s", str(finding_words.WORDS[kind])))
    given = set(re.findall(r"\{(\w+)\}", findings.WORDS[kind][1])) | ({"limit"} if kind == "long_sentence" else set())
    assert needed <= given


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_finding_names_the_question_and_not_its_path(language, db):
    package = reading.load(PACKAGES / "street-fault")
    finding = Finding("flow.yaml", "steps[0].questions[1].show_if", "never_shown", {"path": "lamp_number"})
    with translation.override(language):
        said = finding_words.words_of(finding, package, language)
    assert package.text("question.lamp_number.label", language) in said and "lamp_number" not in said


def test_what_a_broken_package_is_told_of_has_words(db):
    files = dict(reading.load(PACKAGES / "street-fault").files)
    files["texts/sv.yaml"] = files["texts/sv.yaml"].replace(b"    label: Lampans nummer\n", b"")
    package = reading.read(files)
    found = lint.lint(package, today=clock.today())
    assert any(one.kind == "missing_text" for one in found)
    assert all(finding_words.words_of(one, package, "sv") for one in found)
