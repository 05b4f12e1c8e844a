"""What a crew does on the street. Every verb is safe to send twice, and a closed stop keeps its first outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from stadig.city import audit, clock, effects, live, outbox
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.sensing import queries as sensing
from stadig.waste import access, gained
from stadig.waste.actions.reports import SERVICE, SOURCE
from stadig.waste.errors import NotABin, StopAlreadyClosed
from stadig.waste.models import Emptying, EmptyingSource, Outcome, Report, ReportKind, Route, SkipReason, Stop, StopKind
from stadig.work import actions as work
from stadig.work.models import WAITING as WORK_WAITING
from stadig.work.models import State, WorkOrder

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User

EVIDENCE = "waste.crew_photo"
LONGEST_OFFLINE = timedelta(hours=12)
"""A phone without coverage sends when it happened; older than this is a phone with a wrong clock."""


def _happened(at: datetime | None) -> datetime:
    """When it happened: the phone's time if it can be true, otherwise now."""
    now = clock.now()
    return at if at and now - LONGEST_OFFLINE <= at <= now else now


def _open_stop(by: User, stop_id: int) -> Stop:
    """The stop, locked. Raises Stop.DoesNotExist for one the person may not close, StopAlreadyClosed for one that is closed."""
    stop = (
        Stop.objects.select_for_update(of=("self",))
        .select_related("bin__district", "bin__kind", "route__vehicle", "route__plan")
        .filter(access.may_close(by))
        .get(pk=stop_id)
    )
    if stop.outcome:
        raise StopAlreadyClosed(stop)
    return stop


def _close(stop: Stop, by: User, outcome: str, at: datetime, *, skip_reason: str = "", note: str = "") -> None:
    stop.outcome, stop.closed_at, stop.closed_by, stop.skip_reason, stop.note = outcome, at, by, skip_reason, note[:200]
    stop.save(update_fields=["outcome", "closed_at", "closed_by", "skip_reason", "note"])
    _follow_route(stop.route_id, at)
    live.publish("waste.route", stop.route_id, stop.order)


def _follow_route(route_id: int, at: datetime) -> None:
    """Start the route at its first closed stop and end it at its last; the end leaves kilometres and minutes as effects."""
    route = Route.objects.select_for_update(of=("self",)).select_related("vehicle").get(pk=route_id)
    route.started_at = min(route.started_at or at, at)
    if not route.stops.filter(outcome=Outcome.NONE).exclude(kind=StopKind.DEPOT).exists():
        route.ended_at = max(at, route.started_at)  # pyright: ignore[reportArgumentType]
        minutes = (route.ended_at - route.started_at).total_seconds() / 60  # pyright: ignore[reportOperatorIssue]
        subject = ("vehicle", route.vehicle_id)
        effects.record(
            SERVICE,
            "km",
            round(route.distance_m / 1000, 3),
            "km",
            at,
            subject=subject,
            kind="derived",
            method="length of the planned route, driven to its end",
            key=f"route:{route.pk}",
        )
        effects.record(SERVICE, "minutes", round(minutes, 1), "min", at, subject=subject, key=f"route:{route.pk}")
        if not Route.objects.filter(plan_id=route.plan_id, ended_at=None).exclude(pk=route.pk).exists():
            gained.record(route.plan, at)
        outbox.announce("waste.route_ended", route=route.pk)
    route.save(update_fields=["started_at", "ended_at"])


@verb
def empty_bin(by: User, stop_id: int, *, at: datetime | None = None, request_id: UUID | None = None) -> Emptying:
    """A crew emptied a bin. Closes waiting work that said it was full. Raises StopAlreadyClosed; the earlier outcome stands."""
    stop = _open_stop(by, stop_id)
    if stop.bin is None:
        raise NotABin(stop)
    happened = _happened(at)
    reading = sensing.latest([stop.bin.fill_datastream]).get(stop.bin.fill_datastream) if stop.bin.fill_datastream else None
    emptying = Emptying.objects.create(
        bin=stop.bin,
        at=happened,
        by=by,
        vehicle=stop.route.vehicle,
        stop=stop,
        fill_before=min(100.0, max(0.0, reading[1])) if reading else None,
        source=EmptyingSource.CREW,
    )
    _close(stop, by, Outcome.EMPTIED, happened)
    effects.record(
        SERVICE,
        "emptyings",
        1,
        "count",
        happened,
        subject=("bin", stop.bin_id),
        district=stop.bin.district,
        key=f"emptying:{emptying.pk}",
    )
    first_reports = Report.objects.filter(bin=stop.bin, kind=ReportKind.FULL, same_as=None).values("pk")
    full = WorkOrder.objects.filter(state__in=WORK_WAITING, source_label=SOURCE, source_id__in=first_reports)
    for order_id in full.values_list("pk", flat=True):
        work.close_order(None, order_id, state=State.DONE, outcome=_("Korgen är tömd."), at=happened)
    live.publish("waste.bins", emptying.bin_id, emptying.pk)
    outbox.announce("waste.bin_emptied", bin=stop.bin_id, emptying=emptying.pk)
    audit.record(by, "emptied", stop.bin)
    return emptying


@verb
def tip(by: User, stop_id: int, *, at: datetime | None = None, request_id: UUID | None = None) -> Stop:
    """The vehicle has been emptied at a tipping station. Raises StopAlreadyClosed."""
    stop = _open_stop(by, stop_id)
    _close(stop, by, Outcome.TIPPED, _happened(at))
    audit.record(by, "tipped", stop)
    return stop


@verb
def skip_stop(
    by: User, stop_id: int, reason: str, *, note: str = "", at: datetime | None = None, request_id: UUID | None = None
) -> Stop:
    """A crew could not, or need not, do a stop. A broken bin becomes work of its own. Raises StopAlreadyClosed."""
    if reason not in SkipReason.values or not reason:
        raise ValueError(f"{reason!r} is no reason to skip a stop")
    stop = _open_stop(by, stop_id)
    _close(stop, by, Outcome.SKIPPED, _happened(at), skip_reason=reason, note=note)
    if reason == SkipReason.BROKEN and stop.bin:
        _fault_work(by, stop, note, None)
    outbox.announce("waste.stop_skipped", stop=stop.pk)
    audit.record(by, f"skipped: {reason}", stop)
    return stop


@verb
def report_fault(
    by: User,
    stop_id: int,
    *,
    kind: str = ReportKind.BROKEN,
    text: str = "",
    photo: UploadedFile | None = None,
    request_id: UUID | None = None,
) -> WorkOrder:
    """A crew saw something wrong at a stop, open or closed, and may have taken a picture."""
    stop = Stop.objects.select_related("bin__district").filter(access.may_close(by), bin__isnull=False).get(pk=stop_id)
    order = _fault_work(by, stop, text, photo, kind)
    audit.record(by, "reported a fault", stop)
    return order


def _fault_work(by: User, stop: Stop, text: str, photo: UploadedFile | None, kind: str = ReportKind.BROKEN) -> WorkOrder:
    if stop.bin is None:
        raise NotABin(stop)
    file = files.store(photo, by, purpose=EVIDENCE) if photo else None
    return work.open_order(
        kind=f"bin-{kind}",
        title=f"{ReportKind(kind).label}: {stop.bin.name}",
        place=(stop.bin.lon, stop.bin.lat),
        place_name=stop.bin.name,
        district=stop.bin.district,
        source=("waste.stop", stop.pk),
        details=text[:2000],
        evidence=[file] if file else [],
        by=by,
    )
