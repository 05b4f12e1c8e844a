"""Numbers, days and times as people read them, in Swedish and in English.

Swedish: ``1 640``, ``41,6``, ``−3``, *fredag 4 december*, ``14.32``. The space inside a number is one that does not break.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, ngettext

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "sv": (
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

_now: list[Callable[[], datetime]] = [lambda: datetime.now(UTC)]


def use_clock(now: Callable[[], datetime]) -> None:
    """Let *5 minuter sedan* follow the domain clock; called by the room that owns it when the program starts."""
    _now[0] = now


def now() -> datetime:
    """The moment that relative times are counted from, timezone-aware."""
    return _now[0]()


def language() -> str:
    """``sv`` or ``en``: what numbers and dates are written in."""
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def number(value: float | Decimal | str | None, decimals: int = 0, tongue: str = "") -> str:
    """``1640.25`` → ``1 640`` (sv) or ``1,640`` (en). None, NaN and infinity become an en dash, never a zero.

    ``tongue``, here and below, is the language where a long list has asked for it already.
    """
    return _number(value, decimals, tongue or language())


@lru_cache(maxsize=8192, typed=True)
def _number(value: float | Decimal | str | None, decimals: int, tongue: str) -> str:
    if value is None or value == "":
        return DASH
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    if not exact.is_finite():
        return DASH
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    if tongue == "sv":
        text = text.replace(",", SPACE).replace(".", ",")
    return (MINUS if rounded < 0 else "") + text


def kilometres(metres: float | None, decimals: int = 1) -> str:
    """Metres → ``41,6 km``; under one kilometre → ``240 m``."""
    if metres is None or (isinstance(metres, float) and not math.isfinite(metres)):
        return DASH
    if abs(metres) < 1000:
        return number(metres) + SPACE + "m"
    return number(metres / 1000, decimals) + SPACE + "km"


def percent(value: float | None, decimals: int = 0, tongue: str = "") -> str:
    """``83`` → ``83 %`` in Swedish, ``83%`` in English. The value counts in hundredths, not as a share of one."""
    tongue = tongue or language()
    text = _number(value, decimals, tongue)
    return text if text == DASH else text + (SPACE if tongue == "sv" else "") + "%"


def crowns(written: str) -> str:
    """An amount that is already written, with its currency: ``4 212 kr`` in Swedish, ``SEK 4,212`` in English."""
    return f"{written}{SPACE}kr" if language() == "sv" else f"SEK{SPACE}{written}"


def inside(name: str) -> str:
    """A name in the middle of a sentence: *the Tax Agency* for *The Tax Agency*. Others stay as they are."""
    return f"the {name[4:]}" if name.startswith("The ") else name


def local(moment: datetime | date) -> datetime | date:
    """An aware moment in Stockholm's time; a date stays as it is."""
    if isinstance(moment, datetime):
        return moment.astimezone(STOCKHOLM) if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)
    return moment


def today() -> date:
    return now().astimezone(STOCKHOLM).date()


def month(written: str) -> str:
    """*oktober 2026* for ``2026-10``. Raises ValueError for what is no month."""
    first = date.fromisoformat(f"{written}-01")
    return f"{MONTHS[language()][first.month - 1]} {first.year}"


def law(text: str) -> str:
    """A statute with hard spaces in *15 kap. 10 §*, so that no line ends between a number and what it counts."""
    return re.sub(r"(\d+ ?[a-z]?) (kap\.|§+)", "\\1\N{NO-BREAK SPACE}\\2", text).replace("kap. ", "kap.\N{NO-BREAK SPACE}")


def day(moment: datetime | date | None, *, weekday: bool = True, year: bool | None = None, tongue: str = "") -> str:
    """*fredag 4 december*; the year is added when it is not the current one."""
    if moment is None or moment == "":
        return DASH
    at = local(moment)
    tongue = tongue or language()
    parts = [WEEKDAYS[tongue][at.weekday()]] if weekday else []
    parts += [str(at.day), MONTHS[tongue][at.month - 1]]
    if year or (year is None and at.year != today().year):
        parts.append(str(at.year))
    return " ".join(parts)


def clock(moment: datetime | None, tongue: str = "") -> str:
    """``14.32`` in Swedish, ``14:32`` in English; Stockholm's time."""
    if moment is None or moment == "":
        return DASH
    at = local(moment)
    if not isinstance(at, datetime):
        return DASH
    return f"{at.hour:02d}{'.' if (tongue or language()) == 'sv' else ':'}{at.minute:02d}"


def moment(value: datetime | None) -> str:
    """*i dag 10.05*, *i går 21.40* or *fredag 4 december 14.32*."""
    if value is None or value == "":
        return DASH
    return _moment(value, today(), language())


@lru_cache(maxsize=8192)
def _moment(value: datetime, today: date, _language: str) -> str:
    at = local(value)
    distance = (today - (at.date() if isinstance(at, datetime) else at)).days
    if distance == 0:
        return gettext("i dag") + " " + clock(value)
    if distance == 1:
        return gettext("i går") + " " + clock(value)
    if distance == -1:
        return gettext("i morgon") + " " + clock(value)
    return day(value, weekday=-7 < distance < 7) + " " + clock(value)


def ago(value: datetime | None) -> str:
    """*nyss*, *för 5 minuter sedan*, *om 2 timmar*; days and longer as a day."""
    if value is None or value == "":
        return DASH
    passed = now() - local(value)  # pyright: ignore[reportOperatorIssue]
    future = passed < timedelta(0)
    minutes = int(abs(passed).total_seconds() // 60)
    return moment(value) if minutes >= 24 * 60 else minutes_ago(minutes, future=future)


def minutes_ago(minutes: int, *, future: bool = False) -> str:
    """*nyss*, *för 5 minuter sedan*, *för 3 timmar sedan*, or that long from now."""
    if minutes < 1:
        return gettext("strax") if future else gettext("nyss")
    if minutes < 60:
        text = ngettext("%(count)s minut", "%(count)s minuter", minutes) % {"count": minutes}
    else:
        hours = minutes // 60
        text = ngettext("%(count)s timme", "%(count)s timmar", hours) % {"count": hours}
    return (gettext("om %(time)s") if future else gettext("för %(time)s sedan")) % {"time": text}


def duration(seconds: float | None) -> str:
    """``45 s``, ``12 min``, ``3 tim 20 min``, ``2 dygn``."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    if seconds < 60:
        return number(seconds) + SPACE + "s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{SPACE}min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        text = f"{hours}{SPACE}{gettext('tim')}"
        return text if not rest else f"{text} {rest}{SPACE}min"
    return number(minutes / 1440) + SPACE + gettext("dygn")


def unit(name: str) -> str:
    """A unit as it is written after a number: ``count`` is nothing but a number, ``h`` is *tim*, ``kg CO2e`` is *kg CO₂e*."""
    known = {"count": "", "h": gettext("tim"), "day": gettext("dagar")}
    return known.get(str(name), str(name).replace("CO2", "CO₂"))


def size(octets: int | None) -> str:
    """Bytes → ``84 kB`` or ``1,2 MB``."""
    if octets is None:
        return DASH
    if octets < 1000:
        return f"{octets}{SPACE}B"
    if octets < 1_000_000:
        return number(octets / 1000) + SPACE + "kB"
    return number(octets / 1_000_000, 1) + SPACE + "MB"


def list_of(words: list[str]) -> str:
    """*Hamnen, Norrstrand och Sågen*."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " " + gettext("och") + " " + words[-1]
