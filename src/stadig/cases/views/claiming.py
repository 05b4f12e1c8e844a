"""The page where someone takes a case to Mina sidor that was made without their log-in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadig.cases import claiming
from stadig.cases.actions import CaseError
from stadig.cases.models import Case
from stadig.cases.views.own import FOLLOWED, FollowForm
from stadig.city import assurance
from stadig.city.permissions import signed_in


@signed_in
@never_cache
def claim(request: HttpRequest) -> HttpResponse:
    """Number and code, or the button of a case whose code this browser has shown."""
    user: Any = request.user
    shown = request.POST.get("case", "")
    held = int(shown) if shown.isdecimal() and int(shown) in request.session.get(FOLLOWED, []) else None
    form = FollowForm(request.POST if request.method == "POST" and held is None else None)
    if request.method != "POST" or not (held or form.is_valid()):
        return render(request, "cases/claim.html", {"form": form}, status=422 if form.errors else 200)
    status = 422
    try:
        pk = held or claiming.tried(form.cleaned_data["number"], form.cleaned_data["code"], who=f"user {user.pk}").pk
        case = claiming.claim(user, pk, level=assurance.level(request))
    except claiming.TooManyTries as error:
        status, said = 429, str(error)
    except (CaseError, Case.DoesNotExist) as error:
        said = str(error)
    else:
        flash.success(request, _("Ärendet finns nu på Mina sidor."))
        return redirect("cases:my-case", case_id=case.pk)
    if form.is_bound:
        form.add_error("code", said)
    return render(request, "cases/claim.html", {"form": form, "refused": "" if form.is_bound else said}, status=status)
