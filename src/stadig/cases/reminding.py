"""A reminder before the last day of what we have asked an applicant to complete: one, and only while it is still to be answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from stadig.cases import telling
from stadig.cases.models import Completion, Group
from stadig.city import audit, clock, rollout
from stadig.city.ramps import Count
from stadig.city.verbs import verb

REMINDERS: Final = "paminnelse-fore-sista-dag"
"""The roll-out: whom we remind. In a trial of persons half of those who apply."""
DAYS_BEFORE: Final = 3
TOLD: Final = _("påminnelser som har gått ut sedan steget började")
APPLICANTS: Final = """
SELECT DISTINCT ON (case_id) case_id, person_id FROM cases_party
WHERE case_id = ANY(%s) AND person_id IS NOT NULL ORDER BY case_id, role = 'applicant' DESC, id
"""


def subject(case_id: int, person_id: int | None) -> tuple[str, int]:
    """Who is drawn in a trial of reminders: the applicant; a case of one who is no registered person by itself."""
    return ("city.person", person_id) if person_id else ("cases.case", case_id)


def counted(setting: rollout.Setting, since: datetime) -> Count | None:
    """How many have been reminded since a step of the roll-out began: only those it is on for are."""
    if setting.service != REMINDERS:
        return None
    return Count(Completion.objects.filter(reminded_at__gte=since).count(), TOLD)


@verb
def remind() -> int:
    """Remind those whose last day is at most :data:`DAYS_BEFORE` days away and who have not answered; returns how many.

    Who meets the choice for the first time is written down in their arm, reminded or not. Asked again the same day, no one is told twice.
    """
    today = clock.today()
    due = list(
        Completion.objects.select_related("case")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(answered_at=None, withdrawn_at=None, reminded_at=None)
        .filter(due_on__gte=today, due_on__lte=today + timedelta(days=DAYS_BEFORE))
        .exclude(case__group=Group.CLOSED)
        .order_by("pk")
    )
    with connection.cursor() as cursor:
        cursor.execute(APPLICANTS, [[one.case_id for one in due]])
        person = dict(cursor.fetchall())
    subjects = [subject(one.case_id, person.get(one.case_id)) for one in due]
    rollout.assign_all(REMINDERS, subjects)
    rule = rollout.compiled(REMINDERS)
    told = [one for one, who in zip(due, subjects, strict=True) if rule.is_on(who)]
    for one in told:
        telling.parties(one.case, "reminder", f"case-completion-reminder:{one.pk}", due_on=one.due_on)
        one.reminded_at = clock.now()
        one.save(update_fields=["reminded_at"])
        audit.record(None, "reminded", one.case, completion=one.pk)
    return len(told)
