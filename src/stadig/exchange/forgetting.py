"""Destroying what agencies said: with the case, or the raw answers alone when the municipality keeps those for a shorter time.

That a question was asked stays in the audit log, as ids alone; a destruction has a row of its own, so a proof of the log does not miss
what the law has removed (:mod:`stadig.exchange.proving`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import connection

from stadig.city import audit, clock
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.exchange.models import Lookup, Permit

AT_ONCE: Final = 500
DROP: Final = """
WITH old AS (
  SELECT c.id, c.lookup_id FROM exchange_call c JOIN exchange_lookup l ON l.id = c.lookup_id
  WHERE c.raw_sealed IS NOT NULL AND c.answered_at < %s AND l.finished_at IS NOT NULL ORDER BY c.id LIMIT %s
), gone AS (UPDATE exchange_call c SET raw_sealed = NULL FROM old WHERE c.id = old.id)
SELECT lookup_id, array_agg(id ORDER BY id) FROM old GROUP BY lookup_id ORDER BY lookup_id
"""


@verb
def forget_case(case_id: int) -> list[Person]:
    """Remove every lookup of a case that is being destroyed, with its calls, blocks and permits. Gives whom they were about."""
    people = Person.objects.filter(pk__in=Permit.objects.filter(case=case_id).values("person")).order_by("pk")
    found = list(people)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM city_auditreason r USING city_auditentry e, exchange_lookup l "
            "WHERE r.position = e.position AND e.what = 'exchange.lookup' AND e.what_id = l.id::text AND l.\"case\" = %s",
            [case_id],
        )
    number = Lookup.objects.filter(case=case_id).count()
    Lookup.objects.filter(case=case_id, again_of__isnull=False).delete()
    Lookup.objects.filter(case=case_id).delete()
    Permit.objects.filter(case=case_id).delete()
    if number:
        audit.record(None, "destroyed lookups", ("cases.case", case_id), lookups=number)
    return found


@verb
def drop_raw(older_than: dt.timedelta) -> int:
    """Remove raw answers that are older; the facts read from them, when they came and their hash stay. Returns how many lookups lost one."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, [clock.real_now() - older_than, AT_ONCE])
        lookups = cursor.fetchall()
    for pk, calls in lookups:
        audit.record(None, "dropped raw answers", ("exchange.lookup", pk), calls=calls)
    return len(lookups)


def names(person: Person) -> bool:
    """Whether agencies have been asked about the person in a case that is kept."""
    return Permit.objects.filter(person=person).exists()
