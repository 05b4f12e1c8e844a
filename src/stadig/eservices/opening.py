"""A draft as the one who fills it in opens it, and what became of it: each read with one plain statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from stadig.cases import access as cases
from stadig.city import plain
from stadig.eservices import access
from stadig.eservices.actions.receipts import KIND as RECEIPT
from stadig.eservices.models import Draft, PackageVersion, Submission


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


class Sent(NamedTuple):
    """What was sent, whether its receipt is made, and whether someone follows the case on Mina sidor."""

    submission: Submission
    made: bool
    has_log_in: bool


SQL = f"""
SELECT {plain.columns(Draft, "d")}, {plain.columns(PackageVersion, "v", "archive")},
    coalesce((SELECT local FROM eservices_eservice WHERE name = v.name)::json, '{{}}'), (
        SELECT json_agg(json_build_array(f.id, f.name, f.size, f.state) ORDER BY one.id)
        FROM eservices_draftfile one JOIN files_storedfile f ON f.id = one.file_id WHERE one.draft_id = d.id
    )
FROM eservices_draft d JOIN eservices_packageversion v ON v.id = d.version_id
WHERE d.id = %(draft)s AND {access.MAY_FILL_IN}
"""  # noqa: S608 - the names are those of our own columns

SENT = f"""
SELECT {plain.columns(Submission, "s")}, {plain.columns(PackageVersion, "v", "archive")},
    EXISTS (
        SELECT FROM cases_document d JOIN cases_document_files file ON file.document_id = d.id
        WHERE d.case_id = s.case_id AND d.kind = %(receipt)s
    ),
    EXISTS (SELECT FROM cases_party p WHERE p.case_id = s.case_id AND p.person_id IS NOT NULL)
FROM eservices_submission s JOIN eservices_packageversion v ON v.id = s.version_id JOIN cases_case c ON c.id = s.case_id
WHERE s.id = %(draft)s AND (%(held)s OR s.staff_id = %(user)s OR {cases.OF_PARTY} OR {cases.SEEN_AT_WORK})
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


def sent(user: Any, held: Iterable[UUID], draft_id: UUID) -> Sent | None:
    """What was sent, for the one who sent it or may see the case; None for others. One query."""
    who = cases.reach(user) | {"user": user.pk, "held": draft_id in held, "draft": draft_id, "receipt": RECEIPT}
    with connection.cursor() as cursor:
        cursor.execute(SENT, who)  # pyright: ignore[reportArgumentType]
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    submission: Any = plain.made(Submission, row)
    submission.version = plain.made(PackageVersion, row, "archive")
    made, has_log_in = row
    return Sent(submission, made, has_log_in)
