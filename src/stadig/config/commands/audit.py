"""``stadig audit``: prove that the log of who did what is whole."""

from __future__ import annotations

from datetime import datetime

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="The log of who did and read what.")


@app.command(epilog="Example: stadig audit verify")
def verify() -> None:
    """Prove that no row up to the last head was edited, removed or reordered, and that questions to agencies and their answers are what
    the log says of them. Exits with 1 where something is not."""
    with django.with_city():
        from stadig.city import audit_chain

        found = audit_chain.verify()
    for fault in found.faults:
        typer.echo(fault, err=True)
    if not found.whole:
        raise typer.Exit(1)
    typer.echo(
        f"Whole: {found.entries} rows, held against {found.heads} heads outside the database, proven up to row {found.proven}."
    )
    if found.entries > found.proven:
        typer.echo(f"The last {found.entries - found.proven} rows are linked, but no head outside vouches for them yet.")


@app.command(epilog="Example: stadig audit head >> heads")
def head() -> None:
    """Print the end of the chain: keep it somewhere the database's owner cannot write."""
    with django.with_city():
        from stadig.city.models import AuditHead

        found = AuditHead.objects.first()
    typer.echo(f"{found.position} {found.link}" if found else "0 -")


@app.command(epilog='Example: stadig audit withhold "EB 2026/00042" --until 2026-12-31 --decision "SN 2026-11-24 § 9"')
def withhold(
    number: str = typer.Argument(help="The case number."),
    until: datetime = typer.Option(..., formats=["%Y-%m-%d"], help="The last day on which the person is not told."),
    decision: str = typer.Option(..., help="The decision that says so: its date and number."),
) -> None:
    """Let a person read of a case's questions to agencies only after a day, by a decision. Without one they are told at once."""
    with django.with_city():
        from stadig.cases.models import Case
        from stadig.exchange import told

        case = Case.objects.filter(number=number).first()
        if case is None:
            typer.echo(f"There is no case {number}.", err=True)
            raise typer.Exit(1)
        count = told.withhold(None, case.pk, until=until.date(), decision=decision)
    typer.echo(f"{count} questions in {number} are told of after {until.date()}.")
