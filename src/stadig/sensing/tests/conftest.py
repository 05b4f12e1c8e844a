"""Things, datastreams and moments that the room's tests use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from stadig.sensing.models import Datastream, ObservedProperty, Sensor, Thing

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def datastream(db: None) -> Datastream:
    return make_datastream()


@pytest.fixture
def datastreams(db: None) -> Callable[[int], list[Datastream]]:
    return lambda count: [make_datastream(f"Nivå {i}") for i in range(count)]


def make_datastream(name: str = "Nivå", *, public: bool = False) -> Datastream:
    """A thing with one sensor that says how full it is."""
    thing = Thing.objects.create(name="Korg", description="Papperskorg", public=public)
    return Datastream.objects.create(
        name=name,
        description=name,
        thing=thing,
        sensor=Sensor.objects.create(name="Givare", description="Ultraljud"),
        observed_property=ObservedProperty.objects.create(name="Fyllnad", definition="urn:fill"),
        unit={"name": "procent", "symbol": "%", "definition": "urn:percent"},
        public=public,
    )
