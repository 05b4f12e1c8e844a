"""What trials tell on a staff member's start page."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.city import clock
from stadig.city.desk import Card
from stadig.city.told import TRIALS
from stadig.pilots import access, schedule

WAITING = """
SELECT p.id, p.title, p.last_day, coalesce((
    SELECT l.verdict FROM pilots_look l JOIN pilots_cardversion v ON v.id = l.version_id
    WHERE v.pilot_id = p.id AND l.voided_at IS NULL AND l.planned ORDER BY l.through DESC LIMIT 1), '')
FROM pilots_pilot p WHERE p.state = 'running' AND (%s OR p.owner_id = %s) ORDER BY p.last_day, p.id LIMIT 50
"""


def cards(user: Any) -> list[Card]:
    """For those who decide: trials past their last day, and those where the rule says something else than to continue."""
    decides = access.DECIDE.held_by(user)
    if not decides and not access.PLAN.held_by(user):
        return []
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [decides, user.pk])
        rows = cursor.fetchall()
    today = clock.today()
    late = [row for row in rows if schedule.overdue_days(row[2], today)]
    answered = [row for row in rows if row not in late and row[3] in ("withdraw", "scale_up")]
    found: list[Card] = []
    if late:
        title = ngettext("Ett försök väntar på beslut", "%(n)s försök väntar på beslut", len(late)) % {"n": len(late)}
        text = _("Sista dagen har passerat: %(titles)s.") % {"titles": ", ".join(row[1] for row in late[:3])}
        found.append(Card(title, text, _address(late), _("Försenat"), "danger", "flask-conical", 15, TRIALS))
    if answered:
        title = ngettext("Ett försök har fått svar", "%(n)s försök har fått svar", len(answered)) % {"n": len(answered)}
        text = _("Regeln har sagt sitt: %(titles)s.") % {"titles": ", ".join(row[1] for row in answered[:3])}
        found.append(Card(title, text, _address(answered), _("Att besluta"), "warning", "flask-conical", 25, TRIALS))
    return found


def _address(rows: list[tuple[Any, ...]]) -> str:
    return reverse("pilots:desk-pilot", args=[rows[0][0]]) if len(rows) == 1 else reverse("pilots:desk-list")
