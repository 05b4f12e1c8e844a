"""Devices: who may speak, how they are understood, what they said that was not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city.permissions import needs
from stadig.sensing import access, actions, sequence
from stadig.sensing.errors import DeviceRetired, MappingRefused, NameTaken
from stadig.sensing.forms import DeviceForm, MappingForm, example_mapping, in_words
from stadig.sensing.models import Datastream, Device, DeviceState, RejectCount, Rejected, Thing
from stadig.sensing.mqtt import topics
from stadig.sensing.mqtt.keys import new_key
from stadig.sensing.views.who import who
from stadig.ui import export

COLUMNS = (
    (pgettext_lazy("sensor", "Enhet"), "name"),
    (gettext_lazy("Sitter på"), "thing.name"),
    (gettext_lazy("Hördes senast"), "state.last_seen"),
    (gettext_lazy("Meddelanden"), "state.messages"),
    (gettext_lazy("Kom inte fram"), lambda row: absent(state_of(row))),
    (gettext_lazy("Gick inte att använda"), "state.rejected"),
    (gettext_lazy("Avregistrerad"), "retired_at"),
)


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
    found = Device.objects.select_related("thing", "state").order_by("name")  # a–z alone
    if words:
        found = found.filter(Q(name__icontains=words) | Q(thing__name__icontains=words))
    if file := export.table(request, _("Enheter"), COLUMNS, found):
        return file
    page = Paginator(found.filter(retired_at=None), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(device, state_of(device), absent(state_of(device))) for device in page.object_list],
        "words": words,
        "rejected": RejectCount.objects.aggregate(total=Sum("count"))["total"] or 0,
        "may_manage": access.MANAGE.held_by(request.user),
    }
    return render(request, "sensing/devices.html", context)


@needs(access.MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device_new(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Register a device for a thing. The key is shown in the answer, once."""
    thing = get_object_or_404(Thing, pk=thing_id)
    form = DeviceForm(request.POST or None, initial={"mapping": example_mapping(thing)})
    if request.method == "POST" and form.is_valid():
        key = new_key()
        try:
            device = actions.register_device(
                who(request), form.cleaned_data["name"], thing, form.cleaned_data["mapping"], key=key
            )
            return _show_key(request, device, key, new=True)
        except MappingRefused as fault:
            form.add_error("mapping", in_words(fault.code, fault.place))
        except NameTaken:
            form.add_error("name", _("Namnet finns redan. Välj ett annat."))
    return render(request, "sensing/device_new.html", {"form": form, "thing": thing, "streams": _streams(thing)})


@needs(access.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device; those who may manage it change its mapping here."""
    found = get_object_or_404(Device.objects.select_related("thing", "state", "registered_by"), pk=device_id)
    may_manage = access.MANAGE.held_by(request.user)
    form = MappingForm(request.POST or None, initial={"mapping": found.mapping}) if may_manage and not found.retired_at else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.change_mapping(who(request), found.pk, form.cleaned_data["mapping"])
            messages.success(request, _("Tolkningen är ändrad. Den gäller från nästa meddelande."))
            return redirect("sensing:device", device_id=found.pk)
        except MappingRefused as fault:
            form.add_error("mapping", in_words(fault.code, fault.place))
        except DeviceRetired:
            return redirect("sensing:device", device_id=found.pk)
    state = state_of(found)
    context = {
        "device": found,
        "state": state,
        "absent": absent(state),
        "form": form,
        "topic": topics.observations(found.name),
        "streams": _streams(found.thing),
        "rejects": Rejected.objects.filter(device=found).order_by("-pk")[:10],
        "may_manage": may_manage,
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
    found = Rejected.objects.select_related("device").order_by("-pk")
    if code in Rejected.Code.values:
        found = found.filter(code=code)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    counts = list(RejectCount.objects.values("code").annotate(total=Sum("count")).order_by("-total"))
    labels = dict(Rejected.Code.choices)
    context = {
        "page": page,
        "rows": [(each, payload_of(each)) for each in page.object_list],
        "counts": [(each["code"], labels.get(each["code"], each["code"]), each["total"]) for each in counts],
        "code": code,
    }
    return render(request, "sensing/rejects.html", context)


def payload_of(reject: Rejected) -> str:
    """What was sent, as far as it is text."""
    raw = bytes(reject.payload)
    text = "".join(sign if sign.isprintable() else "·" for sign in raw[:400].decode("utf-8", "replace"))
    return text + ("…" if reject.size > 400 else "")


def _streams(thing: Thing) -> list[Datastream]:
    return list(Datastream.objects.filter(thing=thing).select_related("observed_property").order_by("pk"))


def _show_key(request: HttpRequest, found: Device, key: str, *, new: bool) -> HttpResponse:
    context = {"device": found, "key": key, "new": new, "topic": topics.observations(found.name)}
    return render(request, "sensing/device_key.html", context)
