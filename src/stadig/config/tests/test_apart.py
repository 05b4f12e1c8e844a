"""Work before the processes are forked leaves nothing behind that would make them wait."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from stadig.config import running
from stadig.config.faults import Fault

DOCUMENT = """
import os, signal, typst
from stadig.config import running

def draw():
    assert typst.compile(b"= Rapport", format="pdf").startswith(b"%PDF")

running.apart(draw)
child = os.fork()
if child == 0:
    signal.alarm(20)
    draw()
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_forked_after_the_town_was_drawn_can_draw_a_document():
    done = subprocess.run([sys.executable, "-c", DOCUMENT], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_done_apart_is_not_done_here():
    held = []
    running.apart(lambda: held.append(os.getpid()))
    assert held == []


def test_a_fault_apart_is_told_with_its_words(capfd):
    def refuse() -> None:
        raise Fault("The folder holds no readings.")

    with pytest.raises(Fault, match="no readings"):
        running.apart(refuse)
    with pytest.raises(Fault, match="stands above"):
        running.apart(lambda: 1 / 0)
    assert "ZeroDivisionError" in capfd.readouterr().err
