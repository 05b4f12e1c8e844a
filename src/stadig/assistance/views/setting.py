"""Pages of what two people set, the riksnorm and the rules: which holds when, one in full beside the one before it, and entering one."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.assistance import access, dated, models, norm, rates, setting, setting_words, words
from stadig.assistance.dated import TableFault
from stadig.assistance.norm import Table
from stadig.assistance.rates import Rate, Rates
from stadig.assistance.row_words import kronor
from stadig.assistance.setting import NORM, RULES, Kind
from stadig.assistance.setting_forms import RiksnormForm, RulesForm, TableFile
from stadig.city import clock
from stadig.city.permissions import needs
from stadig.ui import formatting

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one kind: what is set, its words, its form and the lines of one beside the one before it."""

    kind: Kind
    words: setting_words.Words
    form: Any


class Line(NamedTuple):
    """One value beside the one of the year before."""

    head: str
    before: str
    now: str
    change: str
    odd: bool
    notes: tuple[str, ...] = ()


NORMS: Final = Pages(NORM, setting_words.NORM, RiksnormForm)
RATES: Final = Pages(RULES, setting_words.RULES, RulesForm)


@needs(access.NORMS)
@require_safe
def listed(request: HttpRequest, pages: Pages) -> HttpResponse:
    """Each one there is, and whether next year has one."""
    found = list(pages.kind.model.objects.select_related("entered_by", "confirmed_by"))
    today = clock.today()
    soon = dt.date(today.year + (today.month >= 11), 1, 1)
    held = [one for one in found if one.confirmed_at and not one.withdrawn_at]
    missing = "" if any(one.valid_from <= soon <= one.valid_to for one in held) else str(soon.year)
    now = next((one for one in held if one.valid_from <= today <= one.valid_to), None)
    context = {
        "words": pages.words,
        "rows": [(one, *_state(one, today)) for one in found],
        "missing": str(pages.words.missing) % {"year": missing} if missing else "",
        "may_set": access.SET_NORMS.held_by(request.user),
        "rules": _rules(pages.kind.table(now), get_language()) if now and pages is RATES else (),
    }
    return render(request, "assistance/settings.html", context)


@needs(access.NORMS)
@require_safe
def one(request: HttpRequest, pages: Pages, set_id: int) -> HttpResponse:
    """One in full, every value beside the one before it."""
    return _one(request, pages, _found(pages, set_id))


@needs(access.SET_NORMS)
@require_http_methods(METHODS)
def enter(request: HttpRequest, pages: Pages) -> HttpResponse:
    """Write what the source says, or hand in a file."""
    sent = request.method == "POST"
    by_file = sent and request.POST.get("way") == "file"
    form = pages.form(_like(pages), request.POST if sent and not by_file else None, initial=_next_year())
    handed = TableFile(request.POST if by_file else None, request.FILES if by_file else None)
    said: dated.Entered[Any] | None = None
    if by_file and handed.is_valid():
        file = handed.cleaned_data["file"]
        try:
            said = pages.kind.file.read(file.name, file.read(dated.MOST_BYTES + 1))
        except TableFault as fault:
            handed.add_error("file", words.table_fault(fault))
    elif sent and not by_file and form.is_valid():
        said = form.entered
    if said is not None:
        made = setting.enter(request.user, said, request_id=_once(request))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        messages.success(request, str(pages.words.done_enter))
        return redirect(pages.words.one_url, set_id=made.pk)
    context = {"words": pages.words, "form": form, "file": handed, "once": uuid4(), "by_file": by_file}
    return render(request, "assistance/setting_enter.html", context, status=422 if form.errors or handed.errors else 200)


@needs(access.SET_NORMS)
@require_POST
def confirm(request: HttpRequest, pages: Pages, set_id: int) -> HttpResponse:
    """Someone else has read it against the source."""
    return _do(request, pages, set_id, setting.confirm, pages.words.done_confirm)


@needs(access.SET_NORMS)
@require_POST
def withdraw(request: HttpRequest, pages: Pages, set_id: int) -> HttpResponse:
    """It does not hold any more."""
    return _do(request, pages, set_id, setting.withdraw, pages.words.done_withdraw)


def _do(request: HttpRequest, pages: Pages, set_id: int, verb: Any, said: Any) -> HttpResponse:
    found = _found(pages, set_id)
    try:
        verb(request.user, pages.kind, found.pk, request_id=_once(request))
    except setting.SettingFault as fault:
        return _one(request, pages, found, str(fault))
    messages.success(request, str(said))
    return redirect(pages.words.one_url, set_id=set_id)


def _one(request: HttpRequest, pages: Pages, found: models.Dated, error: str = "") -> HttpResponse:
    table, earlier = pages.kind.table(found), setting.before(pages.kind, found)
    may_set = access.SET_NORMS.held_by(request.user)
    waits = not found.confirmed_at and not found.withdrawn_at
    context = {
        "words": pages.words,
        "one": found,
        "title": str(pages.words.heading) % {"period": _period(found)},
        "state": _state(found, clock.today()),
        "lines": _lines(pages.kind.table(earlier) if earlier else None, table, get_language()),
        "heads": _heads(earlier, found),
        "may_confirm": may_set and waits and found.entered_by_id != request.user.pk,
        "own": waits and found.entered_by_id == request.user.pk,
        "may_withdraw": may_set and not found.withdrawn_at,
        "once": uuid4(),
        "error": error,
    }
    return render(request, "assistance/setting.html", context, status=422 if error else 200)


def _period(found: models.Dated) -> str:
    """*2025* for a whole year, else the first and the last day."""
    first, last = found.valid_from, found.valid_to
    whole = (first, last) == (dt.date(first.year, 1, 1), dt.date(first.year, 12, 31))
    return str(first.year) if whole else f"{first.isoformat()} – {last.isoformat()}"


def _heads(earlier: models.Dated | None, now: models.Dated) -> tuple[str, str]:
    """What the two columns are called: by year, by first day within a year, by number for the same days."""
    if earlier is None:
        return "", str(now.valid_from.year)
    if earlier.valid_from.year != now.valid_from.year:
        return str(earlier.valid_from.year), str(now.valid_from.year)
    if earlier.valid_from != now.valid_from:
        return earlier.valid_from.isoformat(), now.valid_from.isoformat()
    return _("Nr %(n)s") % {"n": earlier.pk}, _("Nr %(n)s") % {"n": now.pk}


@functools.lru_cache(maxsize=64)
def _lines(before: Table | Rates | None, now: Table | Rates, _language: str | None) -> tuple[Line, ...]:
    if isinstance(now, Rates):
        return _rates_lines(before if isinstance(before, Rates) else None, now)
    if not isinstance(before, Table):
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


def _rates_lines(before: Rates | None, now: Rates) -> tuple[Line, ...]:
    if before is None:
        return tuple(
            Line(words.rule(name), "", words.rule_value(rate), "", odd=False, notes=_told(rate)) for name, rate in now.rates
        )
    return tuple(
        Line(
            words.rule(one_.name),
            words.rule_value(one_.before),
            words.rule_value(one_.now),
            _changed(one_),
            one_.odd,
            _told(one_.now, one_.before),
        )
        for one_ in rates.differences(before, now)
    )


def _changed(one_: rates.Difference) -> str:
    if one_.now.value == one_.before.value:
        return "–"
    return _percent(one_.percent) if one_.now.unit == "kronor" and one_.percent is not None else _("ändrad")


def _told(now: Rate, before: Rate | None = None) -> tuple[str, ...]:
    """Where a value was read, what stood there before, and whose it is."""
    whose = _("Kommunens eget") if now.own else _("Inte läst vid källan") if now.unverified else ""
    was = _("Källan var: %(source)s") % {"source": before.source} if before and before.source != now.source else ""
    return tuple(filter(None, (now.source, was, whose)))


def _percent(value: Decimal) -> str:
    """*+0,7 %*: one decimal, as the government tells it."""
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{formatting.number(abs(value), 1)} %"


def _place(kind: str, which: str) -> str:
    return words.place(f"{kind}.{which}")


def _state(found: models.Dated, today: dt.date) -> tuple[str, str]:
    """(tint, word) of where one stands."""
    if found.withdrawn_at:
        return "neutral", _("Tillbakadragen")
    if not found.confirmed_at:
        return "warning", _("Väntar på bekräftelse")
    if found.valid_from <= today <= found.valid_to:
        return "success", _("Gäller nu")
    return ("info", _("Gäller senare")) if found.valid_from > today else ("neutral", _("Har gällt"))


@functools.lru_cache(maxsize=16)
def _rules(found: Rates, _language: str | None) -> tuple[tuple[str, str, str, str], ...]:
    """(what, value, source, a word of whose it is) of each rule."""
    rows: list[tuple[str, str, str, str]] = []
    for name, rate in found.rates:
        whose = _("Kommunens eget") if rate.own else _("Inte läst vid källan") if rate.unverified else ""
        rows.append((words.rule(name), words.rule_value(rate), rate.source, whose))
    return tuple(rows)


def _next_year() -> dict[str, Any]:
    today = clock.today()
    year = today.year + (today.month >= 7)
    return {"valid_from": dt.date(year, 1, 1), "valid_to": dt.date(year, 12, 31)}


def _like(pages: Pages) -> Any:
    """The table that a new one is like: the last that holds, else the last there is."""
    every = pages.kind.model.objects
    held = every.filter(confirmed_at__isnull=False, withdrawn_at=None).order_by("-valid_from").first()
    last = held or every.order_by("-valid_from").first()
    if last is None:
        raise Http404
    return pages.kind.table(last)


def _found(pages: Pages, set_id: int) -> Any:
    found = pages.kind.model.objects.select_related("entered_by", "confirmed_by").filter(pk=set_id).first()
    if found is None:
        raise Http404
    return found


def _once(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None
