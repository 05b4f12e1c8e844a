"""A month's calculation as it is shown: the proposal in words, with where each figure stands and what may be done about each row.

>>> shown = calculation.shown(case_id, None, request.user)
>>> render(request, "assistance/proposal.html", {"p": shown})   # or {% include "assistance/_proposal.html" with p=shown %}
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from stadig.assistance import benefits, gathering, incomes, kept, noticing, proposing, requesting, row_words
from stadig.assistance.gathering import Gathered
from stadig.assistance.incomes import Cell, Source
from stadig.assistance.noticing import COMPARED
from stadig.assistance.proposal import Notice, Proposal, Row, Task
from stadig.city import clock
from stadig.exchange.names import agency as agency_name
from stadig.exchange.sealing import KeyChanged
from stadig.ui import formatting

CALCULATION: Final = "service.calculation"
NAMED: Final = ("applicant", "co_applicant", "child")


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell in words. ``missing``: we do not know; it says so and is never blank."""

    text: str
    month: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Where a figure stands. ``call`` is the id of the request whose answer holds it; 0 where it is an entry or the application."""

    label: str
    person: int = 0
    call: int = 0
    agency: str = ""
    path: str = ""
    sha256: str = ""
    when: dt.datetime | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is drawn."""

    ref: str
    head: str
    who: str
    figures: tuple[Figure, ...]
    counts: str
    missing: bool
    notes: tuple[str, ...]
    links: tuple[Link, ...]
    editable: bool
    entry: int
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """An agency that has said it has nothing."""

    name: str
    who: str
    link: Link


@dataclass(frozen=True, slots=True)
class ToSee:
    """Something to look at. ``agency`` and ``person``: the block where it stands too; empty and 0 where it stands in none."""

    text: str
    agency: str = ""
    name: str = ""
    person: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that ``_proposal.html`` draws."""

    case: int
    month: str
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    total: str
    total_label: str
    missing: int
    tag: str
    tint: str
    """Of the tag: a proposal that was kept before the file changed is neither complete nor incomplete now."""
    unassessed: int
    costs: int
    """How many costs nobody has taken a stand on."""
    due: str
    """By when the applicant is asked to answer."""
    notices: tuple[ToSee, ...]
    beside: tuple[tuple[str, str], ...]
    """(agency, its name) of the blocks on the same page that say what comparing two months found; then it is not said here."""
    nothing: tuple[Said, ...]
    wanted: tuple[str, ...]
    """What is asked of the applicant, a line each; empty when nothing is missing that the applicant can send."""
    may_edit: bool
    surplus: bool
    may_lower: bool
    """Something makes the outcome less than applied for: the applicant is told before it is decided (25 § förvaltningslagen)."""


def shown(case_id: int, month: dt.date | None, by: Any, *, may_edit: bool = True) -> Shown:
    """The calculation of a month (None: the one applied for) for ``by``, whom the page has let in.

    Four queries. Raises ``gathering.NoApplication``; ``norms.NoNorm``, whose words say what to do.
    """
    return draw(gathering.gather(case_id, month), may_edit=may_edit)


def draw(gathered: Gathered, *, may_edit: bool = True, beside: str = "") -> Shown:
    """The calculation of what has been gathered. ``beside``: the adult whose blocks stand on the same page, by role."""
    made = proposed(gathered.task)
    return of(gathered.case, gathered.task, made, persons=gathered.persons, may_edit=may_edit, beside=beside)


def proposed(task: Task) -> Proposal:
    """The proposal of a task; the same task is computed once."""
    return _proposed(kept.encode_task(task))


@lru_cache(maxsize=128)
def _proposed(task: bytes) -> Proposal:
    return proposing.propose(kept.decode_task(task))


def of(
    case: int,
    task: Task,
    made: Proposal,
    *,
    persons: Sequence[tuple[str, int]] = (),
    may_edit: bool = False,
    beside: str = "",
) -> Shown:
    """A proposal in words; remembered by what it says."""
    on = _On(case, tuple(persons), may_edit, beside)
    return _of(on, kept.encode(kept.Content(task, made)), clock.today(), get_language() or "sv")


class _On(NamedTuple):
    """The page that it is drawn on."""

    case: int
    persons: tuple[tuple[str, int], ...]
    may_edit: bool
    beside: str


@lru_cache(maxsize=256)
def _of(on: _On, content: bytes, today: dt.date, _language: str) -> Shown:
    opened = kept.decode(content)
    task, made, persons = opened.task, opened.proposal, dict(on.persons)
    columns = tuple(_month(incomes.earlier(task.month, back)) for back in (2, 1, 0))
    several = len(task.adults) > 1
    rows = tuple(_row(one, task, columns, persons, several=several) for one in made.rows)
    return Shown(
        case=on.case,
        month=_month(task.month),
        columns=columns,
        rows=rows,
        total=row_words.kronor(made.total),
        total_label=_total(made),
        missing=len(made.missing),
        tag=_tag(made),
        tint="warning" if made.missing or made.unassessed else "success",
        unassessed=len(made.unassessed),
        costs=sum(key.startswith("cost:") for key in made.unassessed),
        due=formatting.day(today + dt.timedelta(days=int(task.rates["request_days"]))),
        notices=tuple(_to_see(one, task, persons) for one in made.warnings if not _stands_beside(one, on.beside)),
        beside=tuple(
            (agency, agency_name(agency))
            for agency in dict.fromkeys(benefits.agency_of(one.about) for one in made.warnings if _stands_beside(one, on.beside))
        ),
        nothing=tuple(
            Said(
                agency_name(one.agency),
                str(row_words.WHO[one.who]) if several else "",
                _link(one.source, agency_name(one.agency), persons.get(one.who, 0)),
            )
            for one in made.nothing
        ),
        wanted=requesting.wanted(task, made),
        may_edit=on.may_edit,
        surplus=made.total < 0,
        may_lower=requesting.may_lower(task, made),
    )


def _stands_beside(one: Notice, who: str) -> bool:
    """Whether a block on the same page says it."""
    return one.code in COMPARED and one.who == who


def _to_see(one: Notice, task: Task, persons: dict[str, int]) -> ToSee:
    if one.code not in COMPARED:
        return ToSee(row_words.notice(one))
    who = str(row_words.WHO[one.who]).lower() if len(task.adults) > 1 else ""
    agency = benefits.agency_of(one.about)
    return ToSee(row_words.compared(one, task.month, who), agency, agency_name(agency), persons.get(one.who, 0))


def ref(key: str) -> str:
    """A row in an address: nothing of what it is about can be read from it."""
    return f"{zlib.crc32(key.encode()):08x}"


def row_of(made: Proposal, wanted: str) -> Row | None:
    """The row that an address names."""
    return next((one for one in made.rows if ref(one.key) == wanted), None)


def found_of(gathered: Gathered, row: Row) -> tuple[str, ...]:
    """What comparing two months found of a row's benefit, in words."""
    task, rates = gathered.task, gathered.task.rates
    if row.who in task.adults:
        said = [one for one in proposed(task).warnings if one.code in COMPARED]
    else:
        found = incomes.series(gathered.others, task.month, rates["wage_reported_day"])
        said = noticing.compared(gathered.others, found, task.month, rates, gathered.counted)
    return tuple(row_words.compared(one, task.month) for one in said if incomes.key_of(one.who, one.about) == row.key)


def figures(row: Row, month: dt.date, person: int) -> list[tuple[str, str, Link]]:
    """(month, amount, where it stands) of each figure that a row is made of; one that is missing says so."""
    found: list[tuple[str, str, Link]] = []
    for cell, back in zip(row.cells, (2, 1, 0), strict=False):
        shown = _figure(cell, "", coming=False).text
        found += [(_month(incomes.earlier(month, back)), shown, _link(one, _place(one), person)) for one in cell.sources]
    return found or [("", row_words.kronor(row.counts), _link(one, _place(one), person)) for one in row.sources]


def plain(task: Task, made: Proposal) -> tuple[str, ...]:
    """The calculation as lines of text, for a letter or a decision, in the language in force."""
    lines: list[str] = []
    for one in made.rows:
        if one.counts == 0 and one.kind in {"income", "missing"}:
            continue
        head = row_words.head(one, task.household.home.living, task.month.year)
        if len(task.adults) > 1 and one.who:
            head = f"{head} ({str(row_words.WHO[one.who]).lower()})"
        if one.counts is None:
            lines.append(_("%(row)s: vi vet inte än") % {"row": head})
            continue
        parts = ", ".join(f"{row_words.part(part)} {formatting.crowns(row_words.kronor(part.amount))}" for part in one.parts)
        lines.append(f"{head}: {formatting.crowns(row_words.kronor(one.counts))}" + (f" ({parts})" if parts else ""))
    lines.append(f"{_total(made)}: {formatting.crowns(row_words.kronor(made.total))}")
    return tuple(lines)


def for_decision(case_id: int, language: str) -> dict[str, str]:
    """What a decision in the case is begun from: the proposal that was kept last, line by line. It holds no decision."""
    with translation.override(language):
        try:
            last = kept.latest(case_id)
        except (kept.Tampered, KeyChanged):
            return {
                CALCULATION: _(
                    "[Det sparade förslaget går inte att läsa. Säg till administratören, och skriv hur ni har räknat.]"
                )
            }
        if last is None:
            return {CALCULATION: _("[Spara förslaget först, eller skriv hur ni har räknat.]")}
        return {CALCULATION: "\n\n".join(plain(last.content.task, last.content.proposal))}


def _row(one: Row, task: Task, columns: tuple[str, ...], persons: dict[str, int], *, several: bool) -> ShownRow:
    named = one.who == "child" or (several and one.who in NAMED)
    sources = {(source.kind, source.agency): source for source in one.sources}
    return ShownRow(
        ref=ref(one.key),
        head=row_words.head(one, task.household.home.living, task.month.year),
        who=str(row_words.WHO[one.who]) if named else "",
        figures=tuple(_figure(cell, name, coming=name == columns[2]) for cell, name in zip(one.cells, columns, strict=False)),
        counts=row_words.kronor(one.counts),
        missing=bool(one.missing),
        notes=row_words.notes(one),
        links=tuple(_link(source, _place(source), persons.get(one.who, 0)) for source in sources.values()),
        editable=one.kind in {"cost", "income", "missing", "school"},
        entry=one.entered.entry if one.entered else 0,
        kind=one.kind,
    )


def _figure(cell: Cell, month: str, *, coming: bool) -> Figure:
    """A cell's words. ``coming``: the month applied for, of which nothing can be known before it is over."""
    if cell.amount is not None:
        return Figure(row_words.kronor(cell.amount), month)
    if not cell.asked:
        return Figure("", month)
    if coming and not cell.over:
        return Figure(_("inte än"), month)
    if cell.known:
        return Figure(_("inget") if cell.over else _("inget än"), month)
    return Figure(_("saknas"), month, missing=True)


def _link(source: Source, label: str, person: int) -> Link:
    return Link(label, person, source.call, source.agency, source.path, source.sha256, source.at, source.contract)


def _place(source: Source) -> str:
    if source.kind == "block":
        return agency_name(source.agency)
    if source.kind == "declared":
        return _("Ansökan")
    if source.kind == "entry":
        return _("Handläggare")
    return source.text


def _total(made: Proposal) -> str:
    if made.total < 0:
        return _("Inkomsterna är högre än behovet")
    return _("Att betala ut, enligt förslaget") if made.complete else _("Högst, om inget mer kommer fram")


def _tag(made: Proposal) -> str:
    many = len(made.missing)
    if not many and made.unassessed:
        left = len(made.unassessed)
        return ngettext("Ta ställning till en rad", "Ta ställning till %(n)s rader", left) % {"n": left}
    if not many:
        return _("Komplett")
    return ngettext("Inte komplett: %(n)s underlag saknas", "Inte komplett: %(n)s underlag saknas", many) % {"n": many}


def tag_then(complete: bool, missing: int) -> str:
    """How complete a proposal was when it was kept, of one whose file has changed since."""
    if complete:
        return _("Komplett när det sparades")
    if not missing:
        return _("Inte komplett när det sparades")
    return ngettext("%(n)s underlag saknades när det sparades", "%(n)s underlag saknades när det sparades", missing) % {
        "n": missing
    }


def _month(month: dt.date) -> str:
    return formatting.MONTHS[formatting.language()][month.month - 1]
