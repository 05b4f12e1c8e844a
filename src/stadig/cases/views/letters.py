"""Letters to print: one document of all that wait; then said to be printed, and taken back when the printer jammed."""

from __future__ import annotations

from datetime import timedelta

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


@needs(access.PRINT)
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, and what was printed this week."""
    rows = printing.waiting(request.user)
    last = max((one.pk for one in rows), default=0)
    context = {"rows": rows, "last": last, "batches": printing.batches(request.user, clock.now() - SHOWN), "today": clock.today()}
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
