"""Adding a question: one field and one choice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, forms, opening, saving
from stadig.eservices.editing.saving import Files
from stadig.eservices.editing.views.frame import frame
from stadig.eservices.package import Step


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, edition_id: int, step_id: str) -> HttpResponse:
    """A question, a text or a group of questions, last in a step."""
    opened = opening.opened(request, edition_id)
    step = opened.step(step_id)
    form = forms.NewPart(opened, step, request.POST or None)
    trouble = None
    if request.method == "POST" and form.is_valid():
        made: list[str] = []
        trouble = saving.change(request, opened, lambda files: _made(files, step, form.cleaned_data, made), "question_added")
        if trouble is None:
            return redirect("eservices:edition-part", edition_id, made[-1])
        if trouble.meanwhile:
            opened = opening.opened(request, edition_id)
    context = frame(request, opened, "part", step=step_id, trouble=trouble, wrong=bool(form.errors))
    context |= {
        "form": form,
        "step": step,
        "step_title": opened.text(f"step.{step_id}.title"),
        "words": form.words,
        "chosen": str(form["kind"].value() or ""),
    }
    return render(request, "eservices/editing/add.html", context, status=422 if form.errors or trouble else 200)


def _made(files: Files, step: Step, wanted: dict[str, Any], made: list[str]) -> Files:
    """The files with the new part; its path comes last in ``made``."""
    label = {"sv": wanted["label"]}
    if wanted["kind"] == "info":
        files, id_ = changes.add_info(files, step.id, label)
        made.append(f"info.{id_}")
    elif wanted["kind"] == "group":
        files, path = changes.add_group(files, step.id, label)
        made.append(path)
    else:
        files, path = changes.add_question(
            files,
            step.id,
            wanted["kind"],
            label,
            required=wanted["kind"] != "file",
            options=[{"sv": one} for one in wanted["options"]],
            repeat=wanted.get("repeat") or "",
        )
        made.append(path)
    return files
