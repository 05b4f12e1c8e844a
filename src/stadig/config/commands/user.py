"""``stadig user``: who may log in, and what they may do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NoReturn

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Who may log in, and what they may do.")
USERNAME = typer.Argument(help="The user name.")


@app.command(epilog="Example: stadig user add leila --first-name Leila --last-name Haddad --role planner")
def add(
    username: str = USERNAME,
    first_name: str = typer.Option("", help="First name."),
    last_name: str = typer.Option("", help="Last name."),
    email: str = typer.Option("", help="E-mail address."),
    organisation: str = typer.Option("", help="Where they work, by name."),
    role: list[str] = typer.Option([], help="A role; may be given many times."),
) -> None:
    """Add someone. They choose their password through a one-time link that is shown once, here."""
    with _changing():
        from stadig.city import actions

        unit = _organisation(organisation)
        user = actions.create_user(
            None, username=username, first_name=first_name, last_name=last_name, email=email, organisation=unit
        )
        for name in role:
            actions.assign_role(None, user, name)
        _show_link(user)


@app.command("list", epilog="Example: stadig user list --role administrator")
def list_users(role: str = typer.Option("", help="Only those who hold this role.")) -> None:
    """List everyone who works here: user name, whether they may log in, and their roles."""
    with django.with_city():
        from stadig.city.models import User

        found = User.objects.filter(is_staff=True).prefetch_related("assignments__organisation", "assignments__district")
        for user in found.filter(assignments__role=role).distinct() if role else found:
            roles = ", ".join(sorted(_place(held) for held in user.assignments.all()))  # pyright: ignore[reportAttributeAccessIssue]
            typer.echo(f"{user.username:<24} {'may log in' if user.is_active else 'closed':<11} {roles or 'no role'}")


@app.command(epilog='Example: stadig user role leila planner --organisation "Tekniska förvaltningen"')
def role(
    username: str = USERNAME,
    name: str = typer.Argument(help="The role, for example planner."),
    organisation: str = typer.Option("", help="Only there, and beneath it."),
    district: str = typer.Option("", help="Only in this district, by code."),
    remove: bool = typer.Option(False, "--remove", help="Take the role back instead."),
) -> None:
    """Give someone a role, or take it back."""
    with _changing():
        from stadig.city import actions
        from stadig.city.models import District, RoleAssignment

        user, unit = _user(username), _organisation(organisation)
        area = District.objects.get(code=district) if district else None
        if remove:
            held = RoleAssignment.objects.filter(user=user, role=name, organisation=unit, district=area).first()
            if held is None:
                _stop(f"{username} does not hold {name} there. See: stadig user list")
            actions.remove_role(None, held.pk)
        else:
            actions.assign_role(None, user, name, organisation=unit, district=area)
        typer.echo(f"{username} {'no longer holds' if remove else 'holds'} {name}.")


@app.command(epilog="Example: stadig user password leila --link")
def password(
    username: str = USERNAME, link: bool = typer.Option(False, "--link", help="Show a one-time link instead of asking.")
) -> None:
    """Set someone's password: typed here, or chosen by them through a one-time link."""
    word = None if link else typer.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt=True)
    with _changing():
        from stadig.city import actions

        user = _user(username)
        if word is None:
            _show_link(user)
        else:
            actions.set_password(None, user, word)
            typer.echo(f"{username} has a new password.")


@app.command(epilog="Example: stadig user disable leila")
def disable(username: str = USERNAME, again: bool = typer.Option(False, "--enable", help="Let them in again instead.")) -> None:
    """Stop someone from logging in, and end their sessions. What they did stays."""
    with _changing():
        from stadig.city import actions

        actions.set_active(None, _user(username), again)
        typer.echo(f"{username} {'may log in' if again else 'may no longer log in'}.")


@contextlib.contextmanager
def _changing() -> Iterator[None]:
    """The database, and what the rules refuse as one line."""
    with django.with_city():
        from django.core.exceptions import ValidationError

        from stadig.city.models import District

        try:
            yield
        except ValidationError as fault:
            _stop(" ".join(fault.messages))
        except District.DoesNotExist:
            _stop("There is no district with that code.")
        except ValueError as fault:
            from stadig.city.roles import Role

            _stop(f"{fault}. Roles: {', '.join(name for name in Role.values if name != Role.RESIDENT)}")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _user(username: str) -> Any:
    from stadig.city.models import User

    found = User.objects.filter(username=username).first()
    return found if found is not None else _stop(f"There is no user {username}. See: stadig user list")


def _organisation(name: str) -> Any:
    from stadig.city.models import Organisation

    if not name:
        return None
    found = list(Organisation.objects.filter(name=name)[:2])
    if len(found) != 1:
        _stop(f"{len(found) or 'No'} parts of the organisation are called {name}.")
    return found[0]


def _place(held: Any) -> str:
    where = [str(part) for part in (held.organisation, held.district) if part is not None]
    return f"{held.role} ({', '.join(where)})" if where else held.role


def _show_link(user: Any) -> None:
    from django.conf import settings

    from stadig.config.beginning import password_link

    typer.echo(f"{user.username} chooses a password here, once and within three days:")
    typer.echo("  " + password_link(user, settings.PUBLIC_URL))
