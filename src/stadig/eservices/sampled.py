"""How many have had an e-service since a step of its roll-out began: what has been sent in by those it is on for."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import gettext_lazy as _

from stadig.city import clock
from stadig.city.models import Person
from stadig.city.ramps import Count
from stadig.city.rollout import Decider, Setting

SOURCE = _("inskickade ansökningar och anmälningar sedan steget började")
SENT = """
SELECT q.known, who.person_id, count(who.id) FROM (SELECT EXISTS (SELECT FROM eservices_eservice WHERE name = %(name)s) AS known) q
LEFT JOIN LATERAL (
    SELECT s.id, (SELECT p.person_id FROM cases_party p WHERE p.case_id = s.case_id AND p.person_id IS NOT NULL
        ORDER BY p.role = 'applicant' DESC, p.id LIMIT 1) AS person_id
    FROM eservices_submission s JOIN eservices_packageversion v ON v.id = s.version_id
    WHERE v.name = %(name)s AND s.submitted_at >= %(since)s
) who ON q.known
GROUP BY 1, 2
"""


def counted(setting: Setting, since: dt.datetime) -> Count | None:
    """What has been sent in since, by those the service is on for; None for what is no e-service. At most two queries."""
    with connection.cursor() as cursor:
        cursor.execute(SENT, {"name": setting.service, "since": since})
        rows = cursor.fetchall()
    if not rows[0][0]:
        return None
    if not setting.districts and not setting.cohorts and setting.percent >= 100:
        return Count(sum(sent for _known, _person, sent in rows), SOURCE)
    rule = Decider(setting, clock.now())
    people = Person.objects.in_bulk([person for _known, person, _sent in rows if person])
    return Count(sum(sent for _known, person, sent in rows if rule.is_on(people.get(person))), SOURCE)
