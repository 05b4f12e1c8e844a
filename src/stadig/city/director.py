"""The director's start page: what the services gave in a month, one by one, whom they did not reach, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from stadig.city import clock, costs, given_sql, services, told
from stadig.city.desk import Card
from stadig.city.given import MEASURED, Column, Gain, Line, Row, column_of, gains, headlines, lines, total
from stadig.city.given_sql import Known, Month, Register
from stadig.city.given_words import MISSING, Tile, cell, month_name, of_row, tile, titles
from stadig.city.models import Service
from stadig.city.sorting import sort_key
from stadig.city.told import Reach, Trial
from stadig.ui import charts, formatting

LEAST = 10
"""Fewer applications than this are not shown: they could be guessed."""
LEAST_PART = 5
"""Nor a part of them smaller than this, on either side."""
NEAR_DAYS = 45
"""A decision that is this near is on the page."""
MOST = 8
MOST_TILES, MOST_NAMED = 6, 3
Against = tuple[tuple[Trial, ...], tuple[tuple[str, float], ...]]
"""What gains are held against: the trials, and each service's own cost in kronor."""
IN_TABLE = (Column.TIME, Column.KM, Column.KWH, Column.MONEY)


class ServiceLine(NamedTuple):
    """One row of *Tjänst för tjänst*."""

    title: str
    url: str
    tag_kind: str
    tag: str
    icon: str
    cells: tuple[str, ...]
    """As :data:`IN_TABLE`."""
    said: str = ""
    """Instead of the first cells, for one that gave nothing."""
    learnt_url: str = ""
    costless: bool = False
    """Nobody has said what the service costs: the kronor are before that."""


class Waiting(NamedTuple):
    """A trial that someone has yet to decide on."""

    title: str
    url: str
    when: str
    text: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What the services, or those of one committee, gave in a month; read once and used by page, file and report."""

    month: Month
    committee: str
    services: tuple[Known, ...]
    rows: tuple[Row, ...]
    gains: tuple[Gain, ...]
    trials: tuple[Trial, ...]
    since: dt.date
    costs: tuple[tuple[str, float], ...] = ()
    """(service, kronor in the month) of those whose cost someone has said."""

    @property
    def unsaid(self) -> frozenset[str]:
        """Services in use that someone gained by, or that are tried, and whose cost nobody has said."""
        shown = {one.service for one in self.gains} | {one.service for one in self.trials}
        return frozenset(one.slug for one in self.services if one.slug in shown) - {service for service, _kr in self.costs}

    @property
    def running(self) -> int:
        return sum(one.declared and one.status in (Service.Status.PILOT, Service.Status.RUNNING) for one in self.services)


def read(month: Month, committee_id: int | None = None) -> Given:
    """The whole city, or one committee's services. Four queries."""
    register = given_sql.register(month.first.year)
    until = min(month.end, clock.today() + dt.timedelta(days=1))
    own = tuple(costs.spread(costs.said(until), month.first, until).items())
    trials = told.trials(month.first, month.end)
    return _given(month, committee_id, register, given_sql.rows(*month.moments), (trials, own))


@lru_cache(maxsize=64)
def _given(month: Month, committee_id: int | None, register: Register, rows: tuple[Row, ...], held_against: Against) -> Given:
    trials, cost = held_against
    every = sorted(register.services, key=lambda one: sort_key(one.title))
    mine = tuple(one for one in every if committee_id is None or one.committee_id == committee_id)
    slugs = {one.slug for one in mine}
    own = tuple(one for one in trials if committee_id is None or one.committee_id == committee_id or one.service in slugs)
    held = tuple(one for one in rows if committee_id is None or one.service in slugs)
    spent: dict[str, float] = {}
    gone = {one.slug for one in mine if one.status == Service.Status.WITHDRAWN}
    for one in own:
        key = own_row(one) if one.withdrawn and one.service not in gone else one.service
        spent[key] = spent.get(key, 0.0) + one.spent_kr
    cost = tuple((service, kr) for service, kr in cost if service in slugs)
    for service, kr in cost:
        spent[service] = spent.get(service, 0.0) + kr
    found = gains(held, register.factors, spent)
    named = next((one.committee or "" for one in mine), "") if committee_id is not None else ""
    return Given(month, named, mine, held, found, own, register.since, cost)


def year_to(month: Month) -> tuple[dt.date, dt.date]:
    """The twelve months that end with ``month``: one month has too few applications to show by group."""
    return month.end.replace(year=month.end.year - 1), month.end


def own_row(trial: Trial) -> str:
    """What a withdrawn trial's cost stands under: its own row, not that of the service that goes on without it."""
    return f"trial:{trial.slug}"


class Page(NamedTuple):
    """The words of the page that follow from what was given."""

    title: str
    sentence: str
    tiles: tuple[Tile, ...]
    lines: tuple[ServiceLine, ...]
    totals: tuple[str, ...]
    others: int
    waiting: tuple[Waiting, ...]
    overdue: int


def page(given: Given) -> Page:
    """Everything the page says of ``given``, in the reader's language."""
    return _page(given, formatting.language(), clock.today())


@lru_cache(maxsize=64)
def _page(given: Given, _language: str, _today: dt.date) -> Page:
    return Page(
        _("Det här gav tjänsterna i %(month)s") % {"month": month_name(given.month)},
        sentence(given),
        tiles(given),
        table(given),
        totals(given),
        others(given),
        waiting(given.trials),
        sum(one.overdue_days > 0 for one in given.trials),
    )


def sentence(given: Given) -> str:
    """*14 tjänster i drift. 3 värden är uppmätta mot jämförelse, 2 är uppskattade eller räknade, 1 är inte mätt.*"""
    found = [one.kind for one in tiles(given)]
    measured, missing = found.count(MEASURED), found.count(MISSING)
    guessed = len(found) - measured - missing
    running = ngettext("En tjänst i drift.", "%(n)s tjänster i drift.", given.running) % {"n": given.running}
    parts = [
        ngettext("ett värde är uppmätt mot en jämförelse", "%(n)s värden är uppmätta mot en jämförelse", measured)
        % {"n": measured}
        if measured
        else _("inget värde är uppmätt mot en jämförelse"),
        ngettext("ett är uppskattat eller räknat", "%(n)s är uppskattade eller räknade", guessed) % {"n": guessed},
        ngettext("ett är inte mätt", "%(n)s är inte mätta", missing) % {"n": missing},
    ]
    shown = [part for part, many in zip(parts, (1, guessed, missing), strict=True) if many]
    text = formatting.list_of(shown)
    return f"{running} {text[:1].upper()}{text[1:]}."


def tiles(given: Given) -> tuple[Tile, ...]:
    """Six figures, the measured first: also those in a unit that is not added up over services. The net is always one of them."""
    named = [
        of_row(row) for row in given.rows if row.is_gain and row.kind == MEASURED and row.rows and column_of(row.unit) is None
    ]
    six = [tile(column, figure) for column, figure in headlines(given.gains)]
    money = money_note(given)
    label = titles()[Column.MONEY]
    six = [one._replace(note=money) if one.label == label and one.kind != MISSING else one for one in six]
    every = (*named[:MOST_NAMED], *six)
    net = next(one for one in every if one.label == label)
    return every[:MOST_TILES] if net in every[:MOST_TILES] else (*every[: MOST_TILES - 1], net)


def money_note(given: Given) -> str:
    """What the net is reckoned after, and of how many services nobody has said what they cost."""
    text = _("Efter vad försöken och tjänsterna kostade.")
    if not (missing := len(given.unsaid)):
        return text
    lacking = ngettext("För en tjänst är kostnaden inte angiven.", "För %(n)s tjänster är kostnaden inte angiven.", missing)
    return f"{text} {lacking % {'n': missing}}"


def table(given: Given) -> tuple[ServiceLine, ...]:
    """Services that gave something, are tried or were withdrawn: those in use first, then what was withdrawn, with what was learnt."""
    trials: dict[str, list[Trial]] = {}
    for one in given.trials:
        trials.setdefault(one.service, []).append(one)
    inside: list[ServiceLine] = []
    withdrawn: list[ServiceLine] = []
    known = {one.slug: one for one in given.services}
    for line in lines(given.gains, known):
        service, tried = known[line.service], trials.get(line.service, [])
        gone = service.status == Service.Status.WITHDRAWN
        if line.gains or gone or service.status == Service.Status.PILOT or any(not one.withdrawn for one in tried):
            shown = _line(line, service, tried)._replace(costless=service.slug in given.unsaid and not gone)
            (withdrawn if gone else inside).append(shown)
        if not gone:
            withdrawn += [_withdrawn(one.title, one.url, _cost(given, one), one) for one in tried if one.withdrawn]
    return (*inside, *withdrawn)


def _cost(given: Given, trial: Trial) -> str:
    return cell(total([one for one in given.gains if one.service == own_row(trial)], Column.MONEY))


def _line(line: Line, service: Known, tried: Sequence[Trial]) -> ServiceLine:
    title, cells = (
        services.title_of(service.slug, service.words, service.title),
        tuple(cell(line.of(column)) for column in IN_TABLE),
    )
    url = service.page or reverse("city:service", args=[service.slug])
    if service.status == Service.Status.WITHDRAWN:
        return _withdrawn(title, url, cells[-1], next((one for one in tried if one.withdrawn), None))
    return ServiceLine(title, url, *_tag(service, tried), cells)


def _withdrawn(title: str, url: str, money: str, trial: Trial | None) -> ServiceLine:
    said = trial.lesson if trial and trial.lesson else _("Gav ingen uppmätt vinst.")
    return ServiceLine(title, url, "neutral", _("Tillbakadragen"), "undo-2", (money,), said, trial.url if trial else "")


def _tag(service: Known, tried: Sequence[Trial]) -> tuple[str, str, str]:
    if any(one.waits for one in tried) or (service.status == Service.Status.PILOT and not tried):
        return "info", pgettext("om en tjänst", "Försök"), "flask-conical"
    if any(one.outcome == "scale_up" for one in tried):
        return "success", _("Skalas upp"), "trending-up"
    if service.status == Service.Status.IDEA:
        return "info", _("Idé"), "lightbulb"
    return "success", _("I drift"), "check"


def totals(given: Given) -> tuple[str, ...]:
    """The sums under the table."""
    return tuple(cell(total(given.gains, column)) for column in IN_TABLE)


def others(given: Given) -> int:
    """How many services in use are not in the table: nothing they did was held against anything else."""
    shown = sum(one.tag_kind != "neutral" for one in table(given))
    return max(given.running - shown, 0)


def waiting(trials: Iterable[Trial]) -> tuple[Waiting, ...]:
    """Trials past their last day, and those whose last day is near; the longest overdue first."""
    today = clock.today()
    found = [one for one in trials if one.waits and (one.last_day - today).days <= NEAR_DAYS]
    return tuple(_waiting(one) for one in found[:MOST])


def _waiting(one: Trial) -> Waiting:
    days = one.overdue_days
    when = ngettext("en dag över tiden", "%(n)s dagar över tiden", days) % {"n": days} if days else ""
    says = _("Regeln säger %(what)s.") % {"what": one.says} if one.says else _("Regeln har inte sagt något än.")
    text = f"{says} {one.committee}." if one.committee else says
    return Waiting(one.title, one.url, when or formatting.day(one.last_day, weekday=False), text, bool(days))


class Cards(NamedTuple):
    """The start page's cards in the groups of this page."""

    alarms: tuple[Card, ...]
    owed: tuple[Card, ...]
    today: tuple[Card, ...]


def grouped(cards: Iterable[Card]) -> Cards:
    """Alarms as they come first, answers we owe as cards that warn, the rest as today's. Trials have a panel of their own."""
    every = [one for one in cards if one.about != told.TRIALS]
    alarms = tuple(one for one in every if one.order <= 20)
    owed = tuple(one for one in every if one.order > 20 and one.kind in ("warning", "danger"))
    return Cards(alarms, owed, tuple(one for one in every if one not in alarms and one not in owed))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachBars(charts.Bars):
    """Shares with the counts they are of in the table."""

    counts: tuple[tuple[str, str], ...] = ()

    def table(self) -> tuple[list[str], list[list[str]]]:
        head = [self.heading, _("Ansökningar"), _("Med hjälp"), _("Andel")]
        return head, [[bar.label, *both, self.write(bar.value)] for bar, both in zip(self.bars, self.counts, strict=True)]


def shown(one: Reach) -> bool:
    """Whether a group is large enough to be shown: no one in it can be guessed."""
    return one.came >= LEAST and all(part == 0 or part >= LEAST_PART for part in (one.helped, one.came - one.helped))


def share(one: Reach) -> float | None:
    """Percent that came with help; None for a group that is not shown."""
    return 100 * one.helped / one.came if shown(one) else None


def in_words(group: str) -> str:
    """*80 år och äldre* for a band of ages without an end; other groups as they are."""
    return _("%(age)s år och äldre") % {"age": group[:-1]} if group.endswith(formatting.DASH) else group


def reach_chart(groups: tuple[Reach, ...], heading: str, month: Month, *, level: int = 3) -> ReachBars:
    """The share that came with help in each group, in the reader's language."""
    return _reach_chart(groups, heading, month, level, formatting.language(), formatting.today().year)


@lru_cache(maxsize=64)
def _reach_chart(groups: tuple[Reach, ...], heading: str, month: Month, level: int, _tongue: str, _year: int) -> ReachBars:
    """The share that came with help in each group. What is too small to show has no bar, and the subtitle says so."""
    groups = tuple(one._replace(group=in_words(one.group)) for one in groups)
    known = [one for one in groups if shown(one)]
    most = max(known, key=lambda one: one.helped / one.came, default=None)
    title = _("Ingen grupp är stor nog att visa")
    if most is not None:
        values = {"group": most.group, "share": formatting.percent(share(most)), "heading": heading}
        title = _("%(heading)s %(group)s: %(share)s fick hjälp") % values
    hidden = [one.group for one in groups if not shown(one)]
    subtitle = _("Ansökningar tolv månader till och med %(month)s, andel som fick hjälp på telefon, besök eller papper.") % {
        "month": month_name(month)
    }
    if hidden:
        subtitle += " " + _("För få för att visas: %(groups)s.") % {"groups": formatting.list_of(hidden)}
    return ReachBars(
        title=title,
        subtitle=subtitle,
        unit="%",
        level=level,
        heading=heading,
        bars=tuple(charts.Bar(one.group, share(one)) for one in groups),
        counts=tuple(_counts(one) for one in groups),
    )


def _counts(one: Reach) -> tuple[str, str]:
    return (formatting.number(one.came), formatting.number(one.helped)) if shown(one) else (formatting.DASH, formatting.DASH)


def columns() -> list[tuple[Any, Any]]:
    """The table as a file: one row for each service and kind of gain, with interval and how it is known."""
    return [
        (_("Tjänst"), "title"),
        (_("Vad"), "what"),
        (_("Värde"), "quantity"),
        (_("Enhet"), "unit"),
        (_("Lägst"), "low"),
        (_("Högst"), "high"),
        (_("Hur vi vet"), "kind"),
        (_("Hur det är räknat"), "why"),
    ]
