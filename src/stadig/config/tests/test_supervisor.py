"""The supervisor keeps processes alive, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import time

import pytest

from stadig.config import supervisor
from stadig.config.tests.serving import children, is_alive, started

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from stadig.config.supervisor import Process, Supervisor, only_one

folder = Path(sys.argv[1])

def steady():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("steady", os.getpid(), flush=True)
    while True:
        time.sleep(0.1)

def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stubborn", os.getpid(), flush=True)
    while True:
        time.sleep(0.1)

def fragile():
    print("fragile", os.getpid(), flush=True)
    sys.exit(3)

import stadig.config.supervisor as module
module.STOP_SECONDS = 1.0
wanted = {"steady": steady, "stubborn": stubborn, "fragile": fragile}
with only_one(folder) as record:
    print("supervisor", os.getpid(), flush=True)
    Supervisor([Process(n, wanted[n]) for n in sys.argv[2:]], say=lambda t: print(t, flush=True), record=record).run()
print("all stopped", flush=True)
"""


@pytest.fixture
def run(tmp_path):
    def start(*names: str):
        return started(["-c", PROGRAM, str(tmp_path), *names], tmp_path, STADIG_HOME=str(tmp_path / "home"))

    return start


def pid_of(name: str, said: str) -> int:
    return int(
        next(line.split()[1] for line in reversed(said.splitlines()) if line.startswith(f"{name} ") and line.split()[1].isdigit())
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_all_and_itself_when_asked(run, number):
    with run("steady") as program:
        program.wait_for("steady")
        child = pid_of("steady", program.said())
        assert program.stop(number) == 0
        assert "all stopped" in program.said()
        assert not is_alive(child)


def test_a_process_that_is_killed_is_started_again_and_it_is_said(run):
    with run("steady") as program:
        program.wait_for("steady")
        os.kill(pid_of("steady", program.said()), signal.SIGKILL)
        program.wait_for("steady stopped (SIGKILL). Starting it again in 0.5 s.")
        deadline = time.monotonic() + 10
        while program.said().count("steady 1") + program.said().count("steady ") < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert is_alive(pid_of("steady", program.said()))


def test_one_that_keeps_dying_is_started_ever_more_seldom(run):
    with run("fragile") as program:
        program.wait_for("fragile stopped (exit code 3). Starting it again in 0.5 s.")
        program.wait_for("fragile stopped (exit code 3). Starting it again in 1 s.")


def test_one_that_will_not_stop_is_ended(run):
    with run("stubborn") as program:
        program.wait_for("stubborn")
        child = pid_of("stubborn", program.said())
        assert program.stop() == 0
        assert "stubborn did not stop within 1 s and was ended." in program.said()
        assert not is_alive(child)


def test_when_the_supervisor_is_killed_its_processes_go_and_the_next_start_works(run):
    with run("steady") as program:
        program.wait_for("steady")
        child = pid_of("steady", program.said())
        program.stop(signal.SIGKILL)
        deadline = time.monotonic() + 5
        while is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_alive(child)
    with run("steady") as again:
        again.wait_for("steady")


def test_the_next_start_ends_what_a_killed_supervisor_could_not_take_with_it(run):
    with run("stubborn") as program:
        program.wait_for("stubborn")
        child = pid_of("stubborn", program.said())
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
        program.wait_for("steady")
        assert children(program.process.pid) == [pid_of("steady", program.said())]
