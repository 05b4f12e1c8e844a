"""Who follows our events, what they have been told, and telling them again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.post import access, webhooks
from stadig.post.models import Subscriber, WebhookDelivery

PER_PAGE = 30


class SubscriberForm(forms.Form):
    """A system that follows events."""

    name = forms.CharField(label=gettext_lazy("Systemets namn"), max_length=80)
    url = forms.CharField(label=gettext_lazy("Adress"), max_length=300, help_text=gettext_lazy("Dit vi skickar, med https."))
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Händelser"), choices=lambda: list(webhooks.offered().items()), widget=forms.CheckboxSelectMultiple
    )


class Row(NamedTuple):
    """One message as the list shows it."""

    id: UUID
    event: str
    subscriber: str
    state: str
    label: str
    attempts: int
    error: str
    at: datetime


@needs(access.WEBHOOKS)
def overview(request: HttpRequest) -> HttpResponse:
    """Subscribers, the latest messages, and a form for one more."""
    form = SubscriberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = webhooks.subscribe(request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "post/webhook_secret.html", {"subscriber": made, "secret": secret})
    found = WebhookDelivery.objects.select_related("subscriber").order_by("-happened_at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    rows = [
        Row(
            one.pk,
            one.event,
            one.subscriber.name,
            one.state,
            str(one.get_state_display()),  # pyright: ignore[reportAttributeAccessIssue]
            one.attempts,
            one.error,
            one.sent_at or one.happened_at,
        )
        for one in page.object_list
    ]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "now": clock.real_now(),
        "subscribers": Subscriber.objects.order_by("-stopped_at", "id"),
    }
    return render(request, "post/webhooks.html", context, status=400 if form.errors else 200)


@needs(access.WEBHOOKS)
@require_POST
def stop(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Tell a subscriber nothing more."""
    webhooks.stop(request.user, subscriber_id)  # type: ignore[arg-type]
    messages.success(request, _("Systemet får inga fler händelser."))
    return redirect("post:webhooks")


@needs(access.WEBHOOKS)
@require_POST
def rotate(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """A new secret, shown once; the one before signs too for a while."""
    try:
        changed, secret = webhooks.rotate(request.user, subscriber_id)  # type: ignore[arg-type]
    except Subscriber.DoesNotExist:
        messages.error(request, _("Systemet är stoppat. Lägg till det på nytt för att få en ny nyckel."))
        return redirect("post:webhooks")
    return render(request, "post/webhook_secret.html", {"subscriber": changed, "secret": secret})


@needs(access.WEBHOOKS)
@require_POST
def forget_before(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """The receiver has the new secret: the old one holds no more."""
    webhooks.forget_before(request.user, subscriber_id)  # type: ignore[arg-type]
    messages.success(request, _("Den gamla nyckeln gäller inte längre."))
    return redirect("post:webhooks")


@needs(access.WEBHOOKS)
@require_POST
def replay(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send again."""
    webhooks.replay(request.user, delivery_id)  # type: ignore[arg-type]
    messages.success(request, _("Vi skickar igen nu."))
    return redirect("post:webhooks")
