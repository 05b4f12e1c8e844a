"""Devices: registered with a key, given a new one, put away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stadig.city import audit, clock
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.sensing import mapping as engine
from stadig.sensing.errors import DeviceRetired, MappingRefused, NameTaken
from stadig.sensing.models import Datastream, Device, DeviceState, RejectCount, Rejected, Thing
from stadig.sensing.mqtt.keys import digest

KEPT_REJECTED = 5000
KEPT_COUNTS = timedelta(days=400)


@verb
def register_device(by: User | None, name: str, thing: Thing, mapping: dict[str, Any], *, key: str) -> Device:
    """A new device that may speak for ``thing``. Only the hash of the key is stored.

    Raises
    ------
    NameTaken, MappingRefused
    ValidationError
        The name holds other than small letters, digits and hyphens.
    """
    if Device.objects.filter(name=name).exists():
        raise NameTaken(name)
    check_mapping(thing, mapping)
    now = clock.now()
    device = Device(
        name=name, thing=thing, key_hash=digest(key), mapping=mapping, registered_at=now, registered_by=by, key_changed_at=now
    )
    device.full_clean(exclude=["key_hash"])
    device.save(force_insert=True)
    DeviceState.objects.create(device=device)
    audit.record(by, "registered", device)
    return device


@verb
def rotate_key(by: User, device_id: int, *, key: str) -> Device:
    """The device gets another key; the old one stops working within seconds. Raises DeviceRetired."""
    device = _in_use(device_id)
    device.key_hash, device.key_changed_at = digest(key), clock.now()
    device.save(update_fields=["key_hash", "key_changed_at"])
    audit.record(by, "rotated_key", device)
    return device


@verb
def change_mapping(by: User, device_id: int, mapping: dict[str, Any]) -> Device:
    """Messages are understood in another way from now on. Raises DeviceRetired, MappingRefused."""
    device = _in_use(device_id)
    check_mapping(device.thing, mapping)
    device.mapping = mapping
    device.save(update_fields=["mapping"])
    audit.record(by, "changed_mapping", device)
    return device


@verb
def retire_device(by: User, device_id: int) -> Device:
    """The device may not speak any more. What it has said stays. Its name is never given to another."""
    device = Device.objects.select_for_update().get(pk=device_id)
    if device.retired_at is None:
        device.retired_at = clock.now()
        device.save(update_fields=["retired_at"])
        audit.record(by, "retired", device)
    return device


def check_mapping(thing: Thing, declared: object) -> engine.Mapping:
    """Read a mapping and hold it against the thing: its datastreams and their units. Raises MappingRefused."""
    try:
        parsed = engine.parse(declared)
    except engine.MappingFault as fault:
        raise MappingRefused(fault.code, fault.place) from fault
    units = {pk: (unit or {}).get("symbol", "") for pk, unit in Datastream.objects.filter(thing=thing).values_list("pk", "unit")}
    for number, reading in enumerate(parsed.readings):
        if reading.datastream not in units:
            raise MappingRefused("elsewhere", f"readings[{number}].datastream = {reading.datastream}")
        if reading.unit and reading.unit != units[reading.datastream]:
            raise MappingRefused("unit", f"readings[{number}].unit = {reading.unit} ≠ {units[reading.datastream]}")
    return parsed


@verb
def trim_inbox() -> int:
    """Keep the newest refused messages alone; returns how many went."""
    newest = Rejected.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_REJECTED : KEPT_REJECTED + 1].first()
    gone = Rejected.objects.filter(pk__lte=newest).delete()[0] if newest else 0
    RejectCount.objects.filter(day__lt=clock.today() - KEPT_COUNTS).delete()
    return gone


def _in_use(device_id: int) -> Device:
    device = Device.objects.select_for_update().get(pk=device_id)
    if device.retired_at is not None:
        raise DeviceRetired(device.name)
    return device
