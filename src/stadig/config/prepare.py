"""What must be true before the processes start: the database's shape and what the browser is sent."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def pending_migrations() -> bool:
    """Whether some migration on disk has not been applied. One query, no loading of migrations."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations')")
        if cursor.fetchone() == (None,):
            return True
        cursor.execute("SELECT app, name FROM django_migrations")
        return not known_migrations() <= set(cursor.fetchall())


def known_migrations() -> set[tuple[str, str]]:
    """(app, name) of every migration that the installed code brings."""
    from django.apps import apps

    found = set()
    for app in apps.get_app_configs():
        name = f"{app.name}.migrations"
        if find_spec(name) is None:
            continue
        folder = getattr(import_module(name), "__path__", None)
        if folder is None:  # a module of helpers by that name, as pgtrigger has
            continue
        found |= {(app.label, each.name) for each in pkgutil.iter_modules(folder) if each.name[0] not in "_~"}
    return found


def migrate(say: Callable[[str], None]) -> None:
    """Bring the database to the shape of the code. Nothing to do takes one query."""
    from django.core.management import call_command

    if pending_migrations():
        say("Updating the database …")
        call_command("migrate", interactive=False, verbosity=0)


def build_assets(say: Callable[[str], None]) -> None:
    """Build, hash and compress what the browser is sent, where a source has changed since the last time.

    An installed package brings it built; then there is nothing to do.
    """
    from stadig.config import assets

    if assets.NODE.is_dir() and assets.build():
        say("Built the front end.")
