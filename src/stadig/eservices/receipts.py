"""The receipt: what someone sent us, as a PDF to keep, with the answers as JSON inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.cases import answered, definitions, following, letters
from stadig.cases.models import Case, Document
from stadig.city import clock
from stadig.city.municipality import current
from stadig.eservices.models import Submission
from stadig.eservices.signing import canonical
from stadig.files import documents
from stadig.files.models import StoredFile
from stadig.ui import formatting

TEMPLATE: Final = Path(__file__).parent / "typst" / "receipt.typ"


def pdf(submission: Submission) -> bytes:
    """The receipt in the language the form was filled in. PDF/A-3a and PDF/UA-1."""
    with translation.override(submission.language):
        return documents.pdf(TEMPLATE, _data(submission), verbatim=("answers",))


def next_words(case: Case, language: str) -> tuple[str, ...]:
    """What has happened and what happens next, in words of the service; and when the first answer is due."""
    definition = definitions.of(case)
    said = (definition.text(f"status.{case.status}.{what}", language) for what in ("resident", "next"))
    due = _("Räkna med svar senast %(day)s.") % {"day": formatting.day(case.due_at)} if case.due_at else ""
    return tuple(one for one in (*said, due) if one)


def has_log_in(case: Case) -> bool:
    """Whether someone follows the case on Mina sidor. Others follow it with number and code."""
    return case.parties.filter(person__isnull=False).exists()  # pyright: ignore[reportAttributeAccessIssue]


def _data(submission: Submission) -> dict[str, Any]:
    case, language = submission.case, submission.language
    definition, town = definitions.of(case), current()
    received = case.documents.get(number=1)  # pyright: ignore[reportAttributeAccessIssue]
    at = submission.submitted_at
    return {
        "title": _("Kvittens: %(service)s") % {"service": definition.text("title", language)},
        "sender": town.name,
        "number": case.number,
        "day": formatting.day(at, year=True),
        "language": language,
        "foot": [one for one in (town.name, town.phone, town.email) if one],
        "lead": _("Vi tog emot det här %(day)s klockan %(time)s. Ärendet har nummer %(number)s.")
        % {"day": formatting.day(at, year=True), "time": formatting.clock(at), "number": case.number},
        "next_title": _("Vad händer nu?"),
        "next": list(next_words(case, language)),
        "follow_title": _("Så följer du ärendet"),
        "follow": _follow(case),
        "sections": _sections(received, answered.sections(definition, received.data or {}, language, today=clock.today())),
        "answers": canonical(received.data or {}).decode(),
        "attached": _("Svaren i maskinläsbar form"),
        "digest": _("Svarens fingeravtryck (SHA-256): %(digest)s") % {"digest": submission.digest},
    }


def _follow(case: Case) -> list[str]:
    if has_log_in(case):
        return [_("Logga in på Mina sidor: %(address)s") % {"address": settings.PUBLIC_URL + reverse("cases:mine")}]
    address = settings.PUBLIC_URL + reverse("cases:follow")
    return [
        _("Gå till %(address)s och skriv ärendets nummer och den här koden.") % {"address": address},
        _("Kod: %(code)s") % {"code": following.code_of(case)},
        *letters.claim_words(),
    ]


def _sections(received: Document, sections: tuple[answered.Section, ...]) -> list[Mapping[str, Any]]:
    names = {str(file.pk): file.name for file in StoredFile.objects.filter(pk__in=[
        one for section in sections for answer in section.answers for one in answer.files
    ])}  # fmt: skip
    return [
        {
            "title": section.title or _("Uträknat"),
            "rows": [
                (one.question, one.value or ", ".join(names.get(file, _("Bifogad fil")) for file in one.files))
                for one in section.answers
            ],
        }
        for section in sections
    ]
