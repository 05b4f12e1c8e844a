"""A trial's public page, put together from its row: every text in the reader's language, every chart, nothing more to ask for.

The same row in the same language on the same day gives the same page, so it is put together once for each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from stadig.pilots import card as cards
from stadig.pilots import (
    desk_words,
    draws,
    extract,
    finding_words,
    origins,
    public,
    public_charts,
    public_figures,
    public_terms,
    public_words,
    saved,
    sentences,
    words,
)
from stadig.pilots.area_map import Area
from stadig.pilots.card import Card
from stadig.pilots.public import Copied, Decided, Drawn, Factor, Learnt, Row, Source
from stadig.pilots.public_figures import Figure
from stadig.pilots.public_terms import Lot, Terms
from stadig.pilots.public_trial import Trial, read
from stadig.pilots.showing import Cell, Rule, cells
from stadig.pilots.statistics import pooling
from stadig.pilots.statistics.terms import Design, Estimate, Plan, Result
from stadig.ui import charts, formatting

_DECIDED = msgspec.json.Decoder(tuple[Decided, ...])
_LEARNT = msgspec.json.Decoder(tuple[Learnt, ...])
_COPIES = msgspec.json.Decoder(tuple[Copied, ...])
_FACTORS = msgspec.json.Decoder(tuple[Factor, ...])
_SOURCES = msgspec.json.Decoder(tuple[Source, ...])
_DRAWN = msgspec.json.Decoder(tuple[Drawn, ...])


class Change(NamedTuple):
    """A version of the rule after the first: when, why, and what differs, with the looks that it voided."""

    number: int
    when: str
    why: str
    rows: tuple[tuple[str, str, str], ...]
    voided: str


class Choice(NamedTuple):
    """A decision as it is shown."""

    when: str
    body: str
    decided: str
    rule_said: str
    other_way: bool
    reason: str
    taken_back: str


class Page(NamedTuple):
    """All that the page shows."""

    slug: str
    title: str
    kicker: str
    tag: tuple[str, str]
    overdue: str
    rule: Rule
    changes: tuple[Change, ...]
    cells: tuple[Cell, ...]
    after: str
    line: charts.Line | None
    waiting: str
    """What is said in the place of the line before there is one."""
    findings: tuple[tuple[str, str], ...]
    """(severity, words)"""
    figures: tuple[Figure, ...]
    failed: tuple[Learnt, ...]
    worked: tuple[Learnt, ...]
    dots: tuple[charts.Dots, ...]
    hidden: str
    areas: tuple[Area, ...]
    """For the map."""
    with_service: tuple[str, ...]
    without: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    closed: bool
    has_data: bool
    of_persons: bool
    """The rows are of persons: they are shown to no one but those who plan trials."""
    tried: tuple[tuple[str, str], ...]
    """(municipality, decided) of whom we copied and of those who copied us."""
    copied: str
    origin: str
    pooled: charts.Dots | None
    pooled_says: str
    terms: Terms
    lots: tuple[Lot, ...]
    """Every time the lot was cast, where it was cast again."""
    draws: str = ""
    """How many draws the lot could have given; empty when there was none."""

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """What a reader must know before the effect."""
        return tuple(one for one in self.findings if one[0] != "note")

    @property
    def notes(self) -> tuple[str, ...]:
        """What those who check the figures want to know."""
        return tuple(said for severity, said in self.findings if severity == "note")

    @property
    def csv(self) -> str:
        """Every look as a file."""
        return reverse("pilots:trial-looks", args=[self.slug])


def page(row: Row) -> Page:
    """The page of today in the reader's language."""
    return _page(row, formatting.language(), formatting.today())


@lru_cache(maxsize=64)
def _page(row: Row, _language: str, today: dt.date) -> Page:
    trial = read(row)
    card, plan, result = trial.card, trial.plan, trial.result
    decided = _DECIDED.decode(row.decisions)
    learnt = _LEARNT.decode(row.lessons)
    copies = _COPIES.decode(row.copies)
    late = (today - row.last_day).days if row.state == "running" else 0
    names = {unit.ref: unit.name for unit in trial.units}
    line = public_charts.line(card, plan, result, trial.units) if result else None
    pooled, pooled_says = _pooled(trial, copies)
    return Page(
        slug=row.slug,
        title=row.title,
        kicker=_kicker(trial),
        tag=public_words.state(row.state, row.outcome, late > 0),
        overdue=ngettext("Beslutet är %(n)s dag sent", "Beslutet är %(n)s dagar sent", late) % {"n": late} if late > 0 else "",
        rule=_rule(trial),
        changes=_changes(trial),
        cells=_cells(trial),
        after=_after(trial, decided),
        line=replace(line, opened=True) if line else None,
        waiting="" if line else _waiting(trial, today),
        findings=_findings(trial),
        figures=_figures(trial, _FACTORS.decode(row.factors)),
        failed=tuple(one for one in learnt if not one.worked),
        worked=tuple(one for one in learnt if one.worked),
        dots=_dots(trial, names),
        hidden=_hidden(result, names, {unit.name for unit in trial.units if unit.arm == "comparison"}),
        areas=tuple(sorted({Area(unit.code, unit.name, unit.arm) for unit in trial.units if unit.code})),
        with_service=tuple(unit.name for unit in trial.units if unit.arm == "pilot"),
        without=tuple(unit.name for unit in trial.units if unit.arm == "comparison"),
        facts=_facts(trial, _SOURCES.decode(row.sources)),
        choices=tuple(_choice(one) for one in decided),
        closed=row.state == "closed",
        has_data=row.look_id is not None,
        of_persons=plan.design is Design.PERSONS,
        tried=_tried(row, copies),
        copied=ngettext("%(n)s kommun har gjort det.", "%(n)s kommuner har gjort det.", len(copies)) % {"n": len(copies)}
        if copies
        else "",
        origin=_origin(row, card),
        pooled=pooled,
        pooled_says=pooled_says,
        terms=public_terms.terms(card),
        lots=public_terms.lots(_DRAWN.decode(row.drawn), names),
        draws=_draws(plan),
    )


def _kicker(trial: Trial) -> str:
    """*Försök i Hamnen, Norrstrand och Sågen · 4 maj till 30 november 2026*"""
    where = [unit.name for unit in trial.units if unit.arm == "pilot"]
    first = formatting.day(trial.plan.begins, weekday=False, year=trial.plan.begins.year != trial.plan.ends.year)
    last = formatting.day(trial.plan.ends, weekday=False, year=True)
    when = _("%(first)s till %(last)s") % {"first": first, "last": last}
    if not where or len(where) > 6:
        what = pgettext("ett enda", "Försök") if not where else _("Försök på %(n)s ställen") % {"n": len(where)}
    else:
        what = _("Försök i %(places)s") % {"places": public_words.listed(where)}
    return f"{what} · {when}"


def _rule(trial: Trial) -> Rule:
    version = trial.versions[-1]
    return Rule(
        spans=tuple(sentences.rule(trial.card)),
        number=version.number - trial.versions[0].number + 1,
        locked=formatting.local(version.frozen_at).date(),  # pyright: ignore[reportAttributeAccessIssue]
        digest=version.digest,
        machine=msgspec.json.format(msgspec.json.encode(version.rule), indent=2).decode(),
    )


def _changes(trial: Trial) -> tuple[Change, ...]:
    found: list[Change] = []
    for before, after in zip(trial.versions, trial.versions[1:], strict=False):
        voided = sum(1 for look in trial.looks if look.version == before.number and look.voided)
        rows = tuple(
            (desk_words.field(name), desk_words.value(name, old), desk_words.value(name, new))
            for name, old, new in cards.changed(cards.read(before.card), cards.read(after.card))
        )
        found.append(
            Change(
                after.number - trial.versions[0].number + 1,
                formatting.day(after.frozen_at, weekday=False, year=True),
                after.why,
                rows,
                ngettext("%(n)s tidigare svar gäller inte längre.", "%(n)s tidigare svar gäller inte längre.", voided)
                % {"n": voided}
                if voided
                else "",
            )
        )
    return tuple(found)


def _cells(trial: Trial) -> tuple[Cell, ...]:
    result, card = trial.result, trial.card
    if result is None or card.primary is None:
        return cells(None)
    because = finding_words.because(result.because, card)
    return cells(result.verdict, because, sentences.requirement(card))


def _after(trial: Trial, decided: Sequence[Decided]) -> str:
    """Who decides, and when; or who has decided."""
    row = trial.row
    holds = [one for one in decided if not one.taken_back]
    if holds:
        last = holds[-1]
        return _("%(body)s beslutade %(day)s: %(decided)s.") % {
            "body": last.body,
            "day": formatting.day(last.day, weekday=False),
            "decided": words.decision(last.decided),
        }
    return _("%(body)s beslutar senast %(day)s. Väljer de något annat än regeln säger visas skälet här.") % {
        "body": row.committee or _("Kommunen"),
        "day": formatting.day(row.last_day, weekday=False),
    }


def _waiting(trial: Trial, today: dt.date) -> str:
    first = trial.plan.begins + dt.timedelta(days=trial.plan.every_days)
    if trial.result is None and today < first:
        return _("Vi tittar första gången %(day)s. Då visas skillnaden och hur säker den är.") % {"day": formatting.day(first)}
    if trial.result is None:
        return _("Försöket har börjat men siffrorna har inte räknats än.")
    return _("Siffrorna räcker inte till ett svar än. Nästa gång vi tittar visas skillnaden här om de gör det.")


def _findings(trial: Trial) -> tuple[tuple[str, str], ...]:
    if trial.result is None:
        return ()
    names = {unit.ref: unit.name for unit in trial.units}
    return tuple((one.severity, finding_words.finding(one, trial.card, names)) for one in trial.result.findings)


def _figures(trial: Trial, factors: Sequence[Factor]) -> tuple[Figure, ...]:
    amount = None
    if trial.result is not None and trial.result.primary is not None and trial.row.look_id is not None:
        whole = 100.0 if trial.card.primary is not None and trial.card.primary.unit in sentences.OF_A_HUNDRED else 1.0
        amount = _amount(trial.row.look_id, trial.plan, trial.result.primary, whole)
    return public_figures.figures(trial.card, trial.plan, trial.result, amount, spent_kr=trial.row.spent_kr, factors=factors)


def _amount(look_id: int, plan: Plan, estimate: Estimate, whole: float) -> saved.Amount | None:
    """What has changed in all, from the figures that the look was made of; for a share, of how many."""
    series = extract.read(extract.expanded(public.figures(look_id))).get(plan.outcome)
    return saved.total(plan, series, estimate, whole=whole) if series is not None else None


def _dots(trial: Trial, names: dict[str, str]) -> tuple[charts.Dots, ...]:
    if trial.result is None:
        return ()
    kinds = dict.fromkeys(part.kind for part in trial.result.parts)
    found = [public_charts.dots(trial.card, trial.plan, trial.result, kind, names) for kind in kinds]
    return tuple(one for one in found if one is not None)


def _hidden(result: Result | None, names: dict[str, str], without: set[str]) -> str:
    """Which parts are too small to be shown; those that never had the service have none."""
    every = [names.get(part.label, part.label) for part in result.parts if part.suppressed] if result else []
    small = [name for name in every if name not in without]
    if not small:
        return ""
    return _("Visas inte, för få bakom siffran: %(who)s.") % {"who": public_words.listed(small)}


def _facts(trial: Trial, sources: Sequence[Source]) -> tuple[tuple[str, str], ...]:
    """How we know: the method, the draw, the figures with their gaps."""
    found = [(_("Metod"), public_words.method(trial.plan))]
    allocation = trial.plan.allocation
    if allocation is not None and allocation.seed:
        found.append((_("Lottens startord"), allocation.seed))
    found.append((_("Data"), public_words.sources(trial.card, sources) or _("Inga siffror har kommit in än.")))
    if trial.result is not None:
        through = formatting.day(trial.result.through, weekday=False, year=True)
        found.append((_("Räknat till och med"), through))
    return tuple(found)


def _draws(plan: Plan) -> str:
    """The words of the link to every draw; empty when nothing was drawn by lot."""
    if plan.allocation is None or not plan.allocation.seed or plan.allocation.method == "chosen":
        return ""
    many, every = draws.many(plan.allocation)
    text = _("Alla %(n)s lottningar som kunde ha blivit") if every else _("%(n)s av de lottningar som kunde ha blivit")
    return text % {"n": formatting.number(many)}


def _choice(one: Decided) -> Choice:
    other = one.decided != one.rule_said
    return Choice(
        formatting.day(one.day, weekday=False, year=True),
        one.body,
        words.decision(one.decided),
        public_words.said(one.rule_said),
        other,
        one.reason,
        one.taken_back,
    )


def _origin(row: Row, card: Card) -> str:
    return origins.said(first, card) if (first := origins.read(row.copied_from)) else ""


def _tried(row: Row, copies: Sequence[Copied]) -> tuple[tuple[str, str], ...]:
    first = origins.read(row.copied_from)
    return (*([(first.municipality, first.outcome)] if first else ()), *((one.municipality, one.outcome) for one in copies))


def _pooled(trial: Trial, copies: Sequence[Copied]) -> tuple[charts.Dots | None, str]:
    """Our effect and theirs, whom we copied and those who copied us, each as a dot, and all pooled by random effects."""
    told = [(one.municipality, one.estimate, one.standard_error) for one in copies]
    rows = [(name, value, error) for name, value, error in told if value is not None and error]
    first = origins.read(trial.row.copied_from)
    if first and first.error and first.gave and first.measures_as(trial.card):
        rows.insert(0, (first.municipality, first.gave.value, first.error))
    own = trial.result.primary if trial.result else None
    if not rows or own is None or own.low is None or own.high is None or own.low == own.high:
        return None, ""
    rows = [(_("Här"), own.value, pooling.standard_error(own)), *rows]
    together = pooling.pooled([value for _n, value, _e in rows], [error for _n, _v, error in rows])
    chart = public_charts.pooled(trial.card, rows, (together.value, together.low, together.high))
    return chart, public_words.pooled(trial.card, together)
