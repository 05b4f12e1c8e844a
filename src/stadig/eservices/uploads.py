"""Files that are sent in while someone fills in: taken one by one, each into quarantine, and taken back again."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadig.city.verbs import verb
from stadig.eservices import drafts, posting, published
from stadig.eservices.flow import get
from stadig.eservices.kinds import ALL, families_of
from stadig.eservices.models import Draft, DraftFile
from stadig.eservices.package import Package, Question, Step
from stadig.files import actions as files
from stadig.files import purposes

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    from stadig.city.models import User

PURPOSE: Final = "eservices-draft"
MOST_FILES: Final = 40
"""Of one draft, whatever its questions allow."""


def may_read(user: Any, file: Any) -> bool:
    """What lies in a draft is read by its owner alone."""
    from stadig.eservices import access

    return DraftFile.objects.filter(file=file, draft__in=Draft.objects.filter(access.may_fill_in(user))).exists()


def register() -> None:
    """Said when the program starts: who may read such files and how long they are kept."""
    purposes.register(PURPOSE, may_read=may_read, keep=drafts.KEEP + timedelta(days=1), families=ALL)


def take_all(
    by: User | None, scope: Q, draft_id: UUID, step: Step, *, asked: set[str], sent: MultiValueDict[str, UploadedFile]
) -> dict[str, str]:
    """Take the files that a page sent; what was refused, by the path of its question, in words."""
    refused: dict[str, str] = {}
    for path, question in posting.asked(step, {"_q": sorted(asked)}):
        for upload in sent.getlist(path) if question.kind == "file" else ():
            try:
                take(by, scope, draft_id, upload, path=path, question=question)
            except files.FileError as error:
                refused[path] = str(error)
    return refused


def name_of(package: Package, question: Question) -> str:
    """What a file that answers the question is called, before day and time: the question's label, as ``lakarintyg``."""
    return slugify(package.text(f"question.{question.key}.label"))[:40].strip("-") or question.key.replace(".", "-").replace(
        "_", "-"
    )


@verb
def take(by: User | None, scope: Q, draft_id: UUID, upload: UploadedFile, *, path: str, question: Question) -> DraftFile:
    """Take in one file as (part of) the answer to a question. Raises ``files.FileError`` with words for the sender."""
    draft = Draft.objects.select_for_update(of=("self",)).get(scope, pk=draft_id)
    most = int(question.schema.get("maxItems", 20)) if question.schema.get("type") == "array" else 1
    before = get(drafts.contents(draft).answers, path)
    has = len(before) if isinstance(before, list) else 0
    if has >= most or draft.files.count() >= MOST_FILES:  # pyright: ignore[reportAttributeAccessIssue]
        raise files.FileError(_("Det får inte plats fler filer här. Ta bort en först."))
    name = name_of(published.of(draft.version), question)
    stored = files.store(upload, by, purpose=PURPOSE, families=families_of(question), name=name)
    kept = DraftFile.objects.create(draft=draft, path=path, file=stored)

    def change(contents: drafts.Contents) -> drafts.Contents:
        value: Any = str(stored.pk)
        if question.schema.get("type") == "array":
            before = get(contents.answers, path)
            value = [*(before if isinstance(before, list) else []), value]
        names = contents.names | {str(stored.pk): " ".join(str(upload.name).split())[-80:]}
        return replace(contents, answers=_with(contents.answers, path, value), names=names)

    drafts.save(by, scope, draft_id, change)
    return kept


@verb
def take_back(by: User | None, scope: Q, draft_id: UUID, path: str, file_id: str) -> None:
    """Its owner takes a file back; nothing happens when it is gone already."""
    draft = Draft.objects.select_for_update(of=("self",)).get(scope, pk=draft_id)
    known = re.fullmatch(r"[0-9a-f-]{36}", file_id)
    found = DraftFile.objects.select_related("file").filter(draft=draft, file_id=file_id).first() if known else None
    if found is None:
        return

    def change(contents: drafts.Contents) -> drafts.Contents:
        before = get(contents.answers, path)
        left = [one for one in before if one != file_id] if isinstance(before, list) else None
        return replace(contents, answers=_with(contents.answers, path, left or None))

    drafts.save(by, scope, draft_id, change)
    file = found.file
    found.delete()
    files.erase(file)


def _with(answers: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    after = copy.deepcopy(dict(answers))
    posting.put(after, path, value)
    return after
