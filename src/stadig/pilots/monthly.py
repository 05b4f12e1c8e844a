"""The month for a committee on one page: what its services gave, what failed, what is overdue. PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city import clock, director, given_words, told
from stadig.city.director import Given
from stadig.city.given import MEASURED, Column, Figure, headline
from stadig.city.given_sql import Month
from stadig.city.given_words import KIND_OF, cell
from stadig.city.models import Effect, Metric
from stadig.city.municipality import current
from stadig.files import documents
from stadig.ui import formatting

TEMPLATE: Final = Path(__file__).parent / "typst" / "month.typ"
MOST_SERVICES: Final = 9
MOST_TRIALS: Final = 4
"""What one page has room for; the rest is counted and stands on the web."""


def pdf(month: Month, committee_id: int | None = None) -> bytes:
    """The page in the reader's language; of the whole city, or of one committee's services and trials. Four queries.

    Everything is read before it is drawn, and what says the same is drawn once: a figure that changes makes a new page.
    """
    return _drawn(json.dumps(data(month, committee_id), ensure_ascii=False))


@lru_cache(maxsize=64)
def _drawn(said: str) -> bytes:
    """The page for what it says. About 0.1 s the first time in a process, 0.02 s after that (measured without other work)."""
    return documents.pdf(TEMPLATE, json.loads(said))


def data(month: Month, committee_id: int | None = None) -> dict[str, Any]:
    """What the page says."""
    given = director.read(month, committee_id)
    town = current()
    name = given_words.month_name(month)
    address = settings.PUBLIC_URL + reverse("city:how-we-count")
    return {
        "title": _("Det här gav tjänsterna i %(month)s") % {"month": name},
        "language": formatting.language(),
        "sender": f"{town.name}, {given.committee}" if given.committee else town.name,
        "day": formatting.day(clock.today(), weekday=False, year=True),
        "lead": director.sentence(given),
        "foot": " · ".join(one for one in (town.name, town.phone) if one),
        "kinds_title": _("De fyra sorternas hållbarhet"),
        "kinds": kinds(given),
        "not_measured": _("Inte mätt."),
        **_table(given),
        **_trials(given),
        **_reach(given),
        "how": _(
            "Uppmätt betyder jämfört med dem som inte fick tjänsten. ≈ och uppskattat betyder räknat med ett tal som har en källa. "
            "Det som bara gjordes räknas inte som sparat. %(money)s Så räknar vi: %(address)s"
        )
        % {"address": address, "money": director.money_note(given)},
    }


def kinds(given: Given) -> list[dict[str, Any]]:
    """The four kinds of sustainability with what was gained of each: sums first, then means of trials."""
    names = given_words.titles()
    lines: dict[str, list[dict[str, str]]] = {kind.value: [] for kind in Metric.Sustainability}
    for column in Column:
        figure = headline(given.gains, column)
        if figure is not None:
            lines[KIND_OF[column]].append(_line(names[column], figure))
    for row in given.rows:
        if row.is_gain and row.additivity != "sum":
            shown = given_words.of_row(row)
            value = f"{shown.value} {shown.unit}".strip()
            lines[row.sustainability].append({"label": shown.label, "value": value, "how": _how(row.kind, shown.interval)})
    return [{"title": str(kind.label), "lines": lines[kind.value]} for kind in Metric.Sustainability]


def _line(label: str, figure: Figure) -> dict[str, str]:
    shown = given_words.tile(figure.column, figure)
    value = f"{'' if figure.kind == MEASURED else '≈ '}{shown.value} {shown.unit}".strip()
    return {"label": label, "value": value, "how": _how(figure.kind, shown.interval)}


def _how(kind: str, interval: str) -> str:
    word = str(Effect.Kind(kind).label).lower()
    return f"({interval}, {word})" if interval else f"({word})"


def _table(given: Given) -> dict[str, Any]:
    lines = director.table(given)
    head = [_("Tjänst"), _("Status"), _("Arbetstid, min"), _("Km"), "kWh", _("Kronor")]
    rows = [
        [one.title, one.tag, *([cell(None)] * 3 if one.said else one.cells[:3]), one.cells[-1]] for one in lines[:MOST_SERVICES]
    ]
    left = max(len(lines) - MOST_SERVICES, 0)
    return {
        "table_title": _("Tjänst för tjänst"),
        "table_head": head,
        "table": rows,
        "table_foot": [_("Summa"), "", *director.totals(given)],
        "table_more": _("%(n)s till står på startsidan.") % {"n": left} if left else "",
    }


def _trials(given: Given) -> dict[str, Any]:
    """Trials that were withdrawn within a year before the month's end, and those whose last day has passed or is near."""
    year_ago = given.month.end.replace(day=1, year=given.month.end.year - 1)
    failed = [one for one in given.trials if one.withdrawn and year_ago <= (one.decided or one.last_day) < given.month.end]
    return {
        "failed_title": _("Det här fungerade inte"),
        "failed_none": _("Inget försök har dragits tillbaka det senaste året."),
        "failed": [(f"{one.title}.", one.lesson or _("Drogs tillbaka.")) for one in failed[-MOST_TRIALS:]],
        "waiting_title": _("Det här väntar på beslut"),
        "waiting_none": _("Inget försök har nått sin sista dag."),
        "waiting": [(f"{one.title}, {one.when}.", one.text) for one in director.waiting(given.trials)[:MOST_TRIALS]],
    }


def _reach(given: Given) -> dict[str, Any]:
    mine = None if not given.committee else frozenset(one.slug for one in given.services)
    year = director.year_to(given.month)
    ages = told.reached(*year, mine).ages
    return {
        "reach_title": _("Vem nås inte av det digitala?"),
        "reach_lead": _("Andel av ansökningarna de senaste tolv månaderna som kom på telefon, besök eller papper, efter ålder.")
        if ages
        else _("Inte mätt."),
        "reach": _shares(ages),
    }


def _shares(ages: Sequence[told.Reach]) -> list[str]:
    """*18–29: 6 %*, *80–: 58 %*, and last which groups are too small to show."""
    known = [f"{one.group}: {formatting.percent(director.share(one))}" for one in ages if director.shown(one)]
    hidden = [one.group for one in ages if not director.shown(one)]
    return [*known, *([_("För få för att visas: %(groups)s.") % {"groups": formatting.list_of(hidden)}] if hidden else [])]
