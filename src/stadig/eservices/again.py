"""*Återansökan*: last time's answers, offered so that they can be read through and changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from stadig.cases.models import Document
from stadig.eservices import posting
from stadig.eservices.flow import get
from stadig.eservices.models import Submission
from stadig.eservices.package import Package, Repeat


def last_answers(person: Any, package: Package) -> dict[str, Any] | None:
    """The answers of the person's latest application for this service, as far as they can be used again; None without one."""
    if person is None or not package.about.again:
        return None
    found = Submission.objects.filter(version__name=package.name, case__parties__person=person).order_by("-submitted_at")
    case = found.values_list("case", flat=True).first()
    document = Document.objects.filter(case=case, number=1).first() if case else None
    return usable(package, document.data) if document and document.data else None


def usable(package: Package, answers: Mapping[str, Any]) -> dict[str, Any]:
    """``answers`` without files, without what must be said anew each time (consent) and without what the package does not ask now."""
    kept: dict[str, Any] = {}
    source = copy.deepcopy(dict(answers))
    for step in package.flow.steps:
        for part in step.parts:
            if isinstance(part, Repeat):
                rows = get(source, part.path)
                inner = {one.path.partition("[].")[2]: one for one in step.questions() if one.path.startswith(f"{part.path}[].")}
                clean = [
                    {name: row[name] for name, one in inner.items() if name in row and one.kind not in ("file", "consent")}
                    for row in (rows if isinstance(rows, list) else [])
                    if isinstance(row, dict)
                ]
                if clean:
                    posting.put(kept, part.path, clean)
    for question in package.flow.questions():
        if "[]" not in question.path and question.kind not in ("file", "consent"):
            posting.put(kept, question.path, get(source, question.path))
    return kept
