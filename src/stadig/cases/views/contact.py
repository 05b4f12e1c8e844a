"""The contact centre: find out where a case stands, take a message, send a letter, begin a form for the caller."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stadig.cases import access, contact, letters, opening
from stadig.cases.contact_forms import LetterForm, LookForm, MessageForm
from stadig.cases.models import Case
from stadig.city import audit
from stadig.city.permissions import needs

CALL: str = "contact_call"
CALL_SECONDS: int = 30 * 60
"""For how long a control question holds: as long as a call, not as long as a day."""


@needs(access.CONTACT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find by number, or by name and date of birth, after a control question. Sent in the body: no address holds a name."""
    user: Any = request.user
    form = LookForm(request.POST or None)
    found: list[contact.Found] | None = None
    if request.method == "POST" and form.is_valid():
        look = form.look()
        ids = contact.look_up(user, look)
        found = contact.show(user, ids, agreed=look.agreed)
        open_ones = [one.pk for one in found if not one.elsewhere]
        request.session[CALL] = {"cases": open_ones, "why": look.why, "agreed": look.agreed, "until": time.time() + CALL_SECONDS}
    context = {"form": form, "found": found, "assisted": contact.assisted_url(user)}
    return render(request, "cases/contact/find.html", context, status=422 if form.errors else 200)


@needs(access.CONTACT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case of this call: where it stands, and a message to the one who handles it."""
    one, call = _of_call(request, case_id)
    user: Any = request.user
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        contact.take_message(user, case_id, values["text"], call_back=values["call_back"], request_id=form.once)
        messages.success(request, _("Meddelandet ligger i ärendet, och handläggaren har fått veta."))
        return redirect("cases:calls-case", case_id=case_id)
    if request.method != "POST":
        audit.record(user, "looked up a case", one, reason=call["why"])
    (found,) = contact.show(user, [case_id], agreed=call["agreed"])
    context = {"one": found, "form": form, "assisted": contact.assisted_url(user)}
    return render(request, "cases/contact/case.html", context, status=422 if form.errors else 200)


@needs(access.CONTACT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write a letter to the caller."""
    one, _call = _of_call(request, case_id)
    return write_letter(request, one, "cases:calls-case")


@needs(access.HANDLE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def from_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write a letter from the page of a case."""
    one = opening.case(request.user, case_id, access.MAY_HANDLE)
    if one is None:
        raise Http404
    return write_letter(request, one, "cases:case")


@needs(access.CONTACT)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """The call is over: nothing of it is left open."""
    request.session.pop(CALL, None)
    messages.success(request, _("Samtalet är avslutat."))
    return redirect("cases:calls")


def write_letter(request: HttpRequest, one: Case, back: str) -> HttpResponse:
    """The page on which a letter is written; ``back`` names the page to go to after."""
    user: Any = request.user
    form = LetterForm(request.POST or None, case=one, user=user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        to: dict[str, Any] = (
            {"party_id": int(said["to"])} if said["to"] else {"name": said["name"], "address": said["address"], "party_id": 0}
        )
        try:
            letters.write(user, one.pk, title=said["title"], text=said["text"], request_id=form.once, **to)
        except letters.NoReceiver as fault:
            form.add_error("address", str(fault))
        except ValidationError as fault:
            form.add_error(None, fault)
        except Case.DoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, _("Brevet ligger i kön och skrivs ut i dag."))
            return redirect(back, case_id=one.pk)
    return render(
        request, "cases/contact/letter.html", {"form": form, "case": one, "back": back}, status=422 if form.errors else 200
    )


def _of_call(request: HttpRequest, case_id: int) -> tuple[Case, dict[str, Any]]:
    """A case that was found in this call. 404 when it was not, or when the call is over."""
    call = request.session.get(CALL) or {}
    found = None
    if case_id in call.get("cases", []) and call.get("until", 0) > time.time():
        found = opening.case(request.user, case_id, access.CONTACTABLE)
    if found is None:
        raise Http404
    return found, call
