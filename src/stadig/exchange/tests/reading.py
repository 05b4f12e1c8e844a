"""What several tests need: a lookup in plain words, waiting for something to come true, and another process that asks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stadig.exchange import queries
from stadig.exchange.tests.conftest import database_url


def outcomes(view: queries.LookupView) -> dict[str, str]:
    return {one.agency: str(one.outcome.value if one.outcome else "waiting") for one in view.agencies}


def codes(view: queries.LookupView) -> dict[str, str]:
    return {one.agency: one.blocks[0].block.error_code for one in view.agencies}


def until(get: Callable[[], Any], holds: Callable[[Any], bool], seconds: float = 10.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = get()
        if holds(found):
            return found
        time.sleep(0.03)
    raise AssertionError("It did not come to be.")


@contextmanager
def process(path: Path, *permits: int, wait_for: str = "done") -> Any:
    """Another process that spends permits; gives it and what it has said."""
    env = os.environ | {"DATABASE_URL": database_url(), "STADIG_EXCHANGE": str(path)}
    command = [sys.executable, "-m", "stadig.exchange.tests.process", *map(str, permits)]
    other = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    said: list[str] = []
    try:
        while wait_for not in said:
            line = other.stdout.readline()
            assert line, "the process ended"
            said.append(line.strip())
            if wait_for == "first":
                break
        yield other, said
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
