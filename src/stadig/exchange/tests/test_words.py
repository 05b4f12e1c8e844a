"""Why there is no answer is told in plain words, and never as if there were no income."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from stadig.exchange import words
from stadig.exchange.contracts.errors import ENGLISH, Reason

NOTHING = re.compile(
    r"ing(?:en|a|et) (?:inkomst|ersättning|lön|utbetalning|registrer)|no (?:income|payment|benefit)s?\b", re.IGNORECASE
)


def test_every_reason_has_plain_words_in_both_languages() -> None:
    assert set(words.REASONS) == set(ENGLISH) == set(Reason)
    for language in ("sv", "en"):
        with translation.override(language):
            said = [words.reason(one) for one in Reason]
        assert all(one.endswith(".") for one in said)
        assert len(set(said)) == len(said)


def test_an_agencys_own_code_has_no_words_of_ours() -> None:
    assert words.reason("LEFI-VERSION") == words.reason("") == ""


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_reason_says_that_there_is_no_income(language: str) -> None:
    with translation.override(language):
        assert not [words.reason(one) for one in Reason if NOTHING.search(words.reason(one))]
