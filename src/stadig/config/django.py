"""Django for a command: the database running, the apps loaded."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from stadig.config import postgres
from stadig.config.environment import environment


def setup() -> None:
    """Load Django's apps. Does not touch the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    import django

    django.setup()


@contextlib.contextmanager
def with_database() -> Iterator[None]:
    """Django with a database that answers: the embedded one is started for the block where none runs.

    Raises :class:`~stadig.config.postgres.DatabaseFault` where there is none that we can use.
    """
    if environment.database_url:
        postgres.require_supported(environment.database_url)
        setup()
        yield
        return
    with postgres.running():
        setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()


@contextlib.contextmanager
def with_city() -> Iterator[None]:
    """The same, with the database in the shape of the code.

    Raises :class:`~stadig.config.postgres.DatabaseFault` where it is empty or older than the program.
    """
    with with_database():
        from stadig.config import prepare

        if prepare.pending_migrations():
            raise postgres.DatabaseFault(
                "The database is empty, or older than the program. Begin with `stadig init --municipality NAME`, or bring it up with `stadig run`."
            )
        yield
