"""Where a row's figures stand, with a way there: the agency's block and its raw answer, the application, the riksnorm and its statute."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.assistance import calculation, incomes
from stadig.assistance.gathering import Gathered
from stadig.assistance.incomes import Cell, Counted, Source
from stadig.assistance.proposal import Row
from stadig.ui import formatting

SFS: Final = re.compile(r"SFS (\d{4}):(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Way:
    """A link: what it leads to and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Place:
    """One figure and where it stands."""

    month: str
    amount: str
    label: str
    note: str
    """The contract and when the agency was asked, in the city's time; or the source as it is written."""
    path: str
    sha256: str
    ways: tuple[Way, ...]


def row(gathered: Gathered, ref: str) -> Row | None:
    """The row that an address names: one of the proposal, else a benefit that an agency's block names and that is no row of it.

    Such are the benefits of an adult who is not in the household, and one that only last month's calculation knew of.
    """
    if found := calculation.row_of(calculation.proposed(gathered.task), ref):
        return found
    for one in incomes.series(gathered.others, gathered.month, gathered.task.rates["wage_reported_day"]):
        if calculation.ref(one.key) == ref:
            cells = (one.before, one.control, one.applied)
            return Row("income", one.key, one.row, None, one.who, one.label, one.agency, cells)
    return next((_no_longer_stated(gathered, one) for one in gathered.counted if calculation.ref(one.key) == ref), None)


def _no_longer_stated(gathered: Gathered, one: Counted) -> Row:
    """What was counted last month beside the answer that now says nothing of it."""
    month = formatting.MONTHS[formatting.language()][incomes.earlier(gathered.month, 1).month - 1]
    then = replace(one.source, kind="kept", text=_("Beräkningen för %(month)s") % {"month": month}, entry=one.proposal, call=0)
    said = (*gathered.task.statements, *gathered.others)
    now = tuple(block.source for block in said if (block.who, block.agency) == (one.who, one.agency))
    cells = (Cell(one.amount, True, (then,)), Cell(None, True, now), Cell(None, False, asked=False))
    return Row("income", one.key, one.row, None, one.who, one.label, one.agency, cells)


def places(gathered: Gathered, row: Row, may_open: Callable[[int], bool]) -> list[Place]:
    """Each figure of a row; what several parts of one answer say alike is told once. ``may_open``: whether the reader may open a case."""
    person = gathered.person(row.who) or 0
    figures = calculation.figures(row, gathered.month, person)
    sources = [one for cell in row.cells for one in cell.sources] or list(row.sources)
    found = (
        Place(month, amount, link.label, _note(source), link.path, link.sha256, _ways(gathered, source, person, may_open))
        for (month, amount, link), source in zip(figures, sources, strict=True)
    )
    return list(dict.fromkeys(found))


def _note(source: Source) -> str:
    if source.kind in {"norm", "rule"}:
        return source.text
    return ", ".join(part for part in (source.contract, formatting.moment(source.at) if source.at else "") if part)


def _ways(gathered: Gathered, source: Source, person: int, may_open: Callable[[int], bool]) -> tuple[Way, ...]:
    if source.kind == "kept":
        case = next((one.case for one in gathered.counted if one.proposal == source.entry), 0)
        return (Way(_("Visa beräkningen"), reverse("assistance:kept", args=[case, source.entry])),) if may_open(case) else ()
    if source.kind == "block":
        block = reverse("assistance:person", args=[gathered.case, person])
        ways = [Way(_("Visa myndighetens svar"), f"{block}#svar-{source.agency}")]
        if source.call:
            ways.append(Way(_("Läs hela svaret"), reverse("assistance:raw", args=[gathered.case, person, source.call])))
        return tuple(ways)
    if source.kind == "declared":
        return (Way(_("Läs ansökan"), f"{reverse('cases:case', args=[gathered.case])}#kom-in"),)
    if source.kind == "entry":
        return (Way(_("Vad som är ändrat i beräkningen"), reverse("assistance:entries", args=[gathered.case])),)
    if source.kind == "norm":
        return (Way(_("Visa riksnormen"), reverse("assistance:norm", args=[gathered.force.norm_id])), *_statutes(source.text))
    return (Way(_("Visa reglerna"), reverse("assistance:rules-one", args=[gathered.force.rules_id])), *_statutes(source.text))


def _statutes(text: str) -> tuple[Way, ...]:
    """The statutes that a source names, where they are published."""
    return tuple(
        Way(f"SFS {year}:{number}", f"https://svenskforfattningssamling.se/doc/{year}{number}.html")
        for year, number in dict.fromkeys(SFS.findall(text))
    )
