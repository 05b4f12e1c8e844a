"""The design chooser: what could answer the question, what each design could show, and what is refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.pilots import access, actions, desk_baseline, desk_reading, finding_words, forms, sentences
from stadig.pilots.card import Card
from stadig.pilots.desk_baseline import BadBaseline, Baseline
from stadig.pilots.desk_reading import Opened, UnitRow
from stadig.pilots.errors import PilotError
from stadig.pilots.statistics import chooser
from stadig.pilots.statistics.chooser import Advice, Question
from stadig.pilots.statistics.terms import Design, Finding, Scale
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.ui import formatting

NAMES: Final[dict[tuple[str, str], Any]] = {
    ("persons", "complete"): gettext_lazy("Lotta person för person"),
    ("areas", "complete"): gettext_lazy("Lotta områden, vilka som helst"),
    ("areas", "pairs"): gettext_lazy("Lotta områden i par"),
    ("areas", "constrained"): gettext_lazy("Lotta områden så att grupperna är jämna"),
    ("comparison-areas", "chosen"): gettext_lazy("Valda områden bredvid andra"),
    ("before-after", "none"): gettext_lazy("Bara före och efter"),
}


class Told(NamedTuple):
    """A reason, in words."""

    severity: str
    said: str


class Choice(NamedTuple):
    """One design as the list shows it."""

    design: str
    title: str
    possible: bool
    recommended: bool
    chosen: bool
    facts: tuple[tuple[str, str], ...]
    why: tuple[Told, ...]


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def design(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Ask, read the advice, choose one."""
    pilot = desk_reading.opened(pilot_id)
    units = desk_reading.units_of(pilot_id)
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    if do == "choose" and pilot.idea:
        return _chosen(request, pilot)
    form = forms.Ask(request.POST if do == "ask" else None, request.FILES or None, initial=_first(pilot.card, units))
    choices: tuple[Choice, ...] = ()
    if do == "ask" and form.is_valid():
        try:
            question = _question(pilot.card, units, form.cleaned_data)
            choices = tuple([_choice(one, pilot.card) for one in chooser.advise(question)])
        except BadBaseline as error:
            form.add_error("file" if form.cleaned_data["file"] else "figures", str(error))
    context = frame(request, pilot, "desk-design") | {
        "form": form,
        "choices": choices,
        "possible": sum(one.possible for one in choices),
        "wrong": bool(form.errors),
        "unit": "%" if pilot.card.scale is Scale.RELATIVE else (pilot.card.primary.unit if pilot.card.primary else ""),
        "needs_lever": not pilot.card.lever or not pilot.card.unit,
        "may_choose": pilot.idea and access.PLAN.held_by(request.user),
    }
    return render(request, "pilots/desk/design.html", context, status=422 if form.errors else 200)


def _first(card: Card, units: list[UnitRow]) -> dict[str, Any]:
    """What is known already."""
    worthwhile = None if card.worthwhile is None else round(card.worthwhile * (100 if card.scale is Scale.RELATIVE else 1), 6)
    return {
        "units": len(units) or (card.planned_n if card.design is Design.PERSONS else None),
        "worthwhile": worthwhile and (int(worthwhile) if worthwhile == int(worthwhile) else round(worthwhile, 6)),
        "worst": card.chosen_because_worst,
    }


def _question(card: Card, units: list[UnitRow], wanted: dict[str, Any]) -> Question:
    """The question in plain figures. Raises BadBaseline."""
    found: Baseline | None = None
    if wanted["file"]:
        found = desk_baseline.of_file(wanted["file"].read(), wanted["file"].name)
    elif wanted["figures"].strip():
        found = desk_baseline.of_lines(wanted["figures"])
    relative = card.scale is Scale.RELATIVE
    refs = tuple(one.ref for one in units)
    names = found.names if found else refs if len(refs) == wanted["units"] else ()
    return Question(
        unit=card.unit,
        lever=card.lever,
        units=len(found.names) if found else wanted["units"],
        worthwhile=wanted["worthwhile"] / 100 if relative else wanted["worthwhile"],
        scale=card.scale,
        per_period=wanted["per_period"] or 0,
        mean=wanted["mean"],
        sd=wanted["sd"],
        baseline=found.figures if found else None,
        names=names,
        periods=_looks(card),
        before=max(1, round(card.baseline_days / 30.4)),
        alpha=card.alpha,
        spending=card.spending,
        chosen=tuple(one.ref for one in units if one.arm == "pilot" and one.ref in names and _is_chosen(card)),
        chosen_because_worst=wanted["worst"],
    )


def _is_chosen(card: Card) -> bool:
    return card.allocation is not None and card.allocation.method == "chosen"


def _looks(card: Card) -> int:
    """How many looks the card's dates give; twelve before it has any. More than 60 change little and take long."""
    if card.begins is None or card.ends is None or card.ends <= card.begins:
        return 12
    return min(60, max(1, ((card.ends - card.begins).days + 1) // max(card.every_days, 1)))


def _choice(one: Advice, card: Card) -> Choice:
    unit = card.primary.unit if card.primary else ""
    facts: list[tuple[str, str]] = []
    if one.power is not None:
        facts.append((_("Chans att visa en skillnad som är värd pengarna"), formatting.percent(one.power * 100)))
    if one.detectable is not None:
        facts.append((_("Minsta skillnad den kan visa"), sentences.amount(one.detectable, unit, card.scale)))
    if one.draws is not None:
        facts.append((_("Möjliga fördelningar"), formatting.number(one.draws)))
    if one.smallest_p is not None:
        facts.append((_("Minsta p-värde som upplägget kan ge"), formatting.number(one.smallest_p, 4)))
    if one.expected_look is not None:
        said = _("efter %(look)s gånger av %(looks)s") % {"look": formatting.number(one.expected_look), "looks": _looks(card)}
        facts.append((_("Svaret väntas"), said))
    return Choice(
        one.design.value,
        str(NAMES[one.design.value, one.method]),
        one.possible,
        one.recommended,
        card.design is one.design,
        tuple(facts),
        tuple([Told(why.severity, _why(why, one.method, card)) for why in one.why]),
    )


def _why(found: Finding, method: str, card: Card) -> str:
    """A reason in words; a lot that cannot be cast lacks something of the form below."""
    if found.code == "draw_impossible" and method == "constrained":
        return _(
            "Jämna grupper behöver siffror från tiden före, och tillräckligt många områden. Skriv dem här under och räkna om."
        )
    if found.code == "draw_impossible" and method == "pairs":
        return _("Par behöver ett jämnt antal områden. Ta med ett till, eller ta bort ett.")
    return finding_words.finding(found, card)


def _chosen(request: HttpRequest, pilot: Opened) -> HttpResponse:
    """Put the chosen design on the card."""
    wanted = request.POST.get("design", "")
    if wanted not in {one.value for one in Design}:
        return redirect("pilots:desk-design", pilot.id)
    worst = request.POST.get("worst", "") == "on"
    card = replace(pilot.card, design=Design(wanted), chosen_because_worst=worst or pilot.card.chosen_because_worst)
    try:
        actions.save_card(user_of(request), pilot.id, card, seen=pilot.number)
    except PilotError as error:
        messages.error(request, str(error))
        return redirect("pilots:desk-design", pilot.id)
    messages.success(request, _("Upplägget står på kortet."))
    areas = card.design in (Design.AREAS, Design.COMPARISON) and card.allocation is None
    return redirect("pilots:desk-units" if areas else "pilots:desk-card", pilot.id)
