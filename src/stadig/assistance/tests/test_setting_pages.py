"""The pages where two people set a year's rules: a form or a file, the other person's comparison, and what is said when a year has none."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stadig.assistance import first, norm_file, norms, rates, setting
from stadig.assistance.models import Norm, Rules
from stadig.assistance.setting import NORM
from stadig.assistance.tests.test_norm import TOML as NORM_TOML
from stadig.assistance.tests.test_rates import TOML
from stadig.assistance.tests.world import World
from stadig.city.permissions import Role

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2027, 1, 1)


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER, username="henrik")


@pytest.fixture
def ove(someone):
    return someone(Role.ADMINISTRATOR, username="ove")


def written(**more):
    """What stands in the form when someone has filled in 2027."""
    said = {"way": "form", "valid_from": "2027-01-01", "valid_to": "2027-12-31", "source": "Nämndens beslut § 84"}
    for name, rate in rates.read(Rules.objects.get(valid_from="2026-01-01").values).rates:
        said |= {f"{name}_value": str(rate.value), f"{name}_source": rate.source, f"{name}_read": "on"}
    return said | {"price_base_amount_value": "60 300", "price_base_amount_source": "SFS 2026:998"} | more


def test_rules_are_written_by_one_and_confirmed_by_another_who_sees_what_is_changed(henrik, ove):
    first = logged_in(henrik)
    form = first.get(reverse("assistance:rules-new")).content.decode()
    assert 'name="stimulus_percent_value" value="25"' in form
    assert 'name="price_base_amount_value" value=' not in form
    sent = first.post(reverse("assistance:rules-new"), written(change_percent_value="10"), follow=True)
    page = sent.content.decode()
    assert "De gäller när en kollega har läst dem mot källorna" in page
    assert "Bekräfta</button>" not in page
    made = Rules.objects.latest("pk")
    other = logged_in(ove)
    page = other.get(reverse("assistance:rules-one", args=[made.pk])).content.decode()
    assert "59 200 kr" in page.replace("\u00a0", " ")
    assert "60 300 kr" in page.replace("\u00a0", " ")
    assert "+1,9 %" in page.replace("\u00a0", " ")
    assert page.count("ändrad<") == 1
    other.post(reverse("assistance:rules-confirm", args=[made.pk]))
    made.refresh_from_db()
    assert made.confirmed_by == ove


def test_one_who_confirms_their_own_is_told_to_ask_a_colleague(henrik):
    client = logged_in(henrik)
    client.post(reverse("assistance:rules-new"), written())
    refused = client.post(reverse("assistance:rules-confirm", args=[Rules.objects.latest("pk").pk]))
    assert refused.status_code == 422
    assert "Be en kollega läsa dem mot källorna" in refused.content.decode()


def test_a_file_does_the_same_and_a_faulty_one_is_named(henrik):
    client = logged_in(henrik)
    good = SimpleUploadedFile("rules.toml", TOML.encode())
    client.post(reverse("assistance:rules-new"), {"way": "file", "file": good})
    assert Rules.objects.latest("pk").values["price_base_amount"]["value"] == 60_300
    bad = SimpleUploadedFile("rules.toml", TOML.replace("60_300", "603").encode())
    page = client.post(reverse("assistance:rules-new"), {"way": "file", "file": bad})
    assert page.status_code == 422
    assert "10000–1000000" in page.content.decode()


def test_a_value_out_of_bounds_stands_at_its_field_and_nothing_typed_is_lost(henrik):
    page = logged_in(henrik).post(reverse("assistance:rules-new"), written(wage_reported_day_value="31"))
    assert page.status_code == 422
    form = page.context["form"]
    assert "1–28" in form.errors["wage_reported_day_value"][0]
    assert 'value="60 300"' in page.content.decode()


def test_the_page_says_that_next_years_rules_are_missing(henrik, at):
    at("2026-11-24T09:00+01:00")
    page = logged_in(henrik).get(reverse("assistance:rules")).content.decode()
    assert "Beräkningsreglerna för 2027 är inte inskrivna." in page
    assert "Förordning (2025:872)" in page


def test_a_month_with_a_norm_and_without_rules_is_not_computed_and_the_page_says_what_to_do(henrik, ove):
    world = World(month="2027-01")
    setting.confirm(ove, NORM, setting.enter(henrik, norm_file.read("n.toml", NORM_TOML.encode())).pk)
    with pytest.raises(norms.NoRules):
        norms.in_force(NEW_YEAR)
    page = logged_in(world.petra).get(reverse("assistance:proposal", args=[world.case.pk])).content.decode()
    assert "Det finns inga beräkningsregler för januari 2027." in page
    assert reverse("assistance:rules") in page


def test_a_norm_of_a_whole_year_is_called_by_its_year_and_one_person_is_one(henrik, at):
    at("2026-12-14T12:00+01:00")
    first.write(Norm, Rules)
    page = logged_in(henrik).get(reverse("assistance:norm", args=[Norm.objects.get(valid_from="2026-01-01").pk])).content.decode()
    assert "<title>Riksnorm 2026" in page
    assert "Gemensamma kostnader, 1 person<" in page
    assert "Gemensamma kostnader, 2 personer<" in page


def test_a_norm_is_written_though_no_rules_hold_in_its_year(henrik, ove):
    setting.confirm(ove, NORM, setting.enter(henrik, norm_file.read("n.toml", NORM_TOML.encode())).pk)
    assert logged_in(henrik).get(reverse("assistance:norm-new")).status_code == 200


def test_a_case_worker_reads_the_rules_and_sets_none(someone):
    client = logged_in(someone(Role.CASE_WORKER))
    assert client.get(reverse("assistance:rules")).status_code == 200
    assert client.get(reverse("assistance:rules-one", args=[Rules.objects.latest("pk").pk])).status_code == 200
    assert client.get(reverse("assistance:rules-new")).status_code == 403
