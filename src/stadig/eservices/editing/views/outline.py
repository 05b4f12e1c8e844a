"""The steps and questions of an edition in their order: what one moves, adds and takes away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import actions, changes, forms, kind_words, opening, saving, sentences, spots
from stadig.eservices.editing.done_words import What
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.saving import Files, Trouble
from stadig.eservices.editing.views.frame import frame
from stadig.eservices.findings import ERROR
from stadig.eservices.package import Info, Part, Question, Repeat, Step
from stadig.eservices.placing import name_of


class Line(NamedTuple):
    """One part of a step as the outline shows it."""

    edition: int
    path: str
    label: str
    kind: str
    optional: bool
    condition: str
    errors: int
    warnings: int
    first: bool
    last: bool
    inner: tuple[Any, ...]


class Page(NamedTuple):
    """One step as the outline shows it."""

    edition: int
    id: str
    number: int
    title: str
    condition: str
    errors: int
    lines: tuple[Line, ...]
    first: bool
    last: bool


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def outline(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The steps with their questions."""
    opened = opening.opened(request, edition_id)
    form = forms.NewStep(request.POST if request.POST.get("_do") == "step" else None)
    trouble: Trouble | None = None
    if request.method == "POST" and request.POST.get("_do") == "step":
        if form.is_valid():
            title, steps = form.cleaned_data["title"], opened.package.flow.steps
            trouble = saving.change(
                request, opened, lambda files: changes.add_step(files, {"sv": title}, after=steps[-1].id)[0], "step_added"
            )
            if trouble is None:
                return redirect(f"{request.path}#nytt-steg")
    elif request.method == "POST":
        trouble = _move(request, opened)
        if trouble is None:
            return redirect(request.path)
    if trouble and trouble.meanwhile:
        opened = opening.opened(request, edition_id)
    context = frame(request, opened, "outline", trouble=trouble, wrong=bool(form.errors)) | {
        "pages": pages_of(opened),
        "form": form,
        "errors": len(opened.errors),
        "warnings": len(opened.warnings),
        "is_new": opened.edition.base_id is None,
    }
    return render(request, "eservices/editing/outline.html", context, status=422 if trouble or form.errors else 200)


def _move(request: HttpRequest, opened: Opened) -> Trouble | None:
    """A button of the outline: something goes up, down or away."""
    do, _sep, what = request.POST.get("_do", "").partition(":")
    edit = MOVES.get(do)
    if edit is None:
        return None
    make, said = edit
    return saving.change(request, opened, make(opened, what), said)


def step_to(by: int) -> Callable[[Opened, str], Callable[[Files], Files]]:
    """Move a step so many places."""

    def make(opened: Opened, step_id: str) -> Callable[[Files], Files]:
        ids = [step.id for step in opened.package.flow.steps]
        opened.step(step_id)
        return lambda files: changes.move_step(files, step_id, max(0, ids.index(step_id) + by))

    return make


def part_to(by: int) -> Callable[[Opened, str], Callable[[Files], Files]]:
    """Move a question so many places; past the first or last of its step it goes into the step before or after."""

    def make(opened: Opened, path: str) -> Callable[[Files], Files]:
        step, part = opened.part(path)
        around = next((one for one in step.parts if isinstance(one, Repeat) and part in one.parts), None)
        inside = around.parts if around else step.parts
        index = inside.index(part) + by  # type: ignore[arg-type]
        steps = opened.package.flow.steps
        number = steps.index(step)
        if around is None and index < 0 and number > 0:
            step, index = steps[number - 1], len(steps[number - 1].parts)
        elif around is None and index >= len(inside) and number + 1 < len(steps):
            step, index = steps[number + 1], 0
        return lambda files: changes.move_question(files, path, step.id, max(0, index))

    return make


def _remove_step(opened: Opened, step_id: str) -> Callable[[Files], Files]:
    opened.step(step_id)
    return lambda files: changes.remove_step(files, step_id)


def _remove_part(opened: Opened, path: str) -> Callable[[Files], Files]:
    opened.part(path)
    return lambda files: changes.remove_question(files, path)


MOVES: Mapping[str, tuple[Callable[[Opened, str], Callable[[Files], Files]], What]] = {
    "step-up": (step_to(-1), "step_moved"),
    "step-down": (step_to(1), "step_moved"),
    "step-remove": (_remove_step, "step_removed"),
    "up": (part_to(-1), "question_moved"),
    "down": (part_to(1), "question_moved"),
    "remove": (_remove_part, "question_removed"),
}


def pages_of(opened: Opened) -> list[Page]:
    """The outline."""
    steps = opened.package.flow.steps
    counts = counted(opened)
    return [
        Page(
            opened.pk,
            step.id,
            number + 1,
            opened.text(f"step.{step.id}.title") or step.id,
            sentences.of(opened, step.show_if),
            counts.get(("step", step.id), (0, 0))[0],
            lines_of(opened, step, step.parts, counts),
            number == 0,
            number == len(steps) - 1,
        )
        for number, step in enumerate(steps)
    ]


Counts = Mapping[tuple[str, str], tuple[int, int]]


def counted(opened: Opened) -> Counts:
    """How many errors and warnings each step and part has."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for finding in opened.findings:
        spot = spots.spot_of(finding, opened.package)
        errors, warnings = counts.get((spot.kind, spot.id), (0, 0))
        wrong = finding.severity == ERROR
        counts[(spot.kind, spot.id)] = (errors + wrong, warnings + (not wrong))
    return counts


def lines_of(opened: Opened, step: Step, parts: tuple[Part, ...], counts: Counts) -> tuple[Line, ...]:
    """Some parts of a step, as lines."""
    at_top = opened.package.flow.steps[0] == step
    at_end = opened.package.flow.steps[-1] == step
    inner = parts is not step.parts
    return tuple(
        Line(
            opened.pk,
            name_of(part),
            opened.label(part),
            str(kind_words.LABELS.get(kind_of(part), "")),
            isinstance(part, Question) and not part.required,
            sentences.of(opened, part.show_if),
            *counts.get(("part", name_of(part)), (0, 0)),
            number == 0 and (at_top or inner),
            number == len(parts) - 1 and (at_end or inner),
            lines_of(opened, step, part.parts, counts) if isinstance(part, Repeat) else (),
        )
        for number, part in enumerate(parts)
    )


def kind_of(part: Part) -> str:
    """The kind of question, *info* or *group*."""
    return part.kind if isinstance(part, Question) else "info" if isinstance(part, Info) else "group"


@needs(access.EDIT)
@require_POST
def undo(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Take back the last change, and stay where one was while that page is there."""
    opened = opening.opened(request, edition_id)
    user: Any = request.user
    sent = request.POST.get("revision", "")
    try:
        actions.undo(user, opened.pk, int(sent) if sent.isdigit() else opened.edition.revision)
    except actions.ChangedMeanwhile as error:
        messages.error(request, saving.meanwhile(error))
    else:
        messages.success(request, _("Den senaste ändringen är ångrad."))
    here = reverse("eservices:edition", args=[edition_id])
    wanted = unquote(urlsplit(request.POST.get("next", "")).path)
    return redirect(wanted if wanted.startswith(here) and _is_there(request, wanted) else here)


def _is_there(request: HttpRequest, path: str) -> bool:
    """Whether a page of the edition is still there after something was undone."""
    from django.http import Http404
    from django.urls import Resolver404, resolve

    try:
        match = resolve(path)
    except Resolver404:
        return False
    opened = opening.opened(request, match.kwargs["edition_id"])
    try:
        if "path" in match.kwargs:
            opened.part(match.kwargs["path"])
        if "step_id" in match.kwargs:
            opened.step(match.kwargs["step_id"])
    except Http404:
        return False
    case = opened.package.case
    known = {"status_id": {one.id for one in case.statuses}, "decision_id": {one.id for one in case.decisions}}
    return all(match.kwargs[name] in ids for name, ids in known.items() if name in match.kwargs)
