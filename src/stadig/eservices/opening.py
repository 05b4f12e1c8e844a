"""A draft as the one who fills it in opens it: read with one plain statement, since each of their pages begins with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from stadig.city import plain
from stadig.eservices import access
from stadig.eservices.models import Draft, PackageVersion


class StoredFile(NamedTuple):
    """A file that has been added to a draft, as it is stored: without what its sender calls it."""

    id: str
    name: str
    size: int
    state: str


class Opened(NamedTuple):
    """A draft with its version, the city's own settings for the service, and the files added."""

    draft: Draft
    local: dict[str, Any]
    files: tuple[StoredFile, ...]


SQL = f"""
SELECT {plain.columns(Draft, "d")}, {plain.columns(PackageVersion, "v", "archive")},
    coalesce((SELECT local FROM eservices_eservice WHERE name = v.name)::json, '{{}}'), (
        SELECT json_agg(json_build_array(f.id, f.name, f.size, f.state) ORDER BY one.id)
        FROM eservices_draftfile one JOIN files_storedfile f ON f.id = one.file_id WHERE one.draft_id = d.id
    )
FROM eservices_draft d JOIN eservices_packageversion v ON v.id = d.version_id
WHERE d.id = %(draft)s AND {access.MAY_FILL_IN}
"""  # noqa: S608 - the names are those of our own columns


def read(user: Any, held: Iterable[UUID], draft_id: UUID) -> Opened:
    """The draft, when ``user`` or this browser may open it. Raises Draft.DoesNotExist. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, access.fills_in(user, held) | {"draft": draft_id})
        found = cursor.fetchone()
    if found is None:
        raise Draft.DoesNotExist
    row = iter(found)
    draft: Any = plain.made(Draft, row)
    draft.version = plain.made(PackageVersion, row, "archive")
    local, files = row
    return Opened(draft, local, tuple(StoredFile(*one) for one in files or ()))
