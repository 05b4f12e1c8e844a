"""Where a service is on, and for whom: districts, groups, a share, a period, or stopped. On unless something else is set.

Asked by actions that *start* something and by navigation; never by those that continue or read.

In a **trial** every subject also has an arm. Who was drawn once stays where they are, whatever the share becomes later:
:func:`assign` writes that down, and is called by the verb in which someone meets what is tried. Where many are asked about in
one request or job, :func:`compiled` reads once and then answers without the database::

    rule = rollout.compiled("reminders")
    for person in people:
        if rule.arm(person) == rollout.PILOT: ...

The steps by which a service grows are in :mod:`stadig.city.ramps`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from stadig.city import clock, persons, subjects
from stadig.city.models import Assignment
from stadig.city.subjects import Subject, district_of, name_of

__all__ = [
    "AREAS",
    "COMPARISON",
    "PERSONS",
    "PILOT",
    "Decider",
    "Setting",
    "Subject",
    "Where",
    "among",
    "arm",
    "arms",
    "assign",
    "assign_all",
    "compiled",
    "decide",
    "forget",
    "is_on",
    "ref",
    "setting",
    "settings",
    "share",
    "under",
]

PILOT: Final = "pilot"
COMPARISON: Final = "comparison"
PERSONS: Final = "persons"
AREAS: Final = "areas"


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
    cohorts: Mapping[str, Sequence[str]] = {}
    trial: str = ""
    comparison: tuple[Where, ...] = ()


class Decider:
    """The rule of one setting at one moment. Answers without a database and without reading the clock.

    ``assigned`` holds the arms that are written down: ref → arm.
    """

    __slots__ = ("_begun", "_cohorts", "_comparison", "_districts", "assigned", "open", "setting")

    def __init__(self, setting: Setting | None, at: dt.datetime, assigned: Mapping[str, str] | None = None) -> None:
        self.setting = setting
        self.assigned = assigned or {}
        self.open = setting is None or not (
            setting.stopped or (setting.begins and at < setting.begins) or (setting.ends and at >= setting.ends)
        )
        self._districts = frozenset(one.pk for one in setting.districts) if setting else frozenset[int]()
        self._comparison = frozenset(one.pk for one in setting.comparison) if setting else frozenset[int]()
        chosen = setting.cohorts if setting else {}
        self._cohorts = tuple((subjects.groups().get(name), frozenset(values)) for name, values in chosen.items())
        self._begun = hashlib.sha256(f"{setting.service}\n".encode()) if setting else None

    def is_on(self, subject: Any = None) -> bool:
        """Whether the service is on for the subject."""
        if self.setting is None:
            return True
        if self.setting.trial == PERSONS:
            return self.arm(subject) == PILOT
        return self.open and self.concerns(subject) and self._inside(subject)

    def arm(self, subject: Any = None) -> str:
        """``pilot``, ``comparison``, or "" where the subject is no part of a trial (or there is none)."""
        return self.drawn(subject) if self.open else ""

    def drawn(self, subject: Any = None) -> str:
        """The same also before the trial begins and after it was stopped: what an analysis asks."""
        setting = self.setting
        if setting is None or not setting.trial:
            return ""
        if setting.trial == AREAS:
            if district_of(subject) in self._comparison:
                return COMPARISON
            return PILOT if self.concerns(subject) and self._inside(subject) else ""
        if self.assigned and (held := self.assigned.get(ref(setting.service, subject))):
            return held  # also for one who has moved since: no one loses what they were given
        if not self.concerns(subject):
            return ""
        return PILOT if self._inside(subject) else COMPARISON

    def concerns(self, subject: Any) -> bool:
        """Whether the subject is in the districts and groups that are set."""
        if self._districts and district_of(subject) not in self._districts:
            return False
        return all(group is not None and group.of(subject) in values for group, values in self._cohorts)

    def _inside(self, subject: Any) -> bool:
        setting = self.setting
        if setting is None or setting.percent >= 100:
            return True
        return _place(self._begun, subject) < setting.percent


def is_on(service: str, subject: Any = None, at: dt.datetime | None = None) -> bool:
    """Whether the service is on for a subject: a district, something with a district, a user, ``(kind, id)`` or None.

    The same subject always gets the same answer under the same setting. Where only some districts have the
    service, a subject without a district does not.
    """
    return under(setting(service), subject, at)


def under(found: Setting | None, subject: Any = None, at: dt.datetime | None = None) -> bool:
    """The same under a setting that is at hand. One query in a trial of persons, otherwise none."""
    return found is None or Decider(found, at or clock.now(), _held([found], subject).get(found.service)).is_on(subject)


def arm(service: str, subject: Any, at: dt.datetime | None = None) -> str:
    """The subject's arm in a trial of the service: ``pilot``, ``comparison`` or "". At most two queries.

    For persons in a trial: what is written down, else what would be drawn now. Nothing is written; see :func:`assign`.
    """
    found = setting(service)
    if found is None or not found.trial:
        return ""
    return Decider(found, at or clock.now(), _held([found], subject).get(service)).arm(subject)


def compiled(service: str, at: dt.datetime | None = None) -> Decider:
    """The rule as it is now, for one request or job that asks about many. Two queries at most, however many are asked about."""
    found = setting(service)
    written = (
        dict(Assignment.objects.filter(service=service).values_list("ref", "arm")) if found and found.trial == PERSONS else {}
    )
    return Decider(found, at or clock.now(), written)


def arms(service: str) -> Callable[[Any], str]:
    """What an analysis asks: a subject's arm as it was written down, whatever the switch says today; else what would be drawn.

    Three queries at most, however many are asked about.
    """
    rule = compiled(service)
    written = rule.assigned or dict(Assignment.objects.filter(service=service).values_list("ref", "arm"))
    return lambda subject: written.get(ref(service, subject), "") or rule.drawn(subject)


def assign(service: str, subject: Any, at: dt.datetime | None = None) -> str:
    """The subject's arm, written down the first time; "" (and nothing written) where they are no part of a trial."""
    return assign_all(service, [subject], at)[0]


ASSIGN = """
INSERT INTO city_assignment (service, ref, arm, percent, at)
SELECT %s, ref, arm, %s, %s FROM unnest(%s::text[], %s::text[]) AS drawn (ref, arm)
ON CONFLICT (service, ref) DO NOTHING
"""


def assign_all(service: str, subjects: Sequence[Any], at: dt.datetime | None = None) -> list[str]:
    """The arms of many subjects, in their order, written down the first time. Three queries.

    Two who draw the same subject at once agree: the row that came first holds.
    """
    when = at or clock.now()
    found = setting(service)
    if found is None or found.trial != PERSONS:
        rule = Decider(found, when)
        return [rule.arm(one) for one in subjects]
    rule = Decider(found, when)
    refs = [ref(service, one) for one in subjects]
    drawn = {name: arm for name, one in zip(refs, subjects, strict=True) if (arm := rule.arm(one))}
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, [service, found.percent, when, list(drawn), list(drawn.values())])
    held = dict(Assignment.objects.filter(service=service, ref__in=list(drawn)).values_list("ref", "arm"))
    return [held.get(name, "") for name in refs]


def forget(subject: Any) -> int:
    """Remove every arm that is written down for a subject (a person who is erased). Returns how many there were."""
    services = Assignment.objects.order_by().values_list("service", flat=True).distinct()
    removed, _each = Assignment.objects.filter(ref__in=[ref(one, subject) for one in services]).delete()
    return removed


SETTINGS = """
SELECT r.service, r.stopped, r.percent, r.begins, r.ends, d.ids, d.names, r.cohorts, r.trial, c.ids, c.names
FROM city_rollout r CROSS JOIN LATERAL (
    SELECT array_agg(d.id ORDER BY d.sort_key) AS ids, array_agg(d.name ORDER BY d.sort_key) AS names
    FROM city_rollout_districts x JOIN city_district d ON d.id = x.district_id WHERE x.rollout_id = r.id
) d CROSS JOIN LATERAL (
    SELECT array_agg(d.id ORDER BY d.sort_key) AS ids, array_agg(d.name ORDER BY d.sort_key) AS names
    FROM city_rollout_comparison x JOIN city_district d ON d.id = x.district_id WHERE x.rollout_id = r.id
) c
WHERE r.service = ANY(%s)
"""


def settings(services: Iterable[str]) -> list[Setting]:
    """What is set for those of the services that have a setting. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS, [list(services)])
        return [
            Setting(name, stopped, percent, begins, ends, _where(ids, names), json.loads(cohorts), trial, _where(others, called))
            for name, stopped, percent, begins, ends, ids, names, cohorts, trial, others, called in cursor.fetchall()
        ]


def _where(ids: list[int] | None, names: list[str] | None) -> tuple[Where, ...]:
    return tuple(map(Where, ids or (), names or ()))


def setting(service: str) -> Setting | None:
    """What is set for a service; None means on everywhere. One query."""
    return next(iter(settings([service])), None)


def among(services: Iterable[str], subject: Any = None, at: dt.datetime | None = None) -> set[str]:
    """Those of the services that are on; at most two queries for any number."""
    wanted = set(services)
    when = at or clock.now()
    found = settings(wanted)
    held = _held(found, subject)
    return wanted - {one.service for one in found if not Decider(one, when, held.get(one.service)).is_on(subject)}


def decide(setting: Setting, subject: Any, at: dt.datetime) -> bool:
    """The rule itself, without what is written down of trials."""
    return Decider(setting, at).is_on(subject)


def _held(found: Iterable[Setting], subject: Any) -> dict[str, dict[str, str]]:
    """Service → {ref: arm} of one subject, for those of the settings that are trials of persons."""
    refs = {one.service: ref(one.service, subject) for one in found if one.trial == PERSONS}
    if not refs:
        return {}
    rows = Assignment.objects.filter(service__in=list(refs), ref__in=list(refs.values())).values_list("service", "ref", "arm")
    return {service: {name: arm} for service, name, arm in rows}


def share(service: str, subject: Any) -> float:
    """A number in [0, 100) that only depends on the service and the subject (SHA-256, 53 bits)."""
    return _place(hashlib.sha256(f"{service}\n".encode()), subject)


def _place(begun: Any, subject: Any) -> float:
    digest = begun.copy()
    digest.update(name_of(subject).encode())
    return (int.from_bytes(digest.digest()[:8], "big") >> 11) / 2**53 * 100


def ref(service: str, subject: Any) -> str:
    """What a trial calls a subject: a keyed hash, another in each trial, that leads back to no one without the key file."""
    return persons.opaque(f"rollout {service}\n{name_of(subject)}")[:32]
