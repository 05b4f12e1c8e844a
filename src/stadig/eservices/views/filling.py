"""Filling in a service, step by step: the same pages for residents, for staff who help someone, and without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city import clock
from stadig.city.permissions import public
from stadig.eservices import checking, drafts, flow, pages, posting, uploads, widgets
from stadig.eservices.models import Draft
from stadig.eservices.package import Repeat, Step
from stadig.eservices.views import own
from stadig.eservices.views.frame import Filling, away, filling_of, frame

SUMMARY = "sammanfattning"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, draft_id: UUID, step_id: str) -> HttpResponseBase:
    """One step: what it asks, and what the page sent."""
    try:
        filling = filling_of(request, draft_id)
    except Draft.DoesNotExist:
        return away(request, draft_id, step_id)
    here = filling.step(step_id)
    if here is None:
        return redirect(filling.first_url())
    if filling.must_say_whom:
        return redirect("eservices:whom", draft_id)
    pending = request.session.get(own.PENDING, {}).pop(f"{draft_id}/{step_id}", None)
    if pending is not None:
        request.session.modified = True
        posted = drafts.unsealed_post(pending)
        _save(request, filling, here, posted)
        return redirect(request.get_full_path())
    if request.method == "POST":
        return _sent(request, filling, here)
    return _page(request, filling, here)


@public
@require_POST
def save(request: HttpRequest, draft_id: UUID, step_id: str) -> HttpResponse:
    """Saved while someone fills in: the answer holds only what changed on the page, never what they are typing in."""
    try:
        filling = filling_of(request, draft_id)
    except Draft.DoesNotExist:
        return HttpResponse(status=204)
    here = filling.step(step_id)
    if here is None:
        return HttpResponse(status=204)
    posted = own.posted(request)
    steps_before = filling.state.steps
    filling = _save(request, filling, here, posted)
    form = filling.form(here)
    told = set(posted.get("_slots", ()))
    changed = [one for place, shown in form.slots(here) for one in what_comes_and_goes(place, shown, told)]
    html = "".join(changed) + widgets.sums(form.sums(here), outside=True)
    context = frame(request, filling, here) | {"outside": True, "rail": filling.state.steps != steps_before}
    return HttpResponse(html + _saved(request, context))


def what_comes_and_goes(place: str, shown: pages.Shown, told: set[str]) -> list[str]:
    """The slots whose content comes or goes; a question that stands in the page and stays is left alone."""
    if (shown is not None) != (place in told):
        return [widgets.slot(place, shown, outside=True)]
    if isinstance(shown, pages.Group):
        return [one for row in shown.rows for inner, ask in row.slots for one in what_comes_and_goes(inner, ask, told)]
    return []


def _saved(request: HttpRequest, context: dict[str, Any]) -> str:
    """When it was saved, and the list of steps when it has changed."""
    return render_to_string("eservices/_outside.html", context, request)


def _save(request: HttpRequest, filling: Filling, here: Step, posted: dict[str, list[str]], *, reached: str = "") -> Filling:
    """Keep what the page sent; the filling as it stands after."""
    today = clock.today()

    def change(contents: drafts.Contents) -> drafts.Contents:
        return replace(contents, answers=posting.read(filling.package, here, posted, contents.answers, today=today))

    draft = drafts.save(own.user(request), own.scope(request), filling.draft.pk, change, step=here.id, reached=reached)
    return filling.after(draft)


def _sent(request: HttpRequest, filling: Filling, here: Step) -> HttpResponse:
    """The page was sent: by *Fortsätt*, or by a button that adds, removes or goes elsewhere. All of them save first."""
    do, _, what = request.POST.get("_do", "next").partition(":")
    asked = {path for path, _question in posting.asked(here, own.posted(request))}
    filling = _save(request, filling, here, own.posted(request))
    refused = uploads.take_all(own.user(request), own.scope(request), filling.draft.pk, here, asked=asked, sent=request.FILES)
    if request.FILES:
        filling = filling_of(request, draft_id=filling.draft.pk)
    if refused:
        return _page(request, filling, here, refused=refused, status=422)
    if do in ("add", "remove"):
        return _rows(request, filling, here, do, what)
    if do == "unfile":
        what, _, file_id = what.rpartition(":")
        uploads.take_back(own.user(request), own.scope(request), filling.draft.pk, what, file_id)
    elsewhere = _elsewhere(filling, here, do, what)
    return redirect(elsewhere) if elsewhere else _next(request, filling, here, asked)


def _elsewhere(filling: Filling, here: Step, do: str, what: str) -> str:
    """Where another button than *Fortsätt* leads."""
    if do in ("unfile", "upload"):
        return f"{filling.url(here.id)}#{pages.id_of(what)}"
    if do == "back":
        return filling.before(here)
    if do == "later":
        return reverse("eservices:later", args=[filling.draft.pk])
    return filling.url(what) if do == "to" and filling.step(what) else ""


def _rows(request: HttpRequest, filling: Filling, here: Step, do: str, what: str) -> HttpResponse:
    """Add a row to a repeated group, or take one away."""
    path, _, number = what.partition(":")
    part = next((one for one in here.parts if isinstance(one, Repeat) and one.path == path), None)
    if part is None:
        return redirect(filling.url(here.id))

    def change(contents: drafts.Contents) -> drafts.Contents:
        if do == "add":
            return replace(contents, answers=posting.add_row(contents.answers, part))
        return replace(contents, answers=posting.remove_row(contents.answers, part, int(number) if number.isdigit() else -1))

    drafts.save(own.user(request), own.scope(request), filling.draft.pk, change, step=here.id)
    rows = flow.get(filling.contents.answers, path)
    count = max(len(rows) if isinstance(rows, list) else 0, part.least)
    place = f"{pages.id_of(path)}-{count}" if do == "add" else pages.id_of(path)
    return redirect(f"{filling.url(here.id)}#{place}")


def _next(request: HttpRequest, filling: Filling, here: Step, asked: set[str]) -> HttpResponse:
    faults = filling.faults(here)
    known = tuple(fault for fault in faults if fault.path in asked or fault.path.partition("[")[0] not in filling.paths(here))
    if known:
        return _page(request, filling, here, faults=known, status=422)
    if new := filling.paths(here) - asked - filling.groups(here):
        first = next(path for path in filling.ordered(here) if path in new)
        return redirect(f"{filling.url(here.id)}?fler=1#{pages.id_of(first)}")
    if faults:
        return _page(request, filling, here, faults=faults, status=422)
    drafts.save(own.user(request), own.scope(request), filling.draft.pk, lambda contents: contents, reached=here.id)
    if request.POST.get("_from") == SUMMARY:
        wrong = next((one for one in filling.state.steps if filling.faults(filling.package_step(one))), "")
        return redirect(filling.url(wrong) if wrong else filling.summary_url())
    return redirect(filling.next(here))


def _page(
    request: HttpRequest,
    filling: Filling,
    here: Step,
    *,
    faults: tuple[checking.Fault, ...] = (),
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    form = filling.form(here, faults, refused)
    slots = list(form.slots(here))
    context = frame(request, filling, here) | {
        "slots": widgets.safe("".join(widgets.slot(place, shown) for place, shown in slots)),
        "sums": widgets.safe(widgets.sums(form.sums(here))),
        "wrong": [(pages.id_of(fault.path), form.said(fault)) for fault in faults]
        + [(pages.id_of(path), said) for path, said in (refused or {}).items()],
        "more": "fler" in request.GET,
        "from_summary": SUMMARY in (request.GET.get("fran"), request.POST.get("_from")),
        "has_files": any(question.kind == "file" for question in here.questions()),
        "has_place": any(question.kind == "place" for question in here.questions()),
    }
    return render(request, "eservices/step.html", context, status=status)
