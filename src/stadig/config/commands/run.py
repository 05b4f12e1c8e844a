"""``stadig run``: the city, whole, on this machine."""

from __future__ import annotations

import typer

from stadig.config.environment import environment

app = typer.Typer()


@app.command(epilog="Example: stadig run --port 8080")
def run(
    host: str = typer.Option(environment.host, help="Address to listen on. Keep the default behind a reverse proxy."),
    port: int = typer.Option(environment.port, help="Port to listen on."),
    workers: int = typer.Option(environment.workers, min=1, help="Web server processes."),
) -> None:
    """Start database, web server, background worker and message broker, and keep them alive until Ctrl-C."""
    from stadig.config import running
    from stadig.config.commands import start

    start.listen(host, port, workers)
    running.run(start.say)
