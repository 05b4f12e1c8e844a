"""``stadig waste`` says at the terminal what the pages say."""

from __future__ import annotations

import contextlib
import json

import pytest
from typer.testing import CliRunner

from stadig.config import django
from stadig.config.commands import waste


@pytest.fixture
def run(demo_town, monkeypatch):
    monkeypatch.setattr(django, "with_city", contextlib.nullcontext)
    return lambda *words: CliRunner().invoke(waste.app, list(words))


def test_the_plan_of_tomorrow_as_json(run):
    answer = run("plan", "--day", "2026-11-25", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["day"] == "2026-11-25"
    assert told["of"] == 140
    assert sum(stop["kind"] == "bin" for route in told["routes"] for stop in route["stops"]) == told["bins"] > 0


def test_a_plan_that_is_sent_is_printed_as_it_is(run):
    answer = run("plan")
    assert answer.exit_code == 0, answer.output
    assert "sent to the crews" in answer.stderr
    assert "2026-11-24" in answer.stdout


def test_a_day_that_has_passed_is_refused(run):
    answer = run("plan", "--day", "2026-11-20")
    assert answer.exit_code == 1
    assert "has passed" in answer.stderr


def test_the_full_bins(run):
    rows = json.loads(run("bins", "--full", "--json").stdout)
    assert rows
    assert all(row["fill_percent"] >= 95 for row in rows)
    assert len(run("bins").stdout.splitlines()) == 140
