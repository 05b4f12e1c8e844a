"""One case as staff read it, and the small things one does with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.cases import access, actions, casefile, casefile_sql, handling, panels, states, writing
from stadig.cases.models import Case, Note
from stadig.city import audit
from stadig.city.permissions import needs


def once(request: HttpRequest) -> UUID | None:
    """The form's own number: sent twice, it is done once."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


def found(request: HttpRequest, case_id: int) -> Case:
    """The case, or 404: that it exists is not told either."""
    try:
        return casefile.find(request.user, case_id)
    except Case.DoesNotExist:
        raise Http404 from None


def text_of(request: HttpRequest, name: str, most: int = 10_000) -> str:
    """What was typed in a field."""
    return request.POST.get(name, "").replace("\0", "").strip()[:most]


@needs(access.VIEW)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """The whole case on one page. That it was read, and by whom, is written down."""
    return page(request, found(request, case_id))


def page(request: HttpRequest, one: Case, **more: Any) -> HttpResponse:
    """The case as a page; ``more`` is what a form that could not be taken brings back."""
    user: Any = request.user
    file = casefile.read(user, one, casefile_sql.contents(one.pk))
    audit.record(user, "read", one)
    if file.mine and file.unread:
        writing.seen(user, one.pk)
    status = 422 if "error" in more else 200
    return render(
        request,
        "cases/case.html",
        {"file": file, "case": one, "once": uuid4(), "panels": panels.of(one.type.slug, one.pk)} | more,
        status=status,
    )


@needs(access.HANDLE)
@require_POST
def take(request: HttpRequest, case_id: int) -> HttpResponse:
    return _do(request, case_id, lambda user: handling.take(user, case_id, request_id=once(request)), _("Ärendet är ditt."))


@needs(access.HANDLE)
@require_POST
def hand_back(request: HttpRequest, case_id: int) -> HttpResponse:
    return _do(
        request, case_id, lambda user: handling.hand_back(user, case_id, request_id=once(request)), _("Ärendet väntar på någon.")
    )


@needs(access.HANDLE)
@require_POST
def set_status(request: HttpRequest, case_id: int) -> HttpResponse:
    """Press one of the buttons that the case type names."""
    found(request, case_id)
    wanted = text_of(request, "status", 40)
    try:
        one = Case.objects.select_related("type").filter(access.may_handle(request.user), pk=case_id).get()
        if wanted not in {way.end for way in states.pressed(casefile.definitions.of(one), one.status)}:
            raise states.NoSuchWay(one.status, wanted, ())
        actions.set_status(request.user, case_id, wanted, note=text_of(request, "note", 300), request_id=once(request))  # type: ignore[arg-type]
    except Case.DoesNotExist:
        raise Http404 from None
    except states.NoSuchWay:
        messages.error(request, _("Ärendet har ändrats sedan du öppnade sidan. Läs det en gång till och välj igen."))
    else:
        messages.success(request, _("Ändrat. Det syns i ärendets historia."))
    return redirect("cases:case", case_id=case_id)


@needs(access.HANDLE)
@require_POST
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """A note; with a day it is something to do."""
    one = found(request, case_id)
    text, due = text_of(request, "text", 4000), text_of(request, "due_on", 10)
    try:
        day = parse_date(due) if due else None
        if due and day is None:
            raise ValidationError(_("Skriv dagen som år, månad och dag: 2026-12-04."))
        if day:
            handling.task(request.user, case_id, text, day, request_id=once(request))  # type: ignore[arg-type]
        else:
            handling.note(request.user, case_id, text, request_id=once(request))  # type: ignore[arg-type]
    except (ValidationError, ValueError) as fault:
        words = fault.messages[0] if isinstance(fault, ValidationError) else _("Dagen finns inte i kalendern. Skriv en annan.")
        return page(request, one, error=words, error_at="note", note=text, due_on=due)
    except Case.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Antecknat."))
    return redirect("cases:case", case_id=case_id)


@needs(access.HANDLE)
@require_POST
def done(request: HttpRequest, note_id: int) -> HttpResponse:
    try:
        one = handling.done(request.user, note_id, request_id=once(request))  # type: ignore[arg-type]
    except Note.DoesNotExist:
        raise Http404 from None
    return redirect("cases:case", case_id=one.case_id)


def _do(request: HttpRequest, case_id: int, verb: Any, said: str) -> HttpResponse:
    found(request, case_id)
    try:
        verb(request.user)
    except actions.CaseError as fault:
        messages.error(request, str(fault))
    except Case.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, said)
    return redirect("cases:case", case_id=case_id)
