"""The calculation of a month: the proposal, kept proposals, what is asked of the applicant and what is said before a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.assistance import access, calculation, desk, errors, gathering, kept, models, norms, requesting, row_words, sources
from stadig.assistance.gathering import Gathered
from stadig.assistance.terms import CASE_TYPE
from stadig.cases import access as of_cases
from stadig.cases import actions, answered, definitions, opening, telling, writing
from stadig.cases.forms import AskCompletion
from stadig.city import clock, disclosure
from stadig.city.permissions import needs
from stadig.exchange import actions as exchange
from stadig.ui import formatting


class Say(forms.Form):
    """What is said to the applicant before the decision."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 14}), max_length=10_000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].label = _("Vad vill du säga innan du beslutar?")


def found(request: HttpRequest, case_id: int) -> Any:
    """The case for one who handles it, or to whom it has been disclosed; 404 for all others."""
    user: Any = request.user
    case = opening.case(user, case_id, "true")
    if case is None or case.type.slug != CASE_TYPE or of_cases.is_party(user, case_id):
        raise Http404
    if not (case.may_handle or disclosure.allows(user, case)):
        raise Http404
    return case


def head_of(request: HttpRequest, case_id: int) -> desk.Head:
    """The case in one query, for one who may read its answers; 404 for all others."""
    try:
        return desk.find(request.user, case_id)
    except errors.NoSuchCase:
        raise Http404 from None


def gathered(case_id: int) -> Gathered:
    """What the calculation is made of; 404 where there is no application. Raises ``norms.NoNorm``."""
    try:
        return gathering.gather(case_id)
    except gathering.NoApplication:
        raise Http404 from None


def may_edit(case: Any) -> bool:
    """Whether the reader may set anything in the calculation."""
    return bool(case.may_handle) and case.closed_at is None


def once(request: HttpRequest) -> UUID | None:
    """The form's own number: sent twice, it is done once."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


@needs(access.READ)
@never_cache
@require_safe
def proposal(request: HttpRequest, case_id: int) -> HttpResponse:
    """The proposal of the month applied for: a page, or the part of one that htmx asks for."""
    head = head_of(request, case_id)
    part = request.headers.get("HX-Request") == "true"
    try:
        one = gathered(case_id)
    except norms.NoNorm as fault:
        context = {"case": head, "fault": str(fault), "part": part}
        return render(request, "assistance/no_norm.html" if not part else "assistance/_no_norm.html", context)
    exchange.record_readings(request.user, one.lookups, "read")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shown = calculation.draw(one, may_edit=head.may_ask, beside=request.GET.get("hos", "") if part else "")
    context: dict[str, Any] = {"case": head, "p": shown, "once": uuid4(), "asked_at": one.asked_at}
    if part:
        return render(request, "assistance/_proposal_section.html", context)
    context["name"] = head.persons[0].name if head.persons else ""
    context |= {"kept": _kept(one, shown), "person": one.person("applicant")}
    return render(request, "assistance/proposal.html", context)


def _kept(one: Gathered, now: calculation.Shown) -> list[tuple[kept.Listed, str, str, bool]]:
    """(a proposal that was kept, tint and word of how complete it is, whether the file is another now) of each, the latest first."""
    digest = kept.digest(kept.Content(one.task, calculation.proposed(one.task)))
    return [
        (was, now.tint, now.tag, False)
        if was.sha256 == digest
        else (was, "neutral", calculation.tag_then(was.complete, was.missing), True)
        for was in kept.of_case(one.case, one.month)
    ]


@needs(access.READ)
@never_cache
@require_safe
def source(request: HttpRequest, case_id: int, ref: str) -> HttpResponse:
    """Where each figure of a row stands: agency, contract, when, the answer's hash and the path in it, and the way there."""
    head = head_of(request, case_id)
    try:
        one = gathered(case_id)
    except norms.NoNorm:
        return redirect("assistance:proposal", case_id=case_id)
    row = sources.row(one, ref)
    if row is None:
        raise Http404
    exchange.record_readings(request.user, one.lookups, "read")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shown = {
        "row": row_words.head(row, one.task.household.home.living, one.month.year),
        "found": calculation.found_of(one, row),
        "places": sources.places(one, row, lambda other: _opens(request, other)),
    }
    return render(request, "assistance/source.html", {"case": head} | shown)


def _opens(request: HttpRequest, case_id: int) -> bool:
    """Whether the reader may read what agencies answered in another case."""
    try:
        desk.find(request.user, case_id)
    except errors.NoSuchCase:
        return False
    return True


@needs(access.ASK)
@require_POST
def keep(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep the proposal as it stands. Nothing is decided."""
    found(request, case_id)
    try:
        made = kept.keep(request.user, gathered(case_id), request_id=once(request))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (ValidationError, actions.CaseError, norms.NoNorm) as fault:
        messages.error(request, " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault))
        return redirect("assistance:proposal", case_id=case_id)
    messages.success(request, _("Sparat. När du skriver beslutet kan du hämta beräkningen."))
    return redirect("assistance:kept", case_id=case_id, proposal_id=made.pk)


@needs(access.READ)
@never_cache
@require_safe
def kept_one(request: HttpRequest, case_id: int, proposal_id: int) -> HttpResponse:
    """A kept proposal exactly as it stood, computed again from the same input, and whether anything has changed since."""
    case = found(request, case_id)
    one = models.Proposal.objects.select_related("by", "norm", "rules").filter(pk=proposal_id, case=case_id).first()
    if one is None:
        raise Http404
    checked = kept.checked(one)
    shown = calculation.of(case_id, checked.content.task, checked.content.proposal)
    asked = {said.source.lookup for said in checked.content.task.statements if said.source.lookup}
    exchange.record_readings(request.user, asked, "read")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    since = _since(case_id, one, checked)
    if since:
        shown = replace(shown, tint="neutral", tag=calculation.tag_then(one.complete, one.missing))
    context = {"case": case, "p": shown, "kept": one, "checked": checked, "since": since}
    return render(request, "assistance/kept.html", context)


def _since(case_id: int, one: models.Proposal, checked: kept.Checked) -> list[str]:
    """What has changed since a proposal was kept, in words."""
    said: list[str] = []
    try:
        now = gathering.gather(case_id, one.month)
    except (norms.NoNorm, gathering.NoApplication):
        return [_("Riksnormen som förslaget räknades med gäller inte längre.")]
    if now.force.norm_id != one.norm_id:
        said.append(_("En annan riksnorm gäller för månaden nu. Förslaget räknades med den som gällde då."))
    if now.force.rules_id != one.rules_id:
        said.append(_("Reglerna har ändrats sedan dess. Förslaget räknades med dem som gällde då."))
    if kept.encode_task(now.task) != kept.encode_task(checked.content.task):
        total = calculation.row_words.kronor(calculation.proposed(now.task).total)
        said.append(_("Underlaget har ändrats sedan dess. I dag blir summan %(total)s kr.") % {"total": total})
    return said


@needs(access.ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Read and send the request for what is missing: a draft in the applicant's language, which opens only what is asked for."""
    case = found(request, case_id)
    if not may_edit(case):
        raise Http404
    definition, language = definitions.of(case), telling.language_of(case)
    try:
        one = gathered(case_id)
    except norms.NoNorm:
        return redirect("assistance:proposal", case_id=case_id)
    with translation.override(language):
        draft = requesting.draft(one.task, calculation.proposed(one.task), definition, clock.today())
    questions = [(path, answered.label(definition, path, formatting.language())) for path in draft.paths]
    initial = {"paths": list(draft.paths), "text": draft.text, "due_on": draft.due_on}
    form = AskCompletion(questions, request.POST or None, initial=initial)
    form.fields["text"].widget.attrs["rows"] = 12
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            writing.ask_completion(request.user, case_id, said["paths"], said["text"], said["due_on"], request_id=once(request))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        except (ValidationError, actions.CaseError) as fault:
            form.add_error(None, str(fault) if isinstance(fault, actions.CaseError) else fault)
        else:
            messages.success(request, _("Skickat. Klockan står still tills svaret kommer."))
            return redirect("assistance:proposal", case_id=case_id)
    shown = calculation.draw(one, may_edit=True)
    context = {"case": case, "form": form, "once": once(request) or uuid4(), "p": shown}
    return render(request, "assistance/ask.html", context, status=422 if form.errors else 200)


@needs(access.ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def before(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show the applicant what others have told us and how we count, before a decision that gives less (25 § förvaltningslagen)."""
    case = found(request, case_id)
    if not may_edit(case):
        raise Http404
    try:
        one = gathered(case_id)
    except norms.NoNorm:
        return redirect("assistance:proposal", case_id=case_id)
    if request.method != "POST":
        exchange.record_readings(request.user, one.lookups, "read")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made = calculation.proposed(one.task)
    with translation.override(telling.language_of(case)):
        due = requesting.draft(one.task, made, definitions.of(case), clock.today()).due_on
        text = requesting.before_decision(calculation.plain(one.task, made), one.task, due)
    form = Say(request.POST or None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        try:
            writing.write(request.user, case_id, form.cleaned_data["text"], request_id=once(request))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        except ValidationError as fault:
            form.add_error("text", fault)
        else:
            messages.success(request, _("Skickat. Vänta på svaret innan du beslutar."))
            return redirect("assistance:proposal", case_id=case_id)
    context = {"case": case, "form": form, "once": once(request) or uuid4()}
    return render(request, "assistance/before.html", context, status=422 if form.errors else 200)
