"""``stadig audit``: prove that the log of who did what is whole."""

from __future__ import annotations

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
