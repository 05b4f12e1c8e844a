"""``stadig bench``: measure what the city promises."""

from __future__ import annotations

import json
from typing import Any

import typer

app = typer.Typer()


@app.command(epilog="Example: stadig bench pages --json")
def bench(
    name: str = typer.Argument(..., help="eservices, ingest, matrix, pages, pilots – or all."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output, nothing else."),
) -> None:
    """Measure, and say beside each figure whether the promise holds. Exit code 1 when one does not."""
    from stadig.config import bench as benches

    known = benches.names()
    if name != "all" and name not in known:
        typer.echo(f"There is no benchmark {name}. Choose one of: {', '.join([*known, 'all'])}", err=True)
        raise typer.Exit(2)
    try:
        results = [benches.run(each) for each in (known if name == "all" else [name])]
    except benches.CannotMeasure as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    whole = benches.together(results) if name == "all" else results[0]
    if as_json:
        typer.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for result in results:
            show(result)
    if any(figure["holds"] is False for figure in whole["figures"]):
        raise typer.Exit(1)


def show(result: dict[str, Any]) -> None:
    """The result as a table for people."""
    from rich.console import Console
    from rich.table import Table

    where = result["machine"]
    table = Table(
        title=f"{result['bench']}: {where['cores']} × {where['cpu']}, {where['memory_gb']} GB, "
        f"Python {where['python']}, PostgreSQL {where['postgres']}"
    )
    table.add_column("Figure")
    for heading in ("Value", "Unit", "Goal"):
        table.add_column(heading, justify="right" if heading == "Value" else "left")
    table.add_column("Holds")
    table.add_column("How")
    for figure in result["figures"]:
        holds = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[figure["holds"]]
        table.add_row(figure["name"], f"{figure['value']:,.4g}", figure["unit"], figure["goal"], holds, figure["how"])
    Console().print(table)
