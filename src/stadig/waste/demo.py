"""The demo town's bins, vehicles and past: what ``stadig demo`` and the tests build on. Everything is made up."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from stadig.city import clock
from stadig.city.models import District, Factor, Organisation, User
from stadig.geo.town.litter import Past, fixed_rounds
from stadig.geo.town.world import World
from stadig.sensing.models import Alarm, Datastream
from stadig.waste import demo_given, demo_ledger
from stadig.waste.actions import bins as bin_actions
from stadig.waste.actions import planning
from stadig.waste.actions import plans as plan_actions
from stadig.waste.actions import reports as report_actions
from stadig.waste.actions import stops as stop_actions
from stadig.waste.models import (
    Bin,
    BinKind,
    Depot,
    Emptying,
    EmptyingSource,
    KindOfBin,
    Route,
    Side,
    Stop,
    StopKind,
    TippingStation,
    Vehicle,
)
from stadig.waste.planning import next_round
from stadig.waste.queries.bins import in_use, states

FILL, BATTERY = "fill", "battery"
"""Keys of the observed properties that *sensing* seeds."""
KINDS = (
    ("ordinary", "Vanlig korg 140 l", KindOfBin.ORDINARY, 140, 1.0, 75),
    ("compactor", "Komprimator 600 l", KindOfBin.COMPACTOR, 120, 5.2, 120),
    ("underground", "Underjordisk 2 400 l", KindOfBin.UNDERGROUND, 2400, 1.0, 240),
)
"""Slug, name, kind, litres, compaction, seconds to empty."""
FLEET = (
    ("Bil 1", 1, 2600, time(6, 30), time(11, 30), None),
    ("Bil 2", 2, 2600, time(6, 30), time(11, 30), None),
    ("Bil 3", 3, 2600, time(7, 0), time(11, 30), 12),
)
"""Name, position, litres, hours for emptying, and for how many more days it is away for repair. Bins are emptied before people
come; in the afternoon the same crews mend, sweep and take work orders. A quiet weekday fills one such morning, the day before a
weekend two. (Pace: 133 s from one emptying to the next in Edinburgh 2016, median of 8,280; about 175 s here, with longer ways.)"""
FACTORS: tuple[dict[str, Any], ...] = (
    {
        "slug": "crew_hour_kr",
        "year": 2026,
        "value": 620,
        "unit": "kronor per timme",
        "title": "Timme för ett lag i bil",
        "assumption": True,
        "source": "Lindhamns kommun, påhittad: två personer i en bil, lön och avgifter",
    },
    {
        "slug": "vehicle_km_kr",
        "year": 2026,
        "value": 21,
        "unit": "kronor per km",
        "title": "Kilometer med sopbil",
        "assumption": True,
        "source": "Lindhamns kommun, påhittad: bränsle, däck, service och värdeminskning",
    },
    {
        "slug": "km_per_emptying",
        "year": 2025,
        "value": demo_ledger.KM_PER_EMPTYING,
        "unit": "km per tömning",
        "title": "Körning per tömd papperskorg",
        "assumption": True,
        "source": "Lindhamns kommun, påhittad: sträckan mellan två korgar på en runda",
    },
    {
        "slug": "co2e_per_emptying",
        "year": 2025,
        "value": round(demo_ledger.KM_PER_EMPTYING * 1.43, 2),
        "unit": "kg CO2e per tömning",
        "title": "Utsläpp per tömd papperskorg",
        "assumption": True,
        "source": "Lindhamns kommun, påhittad: 0,42 km per korg gånger utsläppet från en sopbil i tätort (1,43 kg per km)",
    },
)
SAID = (
    (0, "full", "Det ligger redan påsar bredvid.", "karin.ek@lindhamn.example"),
    (0, "full", "", ""),
    (9, "broken", "Luckan går inte att stänga.", "yusuf.ali@lindhamn.example"),
)
"""How far down among the fullest, kind, words, address."""


def seed(world: World, past: Past, *, small: bool = False) -> None:
    """Bins, vehicles, what crews and residents have done, and the plans of today and the next working day."""
    with transaction.atomic():
        bins = seed_bins(world)
        seed_vehicles(world)
        seed_emptyings(bins, past, effect_days=len(past.hours) // 24 + 1, seed=world.seed)
        demo_given.seed(bins, past, days=7 if small else 120)
        seed_factors()
        for alarm in Alarm.objects.filter(closed_at=None):
            bin_actions.follow_alarm(alarm.pk)
        seed_reports(bins)
    seed_plans(small=small)


def seed_factors() -> None:
    """The town's own factors; those that are there stay as they are."""
    for factor in FACTORS:
        Factor.objects.get_or_create(slug=factor["slug"], year=factor["year"], defaults=factor)


def seed_emptyings(bins: list[Bin], past: Past, *, effect_days: int, seed: int) -> None:
    """What the crews emptied; the last ``effect_days`` also as effects, with what people said."""
    Emptying.objects.bulk_create(
        (
            Emptying(bin=bins[number], at=at, fill_before=min(100.0, round(float(fill), 1)), source=EmptyingSource.CREW)
            for number, at, fill in zip(past.emptied_bin, past.emptied_at, past.emptied_fill_percent, strict=True)
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )
    demo_ledger.write(bins, past, since=clock.now() - timedelta(days=effect_days), seed=seed)


def seed_reports(bins: list[Bin]) -> None:
    """Two people have said that the fullest bin by the square is full, one that another is broken. Their work is on a list."""
    fullest = sorted(states(in_use()), key=lambda state: -(state.fill_percent or 0))
    now = clock.now()
    for (number, kind, text, contact), hours in zip(SAID, (5.0, 4.2, 20.0), strict=True):
        with clock.frozen(now - timedelta(hours=hours)):
            said = report_actions.report(fullest[number].bin.pk, kind, text=text, contact=contact)
            report_actions.open_work_for(said.pk)


def seed_plans(*, small: bool) -> None:
    """Today's plan, made before dawn and sent to the crews, with the first stops done; and one for the next working day."""
    planner = User.objects.filter(username="leila").first()
    now = clock.now()
    today = clock.today()
    effort = 120 if small else 900
    begin = clock.midnight(today)
    with clock.frozen(min(now, begin + timedelta(hours=5, minutes=12))):
        plan = plan_actions.ask(planner, today, defer=False)
        done = planning.compute(plan.pk, plan.computation, iterations=effort) if plan.computation else False
    if done and planner:
        with clock.frozen(min(now, begin + timedelta(hours=5, minutes=40))):
            plan_actions.lock(planner, plan.pk)
            plan_actions.tell_the_crews(plan.pk)
        _drive_until(now)
    following = plan_actions.ask(planner, next_round(today), defer=False)
    if following.computation:
        planning.compute(following.pk, following.computation, iterations=effort)


def _drive_until(now: datetime) -> None:
    """The crews have closed the stops they should have reached by now, except the last of them."""
    for route in Route.objects.filter(plan__day=clock.today()).select_related("vehicle"):
        driver = User.objects.filter(organisation=route.vehicle.crew_id).order_by("pk").first()
        reached = list(Stop.objects.filter(route=route, kind=StopKind.BIN, planned_arrival__lt=now).order_by("order"))[:-1]
        for stop in reached:
            with clock.frozen(stop.planned_arrival + timedelta(minutes=1)):
                if driver:
                    stop_actions.empty_bin(driver, stop.pk)


def seed_bins(world: World) -> list[Bin]:
    """The bins in the world's order, each joined to the datastreams that carry its code."""
    kinds = {
        slug: BinKind.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "kind": kind, "volume_l": litres, "compaction": compaction, "service_seconds": seconds},
        )[0]
        for slug, name, kind, litres, compaction, seconds in KINDS
    }
    districts = {district.code: district for district in District.objects.all()}
    streams: dict[tuple[str, str], int] = {
        ((properties or {}).get("code", ""), (observed or {}).get("key", "")): number
        for number, properties, observed in Datastream.objects.values_list("pk", "properties", "observed_property__properties")
    }
    rng = np.random.default_rng(world.seed)
    rounds = fixed_rounds(world.bins)
    made = []
    for number, site in enumerate(world.bins):
        made.append(
            Bin(
                external_id=site.code,
                name=site.name,
                kind=kinds[site.kind.value],
                lon=site.place.x,
                lat=site.place.y,
                district=districts.get(site.district),
                side=Side.OFF_STREET if site.why in ("park", "beach") else (Side.LEFT, Side.RIGHT)[int(rng.integers(2))],
                key=("A", "B")[int(rng.integers(2))] if site.kind.value != "ordinary" else "",
                open_until=time(7, 45) if site.why == "school" else None,
                access_note="Kör inte in på skolgården när barnen börjar." if site.why == "school" else "",
                fill_datastream=streams.get((site.code, FILL)),
                battery_datastream=streams.get((site.code, BATTERY)),
                installed=clock.today() - timedelta(days=600),
                fixed_weekdays=[int(day) + 1 for day in np.flatnonzero(rounds[number])],
            )
        )
    return Bin.objects.bulk_create(made)


def seed_vehicles(world: World) -> list[Vehicle]:
    """Three vehicles, of which the third is away for repair; one depot, one tipping station."""
    depot, _ = Depot.objects.get_or_create(name="Depån", defaults={"lon": world.depot.x, "lat": world.depot.y})
    for name, place in world.tipping_stations:
        TippingStation.objects.get_or_create(
            name=name, defaults={"lon": place.x, "lat": place.y, "opens": time(7, 0), "closes": time(16, 0), "unload_minutes": 12}
        )
    vehicles = []
    for name, position, litres, start, end, away in FLEET:
        crew, _ = Organisation.objects.get_or_create(name=name, kind=Organisation.Kind.CREW)
        values: dict[str, Any] = {
            "position": position,
            "crew": crew,
            "depot": depot,
            "capacity_l": litres,
            "capacity_kg": 1500,
            "shift_start": start,
            "shift_end": end,
            "fractions": ["rest"],
            "repair_until": clock.today() + timedelta(days=away) if away else None,
        }
        vehicles.append(Vehicle.objects.update_or_create(name=name, defaults=values)[0])
    return vehicles


def factory_bin(name: str = "Kajen, vid glasskiosken", **values: Any) -> Bin:
    """One bin for a test, with its kind; ``values`` override."""
    kind, _ = BinKind.objects.get_or_create(
        slug="compactor", defaults={"name": "Komprimator 600 l", "kind": KindOfBin.COMPACTOR, "volume_l": 120, "compaction": 5}
    )
    number = Bin.objects.count() + 1
    return Bin.objects.create(
        **({
            "external_id": f"T-{number:03d}",
            "name": name,
            "kind": kind,
            "lon": 12.118 + number * 0.002,
            "lat": 57.163,
            "installed": datetime(2025, 1, 1, tzinfo=UTC).date(),
        } | values)
    )  # fmt: skip
