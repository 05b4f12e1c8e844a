"""What a state, a forecast or a reason is called: the one place where codes become sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.city import clock
from stadig.ui import formatting
from stadig.waste.models import Reason
from stadig.waste.queries.bins import BinState, Facts, Level

LEVELS = {
    Level.FULL: lambda: _("Full"),
    Level.NEARLY: lambda: _("Nästan full"),
    Level.HALF: lambda: _("Halvfull"),
    Level.ROOM: lambda: _("Gott om plats"),
    Level.UNKNOWN: lambda: _("Vi vet inte"),
}


def level(state: BinState) -> str:
    """*Full*, *Nästan full* …"""
    return LEVELS[state.level]()


def levels() -> dict[Level, str]:
    """Every level's word, for lists."""
    return {one: word() for one, word in LEVELS.items()}


def hours(value: float) -> str:
    """*en timme*, *6 timmar*, *3 dygn*."""
    if value < 1:
        return _("mindre än en timme")
    if value < 48:
        whole = round(value)
        return ngettext("%(n)s timme", "%(n)s timmar", whole) % {"n": formatting.number(whole)}
    days = round(value / 24)
    return ngettext("%(n)s dygn", "%(n)s dygn", days) % {"n": formatting.number(days)}


def until_full(state: BinState) -> str:
    """*Full om ungefär 6 timmar, mellan 4 och 9.* Says when it does not know."""
    if state.level == Level.FULL:
        return _("Full sedan %(when)s.") % {"when": formatting.moment(state.full_since)} if state.full_since else _("Full nu.")
    if state.hours is None:
        return _("Vi vet inte när den blir full.")
    if state.hours > 24 * 14:
        return _("Full om mer än två veckor.")
    about = _("Full om ungefär %(hours)s") % {"hours": hours(state.hours)}
    if state.soonest is None or state.latest is None or state.latest > 24 * 30:
        return about + "."
    return _("%(about)s, mellan %(low)s och %(high)s.") % {
        "about": about,
        "low": hours(state.soonest),
        "high": hours(state.latest),
    }


class Spread(Protocol):
    """When a bin is full: the likely hour, the soonest and the latest."""

    @property
    def hours(self) -> float | None: ...
    @property
    def soonest(self) -> float | None: ...
    @property
    def latest(self) -> float | None: ...


def span(row: Spread) -> str:
    """*4–9 timmar* or empty; how far apart the soonest and the latest are."""
    if not row.hours or row.soonest is None or row.latest is None:
        return ""
    if row.latest > 24 * 30:
        return _("minst %(hours)s") % {"hours": hours(row.soonest)}
    return _("%(low)s till %(high)s") % {"low": hours(row.soonest), "high": hours(row.latest)}


def sureness(state: BinState) -> str:
    """How sure the forecast is, and what that rests on."""
    if not state.sure:
        return _("Det finns ingen prognos än.")
    days = formatting.number(round(state.bin.forecast.days_of_data)) if state.bin.forecast else "0"
    words = {
        "high": _("Ganska säkert. Korgen fylls ungefär lika fort från dag till dag (%(days)s dygn med mätningar)."),
        "medium": _("Ungefär. Takten växlar en del mellan dagar (%(days)s dygn med mätningar)."),
        "low": _("Osäkert. Takten växlar mycket, eller så har sensorn varit tyst (%(days)s dygn med mätningar)."),
    }
    return words[state.sure] % {"days": days}


def facts(thing: Facts) -> tuple[tuple[str, str], ...]:
    """What is known of a bin, each fact with its name; those that it lacks are left out."""
    battery = thing.forecast.battery_percent if thing.forecast else None
    found = (
        (_("Nummer"), thing.external_id),
        (_("Slag"), thing.kind.name),
        (_("Stadsdel"), thing.district.name if thing.district else formatting.DASH),
        (_("Sida"), thing.side_label),
        (_("Nyckel"), thing.key),
        (_("Bra att veta"), thing.access_note),
        (_("Uppsatt"), formatting.day(thing.installed)),
        (_("Batteri"), "" if battery is None else formatting.percent(battery)),
    )
    return tuple(one for one in found if one[1])


def read(state: BinState) -> str:
    """When the sensor last spoke, and whether the figure is reckoned."""
    if state.emptied_at:
        return _("Tömd %(when)s. Vi räknar därifrån tills sensorn hörs.") % {"when": formatting.moment(state.emptied_at)}
    if state.read_at is None:
        return _("Korgen har ingen sensor. Vi räknar med en vanlig dag.")
    if state.guessed:
        return _("Sensorn har varit tyst sedan %(when)s. Vi räknar med en vanlig dag.") % {
            "when": formatting.moment(state.read_at)
        }
    return _("Mätt %(when)s.") % {"when": formatting.ago(state.read_at)}


def heard(state: BinState) -> str:
    """The same in a list's cell: *för 5 minuter sedan*, or *tömd i dag 10.05* when a crew knows more than the sensor."""
    if state.emptied_at:
        return _("tömd %(when)s") % {"when": formatting.moment(state.emptied_at)}
    return formatting.ago(state.read_at)


def before(day: date) -> str:
    """The day a plan looks ahead to, in words: *torsdag*."""
    return formatting.day(day).split(" ")[0]


def _detour(metres: int) -> str:
    return _("Ligger på vägen.") if metres <= 30 else _("Omväg %(way)s.") % {"way": formatting.kilometres(metres)}


def _when(stored: str) -> str:
    """A moment kept with a plan (``2026-11-18 18.00``, Stockholm) as it is said."""
    try:
        return formatting.moment(datetime.strptime(stored, "%Y-%m-%d %H.%M").replace(tzinfo=clock.STOCKHOLM))
    except ValueError:
        return stored


def reason(row: Any, plan_day: date) -> str:
    """Why a stop is made, or why a bin waits, as sentences. ``row`` has reason, params, risk and fill_percent."""
    values: dict[str, Any] = row.params or {}
    risk = formatting.percent(round(row.risk * 100))
    ahead = before(plan_day + timedelta(days=int(values.get("ahead_days", 2))))
    fill = formatting.percent(row.fill_percent) if row.fill_percent is not None else ""
    detour = int(values.get("detour_m", getattr(row, "detour_m", 0)) or 0)
    said = int(values.get("reports", 0))
    told = ngettext("%(n)s person har sagt till.", "%(n)s personer har sagt till.", said) % {"n": said} if said else ""
    texts = {
        Reason.ALARM: lambda: (
            _("Redan %(fill)s full. Måste tömmas i dag.") % {"fill": fill} if fill else _("Den har larmat. Måste tömmas i dag.")
        ),
        Reason.LOCKED: lambda: _("Låst av dig. Risken är annars %(risk)s.") % {"risk": risk},
        Reason.REQUIRED: lambda: (
            _("%(risk)s risk att den blir full före %(day)s. Måste tömmas i dag.") % {"risk": risk, "day": ahead}
        ),
        Reason.ON_THE_WAY: lambda: _("%(risk)s risk före %(day)s. Ligger på vägen.") % {"risk": risk, "day": ahead},
        Reason.WORTH_IT: lambda: (
            _("%(risk)s risk att den blir full före %(day)s. %(way)s") % {"risk": risk, "day": ahead, "way": _detour(detour)}
        ),
        Reason.LOW_RISK: lambda: _("%(risk)s risk före %(day)s. Den kan vänta.") % {"risk": risk, "day": ahead},
        Reason.ROUND_TODAY: lambda: fixed_round(values.get("weekdays", ())),
        Reason.ROUND_OTHER_DAY: lambda: fixed_round(values.get("weekdays", ())) + " " + _("Den töms inte i dag."),
        Reason.LOCKED_OUT: lambda: _("Du har lämnat den till en annan dag."),
        Reason.NO_TIME: lambda: _("Tiden eller utrymmet räcker inte. Den väntar till nästa dag."),
        Reason.UNREACHABLE: lambda: _("Det går inte att köra dit. Kontrollera platsen på kartan."),
        Reason.MUST_BUT_NO_TIME: lambda: _(
            "Den borde tömmas i dag, men tiden räcker inte. Lägg till en bil eller lås ut en annan korg."
        ),
    }
    first = texts.get(row.reason, lambda: "")()
    if values.get("full_since"):
        full = _("Full sedan %(when)s.") % {"when": _when(values["full_since"])}
        first = f"{full} {first}" if row.reason in (Reason.ROUND_TODAY, Reason.ROUND_OTHER_DAY) else full
    parts = [first, told]
    if values.get("open_until"):
        parts.append(_("Bara öppet för bil före %(time)s.") % {"time": values["open_until"]})
    return " ".join(part for part in parts if part)


def fixed_round(numbers: Sequence[int]) -> str:
    """*Fast runda på måndagar och torsdagar.*"""
    return _("Fast runda på %(days)s.") % {"days": weekdays(numbers)}


def weekdays(numbers: Sequence[int]) -> str:
    """*måndagar och torsdagar* from 1 Monday … 7 Sunday; *vardagar* for Monday to Friday."""
    names = {
        1: _("måndagar"),
        2: _("tisdagar"),
        3: _("onsdagar"),
        4: _("torsdagar"),
        5: _("fredagar"),
        6: _("lördagar"),
        7: _("söndagar"),
    }
    chosen = sorted(set(numbers))
    words = (
        [_("vardagar"), *(names[one] for one in chosen[5:])] if chosen[:5] == [1, 2, 3, 4, 5] else [names[one] for one in chosen]
    )
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s och %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def tipping(load_percent: int, break_minutes: int) -> str:
    """*Bilen är då 86 % full. Rast 30 minuter.*"""
    text = _("Bilen är då %(load)s full.") % {"load": formatting.percent(load_percent)}
    return text + " " + _("Rast %(n)s minuter.") % {"n": break_minutes} if break_minutes else text


def sensor(silent_h: int | None, battery_percent: float | None) -> str:
    """What is wrong with a sensor, after the bin's name: *har varit tyst i 31 timmar …*"""
    if silent_h is not None:
        return _("har varit tyst i %(hours)s. Vi räknar med en vanlig dag tills den hörs.") % {"hours": hours(silent_h)}
    if battery_percent is not None:
        return _("har %(battery)s batteri.") % {"battery": formatting.percent(battery_percent)}
    return _("behöver ses över.")


def trade(farther_m: float, full_h: float, fixed_full_h: float) -> str:
    """What a plan gives and costs beside the fixed rounds: how much farther it drives, hours with a full bin."""
    texts = {
        (False, False): _("Planen är %(km)s kortare än fasta rundor och ger %(hours)s med full korg i stället för %(fixed)s."),
        (False, True): _("Planen är %(km)s kortare än fasta rundor men ger %(hours)s med full korg i stället för %(fixed)s."),
        (True, False): _("Planen är %(km)s längre än fasta rundor men ger %(hours)s med full korg i stället för %(fixed)s."),
        (True, True): _("Planen är %(km)s längre än fasta rundor och ger %(hours)s med full korg i stället för %(fixed)s."),
    }
    words = ngettext("%(n)s väntad timme", "%(n)s väntade timmar", round(full_h)) % {"n": formatting.number(full_h)}
    return texts[farther_m > 0, full_h > fixed_full_h] % {
        "km": formatting.kilometres(abs(farther_m)),
        "hours": words,
        "fixed": formatting.number(fixed_full_h),
    }
