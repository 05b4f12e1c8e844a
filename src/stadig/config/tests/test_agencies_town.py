"""The stand-in for the agencies in a demo town: in the town's home, found by the town's settings, the same after a restart."""

from __future__ import annotations

import datetime as dt
import os
import runpy
import subprocess
import sys
import time

import pytest

from stadig.config.agencies import town
from stadig.config.environment import CHECKOUT, environment
from stadig.config.tests.agencies_asking import ask, lefi
from stadig.config.tests.serving import free_port


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A town's home of its own, on a free port."""
    monkeypatch.setitem(environment.__dict__, "home_dir", tmp_path)
    monkeypatch.setattr(environment, "port", free_port() - 4000)
    return tmp_path


def test_what_a_page_needs_is_there_before_the_process(home):
    town.prepare()
    written = (home / "agencies" / "exchange.toml").read_text()
    assert f"https://127.0.0.1:{town.port()}/ssbtek/v11" in written
    assert (home / "agencies" / "client.key").stat().st_mode & 0o777 == 0o600


def test_the_month_that_stories_count_from_outlives_a_restart(home):
    assert town.present() is None
    town.begin(dt.date(2026, 11, 24))
    assert town.present() == dt.date(2026, 11, 24)


class Running:
    def __init__(self, folder):
        self.folder, self.address = folder, f"https://127.0.0.1:{town.port()}"


@pytest.mark.slow
def test_the_towns_process_answers_by_its_stories_and_after_a_restart(home):
    town.prepare()
    town.begin(dt.date(2026, 11, 24))
    for _ in range(2):
        more = {"STADIG_HOME": str(home), "STADIG_PORT": str(environment.port)}
        process = subprocess.Popen([sys.executable, "-m", "stadig.config.agencies.town"], env=os.environ | more, cwd=CHECKOUT)
        try:
            deadline = time.monotonic() + 20
            while not (home / "agencies" / "control.json").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            paid = lefi(ask(Running(home / "agencies"), ["FK"]))["formansinformation"]["utbetalningsuppgift"]
            assert {one["nettobelopp"]["summa"] for one in paid} == {1900, 7020, 4212}
        finally:
            process.terminate()
            process.wait(10)
            (home / "agencies" / "control.json").unlink()


def test_a_demo_town_asks_its_own_stand_in_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(environment, "demo", True)
    path = str(CHECKOUT / "src/stadig/config/settings.py")
    assert runpy.run_path(path)["EXCHANGE_FILE"] == environment.home_dir / "agencies" / "exchange.toml"
    monkeypatch.setattr(environment, "demo", False)
    assert runpy.run_path(path)["EXCHANGE_FILE"] is None
