"""``stadig flags``: keys by which other systems ask where services are on, and the answer itself."""

from __future__ import annotations

import json
from typing import NoReturn

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Where services are on, for other systems (OpenFeature, /ofrep/v1).")
key_app = typer.Typer(no_args_is_help=True, help="Bearer keys for /ofrep/v1.")
app.add_typer(key_app, name="key")


@key_app.command(epilog="Example: stadig flags key create bookings --service kiosk --days 365")
def create(
    name: str = typer.Argument(help="What the key is for."),
    service: list[str] = typer.Option([], help="Holds for this service alone; may be given many times."),
    days: int = typer.Option(0, min=0, help="Days until it expires; 0 means never."),
) -> None:
    """Make a key. It is printed once and can't be shown again."""
    with django.with_database():
        from django.core.exceptions import ValidationError

        from stadig.city import flag_keys

        try:
            typer.echo(flag_keys.make(None, name, services=service, days=days or None))
        except ValidationError as fault:
            _fail(" ".join(fault.messages))


@key_app.command("list", epilog="Example: stadig flags key list")
def list_keys() -> None:
    """List all keys: name, services, last day of use."""
    with django.with_database():
        from stadig.city.models import FlagToken

        for key in FlagToken.objects.order_by("pk"):
            state = "revoked" if key.revoked_at else f"used {key.last_used_on or 'never'}"
            typer.echo(f"{key.name:<32} {','.join(key.services) or 'all services':<32} {state}")


@key_app.command(epilog="Example: stadig flags key revoke bookings")
def revoke(name: str = typer.Argument(help="The key's name.")) -> None:
    """Revoke a key, at once."""
    with django.with_database():
        from stadig.city import flag_keys

        if not flag_keys.revoke(None, name):
            _fail(f"There is no valid key named {name}. See `stadig flags key list`.")


@app.command(epilog="Example: stadig flags get kiosk --who waste.bin:12 --say district=hamnen")
def get(
    service: str = typer.Argument(help="The service."),
    who: str = typer.Option("", help="The targeting key."),
    say: list[str] = typer.Option([], help="What else is said, as name=value; may be given many times."),
) -> None:
    """Say whether a service is on for someone, and why, as JSON. In a trial, whoever is asked about is drawn."""
    with django.with_database():
        from stadig.city import flags, switches

        said = [one.partition("=") for one in say]
        context = {name: value for name, _sign, value in said} | ({flags.TARGETING_KEY: who} if who else {})
        try:
            found = flags.evaluate(switches.flag(service), service, context)
        except flags.FlagFault as fault:
            _fail(f"{fault.code}: {fault}")
        typer.echo(json.dumps({"key": service, "value": found.value, "variant": found.variant, "reason": found.reason}))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
