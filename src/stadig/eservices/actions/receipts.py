"""Making the receipt of a submission, once."""

from __future__ import annotations

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from stadig.cases import access as case_access
from stadig.cases import actions as cases
from stadig.cases.models import Document
from stadig.city import audit
from stadig.city.verbs import verb
from stadig.eservices import receipts, submissions
from stadig.files import actions as files

KIND = "receipt"
MADE = "SELECT * FROM cases_document WHERE case_id = %s AND kind = %s ORDER BY number LIMIT 1"


@verb
def make_receipt(submission_id: UUID) -> Document:
    """The receipt as a document of the case. The first one stands, however often it is asked for, and whoever was killed on the way."""
    submission = submissions.locked(submission_id)
    case = submission.case
    made = next(iter(Document.objects.raw(MADE, [case.pk, KIND])), None)
    if made is not None:
        return made
    with translation.override(submission.language):
        name, title = _("kvittens-%(number)s.pdf"), _("Kvittens")
    number = case.number.replace(" ", "-").replace("/", "-").casefold()
    file = files.keep(receipts.pdf(submission), None, purpose=case_access.FILES, name=name % {"number": number})
    cases.locked(None, case.pk)  # documents are numbered one at a time
    made = cases.add_document(case, Document.Direction.SENT, KIND, title, language=submission.language)
    made.files.add(file)
    audit.record(None, "made a receipt", submission, case=case.pk)
    return made
