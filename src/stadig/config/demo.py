"""The demo town: seeded once, then alive. Each room's ``demo.py`` writes its own part; this calls them in order."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from stadig.config.faults import Fault

if TYPE_CHECKING:
    from stadig.geo.town.litter import Past
    from stadig.geo.town.world import World

PAST_DAYS = {"full": 574, "small": 12}
"""How far back the sensors and crews have written things down: a year before bins began to call and since, or enough for a test."""
SENSORS_FROM_DAYS = {"full": 202, "small": 6}
"""For how long the crews have gone by the sensors in the districts of the trial; before that, and elsewhere, by fixed rounds."""
START_HOUR_UTC = 6
"""The town wakes at 07 in winter: the morning's plan is made, the cars are out."""
ROOMS = ("sensing", "waste", "work", "post", "lighting", "eservices", "pilots")
"""Rooms that may bring a ``demo.seed(world, past, small=…)``, in this order, after ``city`` and ``geo``."""


class NotADemoTown(Fault):
    """The installation holds a real city: seeding would mix made-up people with real ones."""


def is_seeded() -> bool:
    """Whether the demo town is in the database."""
    from stadig.city.models import Municipality

    return Municipality.objects.filter(made_up=True).exists()


def opening_time(real: datetime) -> datetime:
    """When the town's present begins: the morning nearest before ``real`` of a Tuesday, Wednesday or Thursday."""
    day = real.astimezone(UTC).replace(hour=START_HOUR_UTC, minute=0, second=0, microsecond=0)
    while day > real or day.isoweekday() in (1, 5, 6, 7):
        day -= timedelta(days=1)
    return day


def seed(say: Callable[[str], None] = lambda _text: None, *, size: str = "full", now: datetime | None = None) -> None:
    """Write the whole town: people, streets, 19 months of readings, emptyings and effects, and this morning's plan.

    ``say`` is told about each step. ``now`` (aware UTC) is when the town's present begins. The same ``now`` gives
    the same town.

    Raises
    ------
    NotADemoTown
        The database already holds a municipality.
    """
    from stadig.city import clock
    from stadig.city.models import Municipality

    if Municipality.objects.exists():
        raise NotADemoTown("This database already holds a municipality. A demo town needs one of its own: set STADIG_HOME.")
    present = now or opening_time(clock.real_now())
    with clock.frozen(present):
        for text, step in _steps(present, size):
            begun = time.perf_counter()
            step()
            say(f"  {text} ({time.perf_counter() - begun:.1f} s)")
    _set_clock(present)


def _steps(present: datetime, size: str) -> list[tuple[str, Callable[[], object]]]:
    """What is written, in order. The world and its past are made by the first steps and used by the later ones."""
    from stadig.config import demo_lookups
    from stadig.geo.town import lindhamn
    from stadig.geo.town.litter import simulate
    from stadig.pilots import demo as trials

    world: list[World] = []
    past: list[Past] = []
    smart = present - timedelta(days=SENSORS_FROM_DAYS[size])

    def draw() -> None:
        world.append(lindhamn.build())
        start = present - timedelta(days=PAST_DAYS[size])
        calling = trials.calling(world[0])
        past.append(simulate(world[0].bins, start, present, smart_from=smart, seed=world[0].seed, calling=calling))

    def ground() -> None:
        from stadig.city import demo as city
        from stadig.city import services
        from stadig.geo import demo as geo

        services.sync()
        border = geo.geojson(world[0].border)
        areas = [city.Area(d.code, d.name, geo.geojson(d.shape), geo.area_m2(d.shape), d.population) for d in world[0].districts]
        city.seed(world[0].name, world[0].code, border, areas, seed=world[0].seed)
        geo.seed(world[0])
        trials.begin(world[0], smart, small=size == "small")

    steps: list[tuple[str, Callable[[], object]]] = [("drawing the town", draw), ("people, districts and streets", ground)]
    for room in ROOMS:
        if find_spec(f"stadig.{room}") and find_spec(f"stadig.{room}.demo"):
            module = importlib.import_module(f"stadig.{room}.demo")
            steps.append((_NAMES[room], lambda module=module: module.seed(world[0], past[0], small=size == "small")))
    steps.append(("questions to agencies", lambda: demo_lookups.seed(present)))
    return steps


_NAMES = {
    "sensing": "sensors and their readings",
    "waste": "litter bins, cars and today's plan",
    "work": "work orders",
    "post": "messages",
    "lighting": "street lights",
    "eservices": "e-services and cases",
    "pilots": "trials and what was seen of them",
}


def _set_clock(present: datetime) -> None:
    from django.conf import settings

    from stadig.city import clock
    from stadig.config.agencies import town

    if settings.DEMO:
        clock.set_demo(present, 1.0)
        town.begin(present.date())


def resume(speed: float) -> None:
    """Go on where the town stood when it was last stopped, at ``speed`` times real time."""
    from stadig.city import clock
    from stadig.city.models import ClockSetting

    stood = ClockSetting.objects.filter(pk=1).values_list("domain_anchor", flat=True).first()
    clock.set_demo(stood or opening_time(clock.real_now()), speed)


def reset() -> None:
    """Empty the demo town's database, so that the next start seeds it anew. Refuses a real city."""
    from django.core.management import call_command
    from django.db import connection

    from stadig.city.models import Municipality

    if Municipality.objects.filter(made_up=False).exists():
        raise NotADemoTown("This database holds a real municipality. It was not touched.")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def seed_real(folder: Path, say: Callable[[str], None]) -> None:
    """A town of real readings on real streets, read from ``folder`` now; nothing of it lies in the program."""
    from stadig.config import real

    real.seed(folder, say)
