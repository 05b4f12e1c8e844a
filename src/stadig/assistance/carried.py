"""What the calculation kept for the month before holds of the same people: the incomes it counted, and what agencies stated of its month."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from stadig.assistance import incomes, kept
from stadig.assistance.incomes import Counted

KEPT: Final = """
(SELECT json_agg(json_build_array(b.case, b.month, b.sha256, encode(b.sealed, 'base64'),
    (SELECT json_agg(json_build_array(w.role, w.person_id)) FROM cases_party w WHERE w.case_id = b.case AND w.person_id IS NOT NULL), b.id)
    ORDER BY b.id) FROM assistance_proposal b
  WHERE b.id IN (SELECT max(e.id) FROM assistance_proposal e JOIN cases_party theirs ON theirs.case_id = e.case
      AND theirs.role IN ('applicant', 'co_applicant')
    JOIN cases_party mine ON mine.person_id = theirs.person_id AND mine.case_id = c.id AND mine.role IN ('applicant', 'co_applicant')
    WHERE e.month > c.registered_at - interval '4 months' AND e.month < c.registered_at + interval '3 months' GROUP BY e.month, e.case))
"""
"""SQL for a query about ``cases_case c``: the proposals kept last for each month near the application, in any case of the same adults."""


@dataclass(frozen=True, slots=True)
class Before:
    """The month before, as it was computed then."""

    used: tuple[str, ...] = ()
    """Keys of the incomes that it counted."""
    remembered: tuple[str, ...] = ()
    """The adults whom it was about."""
    counted: tuple[Counted, ...] = ()
    """What agencies stated of its control month, which is M−2 now."""


def before(rows: Sequence[Any], month: dt.date, persons: Sequence[tuple[str, int]]) -> Before:
    """What the proposals last kept for a month hold, from rows of ``KEPT``. Raises ``kept.Tampered``; ``sealing.KeyChanged``.

    A person is known by who they are: one who was co-applicant then may be the applicant now.
    """
    roles = {person: role for role, person in persons}
    used: dict[str, Counted | None] = {}
    about: set[str] = set()
    for case, at, digest, sealed, parties, pk in rows:
        if at != month.isoformat():
            continue
        then = kept.opened(case, month, digest, base64.b64decode(sealed))
        now = {role: roles[who] for role, who in parties or [] if who in roles and role in then.task.adults}
        about |= set(now.values())
        for row in then.proposal.rows:
            cell = row.cells[1] if row.cells else None
            if row.kind != "income" or row.who not in now or cell is None or not cell.amount:
                continue
            key = incomes.key_of(now[row.who], row.key.split(":", 2)[2])
            used.setdefault(key, None)
            if row.agency and cell.known and cell.sources:
                used[key] = Counted(now[row.who], row.about, row.agency, row.label, cell.amount, cell.sources[0], case, pk)
    counted = tuple(one for _key, one in sorted(used.items()) if one)
    return Before(tuple(sorted(used)), tuple(sorted(about)), counted)
