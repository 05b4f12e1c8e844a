"""Those who applied for assistance while half of them were reminded of their last day: what a trial left behind in the cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np

from stadig.cases import reminding
from stadig.cases.models import Channel, Completion
from stadig.cases.terms import STOCKHOLM
from stadig.city import clock, rollout
from stadig.city.models import Person
from stadig.eservices.demo import lives, seasons
from stadig.eservices.demo.answers import Spot, answer

if TYPE_CHECKING:
    from stadig.eservices.demo.past import Made, Service

SERVICE: Final = "financial-assistance"
BEGAN_DAYS, ENDED_DAYS = 310, 128
"""The trial's first and last day, in days before the present."""
CASES: Final = {False: 520, True: 24}
"""By whether the town is small."""
PERCENT: Final = 50
IN_TIME: Final = {True: 0.87, False: 0.69}
"""The chance that someone answers by the last day, reminded or not. Made up; what the trial finds is what the cases say."""
LAST_DAY: Final = 14
"""Days from the question to the last day, as ``writing`` writes it."""


def is_reminded(person: Person) -> bool:
    """Whether the lot of the trial reminds this person: the same that the roll-out draws."""
    return rollout.share(reminding.REMINDERS, reminding.subject(0, person.pk)) < PERCENT


def cases(
    services: Mapping[str, Service], spots: Sequence[Spot], people: Sequence[Person], rng: np.random.Generator, *, small: bool
) -> Iterator[Made]:
    """Cases in which something was missing, asked for during the trial; all of them are decided by now."""
    from stadig.eservices.demo.past import Made

    service, now = services[SERVICE], clock.now()
    first = now - timedelta(days=BEGAN_DAYS - 1)
    span = BEGAN_DAYS - ENDED_DAYS - LAST_DAY - 4
    order = rng.permutation(len(people))  # most are asked to complete something once
    for number in range(CASES[small]):
        day = (first + timedelta(days=span * number / CASES[small])).astimezone(STOCKHOLM).date()
        at = seasons.at(day, rng)
        person = people[int(order[number % len(people)])]
        answers, spot = answer(service.package, at.date(), spots, rng)
        yield Made(
            id=UUID(bytes=rng.bytes(16), version=4),
            service=service,
            at=at,
            channel=(Channel.WEB, Channel.WEB, Channel.WEB, Channel.ASSISTED, Channel.PAPER)[int(rng.integers(5))],
            answers=answers,
            spot=spot,
            life=lives.fixed(service.definition, at, _steps(at, is_reminded(person), rng)),
            person=person,
            told={},
        )


def reminded_at(one: Made, asked: Completion, now: datetime) -> datetime | None:
    """When the trial reminded of a question that has been answered: three days before its last day, if it was still open."""
    at = datetime.combine(asked.due_on - timedelta(days=reminding.DAYS_BEFORE), time(7, 20), STOCKHOLM)
    if one.person is None or one.service.package.name != SERVICE or not ENDED_DAYS <= (now - at).days < BEGAN_DAYS:
        return None
    return at if asked.answered_at and asked.answered_at > at and is_reminded(one.person) else None


def _steps(at: datetime, reminded: bool, rng: np.random.Generator) -> tuple[tuple[float, str], ...]:
    """Days after the case came in: looked at, asked, answered in time or late, granted."""
    begun = float(rng.uniform(0.6, 1.4))
    asked = begun + float(rng.uniform(0.3, 1.6))
    if rng.random() < IN_TIME[reminded]:
        late = LAST_DAY - 3 if reminded and rng.random() < 0.4 else 1.0
        answered = asked + float(rng.uniform(late, LAST_DAY - 0.8))
    else:
        answered = asked + LAST_DAY + float(rng.uniform(1.2, 12))
    return (begun, "assessing"), (asked, "waiting"), (answered, "assessing"), (answered + float(rng.uniform(0.5, 5)), "granted")
