"""What a case worker sets in a calculation: a row's amount, the household, the job stimulus, what nobody has stated. All of it may be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.assistance import access, calculation, entries, gathering, household, norms, row_words, stimulus, words
from stadig.assistance.aid_forms import Accept, Amount, Household, NewCost, NewIncome, Stimulus, Youth
from stadig.assistance.desk import Head
from stadig.assistance.gathering import Gathered
from stadig.assistance.models import Entry
from stadig.assistance.proposal import Row
from stadig.assistance.views.proposal import gathered, head_of, once
from stadig.cases import actions
from stadig.cases.models import Case
from stadig.city.permissions import needs
from stadig.exchange import actions as exchange

METHODS = ["GET", "HEAD", "POST"]


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def row(request: HttpRequest, case_id: int, ref: str) -> HttpResponse:
    """What counts of one row, and why."""
    case, one = _edited(request, case_id)
    made = calculation.proposed(one.task)
    wanted = calculation.row_of(made, ref)
    if wanted is None or wanted.kind not in {"cost", "income", "missing"}:
        raise Http404
    if request.method != "POST":
        exchange.record_readings(request.user, one.lookups, "read")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    suggested = abs(wanted.counts) if wanted.counts is not None else None
    initial = {"amount": _plain(suggested), "why": wanted.entered.why if wanted.entered else ""}
    form = Amount(request.POST or None, initial=initial)

    def save(said: dict[str, Any]) -> None:
        _set(request, one, wanted, said)

    shown = next(drawn for drawn in calculation.draw(one).rows if drawn.ref == ref)
    return _page(request, "assistance/row.html", case, form, save, row=shown, wanted=wanted)


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def income(request: HttpRequest, case_id: int) -> HttpResponse:
    """An income that nobody has stated."""
    case, one = _edited(request, case_id)
    people = [(who, row_words.WHO[who]) for who in (*one.task.adults, "child")]
    form = NewIncome(people, request.POST or None)

    def save(said: dict[str, Any]) -> None:
        entries.add_income(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            case_id,
            one.month,
            said["who"],
            said["label"],
            amount=said["amount"],
            why=said["why"],
            request_id=once(request),
        )

    return _page(request, "assistance/enter.html", case, form, save, title=_("Lägg till en inkomst"))


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def cost(request: HttpRequest, case_id: int) -> HttpResponse:
    """A cost that the application does not name."""
    case, one = _edited(request, case_id)
    form = NewCost(request.POST or None)
    number = sum(kept.key.startswith("cost:added") for kept in one.entries) + 1

    def save(said: dict[str, Any]) -> None:
        entries.set_cost(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            case_id,
            one.month,
            f"cost:added{number}",
            amount=said["amount"],
            why=said["why"],
            label=said["label"],
            request_id=once(request),
        )

    return _page(request, "assistance/enter.html", case, form, save, title=_("Lägg till en kostnad"))


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def accept(request: HttpRequest, case_id: int) -> HttpResponse:
    """Accept every cost that nobody has taken a stand on, as it was applied for."""
    case, one = _edited(request, case_id)
    left = [kept for kept in calculation.proposed(one.task).rows if kept.kind == "cost" and kept.entered is None]
    form = Accept(request.POST or None)

    def save(said: dict[str, Any]) -> None:
        for kept in left:
            _set(request, one, kept, said | {"amount": kept.counts}, again=False)

    lines = [(row_words.head(kept, "", 0), row_words.kronor(kept.counts)) for kept in left]
    return _page(request, "assistance/enter.html", case, form, save, title=_("Godta kostnaderna som de är sökta"), lines=lines)


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def home(request: HttpRequest, case_id: int) -> HttpResponse:
    """Who the household is."""
    case, one = _edited(request, case_id)
    form = Household(one.corrected or household.answered(one.answers), request.POST or None)

    def save(said: dict[str, Any]) -> None:
        entries.set_household(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            case_id,
            one.month,
            form.composition(),
            said["why"],
            request_id=once(request),
        )

    entry = next((kept for kept in one.entries if kept.kind == Entry.Kind.HOUSEHOLD), None)
    return _page(request, "assistance/household.html", case, form, save, entry=entry)


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def incentive(request: HttpRequest, case_id: int) -> HttpResponse:
    """Say that a quarter of someone's wages is not counted (12 kap. 8 § socialtjänstlagen)."""
    case, one = _edited(request, case_id)
    form = Stimulus([(who, row_words.WHO[who]) for who in one.task.adults], request.POST or None)

    def save(said: dict[str, Any]) -> None:
        entries.set_stimulus(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            case_id,
            one.month,
            said["who"],
            began=said["began"],
            why=said["why"],
            request_id=once(request),
        )

    person = one.person("applicant")
    months = stimulus.in_a_row(gathering.supported(person), one.month) if person else 0
    set_here = [kept for kept in one.entries if "began" in kept.said]
    return _page(request, "assistance/stimulus.html", case, form, save, months=months, set_here=set_here)


@needs(access.ASK)
@never_cache
@require_http_methods(METHODS)
def youth(request: HttpRequest, case_id: int) -> HttpResponse:
    """What a child or pupil at home has earned earlier in the year: up to one price base amount is not counted (12 kap. 9 §)."""
    case, one = _edited(request, case_id)
    entry = next((kept for kept in one.entries if kept.key == "youth"), None)
    initial = {"amount": _plain(one.task.youth_earlier), "why": entry.said["why"]} if entry else {}
    form = Youth(request.POST or None, initial=initial)

    def save(said: dict[str, Any]) -> None:
        entries.set_youth(
            request.user,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            case_id,
            one.month,
            said["amount"],
            said["why"],
            request_id=once(request),
        )

    limit = words.rule_value(one.task.rates.rate("price_base_amount"))
    age = one.task.rates["youth_under"]
    wages = [kept for kept in one.task.declared if kept.who == "child" and kept.kind == "salary"]
    more = {"entry": entry, "limit": limit, "age": age, "year": str(one.month.year), "wages": bool(wages)}
    return _page(request, "assistance/youth.html", case, form, save, **more)


@needs(access.ASK)
@require_POST
def undo(request: HttpRequest, case_id: int, entry_id: int) -> HttpResponse:
    """Take back what was set: the row is again what the application or the agency says."""
    head_of(request, case_id)
    try:
        if not Entry.objects.filter(pk=entry_id, case=case_id).exists():
            raise Entry.DoesNotExist
        entries.take_back(request.user, entry_id, request_id=once(request))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (Entry.DoesNotExist, Case.DoesNotExist):
        messages.info(request, _("Det var redan ångrat."))
    except actions.CaseError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Ångrat. Raden är som ansökan eller myndigheten säger."))
    return redirect("assistance:proposal", case_id=case_id)


@needs(access.READ)
@never_cache
@require_safe
def history(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everything that has been set in the calculation, also what was replaced or taken back."""
    case = head_of(request, case_id)
    return render(request, "assistance/history.html", {"case": case, "rows": gathering.history(case_id)})


def _edited(request: HttpRequest, case_id: int) -> tuple[Head, Gathered]:
    case = head_of(request, case_id)
    if not case.may_ask:
        raise Http404
    try:
        return case, gathered(case_id)
    except norms.NoNorm:
        raise Http404 from None


def _page(
    request: HttpRequest,
    template: str,
    case: Any,
    form: forms.Form,
    save: Callable[[dict[str, Any]], None],
    **more: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except ValidationError as fault:
            said = fault.message_dict if hasattr(fault, "error_dict") else {"": fault.messages}
            for name, texts in said.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
        except actions.CaseError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Sparat. Förslaget är omräknat."))
            return redirect("assistance:proposal", case_id=case.pk)
    context = {"case": case, "form": form, "once": once(request) or uuid4()} | more
    return render(request, template, context, status=422 if form.errors else 200)


def _set(request: HttpRequest, one: Gathered, wanted: Row, said: dict[str, Any], *, again: bool = True) -> None:
    """The verb that belongs to a row's kind. ``again`` False: one of many in a request, which has one number."""
    user: Any = request.user
    common: dict[str, Any] = {"amount": said["amount"], "why": said["why"], "request_id": once(request) if again else None}
    if wanted.kind == "cost":
        entries.set_cost(user, one.case, one.month, wanted.key, label=wanted.label, **common)
    elif wanted.kind == "missing":
        entries.settle(user, one.case, one.month, wanted.key, **common)
    else:
        entries.set_income(user, one.case, one.month, wanted.key, label=wanted.label, who=wanted.who, **common)


def _plain(amount: Any) -> str:
    return "" if amount is None else row_words.kronor(amount)
