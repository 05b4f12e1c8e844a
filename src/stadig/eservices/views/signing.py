"""The page a signer comes to, and the one where the applicant mends an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadig.cases import access as case_access
from stadig.cases import answered, definitions
from stadig.cases.models import Case
from stadig.city import audit, clock
from stadig.city.permissions import public, signed_in
from stadig.eservices.actions import signatures
from stadig.eservices.models import Signature
from stadig.files.models import FileState, StoredFile
from stadig.files.views import sent


class AddressForm(forms.Form):
    """The address the link goes to."""

    email = forms.CharField(
        label=_("E-postadress"),
        max_length=254,
        help_text=_("Vi skickar en ny länk hit. Den gamla länken slutar fungera."),
        error_messages={"required": _("Skriv e-postadressen.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@public
@never_cache
def sign(request: HttpRequest, code: str) -> HttpResponseBase:
    """Read what one is asked to sign, then sign or decline."""
    try:
        signature = signatures.find(code)
    except Signature.DoesNotExist:
        return render(request, "eservices/sign_gone.html", status=404)
    user: Any = request.user if request.user.is_authenticated else None
    try:
        signatures.check_signer(user, signature)
        if request.method == "POST":
            return _answer(request, user, code)
    except signatures.NotTheSigner:
        if user is None:
            return redirect_to_login(request.get_full_path())
        return render(request, "eservices/sign_other.html", status=403)
    except signatures.Answered:
        return redirect("eservices:sign", code)
    case = signature.submission.case
    if user:
        audit.record(user, "read", case)
    return render(request, "eservices/sign.html", _context(signature, case, code))


@public
@never_cache
@require_safe
def signed_file(request: HttpRequest, code: str, file_id: UUID) -> HttpResponseBase:
    """A file of what one is asked to sign, for the one who is asked: as long as they have not declined, and once it is checked."""
    user: Any = request.user if request.user.is_authenticated else None
    try:
        signature = signatures.find(code)
        signatures.check_signer(user, signature)
    except (Signature.DoesNotExist, signatures.NotTheSigner):
        raise Http404 from None
    received = signature.submission.case.documents.get(number=1)  # pyright: ignore[reportAttributeAccessIssue]
    file = received.files.filter(pk=file_id, state=FileState.RELEASED).first()  # what came in, and nothing that was added later
    if file is None or signature.state == Signature.State.DECLINED:
        raise Http404
    audit.record(user, "read", signature.submission.case)
    return sent(file)


def _answer(request: HttpRequest, user: Any, code: str) -> HttpResponseBase:
    if "decline" in request.POST:
        signatures.decline(user, code, request.POST.get("line", "").replace("\0", ""))
    else:
        signatures.sign(user, code)
    return redirect("eservices:sign", code)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that one signs for. ``url`` is empty until it has been checked."""

    name: str
    size: int
    state: str
    url: str


def _line(answer: answered.Answer, files: Mapping[str, StoredFile], code: str) -> tuple[str, str, tuple[Sent, ...]]:
    """(the question, its answer, its files)."""
    found = [files[one] for one in answer.files if one in files]
    urls = {one.pk: reverse("eservices:sign-file", args=[code, one.pk]) for one in found if one.state == FileState.RELEASED}
    return answer.question, answer.value, tuple(Sent(one.name, one.size, one.state, urls.get(one.pk, "")) for one in found)


def _context(signature: Signature, case: Case, code: str) -> dict[str, Any]:
    definition, language = definitions.of(case), (get_language() or "sv").partition("-")[0]
    received = case.documents.get(number=1)  # pyright: ignore[reportAttributeAccessIssue]
    files = {str(one.pk): one for one in received.files.all()}
    return {
        "signature": signature,
        "case": case,
        "title": definition.text("title", language),
        "sections": [
            (one.title, [_line(answer, files, code) for answer in one.answers])
            for one in answered.sections(definition, received.data or {}, language, today=clock.today())
        ],
        "waiting": signature.state == Signature.State.ASKED,
        "signed": signature.state == Signature.State.SIGNED,
    }


@signed_in
def address(request: HttpRequest, signature_id: int) -> HttpResponse:
    """The applicant mends the address of someone who is to sign."""
    user: Any = request.user
    mine = Signature.objects.filter(submission__case__in=Case.objects.filter(case_access.of_party(user)))
    signature = mine.select_related("submission__case").filter(pk=signature_id, state=Signature.State.ASKED).first()
    if signature is None:
        raise Http404
    form = AddressForm(request.POST or None, initial={"email": signature.email})
    if request.method == "POST" and form.is_valid():
        try:
            signatures.correct_address(user, signature_id, form.cleaned_data["email"])
        except ValidationError as fault:
            form.add_error("email", " ".join(fault.messages))
        except signatures.Answered:
            return redirect("cases:my-case", case_id=signature.submission.case.pk)
        else:
            messages.success(request, _("Vi har skickat en ny länk."))
            return redirect("cases:my-case", case_id=signature.submission.case.pk)
    values = {"form": form, "case": signature.submission.case}
    return render(request, "eservices/sign_address.html", values, status=422 if form.errors else 200)
