"""``stadig init``: an empty city for one of Sweden's municipalities."""

from __future__ import annotations

import typer

from stadig.config import django

app = typer.Typer()


@app.command(epilog="Example: stadig init --municipality Västerås --admin anna.svensson --email anna.svensson@vasteras.example")
def init(
    municipality: str = typer.Option(..., "--municipality", "-m", help="Its name or four-digit code."),
    admin: str = typer.Option("admin", help="User name of the first administrator."),
    first_name: str = typer.Option("", help="The administrator's first name."),
    last_name: str = typer.Option("", help="The administrator's last name."),
    email: str = typer.Option("", help="The administrator's e-mail address."),
    ask_password: bool = typer.Option(False, "--ask-password", help="Type the password here instead of getting a one-time link."),
) -> None:
    """Start an empty city: name, code and border, a usual organisation, the services, and the first administrator."""
    from stadig.city import municipalities

    try:
        found = municipalities.find(municipality)
    except municipalities.NoSuchMunicipality as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    password = (
        typer.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt=True) if ask_password else None
    )
    with django.with_database():
        from django.conf import settings
        from django.core.exceptions import ValidationError

        from stadig.city import clock, holidays
        from stadig.city.models import Service
        from stadig.config import beginning, prepare

        prepare.migrate(typer.echo)
        try:
            made = beginning.begin(
                found, username=admin, first_name=first_name, last_name=last_name, email=email, password=password
            )
        except ValidationError as fault:
            typer.echo("Nothing was made: " + " ".join(fault.messages), err=True)
            raise typer.Exit(1) from None
        today = clock.today()
        coming = [
            (day, name) for year in (today.year, today.year + 1) for day, name in holidays.holidays(year).items() if day >= today
        ]
        typer.echo(
            f"{found.name} ({found.code}): border, {made.organisations} parts of an organisation, {Service.objects.count()} services."
        )
        typer.echo(f"Holidays are known for every year; next: {coming[0][1]} {coming[0][0]}.")
        if password is None:
            typer.echo(f"{admin} sets a password here, once and within three days (start with `stadig run` first):")
            typer.echo("  " + beginning.password_link(made.administrator, settings.PUBLIC_URL))
        typer.echo("Next: stadig import districts districts.geojson, then stadig run")
