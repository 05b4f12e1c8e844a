"""Devices: who may speak, how they are understood, what they said that was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city.permissions import needs
from stadig.sensing import access, actions, queries, sequence
from stadig.sensing.errors import DeviceRetired, MappingRefused, NameTaken
from stadig.sensing.forms import DeviceForm, MappingForm, example_mapping, in_words
from stadig.sensing.models import Device, DeviceState, Rejected, Thing
from stadig.sensing.mqtt import topics
from stadig.sensing.mqtt.keys import new_key
from stadig.sensing.views import rows
from stadig.sensing.views.who import who
from stadig.ui import export, formatting

COLUMNS = (
    (pgettext_lazy("sensor", "Enhet"), "name"),
    (gettext_lazy("Sitter på"), "thing.name"),
    (gettext_lazy("Hördes senast"), "state.last_seen"),
    (gettext_lazy("Meddelanden"), "state.messages"),
    (gettext_lazy("Kom inte fram"), lambda row: absent(state_of(row))),
    (gettext_lazy("Gick inte att använda"), "state.rejected"),
    (gettext_lazy("Avregistrerad"), "retired_at"),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that could not be used, in words. ``sender`` is a device when there is a ``device_id``, else a topic."""

    came: str
    reason: str
    device_id: int | None
    sender: str
    detail: str
    payload: str
    size: str


def state_of(device: Device) -> DeviceState:
    """What has been seen of a device; an empty state where there is none."""
    try:
        return device.state
    except DeviceState.DoesNotExist:
        return DeviceState(device=device)


def absent(state: DeviceState) -> int:
    """How many messages never came."""
    ranges: Any = state.missing or ()
    return state.lost + sequence.size(tuple((part.lower, part.upper) for part in ranges))


@needs(access.VIEW)
@require_safe
def device_list(request: HttpRequest) -> HttpResponseBase:
    words = request.GET.get("q", "")[:100].strip()
    if request.GET.get("format"):
        found = Device.objects.select_related("thing", "state").order_by("name")  # a–z alone
        if words:
            found = found.filter(Q(name__icontains=words) | Q(thing__name__icontains=words))
        if file := export.table(request, _("Enheter"), COLUMNS, found):
            return file
    page = Paginator(queries.devices(words), 50).get_page(request.GET.get("page"))  # pyright: ignore[reportArgumentType]
    rejected = sum(queries.reject_counts().values())
    return render(
        request, "sensing/devices.html", {"page": page, "lines": rows.devices(page), "words": words, "rejected": rejected}
    )


@needs(access.MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device_new(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Register a device for a thing. The key is shown in the answer, once."""
    thing = queries.thing(thing_id)
    if thing is None:
        raise Http404
    form = DeviceForm(request.POST or None, initial={"mapping": example_mapping(thing.streams)})
    if request.method == "POST" and form.is_valid():
        key = new_key()
        try:
            device = actions.register_device(
                who(request), form.cleaned_data["name"], Thing.objects.get(pk=thing_id), form.cleaned_data["mapping"], key=key
            )
            return _show_key(request, device, key, new=True)
        except MappingRefused as fault:
            form.add_error("mapping", in_words(fault.code, fault.place))
        except NameTaken:
            form.add_error("name", _("Namnet finns redan. Välj ett annat."))
    streams = tuple((stream.id, stream.measures, stream.unit) for stream in thing.streams)
    context = {"form": form, "thing_id": thing_id, "place": thing.name, "streams": streams}
    return render(request, "sensing/device_new.html", context)


@needs(access.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device; those who may manage it change its mapping here."""
    found = queries.device(device_id)
    if found is None:
        raise Http404
    may_manage = access.MANAGE.held_by(request.user)
    form = MappingForm(request.POST or None, initial={"mapping": found.mapping}) if may_manage and not found.retired_at else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.change_mapping(who(request), device_id, form.cleaned_data["mapping"])
            messages.success(request, _("Tolkningen är ändrad. Den gäller från nästa meddelande."))
            return redirect("sensing:device", device_id=device_id)
        except MappingRefused as fault:
            form.add_error("mapping", in_words(fault.code, fault.place))
        except DeviceRetired:
            return redirect("sensing:device", device_id=device_id)
    labels: dict[str, str] = {value: str(label) for value, label in Rejected.Code.choices}
    refused = queries.rejects_of(device_id)
    context = {
        "device": rows.facts(found),
        "form": form,
        "streams": found.streams,
        "rejects": tuple((formatting.moment(one.received_at), labels.get(one.code, one.code), one.detail) for one in refused),
    }
    return render(request, "sensing/device.html", context)


@needs(access.MANAGE)
@never_cache
@require_POST
def rotate(request: HttpRequest, device_id: int) -> HttpResponse:
    """A new key, shown once."""
    get_object_or_404(Device, pk=device_id)
    key = new_key()
    try:
        found = actions.rotate_key(who(request), device_id, key=key)
    except DeviceRetired:
        messages.info(request, _("Enheten är avregistrerad. Registrera en ny i stället."))
        return redirect("sensing:device", device_id=device_id)
    return _show_key(request, found, key, new=False)


@needs(access.MANAGE)
@require_POST
def retire(request: HttpRequest, device_id: int) -> HttpResponse:
    found = get_object_or_404(Device, pk=device_id)
    actions.retire_device(who(request), device_id)
    messages.success(request, _("%(name)s är avregistrerad. Det den har mätt finns kvar.") % {"name": found.name})
    return redirect("sensing:sensor", thing_id=found.thing_id)


@needs(access.VIEW)
@require_safe
def rejects(request: HttpRequest) -> HttpResponse:
    """The newest messages that could not be used, and how many there were of each kind."""
    code = request.GET.get("orsak", "")
    labels: dict[str, str] = {value: str(label) for value, label in Rejected.Code.choices}
    page = Paginator(queries.rejects(code if code in labels else ""), 50).get_page(request.GET.get("page"))  # pyright: ignore[reportArgumentType]
    context = {
        "page": page,
        "lines": [
            Refused(
                formatting.moment(one.received_at),
                labels.get(one.code, ""),
                one.device_id,
                one.device or one.topic,
                one.detail,
                one.text,
                formatting.size(one.size),
            )
            for one in page
        ],
        "counts": [(each, labels.get(each, each), total) for each, total in queries.reject_counts().items()],
        "code": code,
    }
    return render(request, "sensing/rejects.html", context)


def _show_key(request: HttpRequest, found: Device, key: str, *, new: bool) -> HttpResponse:
    context = {"device": found, "key": key, "new": new, "topic": topics.observations(found.name)}
    return render(request, "sensing/device_key.html", context)
