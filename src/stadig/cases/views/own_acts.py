"""What a party does in their case: write, take it back, ask that it be decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from stadig.cases import attaching, writing
from stadig.cases.actions import CaseError
from stadig.cases.own_forms import WriteForm
from stadig.cases.views import own
from stadig.city.permissions import signed_in
from stadig.files import actions as files


@signed_in
@require_POST
def write(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write to the one who handles the case."""
    case = own.find(request, case_id)
    user: Any = request.user
    form = WriteForm(request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        text = said["text"].replace("\0", "")
        try:
            attaching.write(user, case_id, text, said["attached"], request_id=said["request_id"])
        except files.FileError as error:
            form.add_error("attached", str(error))
        except ValidationError as error:
            form.add_error("text", " ".join(error.messages))
        else:
            flash.success(request, _("Vi har fått ditt meddelande."))
            return redirect("cases:my-case", case_id=case_id)
    return own.page(request, case, status=422, form=form)


@signed_in
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the case back, after one question."""
    case = own.find(request, case_id)
    if request.method != "POST":
        return render(request, "cases/withdraw.html", {"case": case})
    return _do(request, case_id, lambda: writing.withdraw(request.user, case_id), _("Du har tagit tillbaka ärendet."))  # type: ignore[arg-type]


@signed_in
def ask_decision(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask that the case be decided (FL 12 §)."""
    case = own.find(request, case_id)
    if request.method != "POST":
        return render(request, "cases/ask_decision.html", {"case": case})
    said = _("Vi har fått din begäran. Du får ett beslut inom fyra veckor.")
    return _do(request, case_id, lambda: writing.ask_for_decision(request.user, case_id), said)  # type: ignore[arg-type]


def _do(request: HttpRequest, case_id: int, do: Any, said: Any) -> HttpResponse:
    try:
        do()
    except CaseError as error:
        flash.error(request, str(error))
    else:
        flash.success(request, said)
    return redirect("cases:my-case", case_id=case_id)
