"""The page where an applicant answers again what was asked for. No other question is open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadig.cases import access as case_access
from stadig.cases import opening, writing
from stadig.city import clock
from stadig.city.permissions import signed_in
from stadig.eservices import flow, pages, widgets
from stadig.eservices.actions import completing
from stadig.eservices.views import own
from stadig.files.actions import FileError


@signed_in
@never_cache
def complete(request: HttpRequest, case_id: int) -> HttpResponse:
    """Draw the open questions with what was answered before, and take the new answers."""
    user: Any = request.user
    case = opening.case(user, case_id, case_access.OF_PARTY)
    package, completion = completing.opened(case) if case else (None, None)
    if case is None or package is None:
        raise Http404
    if completion is None:
        return redirect("cases:my-case", case_id=case_id)
    answers = writing.came_in(case)
    faults: tuple[Any, ...] = ()
    refused: dict[str, str] = {}
    open_ = completing.questions(package, completion)
    if request.method == "POST":
        answers = completing.read(package, open_, own.posted(request), answers)
        uploads = {path: request.FILES.getlist(path) for path, question in open_ if question.kind == "file"}
        faults = completing.faults(package, answers, completion.paths, [path for path, sent in uploads.items() if sent])
        if not faults:
            try:
                completing.complete(user, case, completion, package=package, answers=answers, uploads=uploads)
            except FileError as error:
                refused = {path: str(error) for path, sent in uploads.items() if sent}
            except writing.NothingAsked:
                return redirect("cases:my-case", case_id=case_id)
            else:
                messages.success(request, _("Tack, vi har fått din komplettering."))
                return redirect("cases:my-case", case_id=case_id)
    language = (get_language() or "sv").partition("-")[0]
    today = clock.today()
    state = flow.evaluate(package, answers, today=today)
    state = replace(state, required=state.required | set(completion.paths))
    form = pages.Form(package, state, answers, language, faults, refused=refused)
    context = {
        "case": case,
        "asked": (completion.text, completion.due_on, today),
        "title": package.text("service.title", language),
        "fields": widgets.safe("".join(widgets.draw(form.ask(question, path)) for path, question in open_)),
        "wrong": [(pages.id_of(fault.path), form.said(fault)) for fault in faults]
        + [(pages.id_of(path), said) for path, said in refused.items()],
    }
    return render(request, "eservices/complete.html", context, status=422 if context["wrong"] else 200)
