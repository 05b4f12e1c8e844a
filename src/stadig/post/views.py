"""What has been sent and what did not arrive; an employee's own notices."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city.permissions import needs, signed_in
from stadig.post import access, actions
from stadig.post.models import Channel, Message, Notice
from stadig.ui import export

PER_PAGE = 30
COLUMNS = (
    ("id", "pk"),
    ("ämne", "subject"),
    ("mall", "template"),
    ("kanal", lambda message: str(message.get_channel_display())),
    ("läge", lambda message: str(message.get_state_display())),
    ("skapat", "created_at"),
    ("skickat", "sent_at"),
    ("försök", "attempts"),
)


class Tried(NamedTuple):
    """A channel that failed, why and when."""

    channel: str
    why: str
    at: datetime


@needs(access.VIEW)
def outbox(request: HttpRequest) -> HttpResponseBase:
    found = Message.objects.order_by("-created_at")
    if file := export.table(request, _("meddelanden"), COLUMNS, found.iterator(chunk_size=500)):
        return file
    return render(request, "post/outbox.html", {"page": Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))})


@needs(access.VIEW)
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=message_id)
    tried = [Tried(str(Channel(channel).label), why, datetime.fromisoformat(at)) for channel, why, at in found.tried]
    return render(request, "post/message.html", {"message": found, "tried": tried})


@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    return render(
        request, "post/notices.html", {"notices": Notice.objects.filter(user=request.user).order_by("-created_at")[:50]}
    )


@signed_in
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    actions.seen(request.user)  # type: ignore[arg-type]
    return redirect("post:notices")
