"""Two people enter a riksnorm; a month is computed with its own, and a month without one says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from stadig.assistance import first, norm_file, norms
from stadig.assistance.models import Norm, Rules
from stadig.assistance.tests.test_norm import TOML
from stadig.city.models import AuditEntry
from stadig.city.permissions import Role

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2027, 1, 1)


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER, username="henrik")


@pytest.fixture
def ove(someone):
    return someone(Role.ADMINISTRATOR, username="ove")


@pytest.fixture
def rules_of_2027():
    """Rules that hold in 2027 too."""
    days = {"valid_from": NEW_YEAR, "valid_to": dt.date(2027, 12, 31)}
    Rules.objects.create(
        values=first.rules(2026), source="Ett prov", entered_at=first.ENTERED, confirmed_at=first.ENTERED, **days
    )


def read(text=TOML):
    return norm_file.read("riksnorm.toml", text.encode())


def test_each_month_is_computed_with_its_own_years_norm():
    assert norms.in_force(dt.date(2025, 12, 1)).table.single == 3910
    assert norms.in_force(dt.date(2026, 1, 1)).table.single == 3940
    assert norms.in_force(dt.date(2025, 12, 1)).rates["price_base_amount"] == 58_800
    assert norms.in_force(dt.date(2026, 12, 1)).rates["price_base_amount"] == 59_200


@pytest.mark.parametrize("month", [dt.date(2024, 12, 1), NEW_YEAR])
def test_a_year_without_a_table_says_so_and_what_to_do(month):
    with pytest.raises(norms.NoNorm, match=r"ingen riksnorm.*kollega bekräfta"):
        norms.in_force(month)


@pytest.mark.usefixtures("rules_of_2027")
def test_a_new_year_holds_when_another_person_has_confirmed_it(henrik, ove):
    made = norms.enter(henrik, read())
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    with pytest.raises(norms.SamePerson):
        norms.confirm(henrik, made.pk)
    norms.confirm(ove, made.pk)
    assert norms.in_force(NEW_YEAR).table.single == 3970
    assert [row.did for row in AuditEntry.objects.order_by("pk")][-2:] == ["entered a norm", "confirmed a norm"]


@pytest.mark.usefixtures("rules_of_2027")
def test_a_norm_taken_back_holds_no_more_and_may_be_entered_anew(henrik, ove):
    made = norms.confirm(ove, norms.enter(henrik, read()).pk)
    norms.withdraw(henrik, made.pk)
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    norms.confirm(henrik, norms.enter(ove, read(TOML.replace("3970", "3980"))).pk)
    assert norms.in_force(NEW_YEAR).table.single == 3980
    assert norms.of_versions(made.pk, norms.in_force(NEW_YEAR).rules_id).table.single == Decimal(3970)


def test_a_year_with_a_norm_and_without_rules_says_so_and_what_to_do(henrik, ove):
    norms.confirm(ove, norms.enter(henrik, read()).pk)
    with pytest.raises(norms.NoRules, match=r"inga beräkningsregler för januari 2027.*kollega bekräfta"):
        norms.in_force(NEW_YEAR)


def test_two_norms_never_hold_for_the_same_day(henrik, ove):
    norms.confirm(ove, norms.enter(henrik, read()).pk)
    again = norms.enter(henrik, read())
    with pytest.raises(norms.Overlaps):
        norms.confirm(ove, again.pk)
    with pytest.raises(IntegrityError, match="assistance_one_norm_a_day"), transaction.atomic():
        Norm.objects.filter(pk=again.pk).update(confirmed_at=again.entered_at, confirmed_by=ove)


def test_the_database_refuses_one_who_confirms_their_own(henrik):
    made = norms.enter(henrik, read())
    with pytest.raises(IntegrityError, match="assistance_norm_two_people"), transaction.atomic():
        Norm.objects.filter(pk=made.pk).update(confirmed_by=henrik, confirmed_at=made.entered_at)


def test_a_case_worker_reads_norms_and_sets_none(someone):
    with pytest.raises(PermissionDenied):
        norms.enter(someone(Role.CASE_WORKER), read())
