"""Webhooks: rooms say which of their events others may follow, subscribers are told of them, signed, until they answer.

>>> webhooks.offer("case.registered", _("Ett ärende har kommit in"))       # in a room's tasks.py
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stadig.city import audit, clock, outbox, persons
from stadig.city.verbs import verb
from stadig.post import outside, signing
from stadig.post.models import Subscriber, WebhookDelivery

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from stadig.city.models import User

_offered: dict[str, Any] = {}
TIMEOUT_S = 15.0
OVERLAP = timedelta(days=2)
"""How long the secret before signs too, so that the receiver can be given the new one without losing a message. Real time."""
GONE = 410
"""The subscriber says that it wants no more: it is stopped (Standard Webhooks)."""


def offer(name: str, description: Any) -> None:
    """Let subscribers follow an event of the outbox. Called once per event, in the ``tasks.py`` of the room that announces it."""
    _offered[name] = description

    def tell(**ids: int | str | None) -> None:
        publish(name, ids)

    outbox.handler(name, wanted=lambda: _following(name).exists())(tell)


def offered() -> dict[str, Any]:
    """Every event that may be followed, with its description."""
    return dict(sorted(_offered.items()))


@verb
def publish(name: str, ids: dict[str, int | str | None]) -> int:
    """Something happened: one delivery for each subscriber that follows it. Returns how many."""
    now = clock.now()
    event_id = uuid.uuid4()
    made = [
        WebhookDelivery(subscriber=one, event=name, event_id=event_id, ids=ids, happened_at=now)
        for one in _following(name).order_by("pk")
    ]
    for one in WebhookDelivery.objects.bulk_create(made):
        _defer(one)
    return len(made)


def _following(name: str) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(stopped_at=None, events__contains=[name])


@verb
def subscribe(by: User, *, name: str, url: str, events: Iterable[str]) -> tuple[Subscriber, str]:
    """Let a system follow events; returns it and its secret, which is shown once and kept encrypted.

    Raises ``ValidationError`` by field: ``name``, ``url``, ``events``.
    """
    wanted = sorted(set(events))
    faults: dict[str, list[str]] = {}
    if not name.strip():
        faults["name"] = [_("Skriv vad systemet heter.")]
    if not wanted or set(wanted) - set(_offered):
        faults["events"] = [_("Välj minst en händelse.")]
    if fault := _fault_of(url.strip()):
        faults["url"] = [fault]
    if faults:
        raise ValidationError(faults)  # pyright: ignore[reportArgumentType] - a mapping of lists is taken
    secret = signing.new_secret()
    made = Subscriber.objects.create(
        name=name.strip()[:80], url=url.strip(), events=wanted, secret=persons.seal_text(secret), made_at=clock.now()
    )
    audit.record(by, "subscribed", made)
    return made, secret


@verb
def rotate(by: User, subscriber_id: int) -> tuple[Subscriber, str]:
    """Give a subscriber a new secret; returns it and the secret, shown once. For ``OVERLAP`` messages bear both signatures.

    Changed again within that time, the one before the last holds no more. Raises Subscriber.DoesNotExist for one that was stopped.
    """
    found = Subscriber.objects.select_for_update().get(pk=subscriber_id, stopped_at=None)
    secret = signing.new_secret()
    found.secret_before, found.before_until = found.secret, clock.real_now() + OVERLAP
    found.secret = persons.seal_text(secret)
    found.save(update_fields=["secret", "secret_before", "before_until"])
    audit.record(by, "changed secret", found)
    return found, secret


@verb
def forget_before(by: User, subscriber_id: int) -> Subscriber:
    """The receiver has the new secret: the one before holds no more, at once."""
    found = Subscriber.objects.select_for_update().get(pk=subscriber_id)
    found.secret_before, found.before_until = "", None
    found.save(update_fields=["secret_before", "before_until"])
    audit.record(by, "forgot secret", found)
    return found


@verb
def stop(by: User | None, subscriber_id: int) -> Subscriber:
    """Tell this subscriber nothing more."""
    found = Subscriber.objects.select_for_update().get(pk=subscriber_id)
    if found.stopped_at is None:
        found.stopped_at = clock.now()
        found.save(update_fields=["stopped_at"])
        audit.record(by, "stopped", found)
    return found


@verb
def replay(by: User, delivery_id: uuid.UUID) -> WebhookDelivery:
    """Send a message again, under the same id: a receiver that has had it knows."""
    found = WebhookDelivery.objects.select_for_update().get(pk=delivery_id)
    found.state = WebhookDelivery.State.QUEUED
    found.save(update_fields=["state"])
    _defer(found)
    audit.record(by, "replayed", found)
    return found


@verb
def deliver(delivery_id: uuid.UUID) -> WebhookDelivery:
    """Send one message. Raises ``outside.OutsideError``: tell :func:`failed`."""
    found = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("subscriber").get(pk=delivery_id)
    if found.state != WebhookDelivery.State.QUEUED:
        return found
    to = found.subscriber
    if to.stopped_at:
        found.state, found.error = WebhookDelivery.State.FAILED, "Stopped"
        found.save(update_fields=["state", "error"])
        return found
    body = signing.event(found.event, str(found.event_id), settings.PUBLIC_URL, found.happened_at, found.ids)
    headers = signing.headers(_secrets(to), f"msg_{found.pk.hex}", int(clock.real_now().timestamp()), body)
    answer = outside.call("POST", to.url, headers=headers, content=body, timeout_s=TIMEOUT_S)
    if not 200 <= answer.status < 300:
        raise outside.Refused(answer.status)
    found.state, found.sent_at, found.error = WebhookDelivery.State.SENT, clock.now(), ""
    found.attempts += 1
    found.save(update_fields=["state", "sent_at", "attempts", "error"])
    return found


@verb
def failed(delivery_id: uuid.UUID, reason: str, *, last: bool, gone: bool = False) -> None:
    """Remember that a try failed and why. After the last it stands as failed; a subscriber that is gone is stopped."""
    found = WebhookDelivery.objects.select_for_update().get(pk=delivery_id)
    found.attempts += 1
    found.error = reason[:80]
    if last or gone:
        found.state = WebhookDelivery.State.FAILED
    found.save(update_fields=["attempts", "error", "state"])
    if gone:
        stop(None, found.subscriber_id)


def _secrets(to: Subscriber) -> list[str]:
    """What a message is signed with now: the secret, and the one before while it still holds."""
    holds = to.before_until is not None and to.before_until > clock.real_now()
    return [persons.unseal_text(one) for one in (to.secret, to.secret_before if holds else "") if one]


def _fault_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme not in outside.SCHEMES or not parts.hostname or parts.username or len(url) > 300:
            return _("Skriv hela adressen, till exempel https://system.exempel.se/webhook.")
        port = parts.port or outside.SCHEMES[parts.scheme]
        outside.vetted(parts.hostname, port, encrypted=parts.scheme == "https")
    except outside.NotAllowed:
        return _(
            "Adressen ligger inte öppet på internet, eller är inte krypterad. Lägg till systemets nät i STADIG_INNER_NETWORKS."
        )
    except (outside.NoAnswer, ValueError):
        return _("Vi hittar ingen server med det namnet. Kontrollera adressen.")
    return ""


def _defer(delivery: WebhookDelivery) -> None:
    from stadig.post.tasks import deliver_webhook

    deliver_webhook.defer(delivery_id=str(delivery.pk))
