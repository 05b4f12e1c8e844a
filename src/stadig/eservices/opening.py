"""A draft as the one who fills it in opens it: read with one plain statement, since each of their pages begins with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

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


@lru_cache(maxsize=1)
def _names() -> tuple[list[str], list[str]]:
    """What is read of a draft and of its version; not the archive, which is large and kept by its hash."""
    version = [field.attname for field in PackageVersion._meta.concrete_fields if field.attname != "archive"]
    return [field.attname for field in Draft._meta.concrete_fields], version


@lru_cache(maxsize=1)
def _sql() -> str:
    of_draft, of_version = _names()
    columns = ", ".join([*(f"d.{name}" for name in of_draft), *(f"v.{name}" for name in of_version)])
    return f"""
        SELECT {columns}, coalesce((SELECT local FROM eservices_eservice WHERE name = v.name)::json, '{{}}'), (
            SELECT json_agg(json_build_array(f.id, f.name, f.size, f.state) ORDER BY one.id)
            FROM eservices_draftfile one JOIN files_storedfile f ON f.id = one.file_id WHERE one.draft_id = d.id
        )
        FROM eservices_draft d JOIN eservices_packageversion v ON v.id = d.version_id
        WHERE d.id = %(draft)s AND {access.MAY_FILL_IN}
    """  # noqa: S608 - the names are those of our own columns


def read(user: Any, held: Iterable[UUID], draft_id: UUID) -> Opened:
    """The draft, when ``user`` or this browser may open it. Raises Draft.DoesNotExist. One query."""
    of_draft, of_version = _names()
    with connection.cursor() as cursor:
        cursor.execute(_sql(), access.fills_in(user, held) | {"draft": draft_id})
        row = cursor.fetchone()
    if row is None:
        raise Draft.DoesNotExist
    *values, local, files = row
    draft = Draft.from_db("default", of_draft, values[: len(of_draft)])
    draft.version = PackageVersion.from_db("default", of_version, values[len(of_draft) :])
    return Opened(draft, local, tuple(StoredFile(*one) for one in files or ()))
