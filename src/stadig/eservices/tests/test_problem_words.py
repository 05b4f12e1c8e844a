"""Why a package cannot be taken in is said in the reader's language, with the way out."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from django.utils import translation

from stadig.eservices import package, packing, problem_words, reading
from stadig.eservices.package import PackageError
from stadig.eservices.problem_words import of_error

FAULT = reading.load(Path(reading.__file__).parent / "packages" / "street-fault")


def names(words: object) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(words)) if name}


def test_every_reason_has_words_that_need_no_more_than_it_has():
    assert set(problem_words.PROBLEMS) == set(package.PROBLEMS)
    for kind, words in problem_words.PROBLEMS.items():
        assert names(words) <= names(package.PROBLEMS[kind]), kind


def test_it_is_said_in_both_languages_and_the_command_line_stays_english():
    with pytest.raises(PackageError) as error:
        packing.unpack(b"no zip")
    with translation.override("sv"):
        assert of_error(error.value) == "Zip-filen: är ingen zip-fil. Välj den zip-fil som du hämtade."
    with translation.override("en"):
        assert of_error(error.value) == "The zip file: is no zip file. Choose the zip file that you fetched."
    with pytest.raises(PackageError) as error:
        reading.read({**FAULT.files, "flow.yaml": b"steps:\n  - id: what\n    questions: [nothing]\n"})
    with translation.override("sv"):
        assert (
            of_error(error.value)
            == "flow.yaml, steps[0].questions[0]: nothing ställs som fråga, men beskrivs inte i data.schema.json."
        )
    assert str(error.value) == "flow.yaml, steps[0].questions[0]: nothing is asked but not described in data.schema.json."
