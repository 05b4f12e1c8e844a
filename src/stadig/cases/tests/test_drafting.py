"""What a decision is begun from: the case type's words with the answers in them, and brackets for what only a person can say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from stadig.cases import actions, deciding, drafting, handling, papers
from stadig.cases.tests.conftest import PARKING

TODAY = dt.date(2026, 11, 23)
DRAFTS = {
    "decision.approved.draft": "Du kan gå {metres}. Du svarade {kind}.\n\n[Vad läkaren skriver.]\n---\nVisa kortet i rutan.\n",
    "decision.refused.draft": "Du kan gå {metres}, och {certificate}.",
    "decision.refused.appeal": "Skriv till nämnden.\n\nGör det inom tre veckor.",
}
TYPE = replace(PARKING, texts=PARKING.texts | {"sv": {**PARKING.texts["sv"], **DRAFTS}})


def test_answers_stand_in_the_draft_in_words_and_the_conditions_are_apart():
    made = drafting.draft(TYPE, "approved", {"metres": 40, "kind": "self"}, "sv", today=TODAY)
    assert made.reasoning == "Du kan gå 40 m. Du svarade Jag själv.\n\n[Vad läkaren skriver.]"
    assert made.conditions == "Visa kortet i rutan."


def test_an_answer_that_is_not_there_or_is_a_file_is_its_question_within_brackets():
    made = drafting.draft(TYPE, "refused", {"certificate": "a-file"}, "sv", today=TODAY)
    assert made.reasoning == "Du kan gå [Hur långt kan du gå?], och [Läkarintyg]."
    assert drafting.left(made.reasoning) == "[Hur långt kan du gå?]"


def test_a_type_without_a_draft_has_none():
    assert not drafting.draft(PARKING, "approved", {"metres": 40}, "sv", today=TODAY)


@pytest.fixture
def drafted(permits, amina, open_case, at):
    at("2026-11-23T08:00+01:00")
    kind = actions.define(None, "parking", "d" * 64, TYPE, committee=permits.parent, unit=permits, series="GPN")
    return handling.take(amina, open_case(type=kind).pk)


def test_what_stands_within_brackets_must_be_written_first(drafted, amina):
    with pytest.raises(ValidationError) as refused:
        deciding.propose(amina, drafted, "approved", "Du kan gå 40 m och inte längre. [Vad läkaren skriver.]")
    assert "[Vad läkaren skriver.]" in refused.value.message_dict["reasoning"][0]


def test_the_case_types_own_words_on_how_to_appeal_are_in_the_decision(drafted, amina):
    proposal = deciding.propose(amina, drafted, "refused", "Du kan gå 400 meter utan att vila.")
    parts = papers.paper(drafted, proposal, amina, "sv").parts
    assert parts[2].paragraphs == ("Skriv till nämnden.", "Gör det inom tre veckor.")


def test_the_page_fetches_the_draft_of_the_chosen_decision_and_keeps_what_was_written(drafted, amina, client):
    client.force_login(amina, backend="stadig.city.login.PasswordBackend")
    url = reverse("cases:decide", args=[drafted.pk])
    assert "Hämta förslag till text" in client.get(url).content.decode()

    def typed(type_id: str, reasoning: str) -> str:
        answer = client.post(url, {"step": "begin", "type": type_id, "reasoning": reasoning})
        return answer.context["form"]["reasoning"].value().replace("\r", "")

    first = typed("approved", "")
    assert first.startswith("Du kan gå 40 m.")
    assert typed("refused", first).startswith("Du kan gå 40 m, och [Läkarintyg]")
    assert typed("approved", first + " Mer.").startswith(first + " Mer.")
    assert typed("refused", "Mitt eget.") == "Mitt eget.\n\nDu kan gå 40 m, och [Läkarintyg]."
