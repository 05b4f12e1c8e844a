"""What a service costs a year is said with its source, spread over months, and drawn from what it gave; nothing said is not nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.urls import reverse

from stadig.city import actions, clock, costs, director, given_sql
from stadig.city.given import Column, Row, gains, total
from stadig.city.models import AuditEntry, Metric, Service, ServiceCost
from stadig.city.roles import Role

KIOSK = "kiosk"
OCTOBER = given_sql.Month(dt.date(2026, 10, 1), dt.date(2026, 11, 1))
BOOKED = "Bokslut 2025"


@pytest.fixture
def kiosk(db, at) -> Service:
    at("2026-11-24T08:00+01:00")
    return Service.objects.create(slug=KIOSK, title="Kiosk", status="running")


def say(year_kr: float, day: str, source: str = BOOKED) -> ServiceCost:
    return costs.say(None, KIOSK, year_kr=year_kr, from_day=dt.date.fromisoformat(day), source=source)


def october() -> Mapping[str, float]:
    return costs.spread(costs.said(OCTOBER.end), OCTOBER.first, OCTOBER.end)


def test_a_month_bears_a_twelfth_and_a_change_within_it_counts_by_the_day(kiosk):
    assert october() == {}
    say(120_000, "2026-01-01")
    assert october() == pytest.approx({KIOSK: 10_000})
    say(240_000, "2026-10-17")
    assert october() == pytest.approx({KIOSK: 10_000 * 16 / 31 + 20_000 * 15 / 31})
    say(999_000, "2026-12-01")
    assert october() == pytest.approx({KIOSK: 10_000 * 16 / 31 + 20_000 * 15 / 31}), "what holds later is not in October"


def test_what_was_said_last_for_a_day_holds_and_what_was_said_before_stays(kiosk, at):
    say(120_000, "2026-01-01")
    at("2026-11-25T08:00+01:00")
    say(60_000, "2026-01-01", "Rättat: halva licensen är en annan tjänsts")
    assert october() == pytest.approx({KIOSK: 5_000})
    assert [one.year_kr for one in costs.history(KIOSK)] == [60_000, 120_000]
    assert AuditEntry.objects.filter(did="said what it costs").count() == 2
    with pytest.raises(ProgrammingError), transaction.atomic():
        ServiceCost.objects.update(year_kr=1)


@pytest.mark.parametrize(("kr", "source"), [(-1, BOOKED), (2e9, BOOKED), (100, "  ")])
def test_a_cost_that_cannot_be_or_has_no_source_is_refused(kiosk, kr, source):
    with pytest.raises(ValidationError):
        say(kr, "2026-01-01", source)
    assert not ServiceCost.objects.exists()


def test_only_who_may_change_services_says_what_they_cost(kiosk, someone):
    with pytest.raises(actions.NotAllowed):
        costs.say(someone(Role.PLANNER), KIOSK, year_kr=1, from_day=clock.today(), source=BOOKED)


def test_the_net_is_after_the_services_own_cost_and_says_where_none_is_given(kiosk, client, someone):
    from stadig.city import effects

    Service.objects.create(slug="rutter", title="Rutter", status="running")
    fields = {"unit": "kr", "direction": "more", "additivity": "sum", "sustainability": "economic"}
    Metric.objects.create(slug="gained-kr", title="Lägre kostnad", **fields)
    for slug in (KIOSK, "rutter"):
        effects.record(
            slug, "gained-kr", 30_000.0, "kr", clock.midnight(dt.date(2026, 10, 7)), subject=("x", 1), key=f"a-{slug}", method="m"
        )
    say(120_000, "2026-01-01")
    given = director.read(OCTOBER)
    money = total(given.gains, Column.MONEY)
    assert money and money.quantity == pytest.approx(60_000 - 10_000)
    assert given.unsaid == {"rutter"}
    assert "För en tjänst är kostnaden inte angiven." in director.money_note(given)
    assert {one.title for one in director.table(given) if one.costless} == {"Rutter"}
    assert director.titles()[Column.MONEY] in {one.label for one in director.tiles(given)}
    told = client.get(reverse("city:service", args=[KIOSK])).content.decode().replace("\xa0", " ")
    assert "Netto i oktober: 20 000 kr." in told and "tjänstens kostnad 10 000 kr" in told
    assert "120 000 kr om året" in told and BOOKED in told
    told = client.get(reverse("city:service", args=["rutter"])).content.decode().replace("\xa0", " ")
    assert "tjänstens kostnad inte angiven" in told and "inte angivet" in told


def test_the_net_is_on_the_page_however_much_is_measured(kiosk):
    rows = tuple(
        Row(KIOSK, f"gained-{unit}", unit, unit, "measured", "social", "sum", 1.0, 0.5, 1.5, 1, "m")
        for unit in ("a", "b", "c", "min", "km", "kWh", "kg CO2")
    )
    found = director.Given(OCTOBER, "", (), rows, gains(rows, []), (), OCTOBER.first)
    assert [one.label for one in director.tiles(found)][-1] == director.titles()[Column.MONEY]
    assert len(director.tiles(found)) == director.MOST_TILES


def test_an_administrator_says_it_on_the_services_page_and_nothing_typed_is_lost(kiosk, client, someone):
    client.force_login(someone(Role.ADMINISTRATOR))
    page, send = reverse("city:service-admin", args=[KIOSK]), reverse("city:service-cost", args=[KIOSK])
    assert "inte angivet" in client.get(page).content.decode()
    told = client.post(send, {"year_kr": "48000", "from_day": "2026-01-01", "source": ""}).content.decode()
    assert "<title>Fel:" in told and "48000" in told
    told = client.post(send, {"year_kr": "48000", "from_day": "2026-01-01", "source": BOOKED}, follow=True).content.decode()
    told = told.replace("\xa0", " ")
    assert (
        "Kostnaden är sparad." in told and "Tjänsten kostar 48 000 kr om året sedan 1 januari 2026. Källa: Bokslut 2025." in told
    )
    client.force_login(someone(Role.PLANNER))
    assert client.post(send, {"year_kr": "1", "from_day": "2026-01-01", "source": BOOKED}).status_code == 403
