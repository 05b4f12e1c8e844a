"""The page about the service itself, and what this city fills in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, forms, opening, saving
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.saving import Files, Trouble
from stadig.eservices.editing.text_forms import Text, TextForm
from stadig.eservices.editing.views.frame import about, frame

TEXTS = (
    Text("service.title", _("Namn"), _("Skriv vad man vill göra."), needed=True),
    Text("service.short", _("Kort namn"), _("Används i listor och i brev.")),
    Text("service.lead", _("Ingress"), _("En eller två meningar om vad man kan göra här."), rows=2, needed=True),
    Text("service.purpose", _("Varför ni frågar"), _("Det som invånaren läser om hur uppgifterna används."), rows=3, needed=True),
    Text("service.synonyms", _("Andra ord för det"), _("Ord som någon kan söka på. Ett på varje rad.")),
    Text("service.after", _("När den har kommit in"), _("Vad som händer sedan."), rows=2),
)


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest, edition_id: int) -> HttpResponse:
    """What the service is, for whom, and on what ground."""
    opened = opening.opened(request, edition_id)
    texts = TextForm(opened, TEXTS, request.POST or None)
    form = forms.About(request.POST or None, initial=_initial(opened))
    trouble: Trouble | None = None
    if request.method == "POST" and texts.is_valid() and form.is_valid():
        trouble = saving.change(request, opened, lambda files: _about(texts.edit(files), form.cleaned_data), "service")
        if trouble is None:
            return redirect(request.path)
        if trouble.meanwhile:
            opened = opening.opened(request, edition_id)
    wrong = bool(texts.errors or form.errors)
    context = frame(request, opened, "service", step="-", trouble=trouble, wrong=wrong)
    context |= {"texts": texts, "form": form, "found": about(opened, "service")}
    return render(request, "eservices/editing/service.html", context, status=422 if wrong or trouble else 200)


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def local(request: HttpRequest, edition_id: int) -> HttpResponse:
    """What this city fills in, whoever made the service."""
    opened = opening.opened(request, edition_id)
    form = forms.Local(request.POST or None, initial=_local(opened))
    trouble: Trouble | None = None
    if request.method == "POST" and form.is_valid():
        kept = {name: value for name, value in dict(opened.package.local).items() if name not in form.fields}
        wanted = kept | {name: value for name, value in form.cleaned_data.items() if value}
        trouble = saving.change(request, opened, lambda files: changes.set_local(files, wanted), "local")
        if trouble is None:
            return redirect(request.path)
        if trouble.meanwhile:
            opened = opening.opened(request, edition_id)
    context = frame(request, opened, "service", step="-", trouble=trouble, wrong=bool(form.errors)) | {"form": form}
    return render(request, "eservices/editing/local.html", context, status=422 if form.errors or trouble else 200)


def _initial(opened: Opened) -> dict[str, Any]:
    about = opened.package.about
    return {name: getattr(about, name) for name in forms.About.base_fields} | {  # type: ignore[attr-defined]
        "audience": list(about.audience),
        "channels": list(about.channels),
    }


def _local(opened: Opened) -> dict[str, Any]:
    case = opened.package.case
    return {"committee": case.committee, "unit": case.unit} | dict(opened.package.local)


def _about(files: Files, wanted: dict[str, Any]) -> Files:
    days = {name: found.isoformat() if (found := wanted[name]) else "" for name in ("open_from", "open_until")}
    return changes.set_service(files, **(wanted | days))
