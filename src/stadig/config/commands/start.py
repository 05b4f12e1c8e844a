"""What ``stadig run`` and ``stadig demo`` share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import typer

from stadig.config.environment import environment


def listen(host: str, port: int, workers: int) -> None:
    """Make the command's choices known to this process and those it starts."""
    environment.host, environment.port, environment.workers = host, port, workers
    os.environ |= {"STADIG_HOST": host, "STADIG_PORT": str(port), "STADIG_WORKERS": str(workers)}


def in_home_of_its_own(home: Path) -> None:
    """Use keys, files and an embedded database apart from the installation's own."""
    environment.home = home
    os.environ["STADIG_HOME"] = str(home)


def say(line: str) -> None:
    """One line to the person at the terminal."""
    typer.echo(line)


def say_who_may_log_in() -> None:
    """The demo town's people, where the town knows them."""
    from stadig.config import demo

    known: Any = getattr(demo, "who_may_log_in", list)
    for line in known():
        say(line)
