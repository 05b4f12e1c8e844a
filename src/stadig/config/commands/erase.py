"""``stadig erase``: destroy what the law says must go, and nothing that it says must stay."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Destroy cases whose keeping time has ended, and what is known of a person.")
YES = typer.Option(False, "--yes", help="Do not ask first.")


@app.command(epilog="Example: stadig erase due")
def due() -> None:
    """List the closed cases that may be destroyed today, with the rule of each. Nothing is destroyed."""
    with django.with_city():
        from stadig.cases import definitions, destroying, keeping

        found = 0
        for case in destroying.due():
            rule = definitions.of(case).keep
            first = keeping.first_day(keeping.read(rule), destroying.ended(case))
            latest = f"; at the latest {keeping.done_by(first)}" if first and "16 kap. 1 § socialtjänstlagen" in rule else ""
            typer.echo(f"{case.number:<18} {rule}{latest}")
            found += 1
    typer.echo(f"{found} may be destroyed." if found else "None may be destroyed today.")


@app.command(epilog='Example: stadig erase case "GPN 2021/00042"')
def case(
    number: str = typer.Argument(help="The case number."),
    on: datetime | None = typer.Option(
        None,
        formats=["%Y-%m-%d"],
        help="The day its rule counts from, where only you know: the day the child left the preschool.",
    ),
    yes: bool = YES,
) -> None:
    """Destroy a case with its documents, files, answers and messages. There is no way back."""
    with _reasons():
        from stadig.cases import destroying, numbers
        from stadig.cases.models import Case

        written = numbers.read(number)
        found = Case.objects.filter(number=written.number if written else number).first()
        if found is None:
            _stop(f"There is no case {number}.")
        told = on.date() if on else None
        if why := destroying.why_kept(found, told):
            _stop(why)
        if not yes:
            typer.confirm(f"Destroy {found.number} for good, with all its documents and files?", abort=True)
        gone = destroying.destroy(None, found.pk, told=told)
        typer.echo(f"{gone.number} is destroyed: {gone.documents} documents, {gone.files} files.")


@app.command(epilog="Example: stadig erase person")
def person(yes: bool = YES) -> None:
    """Destroy what is known of a person. Their personnummer is asked for here, so that it stays out of the command history."""
    number = typer.prompt("Personnummer", hide_input=True)
    with _reasons():
        from stadig.city import erasure, persons

        found = persons.find(number)
        if found is None:
            _stop("No person with that number is known.")
        if not yes:
            kept = "Records that must be kept name them: only the account goes. " if erasure.kept(found) else ""
            typer.confirm(f"{kept}Destroy what is known of this person for good?", abort=True)
        whole = erasure.destroy_person(None, found.pk)
    typer.echo(
        "Destroyed."
        if whole
        else "The account and all that is no part of a record is destroyed. The rest goes with the last case that names them."
    )


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    """The database, and what the rules refuse as one line."""
    with django.with_city():
        from stadig.cases.destroying import MustBeKept
        from stadig.city.personnummer import NotAPersonnummer

        try:
            yield
        except (MustBeKept, NotAPersonnummer) as fault:
            _stop(str(fault))


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
