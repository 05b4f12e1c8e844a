"""``stadig sta``: keys for the SensorThings interface, what is open data, and a small client."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="The SensorThings interface at /sta/v1.1.")
token_app = typer.Typer(no_args_is_help=True, help="Bearer tokens: who may read, create, update and delete.")
app.add_typer(token_app, name="token")
URL = typer.Option("http://127.0.0.1:8000/sta/v1.1", help="The service root.")
TOKEN = typer.Option("", envvar="STADIG_STA_TOKEN", help="The bearer token.")


@token_app.command(epilog="Example: stadig sta token create gateway-1 --scope read --scope create")
def create(
    name: str = typer.Argument(help="What the token is for."),
    scope: list[str] = typer.Option(["read", "create"], help="read, create, update or delete; may be given many times."),
    thing: list[int] = typer.Option([], help="Holds for this thing alone; may be given many times."),
    days: int = typer.Option(0, help="Days until it expires; 0 means never."),
) -> None:
    """Make a token. It is printed once and can't be shown again."""
    with django.with_database():
        from stadig.sensing import actions

        expires = datetime.now(UTC) + timedelta(days=days) if days else None
        try:
            made = actions.create_token(name, scope, things=thing or None, expires_at=expires)
        except actions.NameTaken:
            _fail(f"There is a token named {name} already. Choose another name.")
        except actions.UnknownScope as fault:
            _fail(f"Unknown scope – {fault}")
        typer.echo(made)  # pyright: ignore[reportPossiblyUnboundVariable]


@token_app.command("list", epilog="Example: stadig sta token list")
def list_tokens() -> None:
    """List all tokens: name, scopes, things, last day of use."""
    with django.with_database():
        from stadig.sensing.models import StaToken

        for token in StaToken.objects.order_by("pk").prefetch_related("things"):
            things = ",".join(str(thing.pk) for thing in token.things.all()) or "none" if token.limited else "all things"
            state = "revoked" if token.revoked_at else f"used {token.last_used_on or 'never'}"
            typer.echo(f"{token.name:<32} {','.join(token.scopes):<28} {things:<16} {state}")


@token_app.command(epilog="Example: stadig sta token revoke gateway-1")
def revoke(name: str = typer.Argument(help="The token's name.")) -> None:
    """Revoke a token. Within five seconds no process takes it."""
    with django.with_database():
        from stadig.sensing import actions

        if not actions.revoke_token(name):
            _fail(f"There is no valid token named {name}. See `stadig sta token list`.")


@app.command(epilog="Example: stadig sta open 17, or stadig sta open 17 --closed")
def open(  # noqa: A001 – the word a person uses
    thing: int = typer.Argument(help="The thing's id."),
    closed: bool = typer.Option(False, "--closed", help="Close it instead."),
) -> None:
    """Make a thing and all its datastreams open data, readable by everyone without a token."""
    with django.with_database():
        from stadig.sensing import actions

        count = actions.set_open(thing, not closed)
        if count is None:
            _fail(f"There is no thing with the id {thing}.")
        typer.echo(f"{'Closed' if closed else 'Opened'} thing {thing} and {count} datastreams.")


@app.command(epilog="Example: stadig sta get 'Things?$expand=Datastreams'")
def get(path: str = typer.Argument(help="Path and options beneath the root."), url: str = URL, token: str = TOKEN) -> None:
    """Read from a SensorThings service and print the JSON."""
    typer.echo(
        json.dumps(json.loads(_ask(f"{url}/{path.replace(' ', '%20')}", token)[0] or "null"), indent=2, ensure_ascii=False)
    )


@app.command(epilog="Example: echo '{\"result\": 21.5}' | stadig sta post 'Datastreams(4)/Observations'")
def post(path: str = typer.Argument(help="The set to add to."), url: str = URL, token: str = TOKEN) -> None:
    """Send the JSON on standard input and print the address of what was made."""
    text, location = _ask(f"{url}/{path}", token, sys.stdin.buffer.read())
    typer.echo(location or text)


def _ask(address: str, token: str, body: bytes | None = None) -> tuple[str, str]:
    if not address.startswith(("http://", "https://")):
        _fail("The address must begin with http:// or https://.")
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 – checked above
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.read().decode(), answer.headers.get("Location", "")
    except urllib.error.HTTPError as fault:
        _fail(_message(fault.read()) or str(fault))
    except OSError as fault:
        _fail(f"{address} does not answer: {fault}")
    return "", ""


def _message(body: bytes) -> str:
    try:
        found: Any = json.loads(body)
        return str(found.get("message", ""))
    except (ValueError, AttributeError):
        return ""


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)
