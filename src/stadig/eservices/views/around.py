"""Around the steps: begin, read through and send, the receipt, and coming back another day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stadig.cases import definitions, following
from stadig.cases import opening as cases
from stadig.cases.models import Document
from stadig.city import municipality, tries
from stadig.city.permissions import public
from stadig.eservices import acting, actions, again, drafts, flow, offers, opening, pages, paper, published
from stadig.eservices.actions.receipts import KIND as RECEIPT
from stadig.eservices.checking import Fault
from stadig.eservices.models import Draft, EService
from stadig.eservices.package import Question, Repeat
from stadig.eservices.views import own
from stadig.eservices.views.filling import SUMMARY
from stadig.eservices.views.frame import Filling, away, filling_of, frame
from stadig.files import actions as files

MOST_TRIES = 10
TRIES_FOR_S = 15 * 60


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, name: str) -> HttpResponseBase:
    """Begin a service, or go on with what one has begun."""
    try:
        offer = offers.of(name, own.person(request))
    except EService.DoesNotExist:
        raise Http404 from None
    if offer.closed:
        return redirect("eservices:service", name)
    if offer.package.about.login and not offers.is_sure(request, offer.package.about.login):
        return render(request, "eservices/log_in.html", _log_in(request, offer))
    last = again.last_answers(own.person(request), offer.package)
    if request.method != "POST" or (last is not None and "fran" not in request.POST):
        return render(request, "eservices/begin.html", _beginning(request, offer) | {"again": last is not None})
    reused = last is not None and request.POST.get("fran") == "senast"
    draft = drafts.start(
        own.user(request),
        offer.service,
        language=(get_language() or "sv").partition("-")[0],
        person=own.person(request),
        begin_with=drafts.Contents(answers=last, again=True) if reused and last else None,
        request_id=_request_id(request),
    )
    if draft.code_hash:
        own.hold(request, draft.pk)
    if acting.is_asked(offer.package):
        return redirect("eservices:whom", draft.pk)
    return redirect(filling_of(request, draft.pk).first_url())


def _request_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


def _log_in(request: HttpRequest, offer: offers.Offer) -> dict[str, Any]:
    here = reverse("eservices:begin", args=[offer.name])
    return {
        "offer": offer,
        "title": offer.package.text("service.title", get_language() or "sv"),
        "login_url": f"{reverse('account_login')}?next={here}",
        "too_weak": offers.is_known(request),
    }


def _beginning(request: HttpRequest, offer: offers.Offer) -> dict[str, Any]:
    mine = Draft.objects.filter(own.scope(request), version__name=offer.name).order_by("-saved_at")
    return {
        "offer": offer,
        "title": offer.package.text("service.title", get_language() or "sv"),
        "begun": [
            (one.saved_at, reverse("eservices:summary", args=[one.pk]), _first(one))
            for one in mine.select_related("version").defer("version__archive")[:5]
        ],
        "request_id": uuid4(),
    }


def _first(draft: Draft) -> str:
    package = published.of(draft.version)
    step = draft.step or package.flow.steps[0].id
    return reverse("eservices:step", args=[draft.pk, step])


@public
@require_safe
def blank(request: HttpRequest, name: str) -> HttpResponse:
    """The same questions as a form to print."""
    try:
        offer = offers.of(name)
    except EService.DoesNotExist:
        raise Http404 from None
    if not offer.on_paper:
        raise Http404
    city = municipality.current()
    language = (get_language() or "sv").partition("-")[0]
    data = paper.blank(offer.package.digest, language, city.name, city.address, offer.phone)
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "X-Content-Type-Options": "nosniff"},
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the summary."""

    label: str
    value: str
    url: str
    fault: str
    """What is wrong, under the question; ``wrong`` says it with the question, for the list at the top."""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One step of the summary."""

    title: str
    url: str
    answers: tuple[Answer, ...]


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Everything that was answered, to read through and send."""
    try:
        filling = filling_of(request, draft_id)
    except Draft.DoesNotExist:
        return away(request, draft_id)
    if request.method == "POST":
        try:
            submission = actions.submit(own.user(request), draft_id)
        except actions.NotComplete:
            pass
        else:
            return redirect("eservices:receipt", submission.pk)
    tried = request.method == "POST"
    sections = list(_sections(filling))
    wrong = [(one.url, one.wrong) for section in sections for one in section.answers if one.fault]
    context = frame(request, filling, None) | {"sections": sections, "wrong": wrong, "tried": tried, "back_url": _last(filling)}
    return render(request, "eservices/summary.html", context, status=422 if tried else 200)


def _last(filling: Filling) -> str:
    return filling.url(filling.state.steps[-1]) if filling.state.steps else filling.first_url()


def _sections(filling: Filling) -> Iterator[Section]:
    faults = {fault.path: fault for fault in filling.all_faults}
    for step_id in filling.state.steps:
        step = filling.package_step(step_id)
        form = filling.form(step, tuple(faults.values()))
        url = f"{filling.url(step_id)}?fran={SUMMARY}"
        answers: list[Answer] = []
        for path in filling.ordered(step):
            part = pages.part_at(filling.package, path)
            if isinstance(part, Question):
                answers.append(_answer(form, part, path, url))
            elif isinstance(part, Repeat) and path in faults:
                answers.append(Answer(form.label_of(path), "", f"{url}#{pages.id_of(path)}", *_said(form, faults[path])))
        answers += [Answer(one.label, one.value, "", "") for one in form.sums(step)]
        yield Section(filling.package.text(f"step.{step_id}.title", filling.language), url, tuple(answers))


def _answer(form: pages.Form, question: Question, path: str, url: str) -> Answer:
    fault = next((one for one in form.faults if one.path == path), None) if form.faults else None
    said = _said(form, fault) if fault else ("", "")
    return Answer(
        form.question_at(path), form.spoken(question, flow.get(form.answers, path)), f"{url}#{pages.id_of(path)}", *said
    )


def _said(form: pages.Form, fault: Fault) -> tuple[str, str]:
    return form.said(fault, at_field=True), form.said(fault)


@public
@never_cache
@require_safe
def receipt(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What was sent, its number, and what happens now. Only for the one who sent it."""
    sent = opening.sent(request.user, own.held(request), draft_id)
    if sent is None:
        raise Http404
    found = sent.submission
    case = cases.case(request.user, found.case_id, "true")
    definition = definitions.of(case)
    language = (get_language() or "sv").partition("-")[0]
    package = published.of(found.version)
    return render(
        request,
        "eservices/receipt.html",
        {
            "submission": found,
            "case": case,
            "title": package.text("service.title", language),
            "said": definition.text(f"status.{case.status}.resident", language),
            "next": definition.text(f"status.{case.status}.next", language),
            "days": package.about.handling_days,
            "code": "" if sent.has_log_in else following.code_of(case),
            "made": sent.made,
            "anonymous": draft_id in own.held(request),
            "assisted": found.staff_id is not None and found.channel != "web",  # pyright: ignore[reportAttributeAccessIssue]
            "case_url": reverse("cases:my-case", args=[found.case_id]) if not found.staff_id and own.person(request) else "",  # pyright: ignore[reportAttributeAccessIssue]
        },
    )


@public
@require_safe
def receipt_pdf(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """The receipt to keep, for the one who sent it; the page says when it is not made yet."""
    sent = opening.sent(request.user, own.held(request), draft_id)
    if sent is None:
        raise Http404
    document = Document.objects.filter(case=sent.submission.case_id, kind=RECEIPT, files__isnull=False).first()
    if document is None:
        return redirect("eservices:receipt", draft_id)
    file = document.files.get()
    return FileResponse(
        default_storage.open(files.path_of(file)), as_attachment=True, filename=file.name, content_type=file.content_type
    )


@public
@never_cache
@require_safe
def later(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """How to go on another day: the code of an anonymous draft, to read or print, or Mina sidor."""
    try:
        filling = filling_of(request, draft_id)
    except Draft.DoesNotExist:
        return away(request, draft_id)
    here = filling.step(filling.draft.step)
    context = frame(request, filling, here) | {"go_on": filling.first_url(), "erase_at": filling.draft.erase_at}
    return render(request, "eservices/later.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with the code that an anonymous draft got. Tries are counted, for all processes together."""
    code, said, status = request.POST.get("code", "")[:40], "", 200
    if request.method == "POST":
        address = request.META.get("REMOTE_ADDR", "")
        if tries.counted("draft-code", address) >= MOST_TRIES:
            return render(
                request,
                "eservices/resume.html",
                {"fault": _("Det blev för många försök. Vänta en kvart och försök igen.")},
                status=429,
            )
        draft = Draft.objects.filter(code_hash=drafts.hash_of_code(code)).first() if code.strip() else None
        if draft is not None:
            own.hold(request, draft.pk)
            return redirect(_first(Draft.objects.select_related("version").defer("version__archive").get(pk=draft.pk)))
        tries.count("draft-code", address, TRIES_FOR_S)
        said = _("Koden stämmer inte. Skriv de åtta tecken som du fick när du sparade. Ett utkast finns kvar i 30 dagar.")
        status = 422
    return render(request, "eservices/resume.html", {"fault": said, "code": code}, status=status)
