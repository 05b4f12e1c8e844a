"""What services gave: gains beside what would have been, what follows from them, and what is never called saved."""

from __future__ import annotations

import datetime as dt

import pytest

from stadig.city.given import Column, Factor, Row, gains, headline, headlines, left_out, total

HOUR = Factor("crew_hour", "En arbetstimme", 400.0, 350.0, 450.0, 2026, "Antagande")
KM_KR = Factor("vehicle_km_kr", "Kilometer med sopbil", 21.0, None, None, 2026, "Antagande")
KM_CO2 = Factor("collection_co2e", "Utsläpp från en sopbil", 1.43, 1.0, 2.28, 2026, "Antagande")
VISIT_KM = Factor("visit_km", "Bilväg för ett besök", 6.0, 2.0, 12.0, 2026, "Antagande")
CAR_CO2 = Factor("own_car_co2e", "Utsläpp från en personbil", 0.17, 0.05, 0.2, 2026, "Antagande")


def row(
    metric: str, unit: str, quantity: float, *, kind: str = "measured", low=None, high=None, service="korgar", additivity="sum"
):
    return Row(
        service, metric, metric, unit, kind, "economic", additivity, quantity, low, high, 1, "" if kind == "measured" else "plan"
    )


def test_what_was_done_is_never_called_saved():
    assert gains([row("emptyings", "count", 1140), row("km", "km", 759), row("minutes", "min", 5000)], [HOUR, KM_KR]) == ()


def test_kilometres_spared_become_money_and_emissions_with_the_widest_interval():
    found = gains([row("gained-km", "km", 100, low=80, high=120)], [KM_KR, KM_CO2])
    money, air = total(found, Column.MONEY), total(found, Column.CO2)
    assert money and (money.quantity, money.low, money.high, money.kind) == (2100, 1680, 2520, "derived")
    assert air and (air.quantity, air.low, air.high) == pytest.approx((143, 80, 273.6))


def test_hours_and_minutes_are_one_column_and_cost_by_the_hour():
    found = gains([row("gained-hours", "h", 2), row("gained-minutes", "min", 60)], [HOUR])
    time, money = total(found, Column.TIME), total(found, Column.MONEY)
    assert time and time.quantity == 180
    assert money and money.quantity == 1200


def test_a_trip_no_one_made_spares_the_air_and_not_the_citys_money():
    found = gains([row("gained-visits", "besök", 10, kind="estimated")], [VISIT_KM, CAR_CO2, KM_KR, KM_CO2])
    km, air = total(found, Column.KM), total(found, Column.CO2)
    assert km and (km.quantity, km.kind) == (60, "derived")
    assert air and air.quantity == pytest.approx(10.2)
    assert total(found, Column.MONEY) is None


def test_where_a_trial_has_measured_the_estimate_of_the_same_thing_is_left_out():
    found = gains(
        [row("gained-km", "km", 250, kind="estimated"), row("gained-km-per-korg-km", "km", 90, low=70, high=110)], [KM_KR]
    )
    km, money = total(found, Column.KM), total(found, Column.MONEY)
    assert km and (km.quantity, km.kind) == (90, "measured")
    assert money and money.quantity == 1890


def test_what_the_trial_itself_derived_is_not_derived_again():
    found = gains([row("gained-km", "km", 100), row("gained-co2", "kg CO₂", 150, kind="derived")], [KM_CO2])
    air = total(found, Column.CO2)
    assert air and air.quantity == 150


def test_the_same_trips_reckoned_in_two_ways_are_counted_once_in_kilometres_kronor_and_air():
    plan, trial = (
        row("gained-km", "km", 80, kind="estimated"),
        row("gained-km-km", "km", 74, kind="derived", low=60, high=88),
    )
    air = row("gained-co2-kg-co2e", "kg CO2e", 105.8, kind="derived")
    found = gains([plan, trial, air], [KM_KR, KM_CO2])
    km, money, co2 = (total(found, column) for column in (Column.KM, Column.MONEY, Column.CO2))
    assert km and (km.quantity, km.kind, km.otherwise) == (80, "estimated", 74)
    assert money and money.quantity == 80 * 21
    assert co2 and co2.quantity == pytest.approx(80 * 1.43), "the air of the kilometres that are shown"
    assert left_out([plan, trial, air], [KM_KR, KM_CO2]) == {
        ("korgar", "gained-km-km", "derived"), ("korgar", "gained-co2-kg-co2e", "derived"),
    }  # fmt: skip
    assert total(gains([trial, air], [KM_KR, KM_CO2]), Column.CO2).quantity == 105.8, "alone they have the home"


def test_two_things_that_one_service_spares_are_both_counted():
    found = gains([row("gained-a", "km", 80, kind="estimated"), row("gained-b", "km", 20, kind="estimated"),
                   row("gained-c", "km", 74, kind="derived")], [])  # fmt: skip
    km = total(found, Column.KM)
    assert km and (km.quantity, km.otherwise) == (100, 74)


def test_a_mean_of_a_trial_is_no_amount():
    assert gains([row("gained-share", "%", 12, additivity="mean")], []) == ()


def test_the_cost_of_a_trial_is_drawn_from_what_it_gave():
    found = gains([row("gained-km", "km", 100)], [KM_KR], {"korgar": 5000.0, "kiosk": 900.0})
    money = total(found, Column.MONEY)
    assert money and money.quantity == 2100 - 5900


def test_a_loss_is_a_loss():
    km = total(gains([row("gained-km", "km", -40, low=-60, high=-20)], []), Column.KM)
    assert km and (km.quantity, km.low, km.high) == (-40, -60, -20)


def test_a_page_leads_with_what_is_measured_and_tells_the_rest_besides():
    found = gains(
        [row("gained-km", "km", 90), row("gained-visits", "besök", 10, kind="estimated", service="ansökan")], [VISIT_KM]
    )
    km = headline(found, Column.KM)
    assert km and (km.quantity, km.kind, km.besides) == (90, "measured", 60)
    assert [column for column, _figure in headlines(found)][:2] == [Column.KM, Column.VISITS]
    assert headlines(found)[-1][1] is None


def test_months_are_whole_and_in_order():
    from stadig.city.given_sql import month_of

    december = month_of(dt.date(2026, 12, 17))
    assert (december.first, december.end, december.written) == (dt.date(2026, 12, 1), dt.date(2027, 1, 1), "2026-12")
