"""What asking gives: seconds for each question, measured; minutes on the phone that were not needed, only as an estimate with its method.

Read once an hour from what is stored, so that no question waits for it.
"""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Final

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.assistance.asking import PHONE_MINUTES
from stadig.assistance.terms import PURPOSE, SERVICE
from stadig.city import clock, effects
from stadig.city.given import ESTIMATED, GAINED
from stadig.city.verbs import verb

SECONDS: Final = "lookup_seconds"
SAVED: Final = f"{GAINED}phone_minutes"
LEAST_CALLS: Final = 10
"""With fewer calls written down, nothing is said of what a call takes."""
BACK: Final = dt.timedelta(days=2)
A_YEAR: Final = dt.timedelta(days=365)
FINISHED: Final = """
SELECT l.id, l."case", l.asked_at, extract(epoch FROM l.finished_at - l.begun_at),
  (SELECT count(DISTINCT b.agency) FROM exchange_block b
    WHERE b.lookup_id = l.id AND b.replaced_at IS NULL AND b.outcome IN ('data', 'nothing_stated'))
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id
WHERE p.purpose = %s AND l.kind = 'person' AND l.finished_at > %s
  AND NOT EXISTS (SELECT FROM city_effect e WHERE e.metric_id = %s AND e.key = 'lookup:' || l.id)
ORDER BY l.id
"""
CALLS: Final = "SELECT quantity FROM city_effect WHERE metric_id = %s AND replaced_by_id IS NULL AND at > %s"


@verb
def measure(by: None = None) -> int:
    """Write how long each finished question took, and what it is reckoned to spare; gives how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(FINISHED, [PURPOSE, clock.real_now() - BACK, SECONDS])
        found = cursor.fetchall()
        cursor.execute(CALLS, [PHONE_MINUTES, clock.now() - A_YEAR])
        calls = sorted(minutes for (minutes,) in cursor.fetchall())
    for lookup, case, at, seconds, evidence in found:
        said = {"subject": ("case", case), "key": f"lookup:{lookup}"}
        effects.record(SERVICE, SECONDS, round(float(seconds), 2), "s", at, **said)
        if len(calls) >= LEAST_CALLS and evidence:
            low, middle, high = statistics.quantiles(calls, n=4)
            effects.record(
                *(SERVICE, SAVED, round(evidence * middle, 1), "min", at),
                **said,
                kind=ESTIMATED,
                method=_method(len(calls), middle),
                low=round(evidence * low, 1),
                high=round(evidence * high, 1),
            )
    return len(found)


def _method(calls: int, minutes: float) -> str:
    """How it was reckoned, in the words that are stored: Swedish."""
    with translation.override("sv"):
        return _(
            "Svar som gav underlag gånger %(minutes)s minuter, mediantiden för %(calls)s antecknade samtal. Spannet är kvartilerna."
        ) % {
            "minutes": round(minutes),
            "calls": calls,
        }
