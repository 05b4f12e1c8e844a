"""Writing a decision, reading it as the one who gets it will, and making it; and the list the committee is told from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stadig.cases import access, actions, casefile, casefile_sql, deciding, definitions, delegated, drafting, papers, telling
from stadig.cases.casefile_sql import Rows
from stadig.cases.forms import Decide, Meeting
from stadig.cases.models import Case
from stadig.cases.views.case import once
from stadig.cases.views.writing import handled, refuse, show
from stadig.city import clock
from stadig.city.permissions import needs

Drafts = dict[str, drafting.Draft]


@needs(access.DECIDE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write, look, decide. Nothing is kept until it is decided; every step sends the whole text along."""
    case = handled(request, case_id)
    step, rows = request.POST.get("step", ""), casefile_sql.contents(case.pk)
    types = _types(case, rows)
    drafts = _drafts(case, types, rows)
    if request.method != "POST":
        initial = asdict(drafts[types[0][0]]) if len(types) == 1 else {}
        return _write(request, case, Decide(types, initial=initial), drafts, rows)
    form = Decide(types, _begun(request.POST, drafts) if step == "begin" else request.POST)
    if step in ("change", "begin") or not form.is_valid():
        return _write(request, case, form, drafts, rows)
    try:
        if step == "decide":
            deciding.decide(request.user, case_id, request_id=once(request), **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("Beslutet är fattat. Den som ärendet gäller får veta det."))
            return redirect("cases:case", case_id=case_id)
        proposal = deciding.propose(request.user, case, **form.cleaned_data)  # type: ignore[arg-type]
    except (ValidationError, actions.CaseError) as fault:
        refuse(form, fault)
        return _write(request, case, form, drafts, rows)
    paper = papers.paper(case, proposal, request.user, telling.language_of(case))  # type: ignore[arg-type]
    if step == "pdf":
        response = HttpResponse(papers.pdf(paper), content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="forslag.pdf"'
        return response
    return show(request, "cases/preview.html", case, form, paper=paper)


@needs(access.REPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: HttpRequest) -> HttpResponse:
    """Decisions made in the committee's name that it has not been told of."""
    user: Any = request.user
    form = Meeting(request.POST or None, initial={"meeting": clock.today()})
    if request.method == "POST" and form.is_valid():
        chosen = [int(one) for one in request.POST.getlist("decision") if one.isdecimal() and len(one) < 18]
        told = deciding.report(user, chosen, form.cleaned_data["meeting"], request_id=once(request))
        if told:
            messages.success(request, _("Anmält: %(n)s beslut.") % {"n": told})
            return redirect("cases:delegation")
        form.add_error(None, _("Välj minst ett beslut. De som redan är anmälda står kvar som de är."))
    context = {"groups": delegated.untold(user), "meetings": delegated.meetings(user), "today": clock.today()}
    context |= {"form": form, "once": once(request) or uuid4()}
    return render(request, "cases/delegation.html", context, status=422 if form.errors else 200)


@needs(access.REPORT)
@require_safe
def meeting(request: HttpRequest, day: str) -> HttpResponse:
    """What the committee was told at one meeting."""
    try:
        held = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    return render(request, "cases/meeting.html", {"groups": delegated.told(request.user, held), "day": held})


def _write(request: HttpRequest, case: Case, form: Decide, drafts: Drafts, rows: Rows) -> HttpResponse:
    """The form, beside what came in: whoever writes why has the answers before them."""
    file = casefile.read(request.user, case, rows)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return show(request, "cases/decide.html", case, form, file=file, drafted=any(drafts.values()))


def _drafts(case: Case, types: list[tuple[str, str]], rows: Rows) -> Drafts:
    """What each decision may be begun from, in the applicant's language."""
    definition, data, today = definitions.of(case), casefile.answers(rows["document"]), clock.today()
    language = next((one["language"] for one in rows["document"] if one["number"] == 1), "") or "sv"
    with translation.override(language):
        texts = drafting.given(case.type.slug, case.pk, language) if types else {}
        return {one: drafting.draft(definition, one, data, language, today=today, texts=texts) for one, _name in types}


def _begun(typed: QueryDict, drafts: Drafts) -> QueryDict:
    """The form with the draft of the chosen decision in it. What someone has written stays; a draft nobody touched gives way."""
    data, chosen = typed.copy(), drafts.get(typed.get("type", ""), drafting.Draft(""))
    for name in ("reasoning", "conditions"):
        written, new = data.get(name, "").replace("\r", "").strip(), getattr(chosen, name)
        untouched = written in {getattr(one, name) for one in drafts.values()} | {""}
        data[name] = new if untouched else written if new in written else f"{written}\n\n{new}"
    return data


def _types(case: Case, rows: Rows) -> list[tuple[str, str]]:
    definition, language = definitions.of(case), (get_language() or "sv")[:2]
    found = casefile.decidable(definition, case.status, casefile.running(rows["clock"]))
    return [(one.id, casefile.decision_words(definition, one.id, language)) for one in found]
