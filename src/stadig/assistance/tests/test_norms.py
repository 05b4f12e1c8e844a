"""Two people enter a riksnorm; a month is computed with its own, and a month without one says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from stadig.assistance import norm_file, norms, rates_file, setting
from stadig.assistance.models import Norm, Rules
from stadig.assistance.setting import NORM, RULES
from stadig.assistance.tests.test_norm import TOML
from stadig.assistance.tests.test_rates import TOML as RULES_TOML
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
def rules_of_2027(henrik, ove):
    """Rules that hold in 2027 too."""
    return setting.confirm(ove, RULES, setting.enter(henrik, rates()).pk)


def read(text=TOML):
    return norm_file.read("riksnorm.toml", text.encode())


def rates(text=RULES_TOML):
    return rates_file.read("rules.toml", text.encode())


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
    made = setting.enter(henrik, read())
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    with pytest.raises(setting.SamePerson):
        setting.confirm(henrik, NORM, made.pk)
    setting.confirm(ove, NORM, made.pk)
    assert norms.in_force(NEW_YEAR).table.single == 3970
    assert [row.did for row in AuditEntry.objects.order_by("pk")][-2:] == ["entered a norm", "confirmed a norm"]


@pytest.mark.usefixtures("rules_of_2027")
def test_a_norm_taken_back_holds_no_more_and_may_be_entered_anew(henrik, ove):
    made = setting.confirm(ove, NORM, setting.enter(henrik, read()).pk)
    setting.withdraw(henrik, NORM, made.pk)
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    setting.confirm(henrik, NORM, setting.enter(ove, read(TOML.replace("3970", "3980"))).pk)
    assert norms.in_force(NEW_YEAR).table.single == 3980
    assert norms.of_versions(made.pk, norms.in_force(NEW_YEAR).rules_id).table.single == Decimal(3970)


def test_a_year_with_a_norm_and_without_rules_says_so_and_what_to_do(henrik, ove):
    setting.confirm(ove, NORM, setting.enter(henrik, read()).pk)
    with pytest.raises(norms.NoRules, match=r"inga beräkningsregler för januari 2027.*kollega bekräfta"):
        norms.in_force(NEW_YEAR)


def test_a_new_years_rules_hold_when_another_person_has_confirmed_them(henrik, ove):
    setting.confirm(ove, NORM, setting.enter(henrik, read()).pk)
    made = setting.enter(henrik, rates())
    with pytest.raises(norms.NoRules):
        norms.in_force(NEW_YEAR)
    with pytest.raises(setting.SamePerson, match="kollega"):
        setting.confirm(henrik, RULES, made.pk)
    setting.confirm(ove, RULES, made.pk)
    now = norms.in_force(NEW_YEAR)
    assert (now.rates["price_base_amount"], now.rates["change_percent"]) == (60_300, 10)
    assert norms.in_force(dt.date(2026, 12, 1)).rates["price_base_amount"] == 59_200
    assert [row.did for row in AuditEntry.objects.order_by("pk")][-2:] == ["entered rules", "confirmed rules"]


def test_rules_taken_back_leave_the_year_without_any_and_not_with_another_years(henrik, ove, rules_of_2027):
    setting.confirm(ove, NORM, setting.enter(henrik, read()).pk)
    setting.withdraw(henrik, RULES, rules_of_2027.pk)
    with pytest.raises(norms.NoRules):
        norms.in_force(NEW_YEAR)
    with pytest.raises(setting.SettingFault, match="tillbakadragna"):
        setting.withdraw(henrik, RULES, rules_of_2027.pk)


def test_two_sets_of_rules_never_hold_for_the_same_day(henrik, ove, rules_of_2027):
    again = setting.enter(henrik, rates())
    with pytest.raises(setting.Overlaps, match=r"2027-01-01–2027-12-31.*Dra tillbaka"):
        setting.confirm(ove, RULES, again.pk)
    with pytest.raises(IntegrityError, match="assistance_one_rules_a_day"), transaction.atomic():
        Rules.objects.filter(pk=again.pk).update(confirmed_at=again.entered_at, confirmed_by=ove)


def test_the_second_person_compares_with_the_set_in_force(henrik, ove, rules_of_2027):
    corrected = setting.enter(henrik, rates(RULES_TOML.replace("60_300", "60_400")))
    assert setting.before(RULES, corrected) == rules_of_2027
    assert setting.before(RULES, rules_of_2027).valid_from.year == 2026


def test_every_fault_of_the_room_is_one_of_its_kind():
    from stadig.assistance import errors, gathering, kept

    for fault in (norms.NoNorm, norms.NoRules, setting.Overlaps, setting.SamePerson, gathering.NoApplication, kept.Tampered):
        assert issubclass(fault, errors.AssistanceError)


def test_two_norms_never_hold_for_the_same_day(henrik, ove):
    setting.confirm(ove, NORM, setting.enter(henrik, read()).pk)
    again = setting.enter(henrik, read())
    with pytest.raises(setting.Overlaps):
        setting.confirm(ove, NORM, again.pk)
    with pytest.raises(IntegrityError, match="assistance_one_norm_a_day"), transaction.atomic():
        Norm.objects.filter(pk=again.pk).update(confirmed_at=again.entered_at, confirmed_by=ove)


def test_the_database_refuses_one_who_confirms_their_own(henrik):
    made = setting.enter(henrik, read())
    with pytest.raises(IntegrityError, match="assistance_norm_two_people"), transaction.atomic():
        Norm.objects.filter(pk=made.pk).update(confirmed_by=henrik, confirmed_at=made.entered_at)


def test_a_case_worker_reads_norms_and_sets_none(someone):
    with pytest.raises(PermissionDenied):
        setting.enter(someone(Role.CASE_WORKER), read())
