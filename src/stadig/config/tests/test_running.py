"""The whole city, started and stopped by the command itself."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from stadig.config import postgres, running
from stadig.config.environment import Environment
from stadig.config.tests.serving import children, free_port, is_alive, started

COMMAND = ["-c", "from stadig.config.cli import main; main()", "run"]


def test_a_port_in_use_is_said_with_another_to_choose():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(running.PortTaken, match=f"--port {port + 1}"):
            running.refuse_taken_port("127.0.0.1", port)
    running.refuse_taken_port("127.0.0.1", port)


@pytest.fixture
def home(tmp_path):
    """A home of its own for one city; its database is removed afterwards."""
    path = tmp_path / "home"
    yield path
    environment = Environment(home=path)
    cluster = postgres.cluster(environment)
    postgres.stop(cluster, mode="immediate")
    if os.geteuid() == 0:
        shutil.rmtree(cluster.data.parent, ignore_errors=True)


@pytest.mark.slow
def test_the_city_starts_on_an_empty_disk_survives_a_killed_process_and_stops_whole(home, tmp_path):
    with started(COMMAND, tmp_path, STADIG_HOME=str(home), DATABASE_URL="") as city:
        city.wait_for("Ready at", 120)
        assert city.get("/ready")[0] == 200
        assert city.get("/")[0] == 200
        before = children(city.process.pid)
        os.kill(before[-1], signal.SIGKILL)
        city.wait_for("Starting it again", 10)
        assert city.stop(signal.SIGINT) == 0
        assert not [pid for pid in before if is_alive(pid)]
    cluster = postgres.cluster(Environment(home=home))
    assert not postgres.is_running(cluster), "the database it started stops with it"


@pytest.mark.slow
def test_after_kill_9_of_everything_the_next_start_is_quick_and_whole(home, tmp_path):
    with started(COMMAND, tmp_path, STADIG_HOME=str(home), DATABASE_URL="") as city:
        city.wait_for("Ready at", 120)
        for pid in [city.process.pid, *children(city.process.pid)]:
            os.kill(pid, signal.SIGKILL)
        city.process.wait(10)
    postmaster = int((postgres.cluster(Environment(home=home)).data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    begun = time.monotonic()
    with started(COMMAND, tmp_path, STADIG_HOME=str(home), DATABASE_URL="") as city:
        city.wait_for("Ready at", 60)
        assert time.monotonic() - begun < 30
        assert "Updating the database" not in city.said()
        assert city.get("/ready")[0] == 200
        assert city.stop() == 0


def test_help_shows_an_example():
    out = subprocess.run([sys.executable, *COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    assert "Example: stadig run --port 8080" in out
