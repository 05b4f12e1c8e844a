"""Alarms: what is open, marking as seen, closing, undoing; and who wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from stadig.city.permissions import needs
from stadig.sensing import access, actions, queries
from stadig.sensing.errors import AlarmClosed, AlarmOpenAgain
from stadig.sensing.forms import SubscriptionForm
from stadig.sensing.models import Alarm, AlarmSubscription
from stadig.sensing.views import rows
from stadig.sensing.views.who import who
from stadig.ui import export

MOST_OPEN = 2000
UNDO = "sensing_undo"
COLUMNS = (
    (gettext_lazy("Regel"), "rule.name"),
    (gettext_lazy("Slag"), "get_kind_display"),
    (gettext_lazy("Plats"), "datastream.thing.name"),
    (gettext_lazy("Mätserie"), "datastream.name"),
    (gettext_lazy("Värde"), "value"),
    (gettext_lazy("Larmgräns"), "level"),
    (gettext_lazy("Larmade"), "raised_at"),
    (gettext_lazy("Sett"), "acknowledged_at"),
    (gettext_lazy("Sett av"), lambda row: row.acknowledged_by.get_full_name() if row.acknowledged_by else ""),
    (gettext_lazy("Stängt"), "closed_at"),
    (gettext_lazy("Stängt därför att"), "get_closed_because_display"),
)


@needs(access.VIEW)
@require_safe
@vary_on_headers("HX-Request")
def alarm_list(request: HttpRequest) -> HttpResponseBase:
    """The open alarms by cause, or with ``?visa=stangda`` those that are over."""
    if request.GET.get("visa") == "stangda":
        return _closed(request)
    if request.GET.get("format") and (file := export.table(request, _("Larm nu"), COLUMNS, queries.for_file(closed=False))):
        return file
    groups = queries.open_groups(MOST_OPEN)
    may_answer = access.ANSWER.held_by(request.user)
    context = {
        "groups": rows.groups(groups, may_answer),
        "count": sum(len(group.alarms) for group in groups),
        "unseen": sum(len(group.unseen) for group in groups),
        "may_answer": may_answer,
    }
    if request.headers.get("HX-Request"):  # news: the list alone, so that what is being undone stays
        return render(request, "sensing/_alarms.html", context)
    return render(request, "sensing/alarms.html", context | {"undo": request.session.pop(UNDO, None)})


def _closed(request: HttpRequest) -> HttpResponseBase:
    found = queries.for_file(closed=True).iterator(2000)
    if request.GET.get("format") and (file := export.table(request, _("Stängda larm"), COLUMNS, found)):
        return file
    page = Paginator(queries.closed_alarms(), 50).get_page(request.GET.get("page"))  # pyright: ignore[reportArgumentType]
    return render(request, "sensing/alarms_closed.html", {"page": page, "lines": rows.past_alarms(page, True)})


@needs(access.ANSWER)
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Mark alarms as seen: those ticked or named by ``alarm``."""
    done = actions.acknowledge(who(request), _ids(request))
    if done:
        text = ngettext("Larmet är markerat som sett.", "%(count)d larm är markerade som sedda.", len(done)) % {
            "count": len(done)
        }
        request.session[UNDO] = {"what": "seen", "ids": done, "text": text}
    else:
        messages.info(request, _("Någon annan hann före. Larmen är redan sedda eller stängda."))
    return redirect("sensing:alarms")


@needs(access.ANSWER)
@require_POST
def unacknowledge(request: HttpRequest) -> HttpResponse:
    actions.unacknowledge(who(request), _ids(request))
    messages.success(request, _("Ångrat. Larmen väntar på någon igen."))
    return redirect("sensing:alarms")


@needs(access.ANSWER)
@require_POST
def close(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Close an alarm by hand."""
    get_object_or_404(Alarm, pk=alarm_id)
    try:
        found = actions.close(who(request), alarm_id)
    except AlarmClosed:
        messages.info(request, _("Larmet var redan stängt."))
        return redirect("sensing:alarms")
    text = _("Larmet för %(place)s är stängt. Det kommer igen först när värdet har varit bra emellan.")
    request.session[UNDO] = {"what": "closed", "ids": [found.pk], "text": text % {"place": found.datastream.thing.name}}
    return redirect("sensing:alarms")


@needs(access.ANSWER)
@require_POST
def reopen(request: HttpRequest, alarm_id: int) -> HttpResponse:
    get_object_or_404(Alarm, pk=alarm_id)
    try:
        actions.reopen(who(request), alarm_id)
        messages.success(request, _("Ångrat. Larmet är öppet igen."))
    except AlarmOpenAgain:
        messages.info(request, _("Det finns redan ett nyare larm för samma sak, så det gamla är fortfarande stängt."))
    return redirect("sensing:alarms")


@needs(access.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest) -> HttpResponse:
    """Whether and how I want to be told of alarms."""
    mine = AlarmSubscription.objects.filter(user=request.user).first()
    if request.method == "POST" and "stop" in request.POST:
        actions.unsubscribe(who(request))
        messages.success(request, _("Du får inga fler meddelanden om larm."))
        return redirect("sensing:alarms")
    form = SubscriptionForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        actions.subscribe(who(request), **form.cleaned_data)
        messages.success(request, _("Klart. Du får veta när det larmar."))
        return redirect("sensing:alarms")
    return render(request, "sensing/subscription.html", {"form": form, "mine": mine})


def _ids(request: HttpRequest) -> list[int]:
    given: list[Any] = [part for value in request.POST.getlist("alarm") for part in value.split(",")]
    return [int(each) for each in given[:MOST_OPEN] if each.isascii() and each.isdigit() and len(each) < 19]
