"""The proposal of a month: norm and costs less the incomes that count, every figure with its source. It proposes; a person decides.

Only evidence counts: a figure of a block whose outcome is DATA, an answer of the application, or what a case worker has entered with why. A row
whose evidence is missing says so; what the applicant has stated of the same thing counts in that row, once, until it is shown, and otherwise its
figure is "?". The total is then the highest it can be. Nothing is zero or blank because an agency failed to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from stadig.assistance import benefits, incomes, norm, noticing, stimulus
from stadig.assistance.incomes import Cell, Series, Source, Statement
from stadig.assistance.proposal import (
    NOT_ASKED_YET,
    NOT_OVER,
    NOT_REPORTED,
    PERIOD,
    REST,
    SCHOOL,
    UNPLACED,
    Cost,
    Declared,
    Given,
    Nothing,
    Part,
    Proposal,
    Row,
    Task,
)
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import SKV


def propose(task: Task) -> Proposal:
    """The proposal of a month. The same task gives the same proposal."""
    found = incomes.series(task.statements, task.month, task.rates["wage_reported_day"])
    taken: set[int] = set()
    rows = [
        *_norm_rows(task),
        *(_cost(task, one) for one in task.costs),
        *_with_stimulus(task, [_income(task, one, taken) for one in found]),
        *_missing(task, found, taken),
        *_declared(task, found, taken),
        *_by_hand(task, found),
    ]
    total = sum((row.counts for row in rows if row.counts is not None), Decimal(0))
    pieces: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.missing:
            pieces.setdefault((row.who, row.agency or row.key), row.key)
    unassessed = tuple(row.key for row in rows if (row.kind == "cost" and row.entered is None) or row.asks)
    return Proposal(
        task.month, tuple(rows), total, tuple(pieces.values()), unassessed, noticing.notices(task, found), _nothing(task)
    )


def _norm_rows(task: Task) -> list[Row]:
    source = (Source("norm", text=task.norm_source),)
    children = [one for one in task.household.members if not one.why_not]
    left = iter(children)
    parts: list[Part] = []
    for line in norm.lines(task.table, task.household.home):
        child = next(left) if line.kind == "child" else None
        about = line.kind if child else f"{line.kind}:{line.about}"
        parts.append(Part(about, str(child.age) if child else "", line.amount, child.days if child else None))
    total = sum((part.amount for part in parts), Decimal(0))
    rows = [Row("norm", "norm", task.household.home.living.value, total, sources=source, parts=tuple(parts))]
    for child in children:
        if child.asks_school:
            key = f"norm:child:{child.index}"
            rows.append(Row("school", key, "child", None, label=str(child.age), sources=source, missing=SCHOOL))
    return rows


def _cost(task: Task, one: Cost) -> Row:
    given = task.given.get(one.key)
    source = _entry(given) if given else Source("declared", text=one.key)
    notes = (("applied", (str(one.applied),)),) if given and given.amount != one.applied else ()
    counts = given.amount if given else one.applied
    return Row("cost", one.key, one.kind, counts, label=one.label, sources=(source,), notes=notes, entered=given)


def _income(task: Task, one: Series, taken: set[int]) -> Row:
    """The row of a benefit: what counts of it, or why that is not known. ``taken`` gets the stated incomes that the row stands for."""
    cells = (one.before, one.control, one.applied)
    sources = tuple(source for cell in cells for source in cell.sources)
    notes: list[tuple[str, tuple[str, ...]]] = [("before_tax", ())] if one.before_tax else []
    if one.control.planned:
        notes.append(("planned", ()))
    same = [stated for stated in task.declared if _same(task, stated, one)]
    taken |= {stated.index for stated in same}
    given = task.given.get(one.key)
    listed = benefits.ROWS.get(one.row)
    counts, missing, asks = _counts(task, one)
    if given is not None:
        counts, missing, asks = -given.amount, "", False
        sources += (_entry(given),)
    elif listed and not listed.counted:
        counts, missing, asks = Decimal(0), "", False
        notes.append(("excluded", ()))
    elif missing and sum((stated.amount for stated in same), Decimal(0)) > -(counts or Decimal(0)):
        counts = -sum((stated.amount for stated in same), Decimal(0))
        notes.append(("stated", (str(-counts),)))
        sources += tuple(_stated(stated) for stated in same)
    elif asks:
        notes.append(("carry_asks", ()))
    elif counts and one.control.amount is None:
        notes.append(("carried", ()))
    return Row(
        "income", one.key, one.row, counts, one.who, one.label, one.agency, cells, sources, missing, tuple(notes), given, asks
    )


def _counts(task: Task, one: Series) -> tuple[Decimal | None, str, bool]:
    """(what counts, why it is not known, whether a person has to say)."""
    if one.control.amount is not None and one.control.known:
        return -one.control.amount, _more(task, one), False
    if not one.control.known:
        return None, _why(task, one.who, one.agency, one.row), False
    if incomes.may_carry(one) and one.key not in task.used_before:
        assert one.before.amount is not None  # noqa: S101 - may_carry says so
        return (-one.before.amount, "", False) if one.who in task.remembered else (Decimal(0), "", True)
    return Decimal(0), "", False


def _more(task: Task, one: Series) -> str:
    """Why an agency may yet state more of its usual row in the control month than it has; empty where it may not."""
    if one.row != benefits.USUAL.get(one.agency):
        return ""
    if one.row == "wage" and not _reported(task, _asked(task, one.who, one.agency, "wage")):
        return NOT_REPORTED
    return "" if one.control.over else NOT_OVER


def _asked(task: Task, who: str, agency: str, row: str) -> list[Statement]:
    """An agency's blocks about someone that say something of a row."""
    return incomes.of_row([one for one in task.statements if one.who == who and one.agency == agency], row)


def _why(task: Task, who: str, agency: str, row: str) -> str:
    """The first reason that an agency's blocks about someone are no evidence of a row in the control month."""
    asked = _asked(task, who, agency, row)
    if not asked:
        return NOT_ASKED_YET
    for one in asked:
        if not one.evidence:
            return one.reason or one.outcome.value
    if row == "wage" and not _reported(task, asked):
        return NOT_REPORTED
    control = incomes.earlier(task.month, 1)
    return PERIOD if not all(one.period_from <= control <= one.period_to for one in asked) else _timed(asked, task)


def _timed(asked: Sequence[Statement], task: Task) -> str:
    control = incomes.earlier(task.month, 1)
    return PERIOD if any(one.period_to < incomes.last_day(control) for one in asked) else NOT_OVER


def _reported(task: Task, asked: Sequence[Statement]) -> bool:
    """Whether the control month's wages were reported when the tax agency was asked."""
    control = incomes.earlier(task.month, 1)
    return all(incomes.reported("wage", one.asked_on, control, task.rates["wage_reported_day"]) for one in asked)


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


def _same(task: Task, stated: Declared, one: Series) -> bool:
    """Whether an income that the applicant stated for the control month can be the same as a benefit an agency states, or would state.

    What is paid for a child or a home is paid to one of the adults, whoever was said to have got it.
    """
    listed = benefits.ROWS.get(one.row)
    if listed is None or listed.declared != stated.kind or stated.month != incomes.earlier(task.month, 1):
        return False
    shared = stated.kind in {"child", "housing"} or (stated.who == "child" and stated.kind != "salary")
    return shared or stated.who == one.who


def _declared(task: Task, found: Sequence[Series], taken: set[int]) -> list[Row]:
    """Incomes that the applicant stated and that no row above stands for."""
    control = incomes.earlier(task.month, 1)
    rows: list[Row] = []
    for one in task.declared:
        key = f"income:{one.who}:declared{one.index}"
        given = task.given.get(key)
        if one.index in taken and given is None:
            continue
        cells = tuple(
            Cell(one.amount, True) if one.month == incomes.earlier(task.month, back) else Cell(None, False, asked=False)
            for back in (2, 1, 0)
        )
        counts = -one.amount if one.month == control else Decimal(0)
        notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
        if one.who == "child" and one.kind == "salary" and one.month == control:
            counts = -stimulus.youth_counted(one.amount, task.youth_earlier, task.rates["price_base_amount"])
            notes = (("youth", ()),)
        if given is not None:
            counts = -given.amount
        source = _entry(given) if given else _stated(one)
        rows.append(
            Row("income", key, f"declared:{one.kind}", counts, one.who, one.label, "", cells, (source,), "", notes, given)
        )
    return rows


def _by_hand(task: Task, found: Sequence[Series]) -> list[Row]:
    """Incomes that a case worker has entered beside all others."""
    taken = {one.key for one in found}
    return [
        Row("income", one.key, "by_hand", -one.amount, one.who, one.label, sources=(_entry(one),), entered=one)
        for one in task.given.values()
        if one.key.startswith("income:") and ":hand" in one.key and one.key not in taken
    ]


def _missing(task: Task, found: Sequence[Series], taken: set[int]) -> list[Row]:
    """A row for every paying agency that gave no evidence of the control month about an adult, unless a row above says so already.

    Where the agency's usual row is known or settled, what it may pay beside that is a row of its own: only what was settled is settled.
    """
    said = {(one.who, one.agency): one for one in found if one.row == benefits.USUAL.get(one.agency)}
    rows: list[Row] = []
    for who in task.adults:
        for agency in benefits.PAYERS:
            usual, one = benefits.USUAL[agency], said.get((who, agency))
            sure = _sure(task, who, agency, one)
            if not sure and (one is None or (one.control.known and not _more(task, one))):
                rows.append(_gap(task, who, agency, usual, taken))
            settled = f"missing:{who}:{agency}" in task.given or f"income:{who}:{usual}" in task.given
            if agency in benefits.PARTLY and (sure or settled) and not _rest_known(task, who, agency):
                rows.append(_gap(task, who, agency, REST, taken))
        rows += [_loose(task, one) for one in task.statements if one.who == who and incomes.unplaced(one)]
    return rows


def _sure(task: Task, who: str, agency: str, usual: Series | None) -> bool:
    """Whether an agency's blocks are evidence of all that it could have stated of its usual row in the control month."""
    if usual and usual.control.amount is not None and usual.control.known:
        return not _more(task, usual)
    control = incomes.earlier(task.month, 1)
    asked = _asked(task, who, agency, benefits.USUAL[agency])
    return bool(asked) and all(incomes.safe(one, control) for one in asked) and (agency != SKV or _reported(task, asked))


def _rest_known(task: Task, who: str, agency: str) -> bool:
    """Whether an agency's blocks are evidence of what it may pay beside its usual row."""
    every = any(one.who == who and one.agency == agency for one in task.statements)
    control = incomes.earlier(task.month, 1)
    return every and all(incomes.safe(one, control) for one in _asked(task, who, agency, REST))


def _gap(task: Task, who: str, agency: str, row: str, taken: set[int]) -> Row:
    """The row of what an agency did not say: its usual row, or ``REST``."""
    key = f"missing:{who}:{agency}" + (f":{REST}" if row == REST else "")
    given, why = task.given.get(key), _why(task, who, agency, row)
    every = _asked(task, who, agency, row)
    asked = [one for one in every if not one.evidence] or every
    control = incomes.earlier(task.month, 1)
    same = [
        one
        for one in task.declared
        if row != REST and one.index not in taken and one.month == control and benefits.OF_KIND.get(one.kind) == agency and one.who in {who, "child"}
        and not (one.who == "child" and (one.kind == "salary" or who != "applicant"))
    ]  # fmt: skip
    taken |= {one.index for one in same}
    sources = tuple(one.source for one in asked)
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counts: Decimal | None = None
    if given is not None:
        counts, sources = -given.amount, (*sources, _entry(given))
    elif same:
        counts = -sum((one.amount for one in same), Decimal(0))
        notes, sources = (("stated", (str(-counts),)),), (*sources, *(_stated(one) for one in same))
    cells = _unpaid(task, who, agency, row)
    parts = [one.part for one in asked if one.part]
    label = ", ".join(parts[:3]) + (" …" if len(parts) > 3 else "")
    about = REST if row == REST else agency
    return Row("missing", key, about, counts, who, label, agency, cells, sources, "" if given else why, notes, given)


def _unpaid(task: Task, who: str, agency: str, row: str) -> tuple[Cell, ...]:
    """The months of an agency that states no payment: known to have none only where all it said is evidence of the month."""
    asked = _asked(task, who, agency, row)
    if not asked or not all(one.evidence for one in asked):
        return tuple(Cell(None, False) for _back in (2, 1, 0))
    late_day = task.rates["wage_reported_day"]
    months = [incomes.earlier(task.month, back) for back in (2, 1, 0)]
    return tuple(
        Cell(
            None,
            all(incomes.safe(one, month) and incomes.reported(row, one.asked_on, month, late_day) for one in asked),
            over=all(incomes.is_over(one, month) for one in asked),
        )
        for month in months
    )


def _loose(task: Task, one: Statement) -> Row:
    """A payment that a block states without an amount or a day."""
    key = f"missing:{one.who}:{one.agency}:unplaced"
    given = task.given.get(key)
    cells = tuple(Cell(None, False) for _back in (2, 1, 0))
    sources = (one.source, _entry(given)) if given else (one.source,)
    counts = -given.amount if given else None
    missing = "" if given else UNPLACED
    return Row("missing", key, one.agency, counts, one.who, one.part, one.agency, cells, sources, missing, (), given)


def _nothing(task: Task) -> tuple[Nothing, ...]:
    """The agencies that have nothing about someone: all they have said says so, of the whole control month."""
    found: dict[tuple[str, str], Nothing] = {}
    control = incomes.earlier(task.month, 1)
    for one in task.statements:
        every = [other for other in task.statements if (other.who, other.agency) == (one.who, one.agency)]
        silent = all(other.outcome == Outcome.NOTHING_STATED for other in every)
        sure = incomes.known(task.statements, one.who, one.agency, control) and (one.agency != SKV or _reported(task, every))
        if one.agency in benefits.PAYERS and silent and sure:
            found.setdefault((one.who, one.agency), Nothing(one.who, one.agency, one.source))
    return tuple(found.values())


def _entry(given: Given) -> Source:
    return Source("entry", entry=given.entry, text=given.by)


def _stated(one: Declared) -> Source:
    return Source("declared", text=f"incomes[{one.index}]")
