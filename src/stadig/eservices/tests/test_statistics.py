"""Public statistics: counts that say how a service works, and never who."""

from __future__ import annotations

from collections import Counter

import pytest

from stadig.eservices import statistics, tallies

pytestmark = pytest.mark.django_db


def counted(started=20, reached=15, submitted=12):
    for _ in range(started):
        tallies.count("street-fault", "started", "web")
    for _ in range(reached):
        tallies.count("street-fault", "reached", "web", "what")
    for number in range(submitted):
        tallies.count("street-fault", "submitted", "web" if number else "paper")


def test_how_far_people_come(street_fault, client, at):
    at("2026-11-24T09:00+01:00")
    counted()
    figures = statistics.of("street-fault")["street-fault"]
    assert (figures.started, figures.submitted, dict(figures.reached)) == (20, 12, {"what": 15})
    assert figures.channels == {"web": 11, "paper": 1}
    page = client.get("/e/street-fault/statistik/").content.decode()
    assert "Flest slutar vid" in page
    assert "60" in client.get("/e/statistik/").content.decode()


def test_few_people_are_never_shown(street_fault, client):
    counted(started=9, reached=5, submitted=3)
    for _ in range(9):
        tallies.count("street-fault", "rated", "web", value=1)
    figures = statistics.of("street-fault")["street-fault"]
    assert figures.share_submitted is None
    assert figures.ease is None
    assert figures.channels == {}
    page = client.get("/e/street-fault/statistik/").content.decode()
    assert "För få har svarat" in page
    tallies.count("street-fault", "rated", "web", value=5)
    assert statistics.of("street-fault")["street-fault"].ease.answers == 10


def test_the_mean_has_an_interval_that_narrows_with_more_answers():
    few, many = statistics.mean(Counter({3: 5, 5: 5})), statistics.mean(Counter({3: 500, 5: 500}))
    assert few.value == many.value == 4
    assert few.low < many.low < 4 < many.high < few.high <= 5
    assert statistics.mean(Counter({5: 9})) is None


def test_old_days_fall_out(street_fault, at):
    at("2025-01-01T09:00+01:00")
    counted()
    at("2026-11-24T09:00+01:00")
    assert statistics.of("street-fault")["street-fault"].started == 0


def test_a_service_that_is_not_there_is_not_found(client, db):
    assert client.get("/e/nothing/statistik/").status_code == 404
    assert "Inga tjänster är öppna" in client.get("/e/statistik/").content.decode()
