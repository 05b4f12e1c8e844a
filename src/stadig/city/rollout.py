"""Where a service is on: districts, a share of subjects, a period, or stopped. On unless something else is set.

Asked by actions that *start* something and by navigation; never by those that continue or read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, models

from stadig.city import clock
from stadig.city.models import District


def is_on(service: str, subject: Any = None, at: dt.datetime | None = None) -> bool:
    """Whether the service is on for a subject: a district, something with a district, a user, ``(kind, id)`` or None.

    The same subject always gets the same answer under the same setting. Where only some districts have the
    service, a subject without a district does not.
    """
    found = setting(service)
    return found is None or decide(found, subject, at or clock.now())


class Where(NamedTuple):
    """A district in which a service is on."""

    pk: int
    name: str


class Setting(NamedTuple):
    """What is set for a service (``models.Rollout``); no districts means all of them."""

    service: str
    stopped: bool
    percent: int
    begins: dt.datetime | None
    ends: dt.datetime | None
    districts: tuple[Where, ...]


SETTINGS = """
SELECT r.service, r.stopped, r.percent, r.begins, r.ends, d.ids, d.names
FROM city_rollout r CROSS JOIN LATERAL (
    SELECT array_agg(d.id ORDER BY d.sort_key) AS ids, array_agg(d.name ORDER BY d.sort_key) AS names
    FROM city_rollout_districts x JOIN city_district d ON d.id = x.district_id WHERE x.rollout_id = r.id
) d
WHERE r.service = ANY(%s)
"""


def _settings(services: Iterable[str]) -> list[Setting]:
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS, [list(services)])
        return [
            Setting(service, stopped, percent, begins, ends, tuple(map(Where, ids or (), names or ())))
            for service, stopped, percent, begins, ends, ids, names in cursor.fetchall()
        ]


def setting(service: str) -> Setting | None:
    """What is set for a service; None means on everywhere. One query."""
    return next(iter(_settings([service])), None)


def among(services: Iterable[str], subject: Any = None, at: dt.datetime | None = None) -> set[str]:
    """Those of the services that are on; one query for any number."""
    wanted = set(services)
    when = at or clock.now()
    return wanted - {found.service for found in _settings(wanted) if not decide(found, subject, when)}


def decide(setting: Setting, subject: Any, at: dt.datetime) -> bool:
    """The rule itself."""
    if setting.stopped or (setting.begins and at < setting.begins) or (setting.ends and at >= setting.ends):
        return False
    districts = {district.pk for district in setting.districts}
    if districts and district_of(subject) not in districts:
        return False
    return setting.percent >= 100 or share(setting.service, subject) < setting.percent


def share(service: str, subject: Any) -> float:
    """A number in [0, 100) that only depends on the service and the subject (SHA-256, 53 bits)."""
    if isinstance(subject, models.Model):
        name = f"{subject._meta.label_lower}:{subject.pk}"
    elif isinstance(subject, tuple):
        name = ":".join(map(str, subject))
    else:
        name = str(subject or "")
    digest = hashlib.sha256(f"{service}\n{name}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53 * 100


def district_of(subject: Any) -> int | None:
    """The id of the district a subject is in, where it has one."""
    if isinstance(subject, District):
        return subject.pk
    if isinstance(subject, tuple):
        return int(subject[1]) if subject[0] in ("district", "city.district") else None
    own = getattr(subject, "district_id", None)
    if own is None and getattr(subject, "person_id", None):
        return subject.person.district_id
    return own
