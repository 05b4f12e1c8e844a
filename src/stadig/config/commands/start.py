"""What ``stadig run`` and ``stadig demo`` share."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from stadig.config.environment import environment

DEMO_PASSWORD = "demo_password"  # noqa: S105 – the name of the file that holds it


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


def give_demo_password() -> None:
    """One password, made here and kept in a 0600 file, for the people of the demo town."""
    from stadig.city import actions
    from stadig.city.demo import PEOPLE
    from stadig.city.models import User

    password = environment.secret(DEMO_PASSWORD, 12)
    for user in User.objects.filter(username__in=[one.username for one in PEOPLE]):
        actions.set_password(None, user, password)


def say_who_may_log_in() -> None:
    """The demo town's people. The strip at the top of each page looks as one of them without logging in."""
    from stadig.city.demo import PEOPLE

    say("Look as one of these with one click in the strip at the top of the page:")
    for one in PEOPLE:
        say(f"  {one.username:<6} {one.first_name} {one.last_name} – {one.what}")
    password = environment.home_dir / "keys" / DEMO_PASSWORD
    if password.exists():
        say(f"To log in yourself, at {login_address()}: a name above and the password in {password}")


def login_address() -> str:
    """Where one logs in."""
    from django.urls import reverse

    from stadig.config.running import address

    return address().rstrip("/") + reverse("account_login")
