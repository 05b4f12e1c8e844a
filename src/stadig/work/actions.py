"""Open, hand out and close work orders. Every verb is safe to send twice with a ``request_id``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stadig.city import audit, clock, live, outbox
from stadig.city.verbs import verb
from stadig.work import access
from stadig.work.models import CLOSED, WAITING, State, WorkOrder

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import District, Organisation, User
    from stadig.files.models import StoredFile


class WorkError(Exception):
    """Why a work order could not be changed."""


class AlreadyClosed(WorkError):
    """Someone else closed it; the earlier outcome stands."""

    def __init__(self, order: WorkOrder) -> None:
        super().__init__(f"work order {order.pk} is closed")
        self.order = order


@verb
def open_order(
    *,
    kind: str,
    title: str,
    place: tuple[float, float],
    place_name: str,
    district: District | None = None,
    source: tuple[str, int] | None = None,
    due: datetime | None = None,
    crew: Organisation | None = None,
    details: str = "",
    evidence: Sequence[StoredFile] = (),
    by: User | None = None,
    request_id: UUID | None = None,
) -> WorkOrder:
    """Put work on the list. ``place`` is (lon, lat). The same ``source`` has one waiting order: a second call returns it."""
    label, source_id = source or ("", None)
    if source_id is not None:
        waiting = WorkOrder.objects.filter(source_label=label, source_id=source_id, state__in=WAITING).first()
        if waiting:
            waiting.evidence.add(*evidence)
            return waiting
    now = clock.now()
    order = WorkOrder.objects.create(
        kind=kind,
        title=title[:200],
        details=details,
        lon=place[0],
        lat=place[1],
        place_name=place_name[:200],
        district=district,
        crew=crew,
        due=due,
        state=State.ASSIGNED if crew else State.OPEN,
        source_label=label,
        source_id=source_id,
        opened_at=now,
        opened_by=by,
        assigned_at=now if crew else None,
    )
    order.evidence.add(*evidence)
    live.publish("work", order.pk, 1)
    outbox.announce("work.opened", order=order.pk)
    audit.record(by, "opened", order)
    return order


@verb
def assign(by: User, order_id: int, crew: Organisation | None, *, request_id: UUID | None = None) -> WorkOrder:
    """Give a waiting order to a crew, or take it back (``crew=None``). Raises AlreadyClosed."""
    order = WorkOrder.objects.select_for_update().get(access.may_see(by), pk=order_id)
    if order.state in CLOSED:
        raise AlreadyClosed(order)
    order.crew = crew
    order.state = State.ASSIGNED if crew else State.OPEN
    order.assigned_at = clock.now() if crew else None
    order.save(update_fields=["crew", "state", "assigned_at"])
    live.publish("work", order.pk, 2)
    audit.record(by, "assigned", order)
    return order


@verb
def close_order(
    by: User | None,
    order_id: int,
    *,
    state: str = State.DONE,
    outcome: str = "",
    at: datetime | None = None,
    evidence: Sequence[StoredFile] = (),
    request_id: UUID | None = None,
) -> WorkOrder:
    """Close a waiting order as done, not possible or cancelled. ``by=None`` is Stadig itself, when another verb did the work.

    Raises AlreadyClosed; WorkOrder.DoesNotExist when the person may not close it.
    """
    if state not in CLOSED:
        raise ValueError(f"{state} is no way to close a work order")
    scope: Any = access.may_close(by) if by else {}
    orders = WorkOrder.objects.select_for_update(of=("self",))
    order = (orders.filter(scope) if by else orders).get(pk=order_id)
    if order.state in CLOSED:
        raise AlreadyClosed(order)
    order.state, order.outcome, order.closed_at, order.closed_by = state, outcome[:2000], at or clock.now(), by
    order.save(update_fields=["state", "outcome", "closed_at", "closed_by"])
    order.evidence.add(*evidence)
    live.publish("work", order.pk, 3)
    outbox.announce("work.closed", order=order.pk)
    audit.record(by, f"closed as {state}", order)
    return order


@verb
def forget_words(label: str, source_id: int) -> None:
    """What someone wrote about the work's source is destroyed; that the work was done, where and when, stays."""
    WorkOrder.objects.filter(source_label=label, source_id=source_id).update(details="", outcome="", place_name="")
