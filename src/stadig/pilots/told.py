"""What the ground's pages tell of trials: which wait for a decision, what the rule says, which were withdrawn and why."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Final

import msgspec
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.city.told import Trial
from stadig.pilots import schedule, sentences
from stadig.pilots.card import CARDS
from stadig.pilots.statistics.terms import Estimate
from stadig.ui import formatting

BEGUN: Final = """
SELECT p.slug, p.service, p.title, p.state, p.outcome, p.last_day, coalesce(o.name, ''), p.committee_id, p.started_at, p.decided_at,
    coalesce((SELECT sum(c.amount_kr) FROM pilots_cost c WHERE c.pilot_id = p.id AND c.day >= %(first)s AND c.day < %(end)s), 0),
    coalesce((SELECT x.title FROM pilots_lesson x WHERE x.pilot_id = p.id AND NOT x.worked ORDER BY x.id LIMIT 1), ''),
    coalesce(l.verdict, ''), coalesce((l.result->>'judged_not_shown')::boolean, false), coalesce(l.estimate::text, ''), (
        SELECT v.card::text FROM pilots_cardversion v WHERE v.pilot_id = p.id AND v.frozen_at IS NOT NULL ORDER BY v.number DESC LIMIT 1)
FROM pilots_pilot p LEFT JOIN city_organisation o ON o.id = p.committee_id
LEFT JOIN LATERAL (
    SELECT l.verdict, l.result, l.estimate FROM pilots_look l JOIN pilots_cardversion w ON w.id = l.version_id
    WHERE w.pilot_id = p.id AND l.voided_at IS NULL AND l.planned ORDER BY l.through DESC LIMIT 1
) l ON true
WHERE p.started_at IS NOT NULL AND p.last_day IS NOT NULL
ORDER BY p.last_day, p.id
"""


def trials(first: dt.date, end: dt.date) -> tuple[Trial, ...]:
    """Every trial that has begun, the earliest last day first; ``spent_kr`` within [first, end). One query."""
    today = clock.today()
    within: dict[str, Any] = {"first": first, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, within)
        return tuple(_trial(row, today) for row in cursor.fetchall())


def _trial(row: Any, today: dt.date) -> Trial:
    (
        slug,
        service,
        title,
        state,
        outcome,
        last_day,
        committee,
        committee_id,
        began,
        decided,
        spent,
        lesson,
        verdict,
        judged,
        *seen,
    ) = row
    return Trial(
        slug=slug,
        service=service,
        title=title,
        url=reverse("pilots:trial", args=[slug]),
        state=state,
        outcome=outcome,
        last_day=last_day,
        overdue_days=schedule.overdue_days(last_day, today) if state == "running" else 0,
        says=_says("keep" if judged and verdict == "continue" else verdict),
        committee=committee,
        committee_id=committee_id,
        began=clock.local(began).date(),
        decided=clock.local(decided).date() if decided else None,
        spent_kr=spent,
        lesson=lesson,
        shown=_shown(*seen, formatting.language()) if verdict != "withheld" else "",
    )


_ESTIMATE = msgspec.json.Decoder(Estimate | None)


@lru_cache(maxsize=256)
def _shown(estimate: str, card: str | None, _tongue: str) -> str:
    """*17,6 procentenheter fler kompletterar i tid (+6,9 till +28,4)*. The same look is put into words once in each language."""
    told = _ESTIMATE.decode(estimate) if estimate else None
    if told is None or not card or not sentences.is_sure(told):
        return ""
    held = CARDS.decode(card)
    return f"{sentences.finding(held, told)} ({sentences.interval(held, told)})"


def _says(verdict: str) -> str:
    return {
        "withdraw": _("dra tillbaka"),
        "continue": _("fortsätt"),
        "scale_up": _("skala upp"),
        "keep": _("behåll som det är"),
        "withheld": _("inget, siffrorna bär inget svar"),
    }.get(verdict, "")


SWITCHES = "SELECT switch FROM pilots_pilot WHERE service = %s AND state = 'running' AND switch <> ''"


def switches(service: str) -> list[str]:
    """What a case of the service is drawn by when it is registered: the switches of the trials that run there. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SWITCHES, [service])
        return [switch for (switch,) in cursor.fetchall()]
