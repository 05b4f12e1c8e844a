"""Answers we owe, as a director's start page tells them: cases whose deadline has passed, by committee. Counts, never a case."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.city import access, clock
from stadig.city.desk import Card

OWED = """
SELECT o.name, count(*), min(c.due_at) FROM cases_case c JOIN city_organisation o ON o.id = c.committee_id
WHERE c."group" <> 'closed' AND c.due_at < %s GROUP BY o.id ORDER BY 3 LIMIT 5
"""


def cards(user: Any) -> list[Card]:
    """The committees with answers that are late, the oldest first. One query."""
    if not access.GIVEN.held_by(user):
        return []
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(OWED, [now])
        return [_card(name, many, (now - oldest).days) for name, many, oldest in cursor.fetchall()]


def _card(committee: str, many: int, days: int) -> Card:
    text = ngettext(
        "Ett ärende har gått över sin tid.", "%(n)s ärenden har gått över sin tid.", many
    ) % {"n": many}  # fmt: skip
    oldest = ngettext("Det äldsta sedan en dag.", "Det äldsta sedan %(n)s dagar.", days) % {"n": days}
    return Card(committee, f"{text} {oldest}" if days else text, "", _("Försenat"), "warning", "message-square", 35)
