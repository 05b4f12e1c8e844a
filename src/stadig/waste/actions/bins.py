"""Facts about bins and vehicles, and the alarms of their sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from stadig.city import audit, clock, live, outbox
from stadig.city.verbs import verb
from stadig.waste.models import AlarmKind, Bin, BinAlarm, Vehicle

if TYPE_CHECKING:
    from stadig.city.models import User

EDITABLE = ("name", "kind", "district", "lon", "lat", "side", "key", "access_note", "open_until", "fixed_weekdays", "removed")
VEHICLE_EDITABLE = ("name", "crew", "capacity_l", "capacity_kg", "shift_start", "shift_end", "break_minutes", "repair_until")


def _changed(thing: Any, facts: dict[str, Any], allowed: tuple[str, ...]) -> list[str]:
    unknown = facts.keys() - set(allowed)
    if unknown:
        raise ValueError(f"can not be edited: {', '.join(sorted(unknown))}")
    changed = [name for name, value in facts.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, facts[name])
    return changed


@verb
def edit_bin(by: User, bin_id: int, facts: dict[str, Any], *, request_id: UUID | None = None) -> Bin:
    """Change facts about a bin (``EDITABLE``). Nothing is written when nothing changed."""
    thing = Bin.objects.select_for_update(of=("self",)).get(pk=bin_id)
    if changed := _changed(thing, facts, EDITABLE):
        thing.save(update_fields=[*changed, *(["sort_key"] if "name" in changed else [])])
        live.publish("waste.bins", thing.pk, int(clock.now().timestamp()))
        audit.record(by, "changed " + ", ".join(changed), thing)
    return thing


@verb
def edit_vehicle(by: User, vehicle_id: int, facts: dict[str, Any], *, request_id: UUID | None = None) -> Vehicle:
    """Change facts about a vehicle (``VEHICLE_EDITABLE``), for example that it is away for repair."""
    vehicle = Vehicle.objects.select_for_update(of=("self",)).get(pk=vehicle_id)
    if changed := _changed(vehicle, facts, VEHICLE_EDITABLE):
        vehicle.save(update_fields=changed)
        audit.record(by, "changed " + ", ".join(changed), vehicle)
    return vehicle


@verb
def raise_alarm(datastream_id: int, alarm_id: int, kind: str, at: Any) -> BinAlarm | None:
    """An alarm of *sensing* concerns a bin: it shows on the bin, and in the plan where it is counted. None for other things."""
    thing = (
        Bin.objects.filter(fill_datastream=datastream_id).first() or Bin.objects.filter(battery_datastream=datastream_id).first()
    )
    if thing is None:
        return None
    alarm, made = BinAlarm.objects.get_or_create(
        alarm=alarm_id, defaults={"bin": thing, "kind": AlarmKind(kind), "raised_at": at}
    )
    if made:
        live.publish("waste.bins", thing.pk, alarm.pk)
        outbox.announce("waste.bin_alarm", bin=thing.pk, alarm=alarm.pk)
        audit.record(None, f"alarm {kind}", thing)
    return alarm


@verb
def close_alarm(alarm_id: int, at: Any = None) -> int:
    """The alarm is over; returns how many bins' alarms closed (none or one)."""
    alarm = BinAlarm.objects.select_for_update(of=("self",)).filter(alarm=alarm_id, closed_at=None).first()
    if alarm is None:
        return 0
    alarm.closed_at = max(at or clock.now(), alarm.raised_at)
    alarm.save(update_fields=["closed_at"])
    live.publish("waste.bins", alarm.bin_id, alarm.pk)
    audit.record(None, "alarm over", ("waste.Bin", str(alarm.bin_id)))
    return 1
