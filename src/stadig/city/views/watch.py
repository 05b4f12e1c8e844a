"""The auditor's log, and disclosures between authorities."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city import access, audit, audit_queries, disclosure, queries
from stadig.city.forms import AuditFilter, NewDisclosure
from stadig.city.permissions import needs


@needs(access.AUDIT)
@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """The log, newest first. Reading it is itself logged."""
    staff = audit_queries.staff_names()
    form = AuditFilter(staff, request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    page, rows = audit_queries.audit_page(chosen, request.GET.get("page"), request.user, staff)
    audit.record(request.user, "read_audit", ("city.auditentry", ""), page=page.number)  # type: ignore[arg-type]
    return render(request, "city/audit.html", {"page": page, "form": form, "rows": rows})


@needs(access.DISCLOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def disclosures(request: HttpRequest) -> HttpResponse:
    """Let someone in another committee see one thing for a while, with a reason."""
    form = NewDisclosure(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            disclosure.disclose(request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(request, _("Uppgiften är utlämnad och loggad."))
            return redirect("city:disclosures")
    return render(request, "city/disclosures.html", {"form": form, "rows": queries.disclosures(request.user)})
