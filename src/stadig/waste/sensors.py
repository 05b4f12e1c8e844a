"""A bin's series in *sensing*: where its fill level is written. Made when the first readings come."""

from __future__ import annotations

from collections.abc import Sequence

from stadig.sensing.models import Datastream, Location, ObservedProperty, Sensor, Thing
from stadig.waste.models import Bin

PERCENT = {"name": "procent", "symbol": "%", "definition": "http://qudt.org/vocab/unit/PERCENT"}
FILLING_LEVEL = "https://smartdatamodels.org/fillingLevel"
"""The property of Smart Data Models' WasteContainer."""


def connect(bins: Sequence[Bin], *, sensor: str = "Nivågivare") -> None:
    """Give each bin without one a Thing with a series for its fill level, readable as open data."""
    missing = [thing for thing in bins if not thing.fill_datastream]
    if not missing:
        return
    by = Sensor.objects.filter(name=sensor).first() or Sensor.objects.create(name=sensor, description="Mäter hur full korgen är.")
    what = ObservedProperty.objects.filter(definition=FILLING_LEVEL).first() or ObservedProperty.objects.create(
        name="Fyllnadsgrad",
        definition=FILLING_LEVEL,
        description="Hur stor del av korgen som är full.",
        properties={"key": "fill"},
    )
    for thing in missing:
        made = Thing.objects.create(
            name=thing.name,
            description="Papperskorg",
            properties={"code": thing.external_id, "kind": thing.kind.kind},
            public=True,
        )
        box = {"west": thing.lon, "east": thing.lon, "south": thing.lat, "north": thing.lat}
        point = {"type": "Point", "coordinates": [thing.lon, thing.lat]}
        made.locations.add(Location.objects.create(name=thing.name, location=point, **box))
        stream = Datastream.objects.create(
            thing=made, sensor=by, observed_property=what, name=f"{thing.name}: fyllnadsgrad", unit=PERCENT, public=True,
            observed_area=point, properties={"code": thing.external_id}, **box,
        )  # fmt: skip
        thing.fill_datastream = stream.pk
        thing.save(update_fields=["fill_datastream"])
