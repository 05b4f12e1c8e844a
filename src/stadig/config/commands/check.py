"""``stadig check``: Django's own checks, and whether the database's shape follows the models."""

from __future__ import annotations

import typer

from stadig.config import django

app = typer.Typer()


@app.command(epilog="Example: stadig check --migrations")
def check(migrations: bool = typer.Option(False, help="Also fail when a model has changed without a migration.")) -> None:
    """Check the installation's settings and models."""
    with django.with_database():
        from django.core.management import call_command

        call_command("check")
        if migrations:
            call_command("makemigrations", check=True, dry_run=True)
