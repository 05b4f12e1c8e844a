"""The live preview: a step as the resident will meet it, in a frame beside the editor. It can be filled in; nothing is stored."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import conditional_escape
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access, pages, posting, widgets
from stadig.eservices.checking import Fault
from stadig.eservices.editing import opening
from stadig.eservices.editing.trial import SUMMARY, Trial, sealed, unsealed
from stadig.eservices.rules import Cycle, RuleError
from stadig.eservices.views import own
from stadig.eservices.views.filling import what_comes_and_goes


@needs(access.EDIT)
@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, edition_id: int, step_id: str = "") -> HttpResponse:
    """One step of an edition, with the answers that the page itself carries."""
    opened = opening.opened(request, edition_id)
    language = request.POST.get("_language") or request.GET.get("sprak") or opened.language
    if language not in opened.package.texts:
        language = opened.language
    trial = Trial(opened.package, unsealed(request.POST.get("_kept", "")), language, step_id)
    with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
        try:
            return _sent(request, opened, trial) if request.method == "POST" else _page(request, opened, trial)
        except (RuleError, Cycle):
            return render(request, "eservices/editing/preview_broken.html", {"opened": opened, "strip_template": ""})


def _sent(request: HttpRequest, opened: opening.Opened, trial: Trial) -> HttpResponse:
    """Something was typed, chosen or pressed in the preview."""
    posted = own.posted(request)
    do, _, what = request.POST.get("_do", "next").partition(":")
    before, trial = trial, trial.read(posted)
    if request.headers.get("HX-Request"):
        return _outside(trial, posted)
    step = before.step
    if do in ("add", "remove"):
        trial = trial.with_rows(do, what)
    elif do == "back":
        trial = trial.at(trial.before())
    if do != "next" or step is None:
        return _page(request, opened, trial)
    asked = {path for path, _question in posting.asked(step, posted)}
    faults = trial.faults(step)
    known = tuple(fault for fault in faults if fault.path in asked)
    if faults:
        return _page(request, opened, trial, known, more=not known)
    return _page(request, opened, trial.at(trial.after()))


def _outside(trial: Trial, posted: dict[str, list[str]]) -> HttpResponse:
    """Only what comes and goes on the page, never the field one is in."""
    step = trial.step
    if step is None:
        return HttpResponse(status=204)
    form, told = trial.form(), set(posted.get("_slots", ()))
    html = "".join(one for place, shown in form.slots(step) for one in what_comes_and_goes(place, shown, told))
    kept = f'<input type="hidden" name="_kept" id="kept" value="{conditional_escape(sealed(trial.answers))}" hx-swap-oob="true">'
    return HttpResponse(html + widgets.sums(form.sums(step), outside=True) + kept)


def _page(
    request: HttpRequest, opened: opening.Opened, trial: Trial, faults: tuple[Fault, ...] = (), *, more: bool = False
) -> HttpResponse:
    step, text = trial.step, trial.package.text
    context: dict[str, Any] = {
        "opened": opened,
        "strip_template": "",
        "language": trial.language,
        "kept": sealed(trial.answers),
        "number": trial.number,
        "count": len(trial.steps) + 1,
        "percent": round(100 * (trial.number - 1) / (len(trial.steps) + 1)),
        "service_title": text("service.title", trial.language),
        "step_id": step.id if step else SUMMARY,
        "more": more,
    }
    if step is None:
        context |= {"sections": list(trial.summary()) if trial.steps else []}
        return render(request, "eservices/editing/preview_summary.html", context)
    form = trial.form(faults)
    context |= {
        "title": text(f"step.{step.id}.title", trial.language),
        "step_lead": text(f"step.{step.id}.lead", trial.language),
        "step_why": text(f"step.{step.id}.why", trial.language),
        "slots": widgets.safe("".join(widgets.slot(place, shown) for place, shown in form.slots(step))),
        "sums": widgets.safe(widgets.sums(form.sums(step))),
        "wrong": [(pages.id_of(fault.path), form.said(fault)) for fault in faults],
    }
    return render(request, "eservices/editing/preview.html", context)
