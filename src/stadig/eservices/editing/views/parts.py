"""The page of one question, text or group: its words in every language, how it is answered, when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, forms, kind_words, opening, rule_forms, saving
from stadig.eservices.editing.done_words import What
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.saving import Files, Trouble
from stadig.eservices.editing.text_forms import Sides, Text, TextForm
from stadig.eservices.editing.views.frame import about, frame
from stadig.eservices.editing.views.outline import kind_of
from stadig.eservices.package import Info, Question, Repeat, Step

Part = Question | Repeat | Info


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, edition_id: int, path: str) -> HttpResponse:
    """One part of a step."""
    opened = opening.opened(request, edition_id)
    step, one = opened.part(path)
    do = request.POST.get("_do", "").partition(":")[0]
    mine = request.POST if request.method == "POST" and do not in (*rule_forms.WHAT, "to", "remove") else None
    texts = TextForm(opened, texts_of(opened, one), mine)
    answers = option_texts(opened, one, mine)
    details = details_of(one, mine)
    rules = rule_forms.of(opened, path, one, request.POST if do in rule_forms.WHAT else None)
    trouble: Trouble | None = None
    if request.method == "POST":
        edit, what, then = _wanted(request, _Page(opened, one, (texts, answers), details, rules))
        if edit is not None:
            trouble = saving.change(request, opened, edit, what)
            if trouble is None:
                return redirect(then or request.get_full_path())
            if trouble.meanwhile:
                opened = opening.opened(request, edition_id)
    wrong = bool(texts.errors or answers.errors or (details is not None and details.errors) or rules.wrong)
    context = frame(request, opened, "part", step=step.id, trouble=trouble, wrong=wrong) | {
        "part": one,
        "path": path,
        "kind": kind_of(one),
        "kind_label": kind_words.LABELS.get(kind_of(one), ""),
        "label": opened.label(one),
        "step": step,
        "step_title": opened.text(f"step.{step.id}.title"),
        "texts": texts,
        "details": details,
        "rules": rules,
        "found": about(opened, "part", path),
        "options": _options(opened, one, answers),
        "answers": answers,
        "steps": _elsewhere(opened, step) if "[]." not in path else (),
    }
    return render(request, "eservices/editing/part.html", context, status=422 if wrong or trouble else 200)


Wanted = tuple[Callable[[Files], Files] | None, What, str]


@dataclass(frozen=True, slots=True)
class _Page:
    """What the page of one part is made of."""

    opened: Opened
    one: Part
    texts: tuple[TextForm, ...]
    details: forms.Details | forms.Rows | None
    rules: rule_forms.Rules


def _wanted(request: HttpRequest, page: _Page) -> Wanted:
    """(the edit that the pressed button asks for, what it is called, where to go); no edit when something is to be mended."""
    opened, one, texts, details, rules = page.opened, page.one, page.texts, page.details, page.rules
    do, _sep, what = request.POST.get("_do", "save").partition(":")
    path = path_of(one)
    if do == "remove":
        return (
            lambda files: changes.remove_question(files, path),
            "question_removed",
            reverse("eservices:edition", args=[opened.pk]),
        )
    if do == "to":
        target = opened.step(request.POST.get("step", ""))
        return lambda files: changes.move_question(files, path, target.id, len(target.parts)), "question_moved", ""
    if do in rule_forms.WHAT:
        return rules.edit(do), "rule", ""
    if not all(form.is_valid() for form in texts) or (details is not None and not details.is_valid()):
        return None, "question_changed", ""

    def edit(files: Files) -> Files:
        for form in texts:
            files = form.edit(files)
        if details is not None:
            files = _detailed(files, one, details)
        return _with_option(files, one, do, what) if isinstance(one, Question) else files

    return edit, "options" if do.startswith("option") else "question_changed", ""


def path_of(one: Part) -> str:
    """A part's path, ``info.ID`` for a text."""
    return f"info.{one.id}" if isinstance(one, Info) else one.path


def texts_of(opened: Opened, one: Part) -> list[Text]:
    """The texts that belong to a part."""
    if isinstance(one, Info):
        return [Text(f"info.{one.id}", _("Texten"), rows=3, needed=True)]
    key = f"question.{one.path if isinstance(one, Repeat) else one.key}"
    if isinstance(one, Repeat):
        return [
            Text(f"{key}.label", _("Rubrik"), needed=True),
            Text(f"{key}.hint", _("Ledtext under rubriken")),
            Text(f"{key}.one", _("Vad heter en av dem?"), _("Till exempel: Barn. Då står det Barn 1, Barn 2.")),
            Text(f"{key}.add", _("Knappen för att lägga till"), _("Till exempel: Lägg till ett barn")),
        ]
    return [
        Text(f"{key}.label", _("Frågan"), needed=True),
        Text(f"{key}.hint", _("Ledtext under frågan"), _("En kort mening som gör det lättare att svara."), rows=2),
        Text(f"{key}.help", _("Mer om frågan"), _("Visas när någon vill veta mer."), rows=3),
    ]


class Option(NamedTuple):
    """One answer to choose among, with its words in every language."""

    value: str
    name: str
    sides: tuple[Sides, ...]
    first: bool
    last: bool


def option_texts(opened: Opened, one: Part, data: Any) -> TextForm:
    """The words of the answers to choose among."""
    values = one.options if isinstance(one, Question) else ()
    key = f"question.{one.key}.option" if isinstance(one, Question) else ""
    return TextForm(opened, [Text(f"{key}.{value}", _("Svar"), needed=True) for value in values], data)


def _options(opened: Opened, one: Part, form: TextForm) -> list[Option]:
    """The answers to choose among, in their order."""
    if not isinstance(one, Question):
        return []
    last = len(one.options) - 1
    return [
        Option(str(value), opened.text(sides.key) or str(value), (sides,), number == 0, number == last)
        for number, (value, sides) in enumerate(zip(one.options, form.sides(), strict=True))
    ]


def _elsewhere(opened: Opened, here: Step) -> tuple[tuple[str, str], ...]:
    """(id, title) of the steps that a part may move to."""
    return tuple(
        (step.id, opened.text(f"step.{step.id}.title") or step.id) for step in opened.package.flow.steps if step.id != here.id
    )


def details_of(one: Part, data: Any) -> forms.Details | forms.Rows | None:
    """How it is answered; None for a text."""
    if isinstance(one, Question):
        return forms.Details(one, data)
    if isinstance(one, Repeat):
        return forms.Rows(data, initial={"least": one.least, "most": one.most}, auto_id="d-%s")
    return None


def _detailed(files: Files, one: Part, details: forms.Details | forms.Rows) -> Files:
    """The files with how it is answered."""
    wanted = details.cleaned_data
    if isinstance(one, Repeat):
        return changes.change_group(files, one.path, least=wanted["least"], most=wanted["most"])
    kind = wanted["kind"]
    limits = {name: wanted[name] for name in ("unit", "least", "most", "longest", "most_files") if name in wanted}
    if kind != kind_of(one):  # limits of the kind it had say nothing about the one it gets
        limits = {}
    options = [{"sv": said} for said in wanted["options"]]
    return changes.change_question(files, path_of(one), kind=kind, required=wanted["required"], add_options=options, **limits)


def _with_option(files: Files, one: Question, do: str, value: str) -> Files:
    """The files with an answer moved or taken away."""
    values = [str(each) for each in one.options]
    if value not in values:
        return files
    index = values.index(value)
    if do == "option-remove":
        return changes.remove_option(files, one.path, value)
    if do in ("option-up", "option-down"):
        return changes.move_option(files, one.path, value, max(0, index + (1 if do == "option-down" else -1)))
    return files
