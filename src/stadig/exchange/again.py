"""Asking again by themselves what is missing: after one, five and fifteen minutes, and when a closed agency opens. Never without a permit.

Who owns the purpose says each time whether the case is still open, and issues the permit (:func:`stadig.exchange.purposes.register`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import connection

from stadig.city import clock
from stadig.exchange import purposes
from stadig.exchange.models import Lookup
from stadig.exchange.outcomes import WORTH_ASKING_AGAIN

AFTER: Final = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=15))
"""The budget: how long after each lookup the next is made. Then a person decides."""
OPENED: Final = dt.timedelta(minutes=2)
"""After an agency's opening, so that not everyone asks in the same second."""
STATE: Final = """
SELECT (SELECT count(*) FROM exchange_lookup a WHERE a.again_of_id = coalesce(l.again_of_id, l.id)),
  bool_or(b.outcome = ANY(%s)), bool_and(b.outcome = 'closed') FILTER (WHERE b.outcome = ANY(%s)), min(b.available_from)
FROM exchange_lookup l JOIN exchange_block b ON b.lookup_id = l.id AND b.replaced_at IS NULL
WHERE l.id = %s GROUP BY l.id
"""


def later(lookup_id: int, kind: str, purpose: str) -> None:
    """Plan the next question about what is missing, in the transaction under way; nothing where nothing is missing or the budget is spent."""
    owner = purposes.get(purpose)
    if owner is None or owner.renew is None or kind not in (Lookup.Kind.PERSON, Lookup.Kind.AGAIN):
        return
    worth = sorted(one.value for one in WORTH_ASKING_AGAIN)
    with connection.cursor() as cursor:
        cursor.execute(STATE, [worth, worth, lookup_id])
        row = cursor.fetchone()
    if row is None or not row[1]:
        return
    turn, _, all_closed, opens = row
    if turn >= len(AFTER):
        return
    wait = AFTER[turn]
    if all_closed and opens is not None:
        wait = max(wait, opens - clock.now() + OPENED)
    _defer(lookup_id, clock.real_now() + wait)


def ask_missing(lookup_id: int) -> Lookup | None:
    """Ask again now what is missing after a lookup, if its owner still gives a permit; None when there is nothing to do."""
    from stadig.exchange import actions, queries

    before = Lookup.objects.select_related("permit").get(pk=lookup_id)
    missing = queries.missing(lookup_id)
    owner = purposes.get(before.permit.purpose)
    if not missing or owner is None or owner.renew is None:
        return None
    permit = owner.renew(before, tuple(missing))
    return actions.ask_again(permit.by, permit.pk, lookup_id) if permit else None


def _defer(lookup_id: int, at: dt.datetime) -> None:
    from stadig.exchange.tasks import ask_missing as job

    job.configure(schedule_at=at, lock=f"exchange.ask_missing:{lookup_id}").defer(lookup_id=lookup_id)
