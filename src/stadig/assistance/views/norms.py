"""Pages of the riksnorm: which holds when, one in full beside the one before it, and entering one by two people."""

from __future__ import annotations

import datetime as dt
import functools
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.assistance import access, norm, norm_file, norms, rates, words
from stadig.assistance.aid_forms import RiksnormFile, RiksnormForm
from stadig.assistance.models import Norm, Rules
from stadig.assistance.norm import NormFault
from stadig.assistance.norm_file import Entered
from stadig.assistance.row_words import kronor
from stadig.city import clock
from stadig.city.permissions import needs
from stadig.ui import formatting


class Line(NamedTuple):
    """One amount beside the one of the year before."""

    head: str
    before: str
    now: str
    change: str
    odd: bool


@needs(access.NORMS)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every riksnorm, whether next year has one, and the rules that hold."""
    found = list(Norm.objects.select_related("entered_by", "confirmed_by"))
    today = clock.today()
    soon = dt.date(today.year + (today.month >= 11), 1, 1)
    held = [one for one in found if one.confirmed_at and not one.withdrawn_at]
    missing = 0 if any(one.valid_from <= soon <= one.valid_to for one in held) else soon.year
    rules = Rules.objects.filter(confirmed_at__isnull=False, withdrawn_at=None, valid_from__lte=today).first()
    context = {
        "norms": [(one, *_state(one, today)) for one in found],
        "missing": missing,
        "may_set": access.SET_NORMS.held_by(request.user),
        "rules": tuple(_rules(rules)) if rules else (),
        "rules_from": rules.valid_from if rules else None,
    }
    return render(request, "assistance/norms.html", context)


@needs(access.NORMS)
@require_safe
def one(request: HttpRequest, norm_id: int) -> HttpResponse:
    """One riksnorm in full, every amount beside the year before."""
    return _one(request, _found(norm_id))


@needs(access.SET_NORMS)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Write the ordinance's amounts, or hand in a file."""
    like = norms.in_force(_last_month()).table
    sent = request.method == "POST"
    by_file = sent and request.POST.get("way") == "file"
    form = RiksnormForm(like, request.POST if sent and not by_file else None, initial=_next_year())
    handed = RiksnormFile(request.POST if by_file else None, request.FILES if by_file else None)
    said: Entered | None = None
    if by_file and handed.is_valid():
        file = handed.cleaned_data["file"]
        try:
            said = norm_file.read(file.name, file.read(norm_file.MOST_BYTES + 1))
        except NormFault as fault:
            handed.add_error("file", words.norm_fault(fault))
    elif sent and not by_file and form.is_valid():
        said = form.entered
    if said is not None:
        made = norms.enter(request.user, said, request_id=_once(request))  # type: ignore[arg-type]
        messages.success(request, _("Inskriven. Den gäller när en kollega har läst den mot källan och bekräftat den."))
        return redirect("assistance:norm", norm_id=made.pk)
    context = {"form": form, "file": handed, "once": uuid4(), "by_file": by_file, "common": form.section("common")}
    return render(request, "assistance/norm_enter.html", context, status=422 if form.errors or handed.errors else 200)


@needs(access.SET_NORMS)
@require_POST
def confirm(request: HttpRequest, norm_id: int) -> HttpResponse:
    """Someone else has read it against the source."""
    return _do(request, norm_id, norms.confirm, _("Bekräftad. Nu räknar vi med den."))


@needs(access.SET_NORMS)
@require_POST
def withdraw(request: HttpRequest, norm_id: int) -> HttpResponse:
    """It does not hold any more."""
    return _do(request, norm_id, norms.withdraw, _("Tillbakadragen. Sparade förslag som räknats med den står kvar."))


def _do(request: HttpRequest, norm_id: int, verb: Any, said: str) -> HttpResponse:
    found = _found(norm_id)
    try:
        verb(request.user, found.pk, request_id=_once(request))
    except norms.NormsFault as fault:
        return _one(request, found, str(fault))
    messages.success(request, said)
    return redirect("assistance:norm", norm_id=norm_id)


def _one(request: HttpRequest, found: Norm, error: str = "") -> HttpResponse:
    table, earlier = norm.read(found.table), norms.before(found)
    before = norm.read(earlier.table) if earlier else None
    may_set = access.SET_NORMS.held_by(request.user)
    waits = not found.confirmed_at and not found.withdrawn_at
    context = {
        "norm": found,
        "state": _state(found, clock.today()),
        "earlier": str(earlier.valid_from.year) if earlier else "",
        "year": str(found.valid_from.year),
        "lines": _lines(before, table, get_language()),
        "may_confirm": may_set and waits and found.entered_by_id != request.user.pk,
        "own": waits and found.entered_by_id == request.user.pk,
        "may_withdraw": may_set and not found.withdrawn_at,
        "once": uuid4(),
        "error": error,
    }
    return render(request, "assistance/norm.html", context, status=422 if error else 200)


@functools.lru_cache(maxsize=64)
def _lines(before: norm.Table | None, now: norm.Table, _language: str | None) -> tuple[Line, ...]:
    if before is None:
        return tuple(Line(_place(kind, which), "", kronor(amount), "", odd=False) for kind, which, amount in norm.rows(now))
    return tuple(
        Line(
            _place(one_.kind, one_.which),
            kronor(one_.before) if one_.before is not None else "–",
            kronor(one_.now) if one_.now is not None else "–",
            _("ny") if one_.percent is None else _percent(one_.percent),
            one_.odd,
        )
        for one_ in norm.differences(before, now)
    )


def _percent(value: Decimal) -> str:
    """*+0,7 %*: one decimal, as the government tells it."""
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{formatting.number(abs(value), 1)} %"


def _place(kind: str, which: str) -> str:
    return words.place(f"{kind}.{which}")


def _state(found: Norm, today: dt.date) -> tuple[str, str]:
    """(tint, word) of where a riksnorm stands."""
    if found.withdrawn_at:
        return "neutral", _("Tillbakadragen")
    if not found.confirmed_at:
        return "warning", _("Väntar på bekräftelse")
    if found.valid_from <= today <= found.valid_to:
        return "success", _("Gäller nu")
    return ("info", _("Gäller senare")) if found.valid_from > today else ("neutral", _("Har gällt"))


def _rules(found: Rules) -> list[tuple[str, str, str, str]]:
    """(what, value, source, a word of whose it is) of each rule."""
    read = rates.read(found.values)
    rows: list[tuple[str, str, str, str]] = []
    for name, rate in read.rates:
        whose = _("Kommunens eget") if rate.own else _("Inte läst vid källan") if rate.unverified else ""
        rows.append((words.rule(name), words.rule_value(rate), rate.source, whose))
    return rows


def _next_year() -> dict[str, Any]:
    today = clock.today()
    year = today.year + (today.month >= 7)
    return {"valid_from": dt.date(year, 1, 1), "valid_to": dt.date(year, 12, 31)}


def _last_month() -> dt.date:
    """A month that some confirmed riksnorm holds in: its shape is the form's."""
    last = Norm.objects.filter(confirmed_at__isnull=False, withdrawn_at=None).order_by("-valid_from").first()
    if last is None:
        raise Http404
    return last.valid_from


def _found(norm_id: int) -> Norm:
    found = Norm.objects.select_related("entered_by", "confirmed_by").filter(pk=norm_id).first()
    if found is None:
        raise Http404
    return found


def _once(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None
