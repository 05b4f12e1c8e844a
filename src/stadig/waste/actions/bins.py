"""Facts about bins and vehicles, and the alarms of their sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from stadig.city import audit, clock, live, outbox
from stadig.city.verbs import verb
from stadig.sensing.models import Alarm
from stadig.waste import promises
from stadig.waste.actions.reports import crew_for
from stadig.waste.models import AlarmKind, Bin, BinAlarm, PlanState, Stop, Vehicle
from stadig.work import actions as work
from stadig.work.models import WAITING, State, WorkOrder

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
def follow_alarm(alarm_id: int) -> BinAlarm | None:
    """An alarm of *sensing* was raised. On a bin it shows there and counts in the next plan; None for other things.

    When today's plan has gone to the crews without the bin and the bin is full, it becomes work for the nearest crew.
    """
    raised = Alarm.objects.filter(pk=alarm_id).first()
    if raised is None:
        return None
    streams = Q(fill_datastream=raised.datastream_id) | Q(battery_datastream=raised.datastream_id)
    thing = Bin.objects.select_related("district").filter(streams, removed=None).first()
    if thing is None:
        return None
    values = {"bin": thing, "kind": AlarmKind(raised.kind), "raised_at": raised.raised_at}
    alarm, made = BinAlarm.objects.get_or_create(alarm=alarm_id, defaults=values)
    if made:
        live.publish("waste.bins", thing.pk, alarm.pk)
        outbox.announce("waste.bin_alarm", bin=thing.pk, alarm=alarm.pk)
        audit.record(None, f"alarm: {raised.kind}", thing)
        if raised.kind == AlarmKind.THRESHOLD and _is_left_out_today(thing):
            _ask_a_crew(thing, alarm)
    return alarm


def _is_left_out_today(thing: Bin) -> bool:
    """Whether today's plan is with the crews and no open stop is for this bin."""
    today = Stop.objects.filter(route__plan__day=clock.today(), route__plan__state=PlanState.LOCKED)
    return today.exists() and not today.filter(bin=thing).exists()


def _ask_a_crew(thing: Bin, alarm: BinAlarm) -> None:
    work.open_order(
        kind="bin-full",
        title=_("Larm: %(name)s är snart full") % {"name": thing.name},
        place=(thing.lon, thing.lat),
        place_name=thing.name,
        district=thing.district,
        source=("waste.alarm", alarm.pk),
        due=promises.promised("full", clock.local(clock.now())),
        crew=crew_for(thing),
    )


@verb
def close_alarm(alarm_id: int) -> int:
    """The alarm is over; returns how many bins' alarms closed (none or one). Work it led to is no longer needed."""
    alarm = BinAlarm.objects.select_for_update(of=("self",)).filter(alarm=alarm_id, closed_at=None).first()
    if alarm is None:
        return 0
    alarm.closed_at = max(clock.now(), alarm.raised_at)
    alarm.save(update_fields=["closed_at"])
    waiting = WorkOrder.objects.filter(source_label="waste.alarm", source_id=alarm.pk, state__in=WAITING)
    for order_id in waiting.values_list("pk", flat=True):
        work.close_order(None, order_id, state=State.DONE, outcome=_("Larmet är över."))
    live.publish("waste.bins", alarm.bin_id, alarm.pk)
    audit.record(None, "alarm over", ("waste.Bin", str(alarm.bin_id)))
    return 1
