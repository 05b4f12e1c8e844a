"""What has been sent and what did not arrive; an employee's own notices."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city.permissions import needs, signed_in
from stadig.post import access, actions
from stadig.post.models import Message, Notice
from stadig.ui import export

PER_PAGE = 30
COLUMNS = (
    ("id", "pk"),
    ("ämne", "subject"),
    ("mall", "template"),
    ("läge", lambda message: str(message.get_state_display())),
    ("skapat", "created_at"),
    ("skickat", "sent_at"),
    ("försök", "attempts"),
)


@needs(access.VIEW)
def outbox(request: HttpRequest) -> HttpResponseBase:
    found = Message.objects.order_by("-created_at")
    if file := export.table(request, _("meddelanden"), COLUMNS, found.iterator(chunk_size=500)):
        return file
    return render(request, "post/outbox.html", {"page": Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))})


@needs(access.VIEW)
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    return render(request, "post/message.html", {"message": get_object_or_404(Message, pk=message_id)})


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
