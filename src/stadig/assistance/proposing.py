"""The proposal of a month: norm and costs less the incomes that count, every figure with its source. It proposes; a person decides.

Only evidence counts: a figure of a block whose outcome is DATA, an answer of the application, or what a case worker has entered with why. A row
whose evidence is missing has ``counts`` None, which is written "?", and the total is then the highest it can be. Nothing is zero or blank because
an agency failed to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stadig.assistance import benefits, incomes, norm, noticing, stimulus
from stadig.assistance.incomes import Cell, Series, Source, Statement
from stadig.assistance.proposal import (
    NOT_ASKED_YET,
    NOT_REPORTED,
    PERIOD,
    SCHOOL,
    UNPLACED,
    Cost,
    Nothing,
    Proposal,
    Row,
    Task,
)
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import SKV


def propose(task: Task) -> Proposal:
    """The proposal of a month. The same task gives the same proposal."""
    found = incomes.series(task.statements, task.month)
    income_rows = [_income(task, one) for one in found]
    rows = [
        *_norm_rows(task),
        *(_cost(task, one) for one in task.costs),
        *_with_stimulus(task, income_rows),
        *_declared(task, found),
        *_by_hand(task, found),
        *_missing(task, found),
    ]
    total = sum((row.counts for row in rows if row.counts is not None), Decimal(0))
    missing = tuple(row.key for row in rows if row.missing)
    unassessed = tuple(row.key for row in rows if row.kind == "cost" and row.entered is None)
    nothing = _nothing(task)
    return Proposal(task.month, tuple(rows), total, missing, unassessed, noticing.notices(task, found), nothing)


def _norm_rows(task: Task) -> list[Row]:
    source = (Source("norm", text=task.norm_source),)
    children = iter([one for one in task.household.members if not one.why_not])
    rows: list[Row] = []
    for line in norm.lines(task.table, task.household.home):
        if line.kind != "child":
            rows.append(Row("norm", f"norm:{line.kind}:{line.about}", f"{line.kind}:{line.about}", line.amount, sources=source))
            continue
        child = next(children)
        asked = child.asks_school and f"norm:child:{child.index}" not in task.given
        rows.append(
            Row(
                "norm",
                f"norm:child:{child.index}",
                "child",
                line.amount,
                label=str(child.age),
                sources=source,
                missing=SCHOOL if asked else "",
                notes=(("days", (str(child.days),)),) if child.days is not None else (),
            )
        )
    return rows


def _cost(task: Task, one: Cost) -> Row:
    given = task.given.get(one.key)
    source = Source("entry", entry=given.entry, text=given.by) if given else Source("declared", text=one.key)
    notes = (("applied", (str(one.applied),)),) if given and given.amount != one.applied else ()
    counts = given.amount if given else one.applied
    return Row("cost", one.key, one.kind, counts, label=one.label, sources=(source,), notes=notes, entered=given)


def _income(task: Task, one: Series) -> Row:
    """The row of a benefit: what counts of it, or why that is not known."""
    cells = (one.before, one.control, one.applied)
    notes: list[tuple[str, tuple[str, ...]]] = [("before_tax", ())] if one.before_tax else []
    given = task.given.get(one.key)
    listed = benefits.ROWS.get(one.row)
    counts, missing = _counts(task, one)
    if one.control.planned:
        notes.append(("planned", ()))
    if given is not None:
        counts, missing = -given.amount, ""
    elif listed and not listed.counted:
        counts, missing = Decimal(0), ""
        notes.append(("excluded", ()))
    elif not missing and incomes.carried(one, task.used_before):
        notes.append(("carried", ()))
    sources = tuple(source for cell in cells for source in cell.sources)
    if given is not None:
        sources += (Source("entry", entry=given.entry, text=given.by),)
    return Row("income", one.key, one.row, counts, one.who, one.label, one.agency, cells, sources, missing, tuple(notes), given)


def _counts(task: Task, one: Series) -> tuple[Decimal | None, str]:
    """(what counts, why it is not known)."""
    if one.control.amount is not None:
        return (-one.control.amount, "") if one.control.known else (None, _why(task, one.who, one.agency))
    if not one.control.known:
        return None, _why(task, one.who, one.agency)
    asked = max(one_.asked_on for one_ in task.statements if one_.who == one.who and one_.agency == one.agency)
    if not incomes.reported(one.row, asked, incomes.earlier(task.month, 1), task.rates["wage_reported_day"]):
        return None, NOT_REPORTED
    if incomes.carried(one, task.used_before):
        assert one.before.amount is not None  # noqa: S101 - carried says so
        return (-one.before.amount, "") if one.before.known else (None, _why(task, one.who, one.agency))
    return Decimal(0), ""


def _why(task: Task, who: str, agency: str) -> str:
    """The first reason that an agency's blocks about someone are no evidence of the control month."""
    for one in task.statements:
        if one.who == who and one.agency == agency and not one.evidence:
            return one.reason or one.outcome.value
    return PERIOD


def _with_stimulus(task: Task, rows: Sequence[Row]) -> list[Row]:
    """The rows, and after earnings the quarter that is not counted, where a case worker has set that the special rule holds."""
    found: list[Row] = []
    for row in rows:
        found.append(row)
        listed = benefits.ROWS.get(row.about)
        began = task.stimulus_from.get(row.who)
        if not (listed and listed.earned and row.counts) or began is None:
            continue
        if stimulus.holds(began, task.month, int(task.rates["stimulus_months"])):
            kept = stimulus.left_out(-row.counts, task.rates["stimulus_percent"])
            source = Source("rule", text=task.rates.rate("stimulus_percent").source)
            found.append(Row("stimulus", f"stimulus:{row.who}", "stimulus", kept, row.who, sources=(source,)))
    return found


def _declared(task: Task, found: Sequence[Series]) -> list[Row]:
    """Incomes that the applicant stated and that no agency's figure of the same month replaces."""
    control = incomes.earlier(task.month, 1)
    have = {
        (one.who, benefits.ROWS[one.row].declared) for one in found if one.row in benefits.ROWS and one.control.amount is not None
    }
    rows: list[Row] = []
    for one in task.declared:
        key = f"income:{one.who}:declared{one.index}"
        given = task.given.get(key)
        whose = [who for who, kind in have if kind == one.kind]
        if given is None and (one.who in whose or (whose and one.who == "child" and one.kind != "salary")):
            continue  # a parent gets what is paid for a child
        cells = tuple(Cell(one.amount if one.month == incomes.earlier(task.month, back) else None, True) for back in (2, 1, 0))
        counts = -one.amount if one.month == control else Decimal(0)
        notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
        if one.who == "child" and one.kind == "salary" and one.month == control:
            counts = -stimulus.youth_counted(one.amount, task.youth_earlier, task.rates["price_base_amount"])
            notes = (("youth", ()),)
        if given is not None:
            counts = -given.amount
        source = Source("entry", entry=given.entry, text=given.by) if given else Source("declared", text=f"incomes[{one.index}]")
        rows.append(
            Row("income", key, f"declared:{one.kind}", counts, one.who, one.label, "", cells, (source,), "", notes, given)
        )
    return rows


def _by_hand(task: Task, found: Sequence[Series]) -> list[Row]:
    """Incomes that a case worker has entered beside all others."""
    taken = {one.key for one in found}
    return [
        Row(
            "income",
            one.key,
            "by_hand",
            -one.amount,
            one.who,
            one.label,
            sources=(Source("entry", entry=one.entry, text=one.by),),
            entered=one,
        )
        for one in task.given.values()
        if one.key.startswith("income:") and ":hand" in one.key and one.key not in taken
    ]


def _missing(task: Task, found: Sequence[Series]) -> list[Row]:
    """A row for every paying agency, or part of its answer, that gave no evidence about an adult, unless a row above says so already."""
    told = {(one.who, one.agency) for one in found if not one.control.known}
    rows: list[Row] = []
    for who in task.adults:
        for agency in benefits.PAYERS:
            asked = [one for one in task.statements if one.who == who and one.agency == agency]
            if not asked:
                rows.append(_gap(task, f"missing:{who}:{agency}:", who, agency, why=NOT_ASKED_YET))
            for one in asked:
                whole = one.evidence and _covers(task, one)
                if whole or ((who, agency) in told and len(asked) == 1):
                    continue
                why = PERIOD if one.evidence else one.reason or one.outcome.value
                rows.append(_gap(task, f"missing:{who}:{agency}:{one.part}", who, agency, why=why, one=one))
    return rows + _late_wages(task, found) + _loose(task)


def _covers(task: Task, one: Statement) -> bool:
    """Whether a block was asked about the whole control month."""
    control = incomes.earlier(task.month, 1)
    return one.period_from <= control and incomes.last_day(control) <= one.period_to


def _nothing(task: Task) -> tuple[Nothing, ...]:
    """The agencies that have nothing about someone: all they have said says so, and a phone note beside it says that there is more to know."""
    found: dict[tuple[str, str], Nothing] = {}
    for one in task.statements:
        every = [other for other in task.statements if (other.who, other.agency) == (one.who, one.agency)]
        if one.agency in benefits.PAYERS and all(
            other.outcome == Outcome.NOTHING_STATED and _covers(task, other) for other in every
        ):
            found.setdefault((one.who, one.agency), Nothing(one.who, one.agency, one.source))
    return tuple(found.values())


def _late_wages(task: Task, found: Sequence[Series]) -> list[Row]:
    """Wages of someone who works and that no employer can be held to have reported yet: their absence says nothing."""
    control = incomes.earlier(task.month, 1)
    have = {one.who for one in found if one.row == "wage"}
    have |= {one.who for one in task.declared if one.kind == "salary" and one.month == control}
    rows: list[Row] = []
    for one in task.statements:
        late = not incomes.reported("wage", one.asked_on, control, task.rates["wage_reported_day"])
        key = f"missing:{one.who}:{SKV}:wage"
        if one.agency == SKV and one.evidence and late and one.who in task.working and one.who not in have:
            rows.append(_gap(task, key, one.who, SKV, why=NOT_REPORTED, one=one))
            have.add(one.who)
    return rows


def _gap(task: Task, key: str, who: str, agency: str, *, why: str, one: Statement | None = None) -> Row:
    given = task.given.get(key)
    cells = () if one is None else tuple(Cell(None, False, (one.source,)) for _back in (2, 1, 0))
    source = (Source("entry", entry=given.entry, text=given.by),) if given else (one.source,) if one else ()
    counts = -given.amount if given else None
    part = one.part if one else ""
    return Row("missing", key, agency, counts, who, part, agency, cells, source, "" if given else why, (), given)


def _loose(task: Task) -> list[Row]:
    """Payments that a block states without an amount or a day."""
    rows: list[Row] = []
    for one in task.statements:
        for fact in incomes.unplaced(one):
            row = benefits.row_of(one.agency, fact.benefit)
            key = f"missing:{one.who}:{one.agency}:{row.key}:unplaced"
            if key not in {made.key for made in rows}:
                rows.append(_gap(task, key, one.who, one.agency, why=UNPLACED, one=one))
    return rows
