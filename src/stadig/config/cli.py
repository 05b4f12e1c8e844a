"""The ``stadig`` command. Each command lives in its own module and is loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup

from stadig.config.faults import Fault

COMMANDS = {
    "run": "stadig.config.commands.run",
    "demo": "stadig.config.commands.demo",
    "init": "stadig.config.commands.init",
    "import": "stadig.config.commands.imports",
    "check": "stadig.config.commands.check",
    "doctor": "stadig.config.commands.doctor",
    "backup": "stadig.config.commands.backup",
    "restore": "stadig.config.commands.restore",
    "bench": "stadig.config.commands.bench",
    "user": "stadig.config.commands.user",
    "sta": "stadig.config.commands.sta",
    "flags": "stadig.config.commands.flags",
    "waste": "stadig.config.commands.waste",
    "audit": "stadig.config.commands.audit",
    "erase": "stadig.config.commands.erase",
    "package": "stadig.config.commands.package",
    "report": "stadig.config.commands.report",
    "pilot": "stadig.config.commands.pilot",
    "exchange": "stadig.config.commands.exchange",
    "assistance": "stadig.config.commands.assistance",
    "agencies": "stadig.config.commands.agencies",
}
"""Command → the module that holds ``app``, a :class:`typer.Typer`."""


class LazyGroup(TyperGroup):
    """Loads a command's module when it is asked for, so that analysts' commands start without Django."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, module in COMMANDS.items() if find_spec(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(importlib.import_module(COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def stadig() -> None:
    """Run a digital city: try small, measure, then scale up or withdraw."""


def main() -> None:
    """Run the command. A :class:`~stadig.config.faults.Fault` becomes its message and its exit code, not a stack trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    try:
        app()
    except Fault as fault:
        print(fault, file=sys.stderr)
        sys.exit(fault.code)
