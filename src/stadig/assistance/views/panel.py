"""The panel in a case: whom agencies have been asked about, and how it went. It tells no figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadig.assistance import access, before, lookups
from stadig.assistance.views.shared import found
from stadig.city.permissions import needs


@needs(access.READ)
@never_cache
@require_safe
def panel(request: HttpRequest, case_id: int) -> HttpResponse:
    """A row for each person in the case. Without JavaScript the link leads to the page itself."""
    head, _person = found(request, case_id)
    if not request.headers.get("HX-Request"):
        return redirect("assistance:page", case_id=case_id)
    rows = [(one, lookups.newest(head.asked(one), head.period), before.why_not(request.user, head, one)) for one in head.persons]
    return render(request, "assistance/_panel.html", {"head": head, "rows": rows})
