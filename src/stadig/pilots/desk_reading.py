"""What the staff's pages read: plain rows, few questions."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.http import Http404
from django.utils.translation import get_language

from stadig.city import clock, services
from stadig.pilots import card as cards
from stadig.pilots import card_measures
from stadig.pilots.card import Card
from stadig.pilots.card_fields import Choices
from stadig.pilots.card_measures import Offered
from stadig.pilots.models import Pilot
from stadig.pilots.queries import Trial


class Opened(NamedTuple):
    """A trial with the version of its card that was written last."""

    id: int
    slug: str
    title: str
    state: str
    outcome: str
    last_day: dt.date | None
    started_at: dt.datetime | None
    number: int
    card: Card
    rule: Any
    digest: str
    frozen_at: dt.datetime | None
    saved_at: dt.datetime
    saved_by: str
    why: str
    units: int
    committee: str
    copied_from: str
    """Where it was copied from, as JSON: :func:`stadig.pilots.origins.read`."""
    text: str
    """The card as it is stored: what its page is remembered by."""

    @property
    def idea(self) -> bool:
        return self.state == Pilot.State.IDEA

    @property
    def running(self) -> bool:
        return self.state == Pilot.State.RUNNING

    @property
    def late(self) -> int:
        """Days since the last day, while no one has decided."""
        today = clock.today()
        return (today - self.last_day).days if self.running and self.last_day and self.last_day < today else 0


OPENED: Final = """
SELECT p.id, p.slug, p.title, p.state, p.outcome, p.last_day, p.started_at,
    v.number, v.card, v.rule, v.digest, v.frozen_at, v.at,
    coalesce(nullif(btrim(concat(u.first_name, ' ', u.last_name)), ''), u.username, ''), v.why,
    (SELECT count(*) FROM pilots_unit n WHERE n.pilot_id = p.id), coalesce(o.name, ''), p.copied_from::text
FROM pilots_pilot p JOIN pilots_cardversion v ON v.pilot_id = p.id
    LEFT JOIN city_user u ON u.id = v.by_id LEFT JOIN city_organisation o ON o.id = p.committee_id
WHERE p.id = %s ORDER BY (v.number = %s) DESC, v.number DESC LIMIT 1"""
"""A trial with one version of its card, or the latest when it has no version of that number."""


def opened(pilot_id: int, version: int = 0) -> Opened:
    """A trial to work with. Raises Http404."""
    with connection.cursor() as cursor:
        cursor.execute(OPENED, [pilot_id, version])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    values: dict[str, Any] = dict(zip(Opened._fields, (*row, ""), strict=True))
    stored = values["card"]
    text = stored if isinstance(stored, str) else json.dumps(stored)
    return Opened(**values | {"card": _card(stored), "rule": _json(values["rule"]), "text": text})


def held(trial: Trial) -> Opened:
    """A trial that has been read whole, with the version that holds: what its pages are framed by. No query."""
    one = trial.version
    return Opened(
        id=trial.id,
        slug=trial.slug,
        title=trial.title,
        state=trial.state,
        outcome=trial.outcome,
        last_day=trial.last_day,
        started_at=trial.started_at,
        number=one.number,
        card=one.card,
        rule=one.rule,
        digest=one.digest,
        frozen_at=one.frozen_at,
        saved_at=one.at,
        saved_by=one.by,
        why=one.why,
        units=len(trial.units),
        committee=trial.committee,
        copied_from=json.dumps(trial.copied_from),
        text="",
    )


def _json(data: Any) -> Any:
    return json.loads(data) if isinstance(data, str) else data


def _card(data: Any) -> Card:
    return cards.read(_json(data))


def service_choices() -> Choices:
    """(slug, title) of every service in the register, in the order of the register's titles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug, title, words FROM city_service WHERE declared ORDER BY sort_key")
        return _services(tuple(cursor.fetchall()), get_language())


@lru_cache(maxsize=16)
def _services(rows: tuple[tuple[str, str, str], ...], _language: str | None) -> Choices:
    found: list[tuple[str, str]] = []
    for slug, title, words in rows:
        known = services.declared(slug)
        found.append((slug, str(known.title) if known else services.in_words(_json(words), title, "")[0]))
    return tuple(found)


def offered(service: str) -> Offered:
    """What the card of a trial of this service can choose among. Two queries."""
    return card_measures.offered(service_choices(), service)


class UnitRow(NamedTuple):
    """A unit of the trial, or a district that may become one."""

    ref: str
    name: str
    arm: str
    district: int | None
    code: str
    chosen: bool
    begins: str = ""


UNITS: Final = """
SELECT u.ref, u.name, u.arm, u.district_id, coalesce(d.code, ''), coalesce(u.begins::text, '')
FROM pilots_unit u LEFT JOIN city_district d ON d.id = u.district_id WHERE u.pilot_id = %s ORDER BY u.id"""


def units_of(pilot_id: int) -> list[UnitRow]:
    """The units of a trial, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(UNITS, [pilot_id])
        return [
            UnitRow(ref, name, arm, district, code, True, begins) for ref, name, arm, district, code, begins in cursor.fetchall()
        ]
