"""The page of one step: its heading, when it is shown, and taking it away."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, opening, rule_forms, saving
from stadig.eservices.editing.saving import Trouble
from stadig.eservices.editing.text_forms import Text, TextForm
from stadig.eservices.editing.views.frame import about, frame
from stadig.eservices.editing.views.outline import counted, lines_of


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, edition_id: int, step_id: str) -> HttpResponse:
    """One step."""
    opened = opening.opened(request, edition_id)
    here = opened.step(step_id)
    do = request.POST.get("_do", "save").partition(":")[0] if request.method == "POST" else ""
    wanted = [
        Text(f"step.{step_id}.title", _("Rubrik"), needed=True),
        Text(f"step.{step_id}.lead", _("Ingress"), _("En mening under rubriken."), rows=2),
    ]
    texts = TextForm(opened, wanted, request.POST if do == "save" else None)
    rules = rule_forms.of(opened, f"step.{step_id}", here, request.POST if do in rule_forms.WHAT else None)
    trouble: Trouble | None = None
    if do == "remove":
        trouble = saving.change(request, opened, lambda files: changes.remove_step(files, step_id), "step_removed")
        if trouble is None:
            return redirect("eservices:edition", edition_id)
    elif do in rule_forms.WHAT and (edit := rules.edit(do)) is not None:
        trouble = saving.change(request, opened, edit, "rule")
        if trouble is None:
            return redirect(request.path)
    elif do == "save" and texts.is_valid():
        trouble = saving.change(request, opened, texts.edit, "step_changed")
        if trouble is None:
            return redirect(request.path)
    if trouble and trouble.meanwhile:
        opened = opening.opened(request, edition_id)
    wrong = bool(texts.errors or rules.wrong)
    context = frame(request, opened, "part", step=step_id, trouble=trouble, wrong=wrong) | {
        "step": here,
        "step_title": opened.text(f"step.{step_id}.title") or step_id,
        "texts": texts,
        "rules": rules,
        "found": about(opened, "step", step_id),
        "lines": lines_of(opened, here, here.parts, counted(opened)),
        "only": len(opened.package.flow.steps) == 1,
        "outline_url": reverse("eservices:edition", args=[edition_id]),
    }
    return render(request, "eservices/editing/step.html", context, status=422 if wrong or trouble else 200)
