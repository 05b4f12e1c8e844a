"""The pages of how cases are handled: statuses, the ways between them, times, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, forms, kind_words, opening, saving, way_forms
from stadig.eservices.editing.done_words import What
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.saving import Files, Trouble
from stadig.eservices.editing.text_forms import Text, TextForm
from stadig.eservices.editing.views.frame import about, frame


class Named(NamedTuple):
    """A status or a decision in a list."""

    id: str
    name: str
    meaning: str
    first: bool = False


class Edit(NamedTuple):
    """What a button of the page does, when its form is right."""

    form: Any
    edit: Callable[[Files], Files]
    what: What
    anchor: str


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The whole handling on one page, with a page of its own for each status and decision."""
    opened = opening.opened(request, edition_id)
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    form = _case_form(opened, request.POST if do == "case" else None)
    status = forms.NewNamed(request.POST if do == "status" else None, auto_id="s-%s")
    decision = _decision_form(request.POST if do == "decision" else None)
    way = way_forms.way_form(opened, request.GET.get("vag", ""), request.POST if do == "way" else None)
    time = way_forms.time_form(opened, request.GET.get("tid", ""), request.POST if do == "time" else None)
    edits: dict[str, Edit] = {
        "case": Edit(form, lambda files: changes.set_case(files, **form.cleaned_data), "case", "case"),
        "status": Edit(status, lambda files: _new_status(files, status.cleaned_data), "status_added", "status"),
        "decision": Edit(
            decision, lambda files: _new_decision(files, opened, decision.cleaned_data), "decision_added", "decision"
        ),
    }
    if way is not None:
        edits |= {"way": Edit(way, way.edit, "ways", "ways"), "way-remove": Edit(None, way.remove, "ways", "ways")}
    if time is not None:
        edits |= {"time": Edit(time, time.edit, "deadlines", "deadlines")}
        edits |= {"time-remove": Edit(None, time.remove, "deadlines", "deadlines")}
    trouble: Trouble | None = None
    wanted = edits.get(do)
    if wanted is not None and (wanted.form is None or wanted.form.is_valid()):
        trouble = saving.change(request, opened, wanted.edit, wanted.what)
        if trouble is None:
            return redirect(f"{request.path}#{wanted.anchor}")
        if trouble.meanwhile:
            opened = opening.opened(request, edition_id)
    wrong = any(one.form is not None and one.form.errors for one in edits.values())
    context = frame(request, opened, "case", step="-", trouble=trouble, wrong=wrong) | {
        "form": form,
        "new_status": status,
        "new_decision": decision,
        "way": way,
        "time": time,
        "ways": way_forms.way_lines(opened),
        "times": way_forms.time_lines(opened),
        "statuses": _statuses(opened),
        "decisions": _decisions(opened),
        "found": [one for kind in ("case", "status", "way", "deadline", "decision") for one in about(opened, kind)],
        "external": opened.package.about.handled_in == "external",
    }
    return render(request, "eservices/editing/case.html", context, status=422 if wrong or trouble else 200)


def _case_form(opened: Opened, data: Any) -> forms.Case:
    case = opened.package.case
    form = forms.Case(data, initial={name: getattr(case, name) for name in forms.Case.base_fields})  # type: ignore[attr-defined]
    form.fields["first"].choices = _names(opened)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return form


def _decision_form(data: Any) -> forms.NewNamed:
    form = forms.NewNamed(data, auto_id="b-%s")
    form.fields["kind"].label = _("Vad blir det för den sökande?")
    form.fields["kind"].choices = forms.choices(kind_words.OUTCOMES)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return form


def _names(opened: Opened) -> list[tuple[str, str]]:
    return list(way_forms.statuses(opened).items())


def _statuses(opened: Opened) -> list[Named]:
    words = {one.value: str(one.label) for one in kind_words.GROUPS}
    case, names = opened.package.case, dict(_names(opened))
    return [Named(one.id, names[one.id], words.get(one.group, one.group), one.id == case.first) for one in case.statuses]


def _decisions(opened: Opened) -> list[Named]:
    words = {one.value: str(one.label) for one in kind_words.OUTCOMES}
    return [
        Named(one.id, opened.text(f"decision.{one.id}.name") or one.id, words.get(one.outcome, one.outcome))
        for one in opened.package.case.decisions
    ]


def _new_status(files: Files, wanted: dict[str, Any]) -> Files:
    return changes.add_status(files, {"sv": wanted["name"]}, wanted["kind"])[0]


def _new_decision(files: Files, opened: Opened, wanted: dict[str, Any]) -> Files:
    closed = next((one.id for one in opened.package.case.statuses if one.group == "closed"), opened.package.case.first)
    return changes.add_decision(files, {"sv": wanted["name"]}, outcome=wanted["kind"], status=closed)[0]


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, edition_id: int, status_id: str) -> HttpResponse:
    """One status: what it means, and what the applicant reads."""
    opened = opening.opened(request, edition_id)
    here = next((one for one in opened.package.case.statuses if one.id == status_id), None)
    if here is None:
        raise Http404
    key = f"status.{status_id}"
    texts = (
        Text(f"{key}.name", gettext_lazy("Namn"), needed=True),
        Text(
            f"{key}.resident",
            gettext_lazy("Vad har hänt?"),
            gettext_lazy("Det läser den sökande på Mina sidor."),
            rows=2,
            needed=True,
        ),
        Text(
            f"{key}.next",
            gettext_lazy("Vad händer sedan?"),
            gettext_lazy("Säg också om den sökande behöver göra något."),
            rows=2,
            needed=True,
        ),
    )
    form = forms.Status(request.POST if request.POST.get("_do") == "save" else None, initial={"group": here.group})
    return _thing(request, opened, STATUS, status_id, (texts, form))


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, edition_id: int, decision_id: str) -> HttpResponse:
    """One decision: its outcome, its statute, how one appeals, and its words."""
    opened = opening.opened(request, edition_id)
    here = next((one for one in opened.package.case.decisions if one.id == decision_id), None)
    if here is None:
        raise Http404
    key = f"decision.{decision_id}"
    texts = (
        Text(f"{key}.name", gettext_lazy("Namn"), needed=True),
        Text(
            f"{key}.text",
            gettext_lazy("Vad beslutar ni?"),
            gettext_lazy("Meningen som beslutet börjar med."),
            rows=3,
            needed=True,
        ),
        Text(f"{key}.appeal", gettext_lazy("Hur man överklagar"), gettext_lazy("Lämna tomt för kommunens vanliga text."), rows=4),
        Text(
            f"template.{decision_id}",
            gettext_lazy("Förslag till motivering"),
            gettext_lazy(
                "Handläggaren börjar från texten. Skriv inom hakparentes det som bara handläggaren vet, till exempel [vad läkaren skriver]."
            ),
            rows=6,
        ),
    )
    initial = {name: getattr(here, name) for name in forms.Decision.base_fields}  # type: ignore[attr-defined]
    form = forms.Decision(request.POST if request.POST.get("_do") == "save" else None, initial=initial)
    form.fields["status"].choices = _names(opened)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return _thing(request, opened, DECISION, decision_id, (texts, form))


class _Kind(NamedTuple):
    """What a page of one thing changes."""

    name: str
    put: Callable[..., Files]
    remove: Callable[[Files, str], Files]
    changed: What
    removed: What


STATUS = _Kind("status", changes.change_status, changes.remove_status, "status_changed", "status_removed")
DECISION = _Kind("decision", changes.set_decision, changes.remove_decision, "decision_changed", "decision_removed")


def _thing(request: HttpRequest, opened: Opened, kind: _Kind, id_: str, shown: tuple[tuple[Text, ...], Any]) -> HttpResponse:
    """The page of a status or a decision: its texts and its form."""
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    wanted, form = shown
    texts = TextForm(opened, wanted, request.POST if do == "save" else None)
    trouble: Trouble | None = None
    if do == "remove":
        trouble = saving.change(request, opened, lambda files: kind.remove(files, id_), kind.removed)
        if trouble is None:
            return redirect("eservices:edition-case", opened.pk)
    elif do == "save" and texts.is_valid() and form.is_valid():

        def edit(files: Files) -> Files:
            return kind.put(texts.edit(files), id_, **form.cleaned_data)

        trouble = saving.change(request, opened, edit, kind.changed)
        if trouble is None:
            return redirect(request.path)
    if trouble and trouble.meanwhile:
        opened = opening.opened(request, opened.pk)
    wrong = bool(texts.errors or form.errors)
    context = frame(request, opened, "part", step="-", trouble=trouble, wrong=wrong) | {
        "kind": kind.name,
        "name": opened.text(f"{kind.name}.{id_}.name") or id_,
        "texts": texts,
        "form": form,
        "found": about(opened, kind.name, id_),
    }
    return render(request, "eservices/editing/named.html", context, status=422 if wrong or trouble else 200)
