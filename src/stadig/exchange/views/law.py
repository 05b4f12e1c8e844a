"""By which law each agency is asked, from which day. One person enters, another confirms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city.permissions import needs
from stadig.exchange import access, law, names
from stadig.exchange.forms import EndLawForm, LawForm
from stadig.exchange.models import LegalBasis


def refused(form: forms.Form, fault: ValidationError) -> None:
    """Put a verb's refusal at the fields it names."""
    if hasattr(fault, "error_dict"):
        for name, errors in fault.error_dict.items():  # pyright: ignore[reportOptionalMemberAccess]
            form.add_error(name if name in form.fields else None, errors)  # pyright: ignore[reportArgumentType]
    else:
        form.add_error(None, fault)


@needs(access.SEE_CONNECTIONS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every row, those that wait for a second person first."""
    user: Any = request.user
    rows = law.rows(user)
    values = {
        "waiting": tuple(row for row in rows if row.state == "waiting"),
        "held": tuple(row for row in rows if row.state in ("in_force", "coming")),
        "ended": tuple(row for row in rows if row.state == "ended"),
        "may": access.LAW.held_by(user),
    }
    return render(request, "exchange/law.html", values)


@needs(access.LAW)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose an agency, and enter its row with its source."""
    agency = request.GET.get("myndighet", "")
    if agency not in names.AGENCIES:
        return render(request, "exchange/law_agency.html", {"agencies": tuple(names.AGENCIES.items())})
    form = LawForm(agency, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            law.enter(request.user, agency=agency, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as fault:
            refused(form, fault)
        else:
            messages.success(request, _("Lagstödet är inskrivet. Det gäller först när en kollega har bekräftat det."))
            return redirect("exchange:law")
    return render(
        request, "exchange/law_new.html", {"form": form, "name": names.agency(agency)}, status=422 if form.errors else 200
    )


@needs(access.LAW)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what a colleague has entered."""
    return _done(request, law.confirm, pk, _("Lagstödet är bekräftat."))


@needs(access.LAW)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a row that nobody has confirmed."""
    return _done(request, law.take_back, pk, _("Raden är borttagen."))


def _done(request: HttpRequest, act: Any, pk: int, words: str) -> HttpResponse:
    try:
        act(request.user, pk)
    except LegalBasis.DoesNotExist:
        raise Http404 from None
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    else:
        messages.success(request, words)
    return redirect("exchange:law")


@needs(access.LAW)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a row ends, and why."""
    user: Any = request.user
    row = next((one for one in law.rows(user) if one.pk == pk and one.state in ("in_force", "coming")), None)
    if row is None:
        raise Http404
    form = EndLawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            law.end(user, pk, **form.cleaned_data)
        except ValidationError as fault:
            refused(form, fault)
        else:
            messages.success(request, _("Lagstödet upphör. Raden finns kvar att läsa."))
            return redirect("exchange:law")
    return render(request, "exchange/law_end.html", {"form": form, "row": row}, status=422 if form.errors else 200)
