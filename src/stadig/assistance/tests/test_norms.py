"""Two people enter a riksnorm; a month is computed with its own, and a month without one says so."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from stadig.assistance import norm, norm_file, norms
from stadig.assistance.models import Norm
from stadig.assistance.tests.test_norm import TOML
from stadig.city.models import AuditEntry
from stadig.city.permissions import Role
from stadig.config import django as config_django
from stadig.config.commands import assistance

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2027, 1, 1)


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER, username="henrik")


@pytest.fixture
def ove(someone):
    return someone(Role.ADMINISTRATOR, username="ove")


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


def test_a_new_year_holds_when_another_person_has_confirmed_it(henrik, ove):
    made = norms.enter(henrik, read())
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    with pytest.raises(norms.SamePerson):
        norms.confirm(henrik, made.pk)
    norms.confirm(ove, made.pk)
    assert norms.in_force(NEW_YEAR).table.single == 3970
    assert [row.did for row in AuditEntry.objects.order_by("pk")][-2:] == ["entered a norm", "confirmed a norm"]


def test_a_norm_taken_back_holds_no_more_and_may_be_entered_anew(henrik, ove):
    made = norms.confirm(ove, norms.enter(henrik, read()).pk)
    norms.withdraw(henrik, made.pk)
    with pytest.raises(norms.NoNorm):
        norms.in_force(NEW_YEAR)
    norms.confirm(henrik, norms.enter(ove, read(TOML.replace("3970", "3980"))).pk)
    assert norms.in_force(NEW_YEAR).table.single == 3980
    assert norms.of_versions(made.pk, norms.in_force(NEW_YEAR).rules_id).table.single == Decimal(3970)


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


@pytest.fixture
def run(monkeypatch, henrik, ove):
    monkeypatch.setattr(config_django, "with_city", contextlib.nullcontext)
    return lambda *words: CliRunner().invoke(assistance.app, ["norm", *words])


def test_a_norm_at_the_terminal_from_a_file_to_two_people(run, tmp_path):
    file = tmp_path / "riksnorm.toml"
    file.write_text(TOML)
    entered = run("import", str(file), "--by", "henrik")
    assert entered.exit_code == 0, entered.output
    assert "2740     2760    0.7 %" in entered.stdout
    number = str(Norm.objects.latest("pk").pk)
    refused = run("confirm", number, "--by", "henrik")
    assert refused.exit_code == 1
    assert "colleague" in refused.stderr
    assert run("confirm", number, "--by", "ove").exit_code == 0
    rows = json.loads(run("list", "--json").stdout)
    assert [row["state"] for row in rows] == ["in force"] * 3
    assert json.loads(run("show", number, "--json").stdout)["table"] == norm.plain(read().table)
    assert run("withdraw", number, "--by", "ove").exit_code == 0
    assert "withdrawn" in run("list").stdout


def test_a_typing_error_is_pointed_at_and_a_faulty_file_named_at_the_terminal(run, tmp_path):
    file = tmp_path / "riksnorm.toml"
    file.write_text(TOML.replace("4 = 2040", "4 = 2340"))
    assert "look" in run("import", str(file), "--by", "henrik").stdout
    file.write_text(TOML.replace("sfs-2025-468", "reference-value-2027"))
    refused = run("import", str(file), "--by", "henrik")
    assert refused.exit_code == 1
    assert "reference-value-2027" in refused.stderr
    assert run("show", "99999").exit_code == 1
    assert run("confirm", "1", "--by", "nobody").exit_code == 1
