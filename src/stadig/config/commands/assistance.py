"""``stadig assistance``: the riksnorm and the rules of each year, entered by one and confirmed by another."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from stadig.config import django

if TYPE_CHECKING:
    from stadig.assistance.models import Dated
    from stadig.assistance.setting import Kind

app = typer.Typer(no_args_is_help=True, help="Financial assistance: the riksnorm and the rules of each year.")
BY = typer.Option(
    ...,
    "--by",
    help="Your user name. The audit log holds it; let another person confirm, at their own terminal or in the browser.",
)
NUMBER = typer.Argument(help="The number that `list` shows.")
AS_JSON = typer.Option(False, "--json", help="JSON instead of text.")
FILE = typer.Argument(exists=True, dir_okay=False, help="TOML, JSON or a spreadsheet (see docs/financial-assistance.md).")


@dataclass(frozen=True)
class Set:
    """What two people set, as the terminal names it: its command, one of it and an example of a file."""

    command: str
    one: str
    example: str

    @property
    def kind(self) -> Kind:
        """What the room knows it as."""
        from stadig.assistance import setting

        return {"norm": setting.NORM, "rules": setting.RULES}[self.command]


def _commands(what: Set, about: str) -> None:
    """The five commands of what two people set."""
    group = typer.Typer(no_args_is_help=True, help=about)
    app.add_typer(group, name=what.command)
    line = f"stadig assistance {what.command}"

    @group.command("import", epilog=f"Example: {line} import {what.example} --by henrik", help=f"Enter {what.one} from a file.")
    def _import(file: Path = FILE, by: str = BY) -> None:  # pyright: ignore[reportUnusedFunction]
        with _reasons():
            from stadig.assistance import setting

            made = setting.enter(_user(by), what.kind.file.read(file.name, file.read_bytes()))
            typer.echo(_text(what, made))
            typer.echo(f"Entered as number {made.pk}. Nothing is computed with it yet.")
            typer.echo(f"Ask a colleague to read it against the source and run: {line} confirm {made.pk} --by USER")

    @group.command(
        "list", epilog=f"Example: {line} list", help="List every one: its number, its days, and whether it is confirmed."
    )
    def _list(as_json: bool = AS_JSON) -> None:  # pyright: ignore[reportUnusedFunction]
        with _reasons():
            found = [_row(one) for one in what.kind.model.objects.all()]
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for row in found:
            typer.echo(f"{row['number']:>4}  {row['valid_from']}–{row['valid_to']}  {row['state']:<12} {row['source']}")
        if not found:
            typer.echo(f"There is none. Enter one with `{line} import FILE --by USER`.")

    @group.command("show", epilog=f"Example: {line} show 2", help="Print one beside the one before it, with every difference.")
    def _show(number: int = NUMBER, as_json: bool = AS_JSON) -> None:  # pyright: ignore[reportUnusedFunction]
        with _reasons():
            one, column = _found(what, number), what.kind.column
            said = _row(one) | {column: getattr(one, column)}
            typer.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else _text(what, one))

    @group.command("confirm", epilog=f"Example: {line} confirm 3 --by ove", help="Confirm what someone else entered: it holds.")
    def _confirm(number: int = NUMBER, by: str = BY) -> None:  # pyright: ignore[reportUnusedFunction]
        with _reasons():
            from stadig.assistance import setting

            made = setting.confirm(_user(by), what.kind, _found(what, number).pk)
            typer.echo(f"Confirmed. It holds {made.valid_from}–{made.valid_to}.")

    @group.command(
        "withdraw",
        epilog=f"Example: {line} withdraw 3 --by ove",
        help="Take one back. Nothing new is computed with it; what was kept stands.",
    )
    def _withdraw(number: int = NUMBER, by: str = BY) -> None:  # pyright: ignore[reportUnusedFunction]
        with _reasons():
            from stadig.assistance import setting

            setting.withdraw(_user(by), what.kind, _found(what, number).pk)
            typer.echo(f"Withdrawn. Enter a new one with `{line} import FILE --by USER`.")


def _row(one: Dated) -> dict[str, Any]:
    from stadig.city import clock

    today = clock.today()
    held = "in force" if one.valid_from <= today <= one.valid_to else "to come" if one.valid_from > today else "has been"
    state = "withdrawn" if one.withdrawn_at else held if one.confirmed_at else "unconfirmed"
    days = {"valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to.isoformat()}
    return {"number": one.pk} | days | {"state": state, "source": one.source}


def _text(what: Set, one: Any) -> str:
    """The table as rows, beside the one before it."""
    from stadig.assistance import setting

    earlier = setting.before(what.kind, one)
    head = [f"{what.one.capitalize()}, {one.valid_from}–{one.valid_to}, {_row(one)['state']}", f"Source: {one.source}"]
    table, old = what.kind.table(one), what.kind.table(earlier) if earlier else None
    return "\n".join([*head, *(_norm_lines(old, table) if what.command == "norm" else _rates_lines(old, table))])


def _norm_lines(old: Any, table: Any) -> Iterator[str]:
    from stadig.assistance import norm

    yield f"Rules: {table.rules}"
    if old is None:
        yield from (f"  {kind:<7}{which:<9}{amount:>7}" for kind, which, amount in norm.rows(table))
        return
    yield f"  {'':<16}{'before':>9}{'now':>9}{'change':>9}"
    for row in norm.differences(old, table):
        change = "new" if row.percent is None else f"{row.percent} %"
        odd = "  look: it does not change as the others" if row.odd else ""
        yield f"  {row.kind:<7}{row.which:<9}{row.before or '–':>9}{row.now or '–':>9}{change:>9}{odd}"


def _rates_lines(old: Any, table: Any) -> Iterator[str]:
    from stadig.assistance import rates

    yield f"  {'':<24}{'before':>9}{'now':>9}  source"
    before = {row.name: row for row in rates.differences(old, table)} if old else {}
    for name, rate in table.rates:
        row = before.get(name)
        then = rates.number(row.before.value) if row else "–"
        odd = "  look: read it at the source once more" if row and row.odd else ""
        unread = "  (not read at its source)" if rate.unverified else ""
        yield f"  {name:<24}{then:>9}{rates.number(rate.value):>9}  {rate.source}{unread}{odd}"


def _found(what: Set, number: int) -> Any:
    found = what.kind.model.objects.filter(pk=number).first()
    if found is None:
        _stop(f"There is no {what.command} {number}. See `stadig assistance {what.command} list`.")
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

        from stadig.assistance.dated import TableFault
        from stadig.assistance.errors import AssistanceError
        from stadig.assistance.words import table_fault

        with translation.override("en"):
            try:
                yield
            except TableFault as fault:
                _stop(table_fault(fault))
            except AssistanceError as fault:
                _stop(str(fault))
            except PermissionDenied:
                _stop("You may not set norms or rules: it takes the role manager or administrator.")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


_commands(Set("norm", "a riksnorm", "riksnorm-2027.toml"), "The riksnorm: dated tables that two people enter, with their source.")
_commands(
    Set("rules", "a set of rules", "rules-2027.toml"),
    "Rates and thresholds of the calculation: dated sets that two people enter, each value with its source.",
)
