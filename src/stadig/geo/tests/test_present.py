"""Litter falls, sensors speak when it is their turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from stadig.geo.town.lindhamn import build
from stadig.geo.town.litter import SENSOR_FAULT
from stadig.geo.town.present import SEND_EVERY, Present

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def bins():
    return build().bins


@pytest.fixture
def present(bins) -> Present:
    return Present(bins, np.zeros(len(bins)), NOW, seed=1)


def test_bins_fill_as_time_passes_and_are_empty_after_an_emptying(present):
    for minute in range(0, 600, 10):
        present.pass_time(NOW + timedelta(minutes=minute))
    assert (present.fill_percent > 0).all()
    present.emptied(3)
    assert present.fill_percent[3] == 0


def test_a_clock_that_goes_back_changes_nothing(present):
    present.pass_time(NOW - timedelta(hours=3))
    assert (present.fill_percent == 0).all()
    assert present.at == NOW


def test_every_sensor_but_the_silent_one_speaks_once_per_interval(present, bins):
    heard = present.heard(NOW + SEND_EVERY)
    assert len(heard) == len(bins) - 1
    assert SENSOR_FAULT["silent"] not in {bins[said.number].name for said in heard}
    assert present.heard(NOW + SEND_EVERY) == []


def test_after_a_long_pause_each_sensor_speaks_once_not_for_every_missed_turn(present, bins):
    assert len(present.heard(NOW + timedelta(days=3))) == len(bins) - 1


def test_the_busy_bin_by_the_square_overflows_within_a_day(present, bins):
    for hour in range(1, 30):
        present.pass_time(NOW + timedelta(hours=hour))
    names = {bins[int(number)].name for number in present.overflowing()}
    assert "Hamntorget, vid kiosken" in names
