"""Work orders for staff: the list, one order, hand it out, close it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city.models import Organisation
from stadig.city.permissions import needs
from stadig.ui import export, formatting
from stadig.work import access, actions, kinds, queries
from stadig.work.models import CLOSED, State, WorkOrder

PER_PAGE = 30
COLUMNS = (
    ("id", "listed.pk"),
    ("slag", "listed.kind_label"),
    ("rubrik", "listed.title"),
    ("plats", "place_name"),
    ("stadsdel", "listed.district"),
    ("lag", "listed.crew"),
    ("läge", "listed.state_label"),
    ("öppnad", "opened_at"),
    ("senast", "listed.due"),
    ("stängd", "closed_at"),
    ("utfall", "outcome"),
    ("longitud", "lon"),
    ("latitud", "lat"),
)
TAGS = {
    State.DONE: ("success", ""),
    State.OPEN: ("warning", "hourglass"),  # icon
    State.ASSIGNED: ("info", "truck"),  # icon
}
"""The colour and icon of an order's state; others are neutral."""


@dataclass(frozen=True, slots=True)
class Facts:
    """An order in words. ``files``: number, state and moment of each picture."""

    title: str
    kind: str
    state: str
    colour: str
    icon: str
    opened: str
    place: str
    district: str
    due: str
    crew: str
    details: str
    closed: str
    closed_by: str
    outcome: str
    files: tuple[tuple[str, str, str], ...]


def _facts(order: WorkOrder) -> Facts:
    state = State(order.state)
    return Facts(
        order.title,
        str(kinds.of(order.kind).label),
        str(state.label),
        *TAGS.get(state, ("neutral", "")),
        formatting.moment(order.opened_at),
        order.place_name,
        order.district.name if order.district else "",
        formatting.moment(order.due),
        order.crew.name if order.crew else formatting.DASH,
        order.details,
        formatting.moment(order.closed_at) if order.closed_at else "",
        str(order.closed_by or ""),
        order.outcome,
        tuple((str(file.pk), file.state, formatting.moment(file.stored_at)) for file in order.evidence.all()),
    )


def _wanted(request: HttpRequest) -> queries.Filter:
    chosen = request.GET
    crew = chosen.get("lag", "")
    district = chosen.get("omrade", "")
    state = chosen.get("lage", "waiting")
    return queries.Filter(
        words=chosen.get("sok", "").replace("\0", "")[:80].strip(),
        state=state if state in {"waiting", "", *State.values} else "waiting",
        kind=chosen.get("slag", "").replace("\0", "")[:40],
        crew=crew if crew == "none" or crew.isdecimal() else "",
        district=district if district.isdecimal() else "",
    )


def _once(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


@needs(access.VIEW)
def order_list(request: HttpRequest) -> HttpResponseBase:
    wanted = _wanted(request)
    found = queries.Orders(request.user, wanted)
    if request.GET.get("format") and (file := export.table(request, _("arbetsorder"), COLUMNS, found.for_file())):
        return file
    crews, districts = queries.choices()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))  # pyright: ignore[reportArgumentType]
    return render(
        request,
        "work/orders.html",
        {
            "page": page,
            "rows": [(row, formatting.moment(row.due)) for row in page.object_list],
            "wanted": wanted,
            "waiting": wanted.state == "waiting",
            "kinds": tuple(kinds.all_kinds()),
            "states": tuple(State.choices),
            "crews": crews,
            "districts": districts,
            "query": request.GET.urlencode(),
        },
    )


@needs(access.VIEW)
def order_map(request: HttpRequest) -> HttpResponse:
    """The same orders as GeoJSON."""
    before, _number, after = reverse("work:order", args=[0]).partition("0")
    found = queries.Orders(request.user, _wanted(request)).geojson(before, after)
    return HttpResponse(found, content_type="application/json")


def _found(request: HttpRequest, order_id: int) -> WorkOrder:
    try:
        return queries.order(request.user, order_id)
    except WorkOrder.DoesNotExist:
        raise Http404 from None


@needs(access.VIEW)
def order_detail(request: HttpRequest, order_id: int) -> HttpResponse:
    order = _found(request, order_id)
    may_assign = access.ASSIGN.held_by(request.user) and order.is_waiting
    return render(
        request,
        "work/order.html",
        {
            "order": order,
            "facts": _facts(order),
            "crews": queries.choices()[0] if may_assign else (),
            "may_assign": may_assign,
            "may_close": access.CLOSE.held_by(request.user) and order.is_waiting,
            "closings": tuple((state.value, str(state.label)) for state in CLOSED),
            "once": uuid4(),
            "once_more": uuid4(),
        },
    )


@needs(access.ASSIGN)
@require_POST
def assign(request: HttpRequest, order_id: int) -> HttpResponse:
    _found(request, order_id)
    wanted = request.POST.get("crew", "")
    crew = Organisation.objects.filter(kind=Organisation.Kind.CREW, pk=int(wanted)).first() if wanted.isdecimal() else None
    try:
        actions.assign(request.user, order_id, crew, request_id=_once(request))  # type: ignore[arg-type]
    except actions.AlreadyClosed:
        messages.error(request, _("Arbetet är redan stängt. Det gäller fortfarande."))
    else:
        messages.success(request, _("Arbetet ligger hos %(crew)s.") % {"crew": crew} if crew else _("Arbetet väntar på ett lag."))
    return redirect("work:order", order_id=order_id)


@needs(access.CLOSE)
@require_POST
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    _found(request, order_id)
    state = request.POST.get("state", State.DONE)
    if state not in CLOSED:
        raise Http404
    try:
        actions.close_order(
            request.user,  # pyright: ignore[reportArgumentType]
            order_id,
            state=state,
            outcome=request.POST.get("outcome", "").replace("\0", ""),
            request_id=_once(request),
        )  # type: ignore[arg-type]
    except actions.AlreadyClosed:
        messages.error(request, _("Arbetet är redan stängt. Det gäller fortfarande."))
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, _("Arbetet är stängt. Den som sa till får svar."))
    return redirect("work:order", order_id=order_id)
