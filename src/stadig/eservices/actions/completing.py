"""Completing what was asked for: the named answers alone, checked like the form they came from."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection

from stadig.cases import access as case_access
from stadig.cases import completing, writing
from stadig.cases.models import Case, CaseType, Completion, Document
from stadig.city import clock, plain
from stadig.city.verbs import verb
from stadig.eservices import checking, flow, pages, posting, published
from stadig.eservices.kinds import families_of
from stadig.eservices.models import PackageVersion
from stadig.eservices.package import Package, Question
from stadig.files import actions as files

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User

ROW = re.compile(r"\[\d+\]")
PAPER_OR_WORDS: Final = frozenset({"file", "long_text"})
OPENED = f"""
SELECT v.digest, {plain.columns(Completion, "asked")}
FROM eservices_submission sent JOIN eservices_packageversion v ON v.id = sent.version_id
LEFT JOIN cases_completion asked ON asked.case_id = sent.case_id AND asked.answered_at IS NULL AND asked.withdrawn_at IS NULL
WHERE sent.case_id = %s
"""  # noqa: S608 - the names are those of our own columns


def opened(case: Case) -> tuple[Package | None, Completion | None]:
    """The package the case came from, in its own version, and what has been asked for; None for a case that no e-service made,
    and when we wait for nothing. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OPENED, [case.pk])  # pyright: ignore[reportArgumentType]
        found: Any = cursor.fetchone()
    if found is None:
        return None, None
    row = iter(found)
    return published.by_digest(next(row)), plain.made(Completion, row)


def questions(package: Package, completion: Completion) -> list[tuple[str, Question]]:
    """What is open, by concrete path, in the order it was asked for."""
    return [(path, package.question(ROW.sub("[]", path))) for path in completion.paths]


def read(
    package: Package, open_: Sequence[tuple[str, Question]], posted: posting.Posted, before: Mapping[str, Any]
) -> dict[str, Any]:
    """``before`` with what the page sent for the open questions laid over it. Files are taken in with the verb."""
    after, today = copy.deepcopy(dict(before)), clock.today()
    for path, question in open_:
        if question.kind != "file":
            posting.put(after, path, posting.value_of(question, path, posted, today=today, package=package))
    return after


def faults(
    package: Package, answers: Mapping[str, Any], paths: Sequence[str], sent: Collection[str] = ()
) -> tuple[checking.Fault, ...]:
    """What is wrong with the open answers; what stands in the others is not the applicant's to mend now. ``sent``: files come for these.

    Each is to be answered. But where a paper that the service itself does not require is asked for together with a question in one's own
    words, one of the two is enough: one who has no such paper says so, and one who sends it need say no more.
    """
    today = clock.today()
    state = flow.evaluate(package, answers, today=today)
    found = {fault.path: fault for fault in checking.errors(package, state, today=today)}
    empty = [path for path in paths if path not in found and path not in sent and not flow.answered(flow.get(answers, path))]
    kinds = {path: package.question(ROW.sub("[]", path)).kind for path in paths if path not in state.required}
    either = {path for path, kind in kinds.items() if kind in PAPER_OR_WORDS}
    if "file" in {kinds[path] for path in either} and either - set(empty):
        empty = [path for path in empty if path not in either]
    wrong = [found[path] for path in paths if path in found and path not in sent]
    return tuple(wrong) + tuple(checking.Fault(path, "required") for path in empty)


@verb
def complete(
    by: User,
    case: Case,
    completion: Completion,
    *,
    package: Package,
    answers: Mapping[str, Any],
    uploads: Mapping[str, Sequence[UploadedFile]],
    request_id: UUID | None = None,
) -> Document:
    """Send in what was asked for, with its files: all of it or nothing.

    Raises what ``cases.writing.complete`` raises, and ``files.FileError`` with words for the sender.
    """
    after, stored = copy.deepcopy(dict(answers)), []
    for path, question in questions(package, completion):
        for upload in uploads.get(path, ()) if question.kind == "file" else ():
            file = files.store(upload, by, purpose=case_access.FILES, families=families_of(question), name="komplettering")
            stored.append(file)
            before = flow.get(after, path)
            several = question.schema.get("type") == "array"
            posting.put(after, path, [*(before if isinstance(before, list) else []), str(file.pk)] if several else str(file.pk))
    said = {path: flow.get(after, path) for path in completion.paths if flow.answered(flow.get(after, path))}
    return writing.complete(by, case.pk, said, stored)


@completing.register
def check(case_type: CaseType, answers: Mapping[str, Any], paths: Sequence[str]) -> list[completing.Fault]:
    """What ``cases`` asks before it takes a completion; a case type of no package is not checked here."""
    if not PackageVersion.objects.filter(digest=case_type.digest).exists():
        return []
    package = published.by_digest(case_type.digest)
    state = flow.evaluate(package, answers, today=clock.today())
    form = pages.Form(package, state, answers, "sv")
    return [completing.Fault(fault.path, form.said(fault)) for fault in faults(package, answers, paths)]
