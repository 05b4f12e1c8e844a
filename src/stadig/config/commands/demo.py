"""``stadig demo``: a made-up coastal town, alive, on this machine."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from stadig.config.environment import CHECKOUT, environment

app = typer.Typer()


@app.command(epilog="Example: stadig demo --speed 60")
def demo(
    speed: float = typer.Option(1.0, min=0.1, max=600, help="How many town minutes pass in a minute."),
    real: Path | None = typer.Option(
        None, help="Run on real readings and streets in this folder instead of the made-up town.", exists=True, file_okay=False
    ),
    reset: bool = typer.Option(False, help="Begin anew: empties the demo town's database first. Refuses a real city."),
    host: str = typer.Option(environment.host, help="Address to listen on."),
    port: int = typer.Option(environment.port, help="Port to listen on."),
    workers: int = typer.Option(environment.workers, min=1, help="Web server processes."),
) -> None:
    """Start the demo town. The first start draws it and writes its past; the next goes on where it stood."""
    from stadig.config.commands import start

    environment.demo = True
    os.environ["STADIG_DEMO"] = "true"
    os.environ["STADIG_DEMO_SPEED"] = str(speed)
    if real:
        start.in_home_of_its_own((environment.home or CHECKOUT / ".stadig") / "real")
    start.listen(host, port, workers)

    from stadig.config import running

    def seed() -> None:
        town: Any = import_module("stadig.config.demo")

        if reset:
            town.reset()
        if not town.is_seeded():
            start.say("Drawing the town and writing its past. This is done once." if not real else f"Reading {real} …")
            if real:
                town.seed_real(real, start.say)
            else:
                town.seed(start.say)
            start.give_demo_password()
        town.resume(speed)

    running.run(start.say, before=seed, ready=start.say_who_may_log_in)
