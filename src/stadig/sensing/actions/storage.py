"""The storage's own upkeep: months made ahead, and observations that belong to nothing."""

from __future__ import annotations

from django.db import connection, transaction

from stadig.city import clock
from stadig.sensing.storage import statements


@transaction.atomic
def make_partitions() -> int:
    """Make the monthly partitions from 24 months back to one ahead that are missing. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(statements.MAKE_PARTITIONS, [clock.now()])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@transaction.atomic
def remove_orphans() -> int:
    """Remove observations whose datastream is gone: there is no foreign key that would. Returns how many.

    Only datastreams that were missing when the job began are touched, and ids are never used twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.ORPHANS)
        orphans = [datastream for (datastream,) in cursor.fetchall()]
        if not orphans:
            return 0
        cursor.execute("DELETE FROM sensing_observation WHERE datastream_id = ANY(%s)", [orphans])
        return cursor.rowcount
