"""Letters to print: one document of all that wait; then said to be printed, and taken back when the printer jammed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadig.cases import printing
from stadig.city import audit, clock
from stadig.city.permissions import needs
from stadig.post import access, letters
from stadig.post.models import Letter

SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that were said to be printed at once."""

    at: datetime
    who: str
    count: int
    ids: str


@needs(access.PRINT)
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, and what was printed this week."""
    found = _waiting(request)
    rows = [(one.title, *printing.receiver(one, request.user), one.mediated, one.created_at) for one in found]
    context = {"rows": rows, "last": max((one.pk for one in found), default=0), "batches": _batches(request)}
    return render(request, "cases/letters/queue.html", context)


@needs(access.PRINT)
@never_cache
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Every letter that waits, up to the one named, as one PDF."""
    found = _waiting(request, request.GET.get("till", ""))
    if not found:
        messages.error(request, _("Det finns inget brev att skriva ut."))
        return redirect("cases:letters")
    for one in found:
        audit.record(request.user, "read", one)  # type: ignore[arg-type]
    response = HttpResponse(printing.pdf(found, request.user), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="brev-{clock.now():%Y%m%d-%H%M}.pdf"'
    return response


@needs(access.PRINT)
@require_POST
def printed(request: HttpRequest) -> HttpResponse:
    """They were printed and put in envelopes. What came to the queue after the document was made still waits."""
    ids = [one.pk for one in _waiting(request, request.POST.get("till", ""))]
    count = letters.mark_printed(request.user, ids)  # type: ignore[arg-type]
    said = ngettext("Ett brev är utskrivet.", "%(count)s brev är utskrivna.", count) % {"count": count}
    messages.success(request, f"{said} {_('Blev det fel kan du ångra här nere.')}")
    return redirect("cases:letters")


@needs(access.PRINT)
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """The printer jammed: they wait again."""
    wanted = [int(pk) for pk in request.POST.get("ids", "").split(",")[: printing.MOST] if pk.isdecimal()]
    mine = Letter.objects.filter(printing.may_print(request.user), pk__in=wanted).values_list("pk", flat=True)
    count = letters.take_back(request.user, list(mine))  # type: ignore[arg-type]
    messages.success(request, ngettext("Ett brev väntar igen.", "%(count)s brev väntar igen.", count) % {"count": count})
    return redirect("cases:letters")


def _waiting(request: HttpRequest, last: str = "") -> list[Letter]:
    found = letters.waiting().filter(printing.may_print(request.user))
    if last:
        found = found.filter(pk__lte=int(last) if last.isdecimal() else 0)
    return list(found[: printing.MOST])


def _batches(request: HttpRequest) -> list[Batch]:
    found: Any = (
        letters.printed()
        .filter(printing.may_print(request.user), printed_at__gte=clock.now() - SHOWN)
        .select_related(None)
        .select_related("printed_by")
        .only("pk", "printed_at", "printed_by")[:1000]
    )
    made: list[Batch] = []
    for (at, who), group in groupby(found, key=lambda one: (one.printed_at, one.printed_by)):
        ids = [one.pk for one in group]
        made.append(Batch(at, str(who or ""), len(ids), ",".join(map(str, ids))))
    return made[:20]
