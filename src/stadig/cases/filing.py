"""Putting a document in a case, with the next number in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from stadig.cases.models import Case, Document
from stadig.city import clock

if TYPE_CHECKING:
    from stadig.files.models import StoredFile


def add(case: Case, *, direction: str, kind: str, title: str, files: Iterable[StoredFile] = (), **fields: Any) -> Document:
    """The new document. For verbs inside their transaction: the case is locked, so that two documents never share a number."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    last = Document.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    values = {"at": clock.now(), "confidentiality": case.confidentiality} | fields
    document = Document.objects.create(case=case, number=last + 1, direction=direction, kind=kind, title=title[:200], **values)
    document.files.add(*files)
    return document
