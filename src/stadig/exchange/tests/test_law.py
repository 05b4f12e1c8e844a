"""The law that lets agencies answer: one row per agency, dated, and never one that is repealed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from stadig.exchange.models import LegalBasis

PURPOSE = "financial-assistance"
OLD = "11 kap. 11 a § socialtjänstlagen (2001:453)"


def _row(**values: object) -> LegalBasis:
    given = {
        "purpose": PURPOSE,
        "agency": "TNS",
        "statute": OLD,
        "longest_days": 90,
        "valid_from": dt.date(2020, 1, 1),
        "source": "SFS",
    }
    return LegalBasis.objects.create(**(given | values))


@pytest.mark.django_db
def test_six_agencies_may_answer_from_the_day_the_new_act_is_in_force_and_two_have_no_row() -> None:
    rows = LegalBasis.objects.filter(purpose=PURPOSE)
    first = {row.agency: row.valid_from for row in rows.order_by("-valid_from")}
    assert first == dict.fromkeys(("AF", "CSN", "FK", "PM", "SKV", "SO"), dt.date(2025, 7, 1))
    assert all(row.confirmed_at and row.source and row.fields for row in rows)


@pytest.mark.django_db
def test_the_day_and_the_paragraphs_are_those_of_the_act_and_the_ordinance(reference_data: Callable[[str], Path]) -> None:
    act = json.loads(reference_data("exchange/sfs/sfs-2025-400-sol.json").read_text())
    ordinance = reference_data("exchange/sfs/sfs-2008-975-uppgiftsskyldighet.md").read_text()
    assert act["ikraftDateTime"].startswith("2025-07-01")
    amended = {one["beteckning"]: one["ikraftDateTime"][:10] for one in act["andringsforfattningar"]}
    assert LegalBasis.objects.get(agency="SKV", valid_to=None).valid_from.isoformat() == amended["2025:942"]
    names = {
        "CSN": ("2 §", "hos Centrala studiestödsnämnden"),
        "FK": ("3 §", "hos Försäkringskassan"),
        "SO": ("4 §", "hos en arbetslöshetskassa"),
        "AF": ("5 §", "hos Arbetsförmedlingen"),
        "SKV": ("6 §", "hos Skatteverket"),
        "PM": ("7 §", "hos Pensionsmyndigheten"),
    }
    for agency, (section, said) in names.items():
        text = ordinance.split(f"## {section}\n")[1].split("\n## ")[0]
        assert f"Socialnämnden har rätt att {said}" in text
        for row in LegalBasis.objects.filter(agency=agency):
            assert f"och {section} förordningen (2008:975)" in row.statute


@pytest.mark.django_db
@pytest.mark.parametrize("text", [OLD, "11 kap. 11 a § SoL (2001:453)", "11 kap. 11a § SoL"])
@pytest.mark.parametrize("last", [None, dt.date(2025, 7, 1), dt.date(2027, 1, 1)])
def test_the_repealed_act_cannot_be_written_as_ground_for_a_day_after_its_repeal(text: str, last: dt.date | None) -> None:
    with pytest.raises(IntegrityError, match="exchange_basis_not_repealed"), transaction.atomic():
        _row(statute=text, valid_to=last)
    assert _row(statute=text, valid_to=dt.date(2025, 6, 30)).pk


@pytest.mark.django_db
def test_one_person_can_never_both_enter_and_confirm_a_ground(someone: Callable[..., object]) -> None:
    one, other = someone(), someone()
    own = {"statute": "Nämndens beslut 2026-02-11 § 14", "entered_by": one}
    moment = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    for confirmed in (one, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            _row(**own, confirmed_by=confirmed, confirmed_at=moment)
    assert _row(**own, confirmed_by=other, confirmed_at=moment).pk


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_has_the_shipped_law() -> None:
    assert LegalBasis.objects.filter(purpose=PURPOSE).count() == 7
    LegalBasis.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_and_so_has_the_one_after_it() -> None:
    assert LegalBasis.objects.filter(purpose=PURPOSE).count() == 7
