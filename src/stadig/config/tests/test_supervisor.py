"""The supervisor keeps processes alive, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from stadig.config import supervisor
from stadig.config.tests.serving import Running, children, is_alive, started

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from stadig.config.supervisor import Process, Supervisor, only_one

folder = Path(sys.argv[1])

def tell(*words):
    # one write, so that lines of two processes never mix
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def steady():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    tell("steady", os.getpid())
    while True:
        time.sleep(0.1)

def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    tell("stubborn", os.getpid())
    while True:
        time.sleep(0.1)

def fragile():
    tell("fragile", os.getpid())
    sys.exit(3)

import stadig.config.supervisor as module
module.STOP_SECONDS = 1.0
wanted = {"steady": steady, "stubborn": stubborn, "fragile": fragile}
with only_one(folder) as record:
    tell("supervisor", os.getpid())
    named = [Process(name.strip("+"), wanted[name.strip("+")], first=name.startswith("+")) for name in sys.argv[2:]]
    Supervisor(named, say=tell, record=record).run(lambda: not (folder / "not-yet").exists())
tell("all stopped")
"""


@pytest.fixture
def run(tmp_path):
    def start(*names: str):
        return started(["-c", PROGRAM, str(tmp_path), *names], tmp_path, STADIG_HOME=str(tmp_path / "home"))

    return start


def pids_of(name: str, said: str) -> list[int]:
    """Every process id that was said under the name, in order; only from lines that are whole."""
    return [int(pid) for pid in re.findall(rf"^{name} (\d+)\n", said, re.MULTILINE)]


def started_as(name: str, program: Running) -> int:
    """The process id of the one that was started last under the name, as soon as it has said it."""
    program.wait_until(lambda said: bool(pids_of(name, said)))
    return pids_of(name, program.said())[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_all_and_itself_when_asked(run, number):
    with run("steady") as program:
        child = started_as("steady", program)
        assert program.stop(number) == 0
        assert "all stopped" in program.said()
        assert not is_alive(child)


def test_a_process_that_is_killed_is_started_again_and_it_is_said(run):
    with run("steady") as program:
        os.kill(started_as("steady", program), signal.SIGKILL)
        program.wait_for("steady stopped (SIGKILL). Starting it again in 0.5 s.")
        program.wait_until(lambda said: len(pids_of("steady", said)) == 2)
        first, second = pids_of("steady", program.said())
        assert not is_alive(first)
        assert is_alive(second)


def test_the_first_starts_alone_and_the_others_follow_when_the_city_answers(run, tmp_path):
    (tmp_path / "not-yet").touch()
    with run("stubborn", "+steady") as program:
        started_as("steady", program)
        time.sleep(0.3)
        assert pids_of("stubborn", program.said()) == []
        (tmp_path / "not-yet").unlink()
        started_as("stubborn", program)


def test_one_that_keeps_dying_is_started_ever_more_seldom(run):
    with run("fragile") as program:
        program.wait_for("fragile stopped (exit code 3). Starting it again in 0.5 s.")
        program.wait_for("fragile stopped (exit code 3). Starting it again in 1 s.")


def test_one_that_will_not_stop_is_ended(run):
    with run("stubborn") as program:
        child = started_as("stubborn", program)
        assert program.stop() == 0
        assert "stubborn did not stop within 1 s and was ended." in program.said()
        assert not is_alive(child)


def test_when_the_supervisor_is_killed_its_processes_go_and_the_next_start_works(run):
    with run("steady") as program:
        child = started_as("steady", program)
        program.stop(signal.SIGKILL)
        deadline = time.monotonic() + 5
        while is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_alive(child)
    with run("steady") as again:
        again.wait_for("steady")


def test_the_next_start_ends_what_a_killed_supervisor_could_not_take_with_it(run):
    with run("stubborn") as program:
        child = started_as("stubborn", program)
        program.stop(signal.SIGKILL)
        assert is_alive(child), "it ignores the signal that its parent's death sends"
        with run("steady") as again:
            again.wait_for("steady")
            assert not is_alive(child)


def test_two_at_once_are_refused_with_the_way_out(run):
    with run("steady") as program:
        program.wait_for("steady")
        with run("steady") as second:
            second.process.wait(20)
            assert f"already running (process {program.process.pid})" in second.said()
            assert f"kill {program.process.pid}" in second.said()


def test_a_process_id_that_was_given_to_another_program_is_left_alone(tmp_path):
    record = tmp_path / "processes"
    record.write_text(f"{os.getpid()} 1 web\n")
    assert supervisor.end_leftovers(record) == 0
    assert not record.exists()


def test_children_are_found(run):
    with run("steady") as program:
        child = started_as("steady", program)
        assert children(program.process.pid) == [child]
