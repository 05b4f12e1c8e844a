"""``stadig report``: the month's page to a committee, without a browser."""

from __future__ import annotations

from pathlib import Path

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Reports: what the services gave.")


@app.callback()
def report() -> None:
    """What the services gave, as a document."""


@app.command(epilog="Example: stadig report month 2026-10 --out report.pdf")
def month(
    month: str = typer.Argument(..., help="The month, for example 2026-10."),
    out: Path = typer.Option(..., help="Where the PDF is written."),
    committee: str = typer.Option("", help="Only this committee's services, by its name. Default: the whole city."),
    language: str = typer.Option("sv", help="sv or en."),
) -> None:
    """Write one page: what the services gave, what failed, what is overdue. PDF/A-3a and PDF/UA-1."""
    with django.with_city():
        from django.utils import translation

        from stadig.city import given_sql
        from stadig.pilots import monthly

        wanted = given_sql.written_month(month)
        if wanted is None:
            typer.echo(f"{month} is not a month that has begun. Write for example 2026-10.", err=True)
            raise typer.Exit(1)
        known = {one.committee: one.committee_id for one in given_sql.register(wanted.first.year).services if one.committee}
        if committee and committee not in known:
            names = ", ".join(sorted(known)) or "none"
            typer.echo(f"No service belongs to {committee}. Committees with services: {names}.", err=True)
            raise typer.Exit(1)
        with translation.override(language):
            out.write_bytes(monthly.pdf(wanted, known.get(committee)))
    typer.echo(f"{out}: {wanted.written}{', ' + committee if committee else ''}")
