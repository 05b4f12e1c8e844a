"""A fact as one line of a block: what it is, in the agency's own words, and the figure or the day that it states.

A figure that the agency did not give is never shown as nothing: the line says that no amount was stated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.exchange.terms import Fact, Kind
from stadig.ui import formatting

BENEFITS: Final[dict[str, Any]] = {
    "ABB": gettext_lazy("Barnbidrag"),
    "AS": gettext_lazy("Aktivitetsstöd"),
    "BOB": gettext_lazy("Bostadsbidrag"),
    "FP": gettext_lazy("Föräldrapenning"),
    "SJP": gettext_lazy("Sjukpenning"),
    "TFP": gettext_lazy("Tillfällig föräldrapenning"),
    "US": gettext_lazy("Underhållsstöd"),
    "AGI": gettext_lazy("Lön"),
    "LON": gettext_lazy("Lön"),
    "KAPITAL": gettext_lazy("Inkomst av kapital"),
    "SKATTEKONTO": gettext_lazy("Skattekonto"),
    "SKATT": gettext_lazy("Beskattning"),
    "FORETAG": gettext_lazy("Har företag"),
    "AVSTANGD": gettext_lazy("Avstängd från ersättning"),
}
"""What a code is called where the agency itself gives no words for it, or a name of a field."""
FIELDS: Final[dict[str, Any]] = {
    "registered": gettext_lazy("Inskriven"),
    "category": gettext_lazy("Sökandekategori"),
    "extent": gettext_lazy("Omfattning"),
    "fund": gettext_lazy("A-kassa"),
    "report": gettext_lazy("Aktivitetsrapport"),
    "latest": gettext_lazy("Senaste rapport"),
    "right_decided": gettext_lazy("Rätten prövad"),
    "payment_applied": gettext_lazy("Ansökt om utbetalning"),
    "country": gettext_lazy("Hemland"),
    "entered": gettext_lazy("Inreste"),
    "reason": gettext_lazy("Skäl"),
    "validity": gettext_lazy("Giltighet"),
    "case_type_name": gettext_lazy("Ärende hos myndigheten"),
    "decision_name": gettext_lazy("Myndighetens beslut"),
    "decision_type_name": gettext_lazy("Slags tillstånd"),
    "reason_name": gettext_lazy("Skäl"),
    "applied": gettext_lazy("Ansökt"),
    "decided": gettext_lazy("Beslutat"),
    "year": gettext_lazy("År"),
    "level": gettext_lazy("Nivå"),
    "after_tax": gettext_lazy("Efter skatt"),
    "saldo": gettext_lazy("Saldo"),
}
CODES: Final[dict[str, str]] = {name: f"{name}_name" for name in ("case_type", "decision", "decision_type", "reason")}
"""Fields that hold a code → the field that says the same in words: the code is shown only where there are none."""
VALUES: Final[dict[str, Any]] = {
    "true": gettext_lazy("ja"),
    "false": gettext_lazy("nej"),
    "in": gettext_lazy("inlämnad"),
    "not_in_programme": gettext_lazy("deltar inte i program"),
    "not_handed_in": gettext_lazy("inte inlämnad"),
    "PERMANENT": gettext_lazy("tills vidare"),
    "TIDBEGRANSAT": gettext_lazy("tidsbegränsat"),
}
OUR_NAMES: Final = frozenset({"sumKapital", "utbetaltBelopp", "saldo"})
"""Names of fields that stand where an agency's own words are missing."""
ORDER: Final = (Kind.PAYMENT, Kind.INCOME, Kind.STATUS, Kind.DECISION, Kind.APPLICATION, Kind.PERMIT, Kind.VEHICLE)


class Line(NamedTuple):
    """One line: what it is, what it says, and what must be said beside it (*planerad*)."""

    label: str
    value: str
    note: str = ""


def ordered(facts: Sequence[Fact]) -> list[Fact]:
    """The facts in the order they matter: money first, the latest first."""
    return sorted(facts, key=lambda one: (ORDER.index(one.kind), -(_when(one) or dt.date.min).toordinal()))


def lines(facts: Sequence[Fact]) -> tuple[Line, ...]:
    """The lines of the facts, in that order."""
    return tuple(line for one in ordered(facts) for line in of(one))


def of(fact: Fact) -> tuple[Line, ...]:
    """The line, or the lines, of a fact."""
    if fact.kind in (Kind.PAYMENT, Kind.INCOME) or fact.net is not None or fact.gross is not None:
        return (_money(fact),)
    if fact.kind in (Kind.STATUS, Kind.VEHICLE, Kind.PERMIT) and fact.values:
        return _stated(fact)
    return (Line(title(fact), _span(fact) or _without_day(fact), _kind_note(fact)),)


def title(fact: Fact) -> str:
    """What a fact is called: the agency's own words, with ours before an employer's name and where it has none."""
    code = fact.benefit.rpartition(":")[2].upper()
    ours = str(BENEFITS.get(code, ""))
    if fact.kind == Kind.INCOME and ours and fact.label not in OUR_NAMES | {"", ours}:
        return f"{ours}, {fact.label}"
    if not fact.label or fact.label in OUR_NAMES:
        return ours or fact.label or fact.benefit
    return fact.label


def kronor(value: Decimal) -> str:
    """*4 212 kr*, with öre where there are any."""
    return formatting.crowns(formatting.number(value, 0 if value == value.to_integral_value() else 2))


def month(day: dt.date | None) -> str:
    """*november*, with the year when it is not this one."""
    if day is None:
        return ""
    name = formatting.MONTHS[formatting.language()][day.month - 1]
    return name if day.year == formatting.today().year else f"{name} {day.year}"


def _money(fact: Fact) -> Line:
    is_decision = fact.kind in (Kind.DECISION, Kind.APPLICATION)
    when = "" if is_decision else month(_when(fact))
    label = f"{title(fact)}, {when}" if when else title(fact)
    notes = [_kind_note(fact), _span(fact) if is_decision else ""]
    if fact.net is not None:
        value = kronor(fact.net)
    elif fact.gross is not None:
        value = kronor(fact.gross)
        notes.append(_("före skatt"))
    else:
        value = _("inget belopp angivet")
    if fact.planned:
        notes.append(
            _("planerad %(day)s") % {"day": formatting.day(fact.pay_date, weekday=False)} if fact.pay_date else _("planerad")
        )
    return Line(label, value, ", ".join(filter(None, notes)))


def _stated(fact: Fact) -> tuple[Line, ...]:
    """A line for each field that the agency stated; several fields of a vehicle are one."""
    if fact.kind == Kind.VEHICLE:
        return (Line(title(fact), " ".join(value for _name, value in fact.values)),)
    named = {name for name, _value in fact.values}
    return tuple(Line(field(name), _day_or_text(value)) for name, value in fact.values if CODES.get(name) not in named)


def field(name: str) -> str:
    """What a field of a fact is called."""
    return str(FIELDS.get(name) or FIELDS.get(CODES.get(name, "")) or name.replace("_", " ").capitalize())


def _day_or_text(value: str) -> str:
    try:
        return formatting.day(dt.date.fromisoformat(value), weekday=False)
    except ValueError:
        return str(VALUES.get(value, value))


def _span(fact: Fact) -> str:
    first, last = fact.period_from, fact.period_to
    if first and last:
        return f"{formatting.day(first, weekday=False)}\N{NO-BREAK SPACE}\N{EN DASH} {formatting.day(last, weekday=False)}"
    if first:
        return _("från %(day)s") % {"day": formatting.day(first, weekday=False)}
    if last:
        return _("till %(day)s") % {"day": formatting.day(last, weekday=False)}
    return ""


def _without_day(fact: Fact) -> str:
    said = [f"{field(name).lower()} {_day_or_text(value)}" for name, value in fact.values if name != "refused"]
    return ", ".join(said) or _("utan dag")


def _kind_note(fact: Fact) -> str:
    if fact.kind == Kind.APPLICATION:
        return _("ansökt, inte beslutat")
    if ("refused", "true") in fact.values:
        return _("avslag")
    if fact.kind == Kind.DECISION:
        return _("preliminärt beslut") if fact.final is False else _("beslut")
    return ""


def _when(fact: Fact) -> dt.date | None:
    return fact.pay_date or fact.period_from or fact.period_to
