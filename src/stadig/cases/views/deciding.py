"""Writing a decision, reading it as the one who gets it will, and making it; and the list the committee is told from."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stadig.cases import access, actions, casefile, deciding, definitions, delegated, papers, telling
from stadig.cases.forms import Decide, Meeting
from stadig.cases.models import Case
from stadig.cases.views.case import once
from stadig.cases.views.writing import handled, refuse, show
from stadig.city import clock
from stadig.city.permissions import needs


@needs(access.DECIDE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write, look, decide. Nothing is kept until it is decided; every step sends the whole text along."""
    case = handled(request, case_id)
    step = request.POST.get("step", "")
    form = Decide(_types(case), request.POST or None)
    if request.method != "POST" or step == "change":
        form.is_bound = bool(request.POST)
        return _write(request, case, form)
    if not form.is_valid():
        return _write(request, case, form)
    try:
        if step == "decide":
            deciding.decide(request.user, case_id, request_id=once(request), **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("Beslutet är fattat. Den som ärendet gäller får veta det."))
            return redirect("cases:case", case_id=case_id)
        proposal = deciding.propose(request.user, case, **form.cleaned_data)  # type: ignore[arg-type]
    except (ValidationError, actions.CaseError) as fault:
        refuse(form, fault)
        return _write(request, case, form)
    paper = papers.paper(case, proposal, request.user, telling.language_of(case))  # type: ignore[arg-type]
    if step == "pdf":
        response = HttpResponse(papers.pdf(paper), content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="forslag.pdf"'
        return response
    return show(request, "cases/preview.html", case, form, paper=paper)


@needs(access.REPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: HttpRequest) -> HttpResponse:
    """Decisions made in the committee's name that it has not been told of."""
    user: Any = request.user
    form = Meeting(request.POST or None, initial={"meeting": clock.today()})
    if request.method == "POST" and form.is_valid():
        chosen = [int(one) for one in request.POST.getlist("decision") if one.isdecimal() and len(one) < 18]
        told = deciding.report(user, chosen, form.cleaned_data["meeting"], request_id=once(request))
        if told:
            messages.success(request, _("Anmält: %(n)s beslut.") % {"n": told})
            return redirect("cases:delegation")
        form.add_error(None, _("Välj minst ett beslut. De som redan är anmälda står kvar som de är."))
    return render(
        request,
        "cases/delegation.html",
        {"groups": delegated.untold(user), "form": form, "once": once(request) or uuid4(), "meetings": delegated.meetings(user)},
        status=422 if form.errors else 200,
    )


@needs(access.REPORT)
@require_safe
def meeting(request: HttpRequest, day: str) -> HttpResponse:
    """What the committee was told at one meeting."""
    try:
        held = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    return render(request, "cases/meeting.html", {"groups": delegated.told(request.user, held), "day": held})


def _write(request: HttpRequest, case: Case, form: Decide) -> HttpResponse:
    return show(
        request, "cases/decide.html", case, form, service=definitions.of(case).text("title", (get_language() or "sv")[:2])
    )


def _types(case: Case) -> list[tuple[str, str]]:
    definition, language = definitions.of(case), (get_language() or "sv")[:2]
    return [(one.id, casefile.decision_words(definition, one.id, language)) for one in deciding.types(case, definition)]
