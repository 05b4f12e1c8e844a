"""What must be true before the processes start: the database's shape and the collected static files."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


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


def collect_static(say: Callable[[str], None]) -> None:
    """Collect, hash and compress static files where a source has changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp = root / ".stamp"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now and (root / "staticfiles.json").exists():
        return
    say("Collecting static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def _fingerprint() -> str:
    """Changes when a static source file is added, removed or edited."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
