"""What is done when someone says how easy it was: their answer is counted in the trials it belongs to, without them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import connection

from stadig.cases.models import Case
from stadig.city import clock, rollout
from stadig.pilots import card as cards
from stadig.pilots import figures
from stadig.pilots.actions.common import State, frozen
from stadig.pilots.card import Card, Outcome
from stadig.pilots.figures import Asked, Row
from stadig.pilots.models import Batch, Pilot
from stadig.pilots.sources import labels, period

if TYPE_CHECKING:
    from stadig.city.models import Person


def count(case: Case, score: int, line: str, person: Person | None) -> None:
    """Add a score (1–5) to every running trial of the service that asks for it; registered with ``cases.rating``.

    A person's answer stands under a name drawn for it alone: nothing leads from the figure to the case.
    """
    for pilot in Pilot.objects.filter(state=State.RUNNING, service=case.type.slug):
        card = cards.read(frozen(pilot).card)
        for outcome in figures.outcomes_of(card):
            if outcome.source == "ratings":
                _add(pilot, card, outcome, case, (score, person))


def _add(pilot: Pilot, card: Card, outcome: Outcome, case: Case, said: tuple[int, Person | None]) -> None:
    today = clock.today()
    score, person = said
    asked = Asked(pilot, card, outcome, today, today)
    batch, _ = Batch.objects.get_or_create(
        pilot=pilot,
        outcome=outcome.slug,
        source="ratings",
        name=f"svar {today:%Y-%m}",
        defaults={"sha256": "", "rows": 0, "at": clock.now()},
    )
    if asked.by_person:
        arm = rollout.arms(pilot.switch)(person or ("cases.case", case.pk))
        groups = labels(person, case.district.name if case.district else None)
        rows = [Row(uuid.uuid4().hex[:24], today, float(score), 1.0, arm, groups)] if arm else []
    else:
        ref = pilot.units.filter(district=case.district_id).values_list("ref", flat=True).first() if case.district_id else None
        rows = [_with_those_before(pilot, outcome, ref, period(asked, today), score)] if ref else []
    figures.insert(pilot.pk, outcome.slug, batch.pk, rows)
    batch.rows += len(rows)
    batch.save(update_fields=["rows"])


def _with_those_before(pilot: Pilot, outcome: Outcome, ref: str, day: dt.date, score: int) -> Row:
    """The unit's mean of the period with one answer more."""
    values = [pilot.pk, outcome.slug, ref, day.isoformat()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, weight FROM pilots_point WHERE pilot_id = %s AND outcome = %s AND unit = %s AND day = %s::date", values
        )
        before = cursor.fetchone() or (0.0, 0.0)
    many = before[1] + 1
    return Row(ref, day, (before[0] * before[1] + score) / many, many)
