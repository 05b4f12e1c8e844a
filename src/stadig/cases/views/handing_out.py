"""Pages where a case, or something to do in it, is given to someone else."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stadig.cases import access, actions, colleagues, handling
from stadig.cases.forms import Assign, Move, Task
from stadig.cases.views.case import once
from stadig.cases.views.writing import handled, refuse, show
from stadig.city.permissions import needs


@needs(access.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Hand the case to a colleague."""
    case = handled(request, case_id)
    others = colleagues.of(case)
    form = Assign([(str(one.pk), str(one)) for one in others], request.POST or None, initial={"colleague": case.assignee_id})
    if request.method == "POST" and form.is_valid():
        to = next(one for one in others if str(one.pk) == form.cleaned_data["colleague"])
        try:
            handling.assign(request.user, case_id, to, request_id=once(request))  # type: ignore[arg-type]
        except actions.CaseError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("Ärendet ligger hos %(name)s.") % {"name": to})
            return redirect("cases:case", case_id=case_id)
    return show(request, "cases/assign.html", case, form)


@needs(access.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, case_id: int) -> HttpResponse:
    """Hand the case to another unit of the same committee."""
    case = handled(request, case_id)
    units = colleagues.units(case)
    form = Move([(str(one.pk), str(one)) for one in units], request.POST or None)
    if request.method == "POST" and form.is_valid():
        to = next(one for one in units if str(one.pk) == form.cleaned_data["unit"])
        try:
            handling.move(request.user, case_id, to, note=form.cleaned_data["note"], request_id=once(request))  # type: ignore[arg-type]
        except actions.CaseError as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("%(number)s ligger hos %(unit)s.") % {"number": case.number, "unit": to})
            return redirect("cases:inbox")
    return show(request, "cases/move.html", case, form, alone=not units)


@needs(access.HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give a colleague something to do in the case."""
    case = handled(request, case_id)
    others = colleagues.of(case)
    form = Task([(str(one.pk), str(one)) for one in others], request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        whom = next(one for one in others if str(one.pk) == said["colleague"])
        try:
            handling.task(request.user, case_id, said["text"], said["due_on"], for_user=whom, request_id=once(request))  # type: ignore[arg-type]
        except (ValidationError, actions.CaseError) as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("%(name)s har fått det att göra.") % {"name": whom})
            return redirect("cases:case", case_id=case_id)
    return show(request, "cases/task.html", case, form)
