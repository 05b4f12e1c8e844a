"""What the law gives of an agency's answer is kept, and the rest is dropped and named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from stadig.exchange import lawful
from stadig.exchange.models import LegalBasis
from stadig.exchange.terms import AF, AGENCIES, CSN, FK, MIV, SKV, TNS, Deduction, Fact, Kind

PAID = Fact(
    Kind.PAYMENT,
    "SJP",
    "Sjukpenning",
    "/x",
    net=Decimal(8000),
    gross=Decimal(11000),
    deductions=(Deduction("PS", "Preliminär skatt", Decimal(3000)),),
    pay_date=dt.date(2026, 10, 25),
    period_from=dt.date(2026, 10, 1),
    period_to=dt.date(2026, 10, 31),
    planned=True,
)


@pytest.mark.django_db
def test_every_ground_in_force_names_groups_that_exist() -> None:
    rows = list(LegalBasis.objects.values_list("agency", "fields"))
    assert rows
    assert [(agency, name) for agency, fields in rows for name in fields if name not in lawful.GROUPS[agency]] == []


@pytest.mark.django_db
def test_each_ground_in_force_gives_all_that_the_law_does_and_no_more() -> None:
    rows = {row.agency: row for row in LegalBasis.objects.order_by("valid_from")}
    assert {agency: set(row.fields) for agency, row in rows.items()} == {agency: set(lawful.by_law(agency)) for agency in rows}
    earlier = LegalBasis.objects.filter(agency=SKV).order_by("valid_from")[0]
    assert set(lawful.by_law(SKV)) - set(earlier.fields) == {"employer_declaration"}


def test_a_name_that_no_group_has_is_told() -> None:
    assert lawful.unknown(FK, {"amount_paid", "amount-paid"}) == ("amount-paid",)
    assert lawful.unknown(FK, None) == lawful.unknown("HAMN", {"vad som helst"}) == ()


def test_all_is_kept_where_nothing_is_said_of_an_agency() -> None:
    assert lawful.keep(FK, None, [PAID]) == ((PAID,), ())


def test_a_payment_whose_amount_is_given_and_not_its_day_keeps_that_it_is_planned() -> None:
    (kept,), dropped = lawful.keep(FK, {"amount_paid"}, [PAID])
    assert (kept.net, kept.gross, kept.planned) == (Decimal(8000), Decimal(11000), True)
    assert (kept.pay_date, kept.period_from, kept.period_to) == (None, None, None)
    assert dropped == ("payment:SJP.pay_date", "payment:SJP.period")


def test_a_fact_of_a_kind_that_no_group_gives_is_dropped_whole() -> None:
    assert lawful.keep(FK, {"application"}, [PAID]) == ((), ("payment:SJP",))


def test_the_law_gives_every_field_a_benefit_has() -> None:
    assert lawful.keep(FK, lawful.by_law(FK), [PAID]) == ((PAID,), ())


def test_how_much_someone_seeks_work_is_not_among_what_the_regulation_gives() -> None:
    registered = Fact(Kind.STATUS, "ARBETSSOKANDE", "", "/x", values=(("registered", "true"), ("extent", "100")))
    (kept,), dropped = lawful.keep(AF, lawful.by_law(AF), [registered])
    assert kept.values == (("registered", "true"),)
    assert dropped == ("status:ARBETSSOKANDE.extent",)


def test_capital_is_given_and_the_tax_account_is_not() -> None:
    capital = Fact(Kind.INCOME, "KAPITAL", "", "/x", gross=Decimal(12345), values=(("year", "2025"),))
    balance = Fact(Kind.STATUS, "SKATTEKONTO", "saldo", "/y", values=(("saldo", "-682"),))
    assert lawful.keep(SKV, lawful.by_law(SKV), [capital, balance]) == ((capital,), ("status:SKATTEKONTO",))


def test_vehicles_and_permits_need_a_ground_of_their_own() -> None:
    assert (lawful.by_law(TNS), lawful.by_law(MIV)) == ((), ())
    assert all(lawful.GROUPS[agency] for agency in AGENCIES)


def test_the_sum_of_each_form_of_study_support_follows_its_amount() -> None:
    paid = Fact(Kind.PAYMENT, "GRUND", "", "/x", net=Decimal(12000), values=(("GRUNDB", "4000"), ("GRUNDL", "8000")))
    (kept,), dropped = lawful.keep(CSN, {"amount"}, [paid])
    assert (kept, dropped) == (paid, ())
