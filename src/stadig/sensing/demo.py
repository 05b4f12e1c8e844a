"""The sensors of Lindhamn's bins: what they are, 18 months of what they said, and the alarms it gave."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray
from shapely.geometry import mapping

from stadig.city import clock
from stadig.geo.town.litter import Past
from stadig.geo.town.world import World
from stadig.sensing import storage
from stadig.sensing.models import (
    Alarm,
    AlarmRule,
    Datastream,
    Device,
    DeviceState,
    FeatureOfInterest,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
    Watch,
)
from stadig.sensing.models.alarms import Kind, Severity
from stadig.sensing.mqtt.keys import digest

FILL, BATTERY = "fill", "battery"
PERCENT = {"name": "procent", "symbol": "%", "definition": "http://qudt.org/vocab/unit/PERCENT"}
FULL_AT, EMPTIED_BELOW = 85.0, 30.0
BATTERY_LOW, BATTERY_WELL = 10.0, 15.0
SILENT_AFTER = timedelta(hours=6)
HOURLY_DAYS = 30
"""For how many days every hour is kept; before that every other, as from sensors that saved their batteries."""
ALARM_DAYS = 14


def device_name(code: str) -> str:
    """``LH-017`` → ``bin-lh-017``, the sensor's user name with the broker."""
    return f"bin-{code.lower()}"


def device_key(name: str) -> str:
    """The key of a demo sensor: derived, so that the driver can speak for all of them."""
    return hmac.new(settings.SECRET_KEY.encode(), f"demo-device:{name}".encode(), hashlib.sha256).hexdigest()


def by_mqtt(number: int) -> bool:
    """Three sensors in four speak MQTT; the others send over HTTP."""
    return number % 4 != 3


@dataclass(frozen=True, slots=True)
class Streams:
    """Datastream ids in the order of the world's bins."""

    fill: NDArray[np.int64]
    battery: NDArray[np.int64]


def seed(world: World, past: Past, *, small: bool = False) -> None:
    """Register the sensors and write what they have said. Run once."""
    with transaction.atomic():
        streams = _entities(world)
    _readings(past, streams)  # before there are rules: what has been is not to wake anyone
    with transaction.atomic():
        _rules()
        _alarms(past, streams)


def _entities(world: World) -> Streams:
    sensors = [
        Sensor.objects.create(
            name="Ultraljudsgivare", description="Mäter avståndet till skräpet.", metadata="https://lindhamn.example/givare"
        ),
        Sensor.objects.create(
            name="Batterivakt", description="Batteriets laddning.", metadata="https://lindhamn.example/batteri"
        ),
    ]
    properties = [
        ObservedProperty.objects.create(
            name="Fyllnadsgrad", definition="https://smartdatamodels.org/fillingLevel", properties={"key": FILL}
        ),
        ObservedProperty.objects.create(
            name="Batteri", definition="https://smartdatamodels.org/batteryLevel", properties={"key": BATTERY}
        ),
    ]
    fill: list[int] = []
    battery: list[int] = []
    for number, site in enumerate(world.bins):
        point = mapping(site.place)
        box = {"west": site.place.x, "east": site.place.x, "south": site.place.y, "north": site.place.y}
        thing = Thing.objects.create(
            name=site.name, description="Papperskorg", properties={"code": site.code, "kind": str(site.kind)}, public=True
        )
        place = Location.objects.create(name=site.name, location=point, **box)
        feature = FeatureOfInterest.objects.create(name=site.name, feature=point, **box)
        Location.objects.filter(pk=place.pk).update(feature=feature)
        thing.locations.add(place)
        for ids, sensor, observed in zip((fill, battery), sensors, properties, strict=True):
            ids.append(
                Datastream.objects.create(
                    thing=thing,
                    sensor=sensor,
                    observed_property=observed,
                    name=f"{site.name}: {observed.name.lower()}",
                    unit=PERCENT,
                    public=ids is fill,
                    feature=feature,
                    observed_area=point,
                    properties={"code": site.code},
                    **box,
                ).pk
            )
        if by_mqtt(number):
            _device(thing, site.code, fill[-1], battery[-1])
    return Streams(np.array(fill), np.array(battery))


def _device(thing: Thing, code: str, fill: int, battery: int) -> None:
    name = device_name(code)
    declared = {
        "time": {"path": "time", "format": "iso"},
        "sequence": "seq",
        "readings": [
            {"path": "fill", "datastream": fill, "unit": "%"},
            {"path": "battery", "datastream": battery, "unit": "%", "required": False},
        ],
    }
    device = Device.objects.create(
        name=name,
        thing=thing,
        key_hash=digest(device_key(name)),
        mapping=declared,
        registered_at=clock.now(),
        key_changed_at=clock.now(),
    )
    DeviceState.objects.create(device=device)


def _rules() -> None:
    now = clock.now()
    fill, battery = (ObservedProperty.objects.get(properties__key=key) for key in (FILL, BATTERY))
    AlarmRule.objects.create(
        name="Full korg", kind=Kind.THRESHOLD, observed_property=fill, above=True, level=FULL_AT, clear_level=EMPTIED_BELOW,
        severity=Severity.ACT, created_at=now,
    )  # fmt: skip
    AlarmRule.objects.create(
        name="Tyst sensor", kind=Kind.NO_DATA, observed_property=fill, silent_seconds=int(SILENT_AFTER.total_seconds()),
        severity=Severity.NOTE, created_at=now,
    )  # fmt: skip
    AlarmRule.objects.create(
        name="Svagt batteri", kind=Kind.BATTERY, observed_property=battery, above=False, level=BATTERY_LOW, clear_level=BATTERY_WELL,
        severity=Severity.NOTE, created_at=now,
    )  # fmt: skip


def _readings(past: Past, streams: Streams) -> None:
    """Hour by hour for the last month, every other hour before; the battery twice a day."""
    count = len(past.hours)
    hours = np.array([np.datetime64(hour.replace(tzinfo=None), "us") for hour in past.hours])
    number = np.arange(count)
    kept = (number >= count - HOURLY_DAYS * 24) | (number % 2 == 0)
    for ids, values, chosen in (
        (streams.fill, past.fill_percent, kept),
        (streams.battery, past.battery_percent, number % 12 == 0),
    ):
        for start in range(0, count, 24 * 30):  # a month at a time: one partition stays warm
            part = np.flatnonzero(chosen[start : start + 24 * 30]) + start
            block = values[:, part].T
            heard = ~np.isnan(block)
            streams_of = np.broadcast_to(ids, block.shape)[heard]
            times = np.broadcast_to(hours[part][:, None], block.shape)[heard]
            with transaction.atomic():
                storage.write(connection, streams_of, times, block[heard].astype(float))


def _alarms(past: Past, streams: Streams) -> None:
    """The last two weeks' full bins, what is silent and what is weak now; open where it still holds."""
    rules = {rule.kind: rule for rule in AlarmRule.objects.all()}
    first = max(0, len(past.hours) - ALARM_DAYS * 24)
    found: list[Alarm] = []
    watches: list[Watch] = []
    last = past.hours[-1]
    for bin_number, stream in enumerate(streams.fill.tolist()):
        read = past.fill_percent[bin_number]
        spans = _spans(read[first:], FULL_AT, EMPTIED_BELOW)
        for begin, end in spans:
            found.append(
                _alarm(
                    rules[Kind.THRESHOLD],
                    stream,
                    float(read[first + begin]),
                    past.hours[first + begin],
                    past.hours[first + end] if end else None,
                )
            )
        heard = np.flatnonzero(~np.isnan(read))
        heard_at = past.hours[int(heard[-1])]
        silent = last - heard_at > SILENT_AFTER
        if silent:
            found.append(_alarm(rules[Kind.NO_DATA], stream, float(read[heard[-1]]), heard_at + SILENT_AFTER, None))
        watches.append(
            Watch(rule=rules[Kind.THRESHOLD], datastream_id=stream, on=bool(spans) and spans[-1][1] is None, as_of=heard_at)
        )
        watches.append(Watch(rule=rules[Kind.NO_DATA], datastream_id=stream, on=silent, as_of=heard_at))
        battery = streams.battery.tolist()[bin_number]
        level = past.battery_percent[bin_number]
        weak = bool(level[-1] <= BATTERY_LOW)
        if weak:
            since = int(np.flatnonzero(level > BATTERY_LOW)[-1]) + 1 if (level > BATTERY_LOW).any() else 0
            found.append(_alarm(rules[Kind.BATTERY], battery, float(level[-1]), past.hours[since], None))
        watches.append(Watch(rule=rules[Kind.BATTERY], datastream_id=battery, on=weak, as_of=last))
    Alarm.objects.bulk_create(found)
    Watch.objects.bulk_create(watches)


def _alarm(rule: AlarmRule, stream: int, value: float, raised: object, closed: object) -> Alarm:
    return Alarm(
        rule=rule,
        datastream_id=stream,
        kind=rule.kind,
        severity=rule.severity,
        level=rule.level,
        value=value,
        raised_at=raised,
        closed_at=closed,
        closed_because=Alarm.Closed.CLEARED if closed else "",
    )


def _spans(read: NDArray[np.float32], level: float, clear: float) -> list[tuple[int, int | None]]:
    """When a series was above ``level`` until it fell below ``clear``: (first, end) indexes, end None where it still is."""
    spans: list[tuple[int, int | None]] = []
    begun: int | None = None
    for number, value in enumerate(read.tolist()):
        if begun is None and value >= level:
            begun = number
        elif begun is not None and value < clear:
            spans.append((begun, number))
            begun = None
    return [*spans, (begun, None)] if begun is not None else spans
