"""``stadig doctor``: is the city well, and what to do where it is not."""

from __future__ import annotations

import json

import typer

from stadig.config import postgres
from stadig.config.environment import environment

app = typer.Typer()


@app.command(epilog="Example: stadig doctor --json")
def doctor(as_json: bool = typer.Option(False, "--json", help="Print one JSON list, for monitoring.")) -> None:
    """Look at database, worker, broker, mail, text messages, hand-overs, webhooks, letters, agencies, identity provider, certificate, disk, clock, keys.

    Exits with 1 when something has failed; a warning alone gives 0.
    """
    from stadig.config import doctor as practice

    if environment.database_url:
        found = list(practice.examine(environment))
    else:
        with postgres.running():
            found = list(practice.examine(environment))
    if as_json:
        typer.echo(
            json.dumps(
                [{"state": f.state, "what": f.what, "text": f.text, "advice": f.advice} for f in found], ensure_ascii=False
            )
        )
    else:
        colours = {
            practice.State.OK: typer.colors.GREEN,
            practice.State.WARN: typer.colors.YELLOW,
            practice.State.FAIL: typer.colors.RED,
        }
        for finding in found:
            typer.echo(f"{typer.style(f'{finding.state:<5}', fg=colours[finding.state])} {finding.what}: {finding.text}")
            if finding.advice:
                typer.echo(f"      → {finding.advice}")
    if any(finding.state == practice.State.FAIL for finding in found):
        raise typer.Exit(1)
