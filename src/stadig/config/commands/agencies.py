"""``stadig agencies``: a stand-in for the agencies, which answers over the network as they would about made-up people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

app = typer.Typer()


@app.command(epilog="Example: stadig agencies --profile rough --folder /tmp/agencies")
def agencies(
    profile: str = typer.Option("calm", help="calm, town, rough, storm, silent:AF,SO or a file of dials."),
    port: int = typer.Option(12000, help="Port to listen on; 0 is any free one."),
    folder: Path = typer.Option(..., help="Where certificates, exchange.toml, the journal and the key to the dials are written."),
    seed: int | None = typer.Option(None, help="The same seed makes the same things go wrong."),
    present: dt.datetime | None = typer.Option(
        None,
        formats=["%Y-%m-%d"],
        help="A day of the month from which stories count; otherwise the end of each period asked about.",
    ),
    contracts: Path | None = typer.Option(
        None, help="A folder with the agencies' own schemas: questions are then held against them.", exists=True, file_okay=False
    ),
    plain: bool = typer.Option(False, help="Without TLS, for benchmarks; on the loopback address alone, like everything here."),
) -> None:
    """Answer as the agencies would: SSBTEK v10 and v11, LEFI v9 and a REST agency. Nothing it says is true of anyone."""
    from stadig.config.agencies import running

    running.start(running.Chosen(folder, profile, port, seed, present.date() if present else None, contracts, plain))
