"""What the people one can look as have asked for: enough that each page has something to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np

from stadig.cases.models import Channel
from stadig.city import clock
from stadig.city.models import Person, User
from stadig.eservices import drafts, flow
from stadig.eservices.demo import households, lives
from stadig.eservices.demo.answers import Spot, answer
from stadig.eservices.models import EService

if TYPE_CHECKING:
    from stadig.eservices.demo.past import Made, Service

HISTORY: Final[tuple[tuple[str, str, float, tuple[tuple[float, str], ...]], ...]] = (
    ("karin", "street-fault", 96, ((0.6, "ordered"), (3.1, "mended"))),
    ("karin", "parking-permit", 13, ((3, "assessing"), (8.2, "waiting"))),
    ("yusuf", "financial-assistance", 108, ((1, "assessing"), (4, "waiting"), (7, "assessing"), (9, "granted"))),
    ("yusuf", "financial-assistance", 77, ((1, "assessing"), (5, "agencies"), (6, "assessing"), (9, "granted"))),
    ("yusuf", "financial-assistance", 47, ((1.2, "assessing"), (8, "refused"))),
    ("yusuf", "financial-assistance", 5, ((1.1, "assessing"),)),
    ("yusuf", "preschool-place", 3, ((0.5, "queued"),)),
    ("yusuf", "parking-permit", 0.7, ()),
)
"""Who, which service, how many days ago, and what has happened since, in days after."""
OPEN_SINCE_DAYS: Final = 10
"""An application for assistance younger than this is still open: its answers fit what the agencies say."""
SAMIRA: Final = {
    "name": "Samira Ali",
    "personnummer": "199203092383",
    "email": "samira@lindhamn.example",
    "lives_with_child": True,
}


def cases(services: Mapping[str, Service], spots: Sequence[Spot], rng: np.random.Generator) -> list[Made]:
    """Their cases, to be written with the others."""
    from stadig.eservices.demo.past import Made

    now = clock.now()
    who = {user.username: user.person for user in User.objects.filter(username__in=("karin", "yusuf")).select_related("person")}
    found: list[Made] = []
    for username, name, days, steps in HISTORY:
        service = services[name]
        registered = now - timedelta(days=days)
        answers, spot = answer(service.package, registered.date(), spots, rng)
        answers = _own(name, answers, service, registered, days)
        found.append(
            Made(
                id=UUID(bytes=rng.bytes(16), version=4),
                service=service,
                at=registered,
                channel=Channel.WEB,
                answers=answers,
                spot=spot,
                life=lives.fixed(service.definition, registered, steps),
                person=who[username],
                unsigned=name == "preschool-place",
            )
        )
    return found


def _own(name: str, answers: dict[str, Any], service: Service, at: datetime, days: float) -> dict[str, Any]:
    """Answers that are theirs: who the child and the other guardian are, and for whom the permit is."""
    if name == "preschool-place":
        answers |= {"sole_custody": False, "other_guardian": dict(SAMIRA)}
        answers["child"] = {"name": "Nora Ali", "has_personnummer": False, "born": (at - timedelta(days=400)).date().isoformat()}
    if name == "parking-permit":
        answers |= {"for_whom": "me", "application": "first", "ordinary_day": "Jag handlar och hälsar på min syster."}
    if name == households.SERVICE:
        answers |= {"household": "single", "has_children": False}
        if days < OPEN_SINCE_DAYS:
            answers = households.declared(households.YUSUF, households.YUSUFS_INCOMES, at)
    return dict(flow.evaluate(service.package, answers, today=at.date()).answers)


def seed_drafts() -> None:
    """What they have begun and not sent."""
    for username, name, answers, reached in (
        ("karin", "street-fault", {"what": "lamp", "lamp_number": "2107", "danger": False}, ("what",)),
        ("yusuf", "association-grant", {"association": {"name": "Lindhamns läxhjälp", "members": 24}, "kind": "activity"}, ()),
    ):
        user = User.objects.select_related("person").get(username=username)
        person: Person | None = user.person
        begun = drafts.Contents(answers=dict(answers), reached=reached)
        drafts.start(user, EService.objects.get(name=name), person=person, begin_with=begun)
