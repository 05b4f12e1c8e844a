"""The diary desk: register what came in, went out or was drawn up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stadig.cases import access, registered, registering, registry, taken_in
from stadig.cases.desk_forms import PaperForm, SenderForm
from stadig.cases.models import Case, Document
from stadig.cases.terms import STOCKHOLM
from stadig.city.models import User
from stadig.city.permissions import needs
from stadig.files.actions import FileError


@needs(access.REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """What is it, from or to whom, and the file or the text: that is all it takes."""
    user: Any = request.user
    if request.method != "POST":
        wanted = {"number": request.GET.get("arende", "")[:40], "kind": request.GET.get("slag") or "letter"}
        return _page(request, PaperForm(user=user, initial=wanted))
    form = PaperForm(request.POST, request.FILES, user=user)
    valid = form.is_valid()
    try:
        kept = _kept(form, user)
    except FileError as error:
        form.add_error("file", str(error))
        return _page(request, form, status=422)
    mail = taken_in.mail_of(kept) if kept else None
    if mail and not (form.data.get("what") or form.data.get("who")):
        text = mail.text + (_("\n\nBifogat: %(names)s") % {"names": ", ".join(mail.attachments)} if mail.attachments else "")
        read = {"what": mail.subject, "who": mail.sender, "text": text, "kind": "email"}
        day = mail.sent_at.astimezone(STOCKHOLM).date().isoformat() if mail.sent_at else ""
        return _page(request, PaperForm(_with(form, read | {"day": day}), user=user), kept=kept, mail=True, bare=True)
    if valid and not kept and not form.cleaned_data["text"].strip():
        form.add_error("file", _("Välj filen, eller skriv i textrutan vad som sades eller står."))
    if form.is_valid():
        try:
            case, document = _register(form, user, kept)
        except Case.DoesNotExist:
            form.add_error("number", _("Det finns inget sådant ärende som du får registrera i. Kontrollera numret."))
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(request, registering.said(case, document))
            return redirect("cases:desk")
    return _page(request, form, kept=kept, status=422)


@needs(access.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def senders(request: HttpRequest) -> HttpResponse:
    """The diary searched by sender or receiver. The name is sent in the body, so that it stands in no address and no log."""
    user: Any = request.user
    form = SenderForm(request.POST or None)
    if not form.is_valid():
        return render(request, "cases/desk/senders.html", {"form": form}, status=422 if form.is_bound else 200)
    rows, more = registry.by_sender(user, form.cleaned_data["who"])
    return render(request, "cases/desk/senders.html", {"form": form, "rows": rows, "more": more, "searched": True})


def _page(request: HttpRequest, form: PaperForm, *, bare: bool = False, status: int = 200, **more: Any) -> HttpResponse:
    if bare:
        form.errors.clear()
    context = {"form": form, "rows": registered.latest(request.user), "may_search": access.VIEW.held_by(request.user)} | more
    return render(request, "cases/desk/desk.html", context, status=status)


def _kept(form: PaperForm, user: User) -> Any:
    """The file that was sent now, or the one that was kept when the form last came."""
    upload = form.cleaned_data.get("file")
    return taken_in.take_in(upload, user) if upload else taken_in.find(user, form.cleaned_data.get("kept"))


def _with(form: PaperForm, values: dict[str, str]) -> Any:
    data = form.data.copy()
    for name, value in values.items():
        data[name] = value
    return data


def _register(form: PaperForm, user: User, kept: Any) -> tuple[Case, int]:
    values = form.cleaned_data
    public = values["public"] == "public"
    new = registering.NewDocument(
        direction=values["direction"],
        title=values["what"],
        kind=values["kind"],
        at=form.at(),
        counterpart=values["who"],
        counterpart_public=public,
        text=values["text"],
        confidentiality=values["statute"].strip() if values["secret"] else "",
        files=[kept] if kept else [],
    )
    written = values["number"]
    if written is None:
        case = registering.begin_case(user, values["committee"], new, request_id=form.once)
        return case, 1
    case = Case.objects.filter(access.may_register(user)).get(number=written.number)
    document: Document = registering.add_document(
        user, case.pk, registering.in_answer_to(new, written.document), request_id=form.once
    )
    return case, document.number
