"""The law that lets agencies answer: one row per agency, dated, and never one that is repealed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from stadig.city.actions import NotAllowed
from stadig.city.models import User
from stadig.city.roles import Role
from stadig.exchange import law, lawful
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
    assert all(row.confirmed_at and row.source for row in rows)
    assert all(set(row.fields) <= set(lawful.by_law(row.agency)) for row in rows)
    newest = {row.agency: row.fields for row in rows if row.valid_to is None}
    assert newest == {agency: list(lawful.by_law(agency)) for agency in newest}, "neither more nor less than the law gives"


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


NEW = {
    "agency": "TNS",
    "statute": "Socialnämndens beslut 2026-02-11 § 14",
    "source": "Protokoll 2026-02-11",
    "longest_days": 90,
    "valid_from": dt.date(2026, 3, 1),
    "groups": ["vehicles"],
}


@pytest.fixture
def two(someone: Callable[..., User], at: Callable[[str], object]) -> tuple[User, User]:
    at("2026-11-24T09:00+01:00")
    return someone(Role.MANAGER), someone(Role.ADMINISTRATOR)


def test_what_one_enters_gives_no_right_until_another_confirms_it(two: tuple[User, User]) -> None:
    one, other = two
    row = law.enter(one, **NEW)
    assert "TNS" not in law.in_force(PURPOSE, dt.date(2026, 11, 24))
    with pytest.raises(ValidationError, match="kollega"):
        law.confirm(one, row.pk)
    law.confirm(other, row.pk)
    assert law.in_force(PURPOSE, dt.date(2026, 11, 24))["TNS"].pk == row.pk
    assert "TNS" not in law.in_force(PURPOSE, dt.date(2026, 2, 28))


def test_a_new_wording_ends_the_old_the_day_before_and_both_stay(two: tuple[User, User]) -> None:
    one, other = two
    old = law.in_force(PURPOSE, dt.date(2026, 11, 24))["AF"]
    new = law.enter(one, **(NEW | {"agency": "AF", "groups": ["registered"], "valid_from": dt.date(2027, 1, 1)}))
    law.confirm(other, new.pk)
    old.refresh_from_db()
    assert (old.valid_to, old.ended_by_id) == (dt.date(2026, 12, 31), other.pk)
    assert law.in_force(PURPOSE, dt.date(2026, 12, 31))["AF"].pk == old.pk
    assert law.in_force(PURPOSE, dt.date(2027, 1, 1))["AF"].pk == new.pk


def test_a_ground_that_ends_is_no_ground_the_day_after(two: tuple[User, User]) -> None:
    row = law.in_force(PURPOSE, dt.date(2026, 11, 24))["CSN"]
    with pytest.raises(ValidationError):
        law.end(two[0], row.pk, last=dt.date(2026, 11, 30), reason=" ")
    law.end(two[0], row.pk, last=dt.date(2026, 11, 30), reason="Lagen ändras")
    assert "CSN" in law.in_force(PURPOSE, dt.date(2026, 11, 30))
    assert "CSN" not in law.in_force(PURPOSE, dt.date(2026, 12, 1))


def test_a_group_that_the_readers_do_not_know_is_refused_when_entered(two: tuple[User, User]) -> None:
    with pytest.raises(ValidationError, match="inga uppgifter som heter bilar"):
        law.enter(two[0], **(NEW | {"groups": ["vehicles", "bilar"]}))


def test_the_repealed_act_cannot_be_entered_for_today(two: tuple[User, User]) -> None:
    with pytest.raises(ValidationError, match="upphävd"):
        law.enter(two[0], **(NEW | {"statute": OLD}))


def test_a_case_worker_enters_no_law(someone: Callable[..., User]) -> None:
    with pytest.raises(NotAllowed):
        law.enter(someone(Role.CASE_WORKER), **NEW)


def test_on_the_page_one_enters_and_another_confirms(two: tuple[User, User], client: Client) -> None:
    one, other = two
    client.force_login(one)
    assert "Transportstyrelsen" in client.get("/myndigheter/lagstod/nytt/").content.decode()
    address = "/myndigheter/lagstod/nytt/?myndighet=TNS"
    sent = {key: value if key == "groups" else str(value) for key, value in NEW.items() if key != "agency"}
    wrong = client.post(address, sent | {"statute": OLD})
    assert wrong.status_code == 422
    assert "upphävd sedan 1 juli 2025" in wrong.content.decode()
    assert "2001:453" in wrong.content.decode()  # nothing typed is lost
    shown = client.post(address, sent, follow=True).content.decode()
    assert "Transportstyrelsen" in shown
    assert "Du skrev in den. Be en kollega bekräfta." in shown
    row = LegalBasis.objects.get(agency="TNS")
    refused = client.post(f"/myndigheter/lagstod/{row.pk}/bekrafta/", follow=True).content.decode()
    assert "Be en kollega" in refused
    client.force_login(other)
    shown = client.post(f"/myndigheter/lagstod/{row.pk}/bekrafta/", follow=True).content.decode()
    assert "Kim Test" in shown
    assert "Lagstödet är bekräftat." in shown
    ended = client.post(f"/myndigheter/lagstod/{row.pk}/avsluta/", {"last": "2026-11-20", "reason": "Nytt beslut"}, follow=True)
    assert "Har gällt" in ended.content.decode()


def test_each_part_of_skatteverket_is_asked_for_by_groups_that_there_are() -> None:
    from stadig.exchange.contracts import asking

    assert {name for needs in asking.SKV_NEEDS.values() for name in needs} <= lawful.GROUPS["SKV"].keys()
