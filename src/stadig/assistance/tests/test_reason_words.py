"""Whatever the reason is that nothing is known, the words never read as if there were no income."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from stadig.assistance import outcome_words
from stadig.exchange.contracts.errors import Reason
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import AGENCIES

NOTHING = re.compile(
    r"ing(?:en|a|et) (?:inkomst|ersättning|lön|utbetalning|registrer)|no (?:income|payment|benefit)s?\b", re.IGNORECASE
)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("outcome", sorted(set(Outcome) - EVIDENCE))
def test_what_is_no_evidence_never_reads_as_no_income_whatever_its_reason(outcome: Outcome, language: str) -> None:
    with translation.override(language):
        for agency in AGENCIES:
            for code in ("", "404", *Reason):
                told = outcome_words.words(outcome, agency, outcome_words.Told(code=code))
                assert not NOTHING.search(f"{told.unknown} {told.text}"), (agency, code)
                assert told.unknown
