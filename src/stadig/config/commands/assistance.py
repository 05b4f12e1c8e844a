"""``stadig assistance``: the riksnorm of each year, entered by one and confirmed by another."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from stadig.config import django

if TYPE_CHECKING:
    from stadig.assistance.models import Norm

app = typer.Typer(no_args_is_help=True, help="Financial assistance: the riksnorm of each year.")
norm_app = typer.Typer(no_args_is_help=True, help="The riksnorm: dated tables that two people enter, with their source.")
app.add_typer(norm_app, name="norm")
BY = typer.Option(
    ...,
    "--by",
    help="Your user name. The audit log holds it; let another person confirm, at their own terminal or in the browser.",
)
NUMBER = typer.Argument(help="The number that `norm list` shows.")
AS_JSON = typer.Option(False, "--json", help="JSON instead of text.")


@norm_app.command("import", epilog="Example: stadig assistance norm import riksnorm-2027.toml --by henrik")
def import_norm(
    file: Path = typer.Argument(
        exists=True, dir_okay=False, help="TOML, JSON or a spreadsheet (see docs/financial-assistance.md)."
    ),
    by: str = BY,
) -> None:
    """Enter a riksnorm from a file. It holds when another person has confirmed it."""
    with _reasons():
        from stadig.assistance import norm_file, norms

        made = norms.enter(_user(by), norm_file.read(file.name, file.read_bytes()))
        typer.echo(_text(made))
        typer.echo(f"Entered as number {made.pk}. Nothing is computed with it yet.")
        typer.echo(f"Ask a colleague to read it against the source and run: stadig assistance norm confirm {made.pk} --by USER")


@norm_app.command("list", epilog="Example: stadig assistance norm list")
def list_norms(as_json: bool = AS_JSON) -> None:
    """List every riksnorm: its number, the days it holds for, and whether it is confirmed."""
    with _reasons():
        from stadig.assistance.models import Norm

        found = [_row(one) for one in Norm.objects.all()]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in found:
        typer.echo(f"{row['number']:>4}  {row['valid_from']}–{row['valid_to']}  {row['state']:<12} {row['source']}")
    if not found:
        typer.echo("There is none. Enter one with `stadig assistance norm import FILE --by USER`.")


@norm_app.command(epilog="Example: stadig assistance norm show 2")
def show(number: int = NUMBER, as_json: bool = AS_JSON) -> None:
    """Print a riksnorm beside the one before it, every difference in kronor and percent."""
    with _reasons():
        one = _norm(number)
        typer.echo(json.dumps(_row(one) | {"table": one.table}, ensure_ascii=False, indent=2) if as_json else _text(one))


@norm_app.command(epilog="Example: stadig assistance norm confirm 3 --by ove")
def confirm(number: int = NUMBER, by: str = BY) -> None:
    """Confirm a riksnorm that someone else entered. From then on it holds."""
    with _reasons():
        from stadig.assistance import norms

        made = norms.confirm(_user(by), _norm(number).pk)
        typer.echo(f"Confirmed. It holds {made.valid_from}–{made.valid_to}.")


@norm_app.command(epilog="Example: stadig assistance norm withdraw 3 --by ove")
def withdraw(number: int = NUMBER, by: str = BY) -> None:
    """Take a riksnorm back. Nothing new is computed with it; what was kept stands."""
    with _reasons():
        from stadig.assistance import norms

        norms.withdraw(_user(by), _norm(number).pk)
        typer.echo("Withdrawn. Enter a new one with `stadig assistance norm import FILE --by USER`.")


def _row(one: Norm) -> dict[str, Any]:
    from stadig.city import clock

    today = clock.today()
    held = "in force" if one.valid_from <= today <= one.valid_to else "to come" if one.valid_from > today else "has been"
    state = "withdrawn" if one.withdrawn_at else held if one.confirmed_at else "unconfirmed"
    days = {"valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to.isoformat()}
    return {"number": one.pk} | days | {"state": state, "source": one.source}


def _text(one: Norm) -> str:
    """The table as rows, beside the one before it."""
    from stadig.assistance import norm, norms

    table, earlier = norm.read(one.table), norms.before(one)
    head = [f"Riksnorm {one.valid_from}–{one.valid_to}, {_row(one)['state']}", f"Source: {one.source}", f"Rules: {table.rules}"]
    if earlier is None:
        return "\n".join([*head, *(f"  {kind:<7}{which:<9}{amount:>7}" for kind, which, amount in norm.rows(table))])
    lines = [f"  {'':<16}{'before':>9}{'now':>9}{'change':>9}"]
    for one_row in norm.differences(norm.read(earlier.table), table):
        change = "new" if one_row.percent is None else f"{one_row.percent} %"
        odd = "  look: it does not change as the others" if one_row.odd else ""
        lines.append(f"  {one_row.kind:<7}{one_row.which:<9}{one_row.before or '–':>9}{one_row.now or '–':>9}{change:>9}{odd}")
    return "\n".join([*head, *lines])


def _norm(number: int) -> Norm:
    from stadig.assistance.models import Norm

    found = Norm.objects.filter(pk=number).first()
    if found is None:
        _stop(f"There is no riksnorm {number}. See `stadig assistance norm list`.")
    return found


def _user(name: str) -> Any:
    from stadig.city.models import User

    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        _stop(f"There is no user {name} who may log in. See `stadig user list`.")
    return found


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    """The database, and what the rules refuse as one line."""
    with django.with_city():
        from django.core.exceptions import PermissionDenied
        from django.utils import translation

        from stadig.assistance.norm import NormFault
        from stadig.assistance.norms import NormsFault
        from stadig.assistance.words import norm_fault

        with translation.override("en"):
            try:
                yield
            except NormFault as fault:
                _stop(norm_fault(fault))
            except NormsFault as fault:
                _stop(str(fault))
            except PermissionDenied:
                _stop("You may not set norms: it takes the role manager or administrator.")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
