"""What ``stadig run`` and ``stadig demo`` share."""

from __future__ import annotations

import os
from collections.abc import Callable

import typer

from stadig.config.environment import environment


def listen(host: str, port: int, workers: int) -> None:
    """Make the command's choices known to this process and those it starts."""
    environment.host, environment.port, environment.workers = host, port, workers
    os.environ |= {"STADIG_HOST": host, "STADIG_PORT": str(port), "STADIG_WORKERS": str(workers)}


def say(line: str) -> None:
    """One line to the person at the terminal."""
    typer.echo(line)


def guarded(action: Callable[[], None]) -> None:
    """Run, and turn what a person can do something about into one plain message."""
    from stadig.config.postgres import DatabaseFault
    from stadig.config.running import PortTaken
    from stadig.config.supervisor import AlreadyRunning

    try:
        action()
    except (AlreadyRunning, PortTaken, DatabaseFault) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
