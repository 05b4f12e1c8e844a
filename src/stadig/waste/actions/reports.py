"""A resident says something of a bin; the crew gets it as work; the resident gets an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from stadig.city import audit, clock, effects, live, outbox
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.post import actions as post
from stadig.waste import promises
from stadig.waste.errors import UnknownBin
from stadig.waste.models import Bin, Outcome, PlanState, Report, ReportKind, ReportState, Stop
from stadig.work import actions as work
from stadig.work.models import State, WorkOrder

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import Organisation

SERVICE = "papperskorgar"
PHOTO = "waste.report_photo"
SOURCE = "waste.report"
KEEP_CONTACT = timedelta(days=14)
"""How long an address is kept after the answer, so that someone who asks can be answered again."""
WAITING = (ReportState.RECEIVED, ReportState.PLANNED)


@verb
def report(
    bin_id: int,
    kind: str,
    *,
    text: str = "",
    photo: UploadedFile | None = None,
    contact: str = "",
    language: str = "sv",
    assisted: bool = False,
    request_id: UUID | None = None,
) -> Report:
    """A resident says that a bin is full, broken or has litter beside it.

    One that says what another already has said, and that no one has answered yet, is kept as *the same as* the first:
    one piece of work, every reporter answered. ``assisted``: they rang or asked at a desk, and one of us wrote it. Raises UnknownBin; files.actions.FileError for a picture we can't take.
    """
    thing = Bin.objects.select_for_update(of=("self",)).filter(pk=bin_id, removed=None).first()
    if thing is None:
        raise UnknownBin
    now = clock.now()
    first = (
        Report.objects.filter(bin=thing, kind=ReportKind(kind), same_as=None, state__in=WAITING).order_by("created_at").first()
    )
    said = Report.objects.create(
        bin=thing,
        kind=ReportKind(kind),
        text=text[:500],
        photo=files.store(photo, None, purpose=PHOTO) if photo else None,
        contact=contact,
        language=language,
        same_as=first,
        state=first.state if first else ReportState.RECEIVED,
        work_order_id=first.work_order_id if first else None,
        promised=first.promised if first else promises.promised(kind, clock.local(now)),
        created_at=now,
    )
    for metric, quantity, unit in (("reports", 1, "count"), ("assisted_reports", 100 if assisted else 0, "%")):
        effects.record(
            SERVICE, metric, quantity, unit, now, subject=("bin", thing.pk), district=thing.district, key=f"report:{said.pk}"
        )
    live.publish("waste.bins", thing.pk, said.pk)
    outbox.announce("waste.reported", report=said.pk)
    audit.record(None, "reported", said)
    return said


def crew_for(thing: Bin) -> Organisation | None:
    """The crew that has the bin on today's locked plan; otherwise the one that passes nearest; otherwise no one in particular."""
    stops = list(
        Stop.objects.filter(
            route__plan__day=clock.today(), route__plan__state=PlanState.LOCKED, outcome=Outcome.NONE, bin__isnull=False
        )
        .select_related("bin", "route__vehicle__crew")
        .only("bin__lon", "bin__lat", "route__vehicle__crew")
    )
    if not stops:
        return None
    nearest = min(stops, key=lambda stop: (stop.bin.lon - thing.lon) ** 2 * 0.27 + (stop.bin.lat - thing.lat) ** 2)  # pyright: ignore[reportOptionalMemberAccess]
    return nearest.route.vehicle.crew


@verb
def open_work_for(report_id: int) -> WorkOrder | None:
    """Put a report on a crew's list. A report that is the same as an earlier one adds its picture to that work."""
    said = Report.objects.select_for_update(of=("self",)).select_related("bin__district", "photo", "same_as").get(pk=report_id)
    evidence = [said.photo] if said.photo else []
    if said.state not in WAITING:
        return None
    first = said.same_as or said
    planned = Stop.objects.filter(
        bin=said.bin, route__plan__day=clock.today(), route__plan__state=PlanState.LOCKED, outcome=Outcome.NONE
    ).first()
    order = work.open_order(
        kind=f"bin-{said.kind}",
        title=f"{said.get_kind_display()}: {said.bin.name}",
        place=(said.bin.lon, said.bin.lat),
        place_name=said.bin.name,
        district=said.bin.district,
        source=(SOURCE, first.pk),
        due=first.promised,
        crew=crew_for(said.bin),
        details=said.text,
        evidence=evidence,
    )
    said.work_order, said.state = order, ReportState.PLANNED
    if planned and said.kind == ReportKind.FULL and (not said.promised or planned.planned_arrival < said.promised):
        said.promised = planned.planned_arrival
    said.save(update_fields=["work_order", "state", "promised"])
    audit.record(None, "planned", said)
    return order


@verb
def answer(order_id: int) -> int:
    """A crew closed the work: every report behind it gets its answer, by e-mail where an address was left. Returns how many."""
    order = WorkOrder.objects.get(pk=order_id)
    if order.source_label != SOURCE:
        return 0
    done = order.state == State.DONE
    now = clock.now()
    reports = list(
        Report.objects.select_for_update(of=("self",)).filter(work_order=order, state__in=WAITING).select_related("bin__district")
    )
    for said in reports:
        said.state = ReportState.DONE if done else ReportState.DECLINED
        said.answered_at = now
        said.save(update_fields=["state", "answered_at"])
        if said.contact:
            context = {
                "report": said,
                "order": order,
                "done": done,
                "url": settings.PUBLIC_URL + reverse("waste:report-status", args=[said.token]),
            }
            post.notify(
                said.contact,
                "waste/post/answer.txt",
                context,
                language=said.language,
                key=f"waste.report:{said.pk}",
                keep=KEEP_CONTACT,
            )
        hours = max(0.0, (now - said.created_at).total_seconds() / 3600)
        effects.record(
            SERVICE,
            "hours_to_answer",
            round(hours, 2),
            "h",
            now,
            subject=("bin", said.bin_id),
            district=said.bin.district,
            key=f"answer:{said.pk}",
        )
        live.publish("waste.report", said.pk, 2)
        audit.record(None, "answered", said)
    return len(reports)


@verb
def erase_contacts() -> int:
    """Erase addresses once the answer has gone and the days of grace have passed; returns how many."""
    now = clock.now()
    gone = Report.objects.filter(answered_at__lte=now - KEEP_CONTACT).exclude(contact="")
    erased = gone.update(contact="", contact_erased_at=now)
    if erased:
        audit.record(None, "erased contacts", ("waste.Report", str(erased)))
    return erased
