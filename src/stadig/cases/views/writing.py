"""Pages where staff write to the one whom a case concerns, ask for what is missing, hand the case out, and ask for a review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.cases import access, actions, answered, attaching, colleagues, definitions, reviewing, writing
from stadig.cases.forms import AskCompletion, AskReview, Write
from stadig.cases.models import Case, Review
from stadig.cases.views.case import found, once, page, text_of
from stadig.city import clock
from stadig.city.holidays import last_day
from stadig.city.permissions import needs
from stadig.files import actions as files

USUAL_DAYS = 14


def handled(request: HttpRequest, case_id: int) -> Case:
    """A case the one who asks may work with, or 404."""
    case = found(request, case_id)
    if not getattr(case, "may_handle", False):
        raise Http404
    return case


def refuse(form: Form, fault: ValidationError | actions.CaseError) -> None:
    """Put a verb's refusal where it belongs in the form."""
    form.add_error(None, str(fault) if isinstance(fault, actions.CaseError) else fault)


def show(request: HttpRequest, template: str, case: Case, form: Form, **more: Any) -> HttpResponse:
    """A page with a form about a case; 422 when it could not be taken."""
    values = {"case": case, "form": form, "once": once(request) or uuid4()} | more
    return render(request, template, values, status=422 if form.errors else 200)


@needs(access.HANDLE)
@require_POST
def write(request: HttpRequest, case_id: int) -> HttpResponse:
    """A message to the one whom the case concerns."""
    case = handled(request, case_id)
    form = Write(request.POST, request.FILES)
    said = " ".join(map(str, form.errors.get("attached", []))) or _("Skriv något först.")
    if form.is_valid():
        try:
            attaching.write(
                request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
                case_id,
                text_of(request, "text"),
                form.cleaned_data["attached"],
                request_id=once(request),
            )
        except (files.FileError, ValidationError) as fault:
            said = " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)
        else:
            said = ""
    if said:
        return page(request, case, error=said, error_at="write", written=text_of(request, "text"))
    messages.success(request, _("Skickat. Den som ärendet gäller får veta att du har skrivit."))
    return redirect("cases:case", case_id=case_id)


@needs(access.HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def completion(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask the applicant for what is missing."""
    case = handled(request, case_id)
    initial = {"due_on": last_day(clock.today() + timedelta(days=USUAL_DAYS))}
    form = AskCompletion(_questions(case), request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            writing.ask_completion(
                request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
                case_id,
                said["paths"],
                said["text"],
                said["due_on"],
                request_id=once(request),
            )
        except (ValidationError, actions.CaseError) as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("Skickat. Klockan står still tills svaret kommer."))
            return redirect("cases:case", case_id=case_id)
    return show(request, "cases/ask.html", case, form)


@needs(access.HANDLE)
@require_POST
def take_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """We need nothing more."""
    handled(request, case_id)
    try:
        writing.take_back_completion(request.user, case_id, request_id=once(request))  # type: ignore[arg-type]
    except actions.CaseError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Frågan är tillbakatagen. Klockan går igen."))
    return redirect("cases:case", case_id=case_id)


@needs(access.HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_review(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask colleagues to look before something is done."""
    case = handled(request, case_id)
    others = [one for one in colleagues.of(case) if one != request.user]
    form = AskReview([(str(one.pk), str(one)) for one in others], request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = [one for one in others if str(one.pk) in said["reviewers"]]
        try:
            reviewing.ask_review(
                request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
                case_id,
                chosen,
                said["text"],
                in_turn=said["in_turn"],
                request_id=once(request),
            )
        except (ValidationError, actions.CaseError) as fault:
            refuse(form, fault)
        else:
            messages.success(request, _("Skickat på granskning."))
            return redirect("cases:case", case_id=case_id)
    return show(request, "cases/ask_review.html", case, form, alone=not others)


@needs(access.VIEW)
@require_POST
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """Answer a review."""
    one = Review.objects.filter(pk=review_id, reviewer=request.user.pk).first()
    if one is None:
        raise Http404
    case, comment = found(request, one.case_id), text_of(request, "comment", 4000)
    try:
        reviewing.review(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            review_id,
            approve=request.POST.get("answer") == "approve",
            comment=comment,
            request_id=once(request),
        )
    except ValidationError as fault:
        return page(request, case, error=fault.messages[0], error_at="review", comment=comment)
    except actions.CaseError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Tack. Den som frågade har fått ditt svar."))
    return redirect("cases:case", case_id=case.pk)


@needs(access.HANDLE)
@require_POST
def cancel_review(request: HttpRequest, case_id: int) -> HttpResponse:
    """Nobody needs to look any more."""
    handled(request, case_id)
    try:
        reviewing.cancel_review(request.user, case_id, request_id=once(request))  # type: ignore[arg-type]
    except actions.CaseError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Granskningen är avbruten."))
    return redirect("cases:case", case_id=case_id)


def _questions(case: Case) -> list[tuple[str, str]]:
    """(path, the question and what was answered), those of repeated groups once for each row there is."""
    definition, language = definitions.of(case), (get_language() or "sv")[:2]
    data = writing.came_in(case)
    told = {
        one.path: one.value
        for section in answered.sections(definition, data, language, today=clock.today())
        for one in section.answers
    }
    found: list[tuple[str, str]] = []
    for field in definition.fields:
        path = str(field["path"])
        group, several, inside = path.partition("[]")
        if field.get("kind") == "computed":
            continue
        rows = data.get(group) if several else None
        paths = [f"{group}[{row}]{inside}" for row in range(len(rows))] if isinstance(rows, list) else [] if several else [path]
        for one in paths:
            question = answered.label(definition, one, language)
            found.append((one, f"{question} – {told[one]}" if told.get(one) else question))
    return found
