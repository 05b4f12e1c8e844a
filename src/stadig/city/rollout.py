"""Where a service is on: districts, a share of subjects, a period, or stopped. On unless something else is set.

Asked by actions that *start* something and by navigation; never by those that continue or read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import models

from stadig.city import clock
from stadig.city.models import District, Rollout


def is_on(service: str, subject: Any = None, at: dt.datetime | None = None) -> bool:
    """Whether the service is on for a subject: a district, something with a district, a user, ``(kind, id)`` or None.

    The same subject always gets the same answer under the same setting. Where only some districts have the
    service, a subject without a district does not.
    """
    found = setting(service)
    return found is None or decide(found, subject, at or clock.now())


def setting(service: str) -> Rollout | None:
    """What is set for a service; None means on everywhere. Two queries."""
    return Rollout.objects.prefetch_related("districts").filter(service=service).first()


def among(services: Iterable[str], subject: Any = None, at: dt.datetime | None = None) -> set[str]:
    """Those of the services that are on; two queries for any number."""
    wanted = set(services)
    when = at or clock.now()
    settings = Rollout.objects.prefetch_related("districts").filter(service__in=wanted)
    return wanted - {found.service for found in settings if not decide(found, subject, when)}


def decide(setting: Rollout, subject: Any, at: dt.datetime) -> bool:
    """The rule itself."""
    if setting.stopped or (setting.begins and at < setting.begins) or (setting.ends and at >= setting.ends):
        return False
    districts = {district.pk for district in setting.districts.all()}
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
