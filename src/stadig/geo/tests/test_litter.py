"""The past of the town's bins adds up."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from stadig.geo.town.lindhamn import build
from stadig.geo.town.litter import SENSOR_FAULT, SILENT_HOURS, Past, simulate

START, SMART, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return build()


@pytest.fixture(scope="module")
def past(world) -> Past:
    return simulate(world.bins, START, END, smart_from=SMART, seed=3)


def test_the_same_seed_gives_the_same_past(world, past):
    again = simulate(world.bins, START, END, smart_from=SMART, seed=3)
    np.testing.assert_array_equal(again.fill_percent, past.fill_percent)
    assert again.emptied_at == past.emptied_at


def test_readings_are_whole_percent_between_0_and_100(past):
    read = past.fill_percent[~np.isnan(past.fill_percent)]
    assert read.min() >= 0
    assert read.max() <= 100
    assert (read == np.round(read)).all()


def test_a_bin_is_emptier_after_an_emptying(past):
    at = {hour: n for n, hour in enumerate(past.hours)}
    for number, when, before in list(zip(past.emptied_bin, past.emptied_at, past.emptied_fill_percent, strict=True))[:200]:
        hour = min(n for h, n in at.items() if h >= when)
        assert past.true_fill_percent[number, hour] == 0
        assert before >= 0


def test_sensors_need_fewer_emptyings_than_fixed_rounds(past):
    fixed = sum(when < SMART for when in past.emptied_at) / (SMART - START).days
    smart = sum(when >= SMART for when in past.emptied_at) / (END - SMART).days
    assert smart < 0.8 * fixed


def test_the_bin_by_the_square_overflows_and_one_sensor_is_silent(world, past):
    names = [site.name for site in world.bins]
    square = past.true_fill_percent[names.index("Hamntorget, vid kiosken"), -7 * 24 :]
    assert (square > 100).mean() > 0.2
    silent = past.fill_percent[names.index(SENSOR_FAULT["silent"])]
    assert np.isnan(silent[-SILENT_HOURS:]).all()
    assert not np.isnan(silent[: -SILENT_HOURS - 1]).all()
