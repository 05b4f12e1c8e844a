"""Eighteen months of cases: who asked for what, when, and what became of it. Thought out here, written by ``writing``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np

from stadig.cases.definition import Definition
from stadig.cases.models import CaseType, Channel
from stadig.city import clock, subjects
from stadig.city.demo import FAMILY, GIVEN
from stadig.city.models import District, Person, User
from stadig.eservices import published
from stadig.eservices.actions import definition_of
from stadig.eservices.demo import lives, seasons
from stadig.eservices.demo.answers import Spot, answer
from stadig.eservices.demo.lives import Life
from stadig.eservices.models import PackageVersion
from stadig.eservices.package import Package

if TYPE_CHECKING:
    from stadig.geo.town.world import World

DAYS: Final = 548
CASES: Final = {
    "street-fault": 1180,
    "financial-assistance": 640,
    "parking-permit": 330,
    "preschool-place": 330,
    "access-rights": 260,
    "association-grant": 150,
    "food-registration": 110,
}
"""How many in the whole town in 18 months; a town for tests has one in fifty."""
WORKERS: Final = {
    "street-fault": "mats",
    "financial-assistance": "petra",
    "parking-permit": "amina",
    "preschool-place": "nina",
    "access-rights": "tove",
    "association-grant": "viktor",
    "food-registration": "ingrid",
}
"""Service → the case worker of its unit."""
CHANNELS: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "street-fault": ((Channel.WEB, 0.72), (Channel.PHONE, 0.18), (Channel.EMAIL, 0.06), (Channel.ASSISTED, 0.04)),
    "financial-assistance": ((Channel.WEB, 0.64), (Channel.ASSISTED, 0.2), (Channel.PAPER, 0.16)),
    "parking-permit": ((Channel.WEB, 0.55), (Channel.PAPER, 0.28), (Channel.ASSISTED, 0.17)),
    "preschool-place": ((Channel.WEB, 0.93), (Channel.ASSISTED, 0.07)),
    "access-rights": ((Channel.WEB, 1.0),),
    "association-grant": ((Channel.WEB, 0.92), (Channel.PAPER, 0.08)),
    "food-registration": ((Channel.WEB, 0.88), (Channel.PAPER, 0.08), (Channel.ASSISTED, 0.04)),
}
FORMS: Final = (Channel.WEB, Channel.ASSISTED, Channel.PAPER)
"""Channels that come through the form; what comes by telephone or e-mail is registered by staff."""
NO_LOGIN: Final = ("street-fault", "access-rights")
"""Services whose sender is known by a name or an address alone."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is open in the town, with what is needed to write its cases."""

    package: Package
    version: PackageVersion
    type: CaseType
    definition: Definition
    worker: User


@dataclass(slots=True)
class Made:
    """One case as it was thought out."""

    id: UUID
    service: Service
    at: datetime
    channel: str
    answers: Mapping[str, Any]
    spot: Spot | None
    life: Life
    person: Person | None
    language: str = "sv"
    unsigned: bool = False
    told: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name, e-mail or telephone of a sender who is no registered person."""
    signed_by: Mapping[str, Person] = field(default_factory=dict[str, Person])
    """Role → the person who has logged in and signed."""


def seed_past(world: World, *, small: bool) -> None:
    """Write the cases behind the town."""
    from stadig.eservices.demo import households, named, reminded, writing

    rng = np.random.default_rng(world.seed + 3)
    services = installed()
    spots = town_spots(world)
    people = _residents(rng, 37 if small else 1100)
    made = list(_cases(services, spots, people, rng, one_in=50 if small else 1))
    made += named.cases(services, spots, rng)
    made += reminded.cases(services, spots, people, np.random.default_rng(world.seed + 5), small=small)
    made += households.cases(services[households.SERVICE], np.random.default_rng(world.seed + 7))
    writing.write(sorted(made, key=lambda one: one.at), rng)


def installed() -> dict[str, Service]:
    """Every service that is open, by its name."""
    workers = {user.username: user for user in User.objects.filter(username__in=WORKERS.values())}
    found: dict[str, Service] = {}
    for name, username in WORKERS.items():
        service, package = published.current(name)
        version = PackageVersion.objects.select_related("case_type").defer("archive").get(pk=service.current_id)  # pyright: ignore[reportAttributeAccessIssue]
        found[name] = Service(package, version, version.case_type, definition_of(package), workers[username])
    return found


def town_spots(world: World) -> list[Spot]:
    """Places in town that people can point at."""
    return [Spot(site.name, site.place.x, site.place.y, site.district) for site in world.bins]


def _residents(rng: np.random.Generator, count: int) -> list[Person]:
    """Adults who apply: those with a number of their own, and others the municipality knows by name."""
    districts = list(District.objects.defer("geometry"))
    share = np.array([district.residents for district in districts], float)
    chosen = rng.choice(len(districts), size=count, p=share / share.sum())
    Person.objects.bulk_create(
        Person(
            given_name=GIVEN[int(rng.integers(len(GIVEN)))],
            family_name=FAMILY[int(rng.integers(len(FAMILY)))],
            postcode="432 80",
            place="Lindhamn",
            district=districts[int(number)],
        )
        for number in chosen
    )
    children = subjects.AGE_BANDS[0][1]
    return [one for one in Person.objects.filter(user=None).order_by("pk") if subjects.age_band(one) != children]


def _cases(
    services: Mapping[str, Service], spots: Sequence[Spot], people: Sequence[Person], rng: np.random.Generator, *, one_in: int
) -> Iterator[Made]:
    now = clock.now()
    for name, service in services.items():
        count = max(7, CASES[name] // one_in)
        for at in seasons.arrivals(name, now - timedelta(days=DAYS), now, count, rng):
            if at < now:
                yield _case(service, at, spots, people, rng)


def _case(service: Service, at: datetime, spots: Sequence[Spot], people: Sequence[Person], rng: np.random.Generator) -> Made:
    name = service.package.name
    names, shares = zip(*CHANNELS[name], strict=True)
    channel = names[int(rng.choice(len(names), p=np.array(shares) / sum(shares)))]
    answers, spot = answer(service.package, at.date(), spots, rng)
    person = people[int(rng.integers(len(people)))] if name not in NO_LOGIN else None
    return Made(
        id=UUID(bytes=rng.bytes(16), version=4),
        service=service,
        at=at,
        channel=channel,
        answers=answers,
        spot=spot,
        life=lives.lived(name, service.definition, at, clock.now(), rng),
        person=person,
        language="en" if rng.random() < 0.07 else "sv",
        told=_told(name, answers, rng),
    )


def _told(name: str, answers: Mapping[str, Any], rng: np.random.Generator) -> dict[str, str]:
    if name == "street-fault":
        return {"email": answers["email"]} if answers.get("email") else {}
    if name == "access-rights":
        given, family = GIVEN[int(rng.integers(len(GIVEN)))], FAMILY[int(rng.integers(len(FAMILY)))]
        return {"name": f"{given} {family}", "email": f"{given}.{family}@lindhamn.example".lower()}
    return {key: str(answers["contact"][key]) for key in ("email", "phone") if key in answers.get("contact", {})}
