"""A gateway for text messages that answers as it is told, and people to reach."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.mail import EmailMessage

from stadig.city.models import Person
from stadig.post import actions, tasks, testing
from stadig.post.models import ContactChoice, Message


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> Iterator[testing.Outsider]:
    """A gateway on the loopback address, declared as a city would declare its own."""
    keys = tmp_path / "outside"
    keys.mkdir()
    (keys / "sms").write_text("hemlig-nyckel\n")
    with testing.outsider() as found:
        found.answers = [(200, b'{"status": "created", "id": "s1"}', 0.0)]
        declaration = {
            "url": f"{found.url}/sms",
            "headers": {"Authorization": "Bearer {secret.sms}"},
            "body": {"from": "{sender}", "to": "{phone}", "message": "{text}", "reference": "{key}"},
            "success": {"status": [200], "equals": {"status": "created"}},
            "timeout_seconds": 3,
        }
        path = tmp_path / "sms.yaml"
        path.write_text(yaml.safe_dump(declaration))
        settings.SMS_GATEWAY, settings.OUTSIDE_KEYS = path, keys
        settings.INNER_NETWORKS = (ip_network("127.0.0.0/8"),)
        yield found


@pytest.fixture
def resident(db: None) -> Callable[..., Person]:
    """``resident("sms", "email")`` → a person with every address, who has chosen these channels."""

    def make(*channels: str, **fields: Any) -> Person:
        values = {"email": "karin@example.se", "phone": "+46701234567", "address": "Hamngatan 1"} | fields
        person = Person.objects.create(given_name="Karin", family_name="Ek", **values)
        if channels:
            ContactChoice.objects.create(person=person, channels=list(channels), chosen_at="2026-11-24T08:00Z")
        return person

    return make


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template *t* says its subject and its text from the context."""
    monkeypatch.setattr(actions, "render_to_string", lambda _template, context: f"{context['subject']}\n\n{context['body']}")


def run(message: Message, times: int = 20) -> Message:
    """Run the message's job until it is done with, as the worker does; returns the message."""
    for _ in range(times):
        try:
            tasks.send(message.pk)
        except OSError:
            continue
        before = (message.channel, message.state)
        message.refresh_from_db()
        if (message.channel, message.state) == before or message.state != "queued":
            break
    return message


def sent_sms(gateway: testing.Outsider) -> list[dict[str, str]]:
    """What the gateway was asked to send."""
    return [json.loads(one.body) for one in gateway.got]


def only(mails: list[EmailMessage]) -> EmailMessage:
    """The one e-mail that was sent."""
    (mail,) = mails
    return mail
