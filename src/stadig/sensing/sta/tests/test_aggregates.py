"""Hours and days over the machine interface."""

from __future__ import annotations

import pytest

from stadig.sensing.sta.tests.client import Client

WINDOW = "start=2026-03-01T00:00:00%2B01:00&end=2026-03-03T00:00:00%2B01:00"


def test_days_are_time_weighted_and_say_how_much_is_known(sta: Client, lamp):
    found = sta.request("GET", f"Datastreams({lamp['stream']})/Aggregates?interval=P1D&{WINDOW}")
    assert found.status == 200, found.body
    first, second = found.json["value"]
    assert first["phenomenonTime"] == "2026-02-28T23:00:00Z/2026-03-01T23:00:00Z"
    assert (first["mean"], first["count"], first["coverage"]) == (3, 1, pytest.approx(23 / 24))
    assert (second["mean"], second["min"], second["max"]) == (pytest.approx((3 + 4.5 * 23) / 24), 3, 4.5)


def test_a_datastream_that_is_not_open_is_not_found_without_a_token(sta: Client, lamp):
    assert sta.request("GET", f"Datastreams({lamp['stream']})/Aggregates", token=None).status == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("interval=PT7M", 400),
        ("start=2026-03-01T00:00:00", 400),
        ("start=x&end=y", 400),
        ("start=2020-01-01T00:00:00Z", 400),
        ("start=2026-03-02T00:00:00Z&end=2026-03-01T00:00:00Z", 400),
        ("start=0001-01-01T00:00:00%2B23:59", 400),
        ("$filter=result gt 1", 400),
        ("&" * 30, 400),
        ("a=1&" * 30, 400),
    ],
)
def test_what_makes_no_sense_is_refused(sta: Client, lamp, query, status):
    assert sta.request("GET", f"Datastreams({lamp['stream']})/Aggregates?{query}").status == status


@pytest.mark.parametrize(
    "path",
    [
        "Things(1)/Aggregates",
        "Datastreams/Aggregates",
        "/Aggregates",
        "Datastreams(999999)/Aggregates",
        "Observations(1)/Aggregates",
    ],
)
def test_only_a_datastream_has_aggregates(sta: Client, lamp, path):
    assert sta.request("GET", path).status in (400, 404)
