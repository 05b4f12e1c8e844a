"""Everything a month's calculation depends on, read from the database: application, agencies' answers, entries, norm and rules.

Four queries. Who may see it is asked by the page.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from stadig.assistance import carried, entries, household, norms
from stadig.assistance.errors import AssistanceError
from stadig.assistance.household import Composition
from stadig.assistance.incomes import Counted, Source, Statement, earlier, last_day
from stadig.assistance.models import Entry
from stadig.assistance.norms import InForce
from stadig.assistance.proposal import Cost, Declared, Given, Task
from stadig.assistance.terms import CASE_TYPE
from stadig.city import clock
from stadig.exchange import queries
from stadig.exchange.outcomes import Outcome
from stadig.exchange.queries import LookupView

CONTENTS: Final = f"""
SELECT c.number, c.registered_at,
  (SELECT json_agg(d.data::json ORDER BY d.number) FROM cases_document d
    WHERE d.case_id = c.id AND d.direction = 'received' AND jsonb_typeof(d.data) = 'object'),
  (SELECT json_agg(json_build_array(p.role, p.person_id) ORDER BY p.id) FROM cases_party p
    WHERE p.case_id = c.id AND p.role IN ('applicant', 'co_applicant') AND p.person_id IS NOT NULL),
  (SELECT json_agg(json_build_array(e.id, e.month, e.kind, e.key, encode(e.sealed, 'base64'), trim(u.first_name || ' ' || u.last_name), e.at)
      ORDER BY e.id) FROM assistance_entry e JOIN city_user u ON u.id = e.by_id
    WHERE e.case = c.id AND e.replaced_at IS NULL),
  {carried.KEPT}
FROM cases_case c WHERE c.id = %(case)s
"""  # noqa: S608 - only what stands in carried.py
HOUSING: Final = ("rent", "electricity", "insurance")
WORKING: Final = frozenset({"works", "part_time"})
WHOSE: Final = {"mine": "applicant", "partners": "co_applicant", "childs": "child"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is shown: who set it, when and what it says."""

    pk: int
    kind: str
    key: str
    by: str
    at: dt.datetime
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a page about a calculation knows of its case."""

    case: int
    number: str
    month: dt.date
    persons: tuple[tuple[str, int], ...]
    """(role, id) of the adults who may be asked about."""
    answers: Mapping[str, Any]
    task: Task
    force: InForce
    entries: tuple[Kept, ...]
    corrected: Composition | None
    asked_at: dt.datetime | None
    """When the agencies were last asked about any of them, in the city's time."""
    lookups: tuple[int, ...]
    others: tuple[Statement, ...] = ()
    """What agencies said of an adult of the case who is not in the household."""
    counted: tuple[Counted, ...] = ()
    """What agencies stated of M−2 when the month before was computed, of every adult of the case."""

    def person(self, who: str) -> int | None:
        """The id of an adult by role."""
        return next((pk for role, pk in self.persons if role == who), None)


class NoApplication(AssistanceError):
    """There is no such case, or it holds no application that was filled in."""

    def words(self) -> str:
        return _("Ärendet har ingen ansökan att räkna på. Lägg in ansökan i ärendet först.")


def month_of(answers: Mapping[str, Any], registered_at: dt.datetime) -> dt.date:
    """The month applied for; that of the registration where the application does not say."""
    try:
        return dt.date.fromisoformat(f"{answers.get('month')}-01")
    except ValueError:
        return clock.local(registered_at).date().replace(day=1)


def gather(case_id: int, month: dt.date | None = None, *, force: InForce | None = None) -> Gathered:
    """All that the calculation of a month depends on; ``month`` None is the one applied for.

    ``force``: compute with these versions of norm and rules instead of those that hold. Raises NoApplication; ``norms.NoNorm``.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, {"case": case_id})
        found = cursor.fetchone()
    if found is None or not found[2]:
        raise NoApplication
    number, registered_at, documents, parties, rows, before = found
    answers: dict[str, Any] = {}
    for one in documents:
        answers |= one
    wanted = month or month_of(answers, registered_at)
    set_here = tuple(_opened(case_id, wanted, row) for row in rows or [] if row[1] == wanted.isoformat())
    rules = force or norms.in_force(wanted)
    persons = tuple(dict(parties or []).items())
    said = queries.latest_of(case_id, [pk for _who, pk in persons], (earlier(wanted, 2), last_day(wanted)))
    views = {who: said[pk] for who, pk in persons if pk in said}
    then = carried.before(before or [], earlier(wanted, 1), persons)
    corrected = next((entries.composition_of(one.said) for one in set_here if one.kind == Entry.Kind.HOUSEHOLD), None)
    task = _task(wanted, answers, set_here, rules, views=views, corrected=corrected)
    mine = tuple(one for one in then.counted if one.who in task.adults)
    task = replace(task, used_before=then.used, remembered=then.remembered, counted_before=mine)
    others = tuple(one for who, view in views.items() if who not in task.adults for one in statements(who, view))
    asked = max((view.lookup.asked_at for view in views.values()), default=None)
    lookups = tuple(view.lookup.id for view in views.values())
    return Gathered(
        case_id, number, wanted, persons, answers, task, rules, set_here, corrected, asked, lookups, others, then.counted
    )


def _task(
    month: dt.date,
    answers: Mapping[str, Any],
    set_here: tuple[Kept, ...],
    rules: InForce,
    *,
    views: Mapping[str, LookupView],
    corrected: Composition | None,
) -> Task:
    house = household.compose(answers, month, rules.rates["part_month_days"], corrected=corrected)
    adults = ("applicant", "co_applicant") if house.home.adults == 2 else ("applicant",)
    given = {one.key: _given(one) for one in set_here if "amount" in one.said and one.key != "youth"}
    youth = next((Decimal(one.said["amount"]) for one in set_here if one.key == "youth"), Decimal(0))
    began = {one.key.partition(":")[2]: dt.date.fromisoformat(one.said["began"]) for one in set_here if "began" in one.said}
    return Task(
        month=month,
        table=rules.table,
        norm_source=rules.source,
        rates=rules.rates,
        household=house,
        adults=adults,
        costs=tuple(_costs(answers, given)),
        statements=tuple(one for who, view in views.items() if who in adults for one in statements(who, view)),
        declared=tuple(_declared(answers)),
        given=given,
        stimulus_from=began,
        youth_earlier=youth,
        assets=_number(answers.get("assets_amount")) if answers.get("has_assets") else None,
        working=tuple(_working(answers)),
    )


def statements(who: str, view: LookupView) -> Iterable[Statement]:
    """The blocks of a lookup as statements about one person; an agency that may still answer is one that has not."""
    own = {row.id: row for row in view.lookups}
    for agency in view.agencies:
        for one in agency.blocks:
            lookup = own.get(one.lookup, view.lookup)  # when and about what this very block was asked
            block = one.block
            yield Statement(
                who,
                agency.agency,
                block.outcome,
                lookup.period_from,
                lookup.period_to,
                clock.local(lookup.asked_at).date(),
                part=block.part,
                facts=block.facts or (one.told.facts if one.told else ()),
                source=Source(
                    "block",
                    agency.agency,
                    block.part,
                    lookup=one.lookup,
                    call=one.call or 0,
                    sha256=one.raw_sha256,
                    contract=one.contract,
                    at=lookup.asked_at,
                ),
                reason=one.reason,
            )
        if not agency.blocks:
            asked_on = clock.local(view.lookup.asked_at).date()
            first, last = view.lookup.period_from, view.lookup.period_to
            yield Statement(who, agency.agency, Outcome.NOT_ASKED, first, last, asked_on, reason="waiting")


def _costs(answers: Mapping[str, Any], given: Mapping[str, Given]) -> Iterable[Cost]:
    """Costs of the application, and those a case worker has added."""
    said: Any = answers.get("housing")
    keys: set[str] = set()
    for kind in HOUSING:
        amount = _number(said.get(kind)) if isinstance(said, Mapping) else None
        if amount:
            keys.add(f"cost:{kind}")
            yield Cost(f"cost:{kind}", kind, amount)
    rows: Any = answers.get("expenses")
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        amount = _number(row.get("amount")) if isinstance(row, Mapping) else None
        if amount:
            keys.add(f"cost:expense{index}")
            yield Cost(f"cost:expense{index}", str(row.get("kind", "other")), amount, str(row.get("what", "")))
    for one in given.values():
        if one.key.startswith("cost:") and one.key not in keys:
            yield Cost(one.key, "added", Decimal(0), one.label)


def _declared(answers: Mapping[str, Any]) -> Iterable[Declared]:
    rows: Any = answers.get("incomes") if answers.get("has_income") else None
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        amount = _number(row.get("amount")) if isinstance(row, Mapping) else None
        try:
            day = dt.date.fromisoformat(str(row.get("paid_on", ""))) if isinstance(row, Mapping) else None
        except ValueError:
            day = None
        if amount and day:
            who = WHOSE.get(str(row.get("whose", "mine")), "applicant")
            yield Declared(index, str(row.get("kind", "other")), who, amount, day.replace(day=1), str(row.get("what", "")))


def _working(answers: Mapping[str, Any]) -> Iterable[str]:
    partner: Any = answers.get("partner")
    if answers.get("occupation") in WORKING:
        yield "applicant"
    if isinstance(partner, Mapping) and partner.get("occupation") in WORKING:
        yield "co_applicant"


def _given(one: Kept) -> Given:
    said = one.said
    return Given(
        one.key,
        Decimal(said["amount"]),
        said["why"],
        one.pk,
        one.by,
        said.get("label", ""),
        said.get("who", ""),
        settled=one.kind == Entry.Kind.SETTLED,
    )


def _opened(case: int, month: dt.date, row: list[Any]) -> Kept:
    pk, _month, kind, key, sealed, by, at = row
    said = entries.opened(case, month, kind, key, base64.b64decode(sealed))
    return Kept(pk, kind, key, by, dt.datetime.fromisoformat(at), said)


def _number(value: Any) -> Decimal | None:
    """An answered amount in kronor; None where there is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


SUPPORTED: Final = """
SELECT DISTINCT date_trunc('month', d.valid_from)::date FROM cases_decision d
JOIN cases_party p ON p.case_id = d.case_id AND p.person_id = %(person)s AND p.role IN ('applicant', 'co_applicant')
JOIN cases_case c ON c.id = d.case_id JOIN cases_casetype t ON t.id = c.type_id AND t.slug = %(type)s
WHERE d.outcome IN ('approved', 'partly') AND d.valid_from IS NOT NULL
"""
HISTORY: Final = """
SELECT e.id, e.month, e.kind, e.key, e.sealed, trim(u.first_name || ' ' || u.last_name), e.at, e.replaced_at
FROM assistance_entry e JOIN city_user u ON u.id = e.by_id WHERE e.case = %s ORDER BY e.id DESC LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Past:
    """An entry in the history of a calculation."""

    kind: str
    what: str
    by: str
    at: dt.datetime
    replaced_at: dt.datetime | None
    amount: Decimal | None
    why: str


def supported(person_id: int) -> tuple[dt.date, ...]:
    """The months for which someone has been granted assistance here."""
    with connection.cursor() as cursor:
        cursor.execute(SUPPORTED, {"person": person_id, "type": CASE_TYPE})
        return tuple(month for (month,) in cursor.fetchall())


def history(case_id: int) -> list[Past]:
    """Everything that has been set in a case's calculations, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [case_id])
        rows = cursor.fetchall()
    found: list[Past] = []
    for _pk, month, kind, key, sealed, by, at, replaced in rows:
        said = entries.opened(case_id, month, kind, key, sealed)
        amount = Decimal(said["amount"]) if "amount" in said else None
        found.append(Past(str(Entry.Kind(kind).label), said.get("label", ""), by, at, replaced, amount, said["why"]))
    return found
