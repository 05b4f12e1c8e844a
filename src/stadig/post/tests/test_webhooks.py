"""Webhooks: signed as the specification says, with ids alone, until they are taken, and never to where we may not call."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from stadig.city import outbox
from stadig.city.roles import Role
from stadig.city.testing import deliver as announce
from stadig.city.testing import traces
from stadig.post import signing, tasks, testing, webhooks
from stadig.post.models import Subscriber, WebhookDelivery


@pytest.fixture
def follower(settings, someone, db):
    """A system that follows ``case.registered``, its secret and what it got."""
    settings.INNER_NETWORKS, settings.PUBLIC_URL = (ip_network("127.0.0.0/8"),), "https://stad.example"
    with testing.outsider() as system:
        made, secret = webhooks.subscribe(
            someone(Role.ADMINISTRATOR), name="Livia", url=f"{system.url}/hook", events=["case.registered"]
        )
        yield SimpleNamespace(system=system, row=made, secret=secret)


def run(delivery, attempts=0):
    with contextlib.suppress(OSError):
        tasks.deliver_webhook.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), str(delivery.pk))
    delivery.refresh_from_db()
    return delivery


def test_the_signature_is_that_of_the_specifications_own_example():
    """The example of the reference libraries of Standard Webhooks."""
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = signing.headers([secret], message, 1614265330, b'{"test": 2432232314}')
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (signed["webhook-id"], signed["webhook-timestamp"]) == (message, "1614265330")


def test_a_secret_is_as_long_as_the_specification_asks():
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64


def test_an_event_is_a_cloudevent_with_ids_alone():
    body = signing.event(
        "case.status", "e1", "https://stad.example", dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC), {"case": 7, "event": 9}
    )
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "https://stad.example",
        "type": "se.stadig.case.status",
        "subject": "case/7",
        "time": "2026-11-24T08:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {"case": 7, "event": 9},
    }


def test_an_event_that_only_followers_want_makes_no_job_when_no_one_follows_it(follower):
    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'event:case.%%'")
            return cursor.fetchone()[0]

    outbox.announce("case.status", case=7, event=9)
    assert waiting() == 0
    Subscriber.objects.filter(pk=follower.row.pk).update(events=["case.status"])
    outbox.announce("case.status", case=7, event=10)
    assert waiting() == 1
    outbox.announce("case.registered", case=7)
    assert waiting() == 2, "others than followers want it too"


def test_a_follower_is_told_once_and_can_check_that_it_was_us(follower):
    outbox.announce("case.registered", case=7)
    announce()
    delivery = run(WebhookDelivery.objects.get())
    (got,) = follower.system.got
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(follower.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["content-type"] == "application/cloudevents+json"
    assert json.loads(got.body)["data"] == {"case": 7}
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    run(delivery)
    assert len(follower.system.got) == 1


def test_what_nobody_follows_is_told_to_nobody(follower):
    assert webhooks.publish("case.decided", {"case": 7}) == 0


def test_a_follower_that_is_down_is_told_later_under_the_same_id(follower):
    follower.system.answers = [(500, b"", 0), (302, b"", 0), (204, b"", 0)]
    webhooks.publish("case.registered", {"case": 7})
    delivery = WebhookDelivery.objects.get()
    assert [run(delivery, at).state for at in range(3)] == ["queued", "queued", "sent"]
    assert len({one.headers["webhook-id"] for one in follower.system.got}) == 1
    assert delivery.attempts == 3


def test_after_the_last_try_it_waits_for_someone_to_send_it_again(follower, client, someone):
    follower.system.answers = [(500, b"", 0), (204, b"", 0)]
    webhooks.publish("case.registered", {"case": 7})
    delivery = run(WebhookDelivery.objects.get(), tasks.WEBHOOK_ATTEMPTS - 1)
    assert (delivery.state, delivery.error) == ("failed", "Refused: answered 500")
    client.force_login(someone(Role.ADMINISTRATOR))
    assert "answered 500" in client.get("/laget/webhooks/").content.decode()
    client.post(f"/laget/webhooks/{delivery.pk}/igen/")
    assert run(delivery).state == "sent"


def test_a_follower_that_is_gone_is_stopped(follower):
    follower.system.answers = [(410, b"", 0)]
    webhooks.publish("case.registered", {"case": 7})
    assert run(WebhookDelivery.objects.get()).state == "failed"
    assert Subscriber.objects.get().stopped_at
    assert webhooks.publish("case.registered", {"case": 8}) == 0


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "https://localhost/", "https://[::1]/", "http://169.254.169.254/latest/", "https://10.0.0.1/"),
        *(
            "https://0x7f.1/",
            "https://2130706433/",
            "ftp://system.example/",
            "https://user:word@system.example/",
            "javascript:1",
            "",
        ),
        *("https://[::ffff:127.0.0.1]/", "http://93.184.216.34/", "https://x:99999/"),
    ],
)
def test_no_follower_leads_us_to_ourselves_or_in_the_clear(settings, someone, db, url):
    settings.INNER_NETWORKS = ()
    with pytest.raises(ValidationError) as refused:
        webhooks.subscribe(someone(Role.ADMINISTRATOR), name="x", url=url, events=["case.registered"])
    assert set(refused.value.message_dict) == {"url"}


def test_a_name_that_has_moved_to_our_own_network_since_is_not_called(follower, settings):
    settings.INNER_NETWORKS = ()
    webhooks.publish("case.registered", {"case": 7})
    delivery = run(WebhookDelivery.objects.get())
    assert (delivery.state, delivery.error) == ("failed", "NotAllowed: not a public address")
    assert not follower.system.got


def test_a_secret_is_shown_once_and_lies_encrypted(follower, client, someone):
    client.force_login(someone(Role.ADMINISTRATOR))
    said = {"name": "Ny", "url": f"{follower.system.url}/x", "events": ["case.registered"]}
    page = client.post("/laget/webhooks/", said).content.decode()
    secret = page.partition("<code>")[2].partition("</code>")[0]
    assert secret.startswith("whsec_")
    assert secret not in client.get("/laget/webhooks/").content.decode()
    assert not traces(secret, follower.secret)


def test_a_form_that_is_wrong_says_what_and_keeps_what_was_written(follower, client, someone):
    client.force_login(someone(Role.ADMINISTRATOR))
    answer = client.post("/laget/webhooks/", {"name": "Ny", "url": "system.example", "events": ["case.registered"]})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Skriv hela adressen" in page
    assert 'value="system.example"' in page
    client.force_login(someone(Role.CASE_WORKER))
    assert client.get("/laget/webhooks/").status_code == 403


def test_a_follower_that_was_stopped_gets_nothing_more(follower, client, someone):
    webhooks.publish("case.registered", {"case": 7})
    client.force_login(someone(Role.ADMINISTRATOR))
    client.post(f"/laget/webhooks/system/{follower.row.pk}/stoppa/")
    assert run(WebhookDelivery.objects.get()).error == "Stopped"
    assert not follower.system.got


def signed_with(got, *secrets) -> list[bool]:
    """Which of the secrets the message is signed with, as a receiver finds out: it tries each signature."""
    at = int(got.headers["webhook-timestamp"])
    sent = got.headers["webhook-signature"].split(" ")
    return [signing.signature(one, got.headers["webhook-id"], at, got.body) in sent for one in secrets]


def test_while_a_secret_is_changed_the_receiver_may_know_either(follower, someone, monkeypatch):
    ove = someone(Role.ADMINISTRATOR)
    _, new = webhooks.rotate(ove, follower.row.pk)
    assert not traces(new, follower.secret)
    webhooks.publish("case.registered", {"case": 1})
    run(WebhookDelivery.objects.latest("happened_at"))
    assert signed_with(follower.system.got[-1], new, follower.secret) == [True, True]
    later = webhooks.clock.real_now() + webhooks.OVERLAP + dt.timedelta(seconds=1)
    monkeypatch.setattr(webhooks.clock, "real_now", lambda: later)
    webhooks.publish("case.registered", {"case": 2})
    run(WebhookDelivery.objects.get(ids={"case": 2}))
    assert signed_with(follower.system.got[-1], new, follower.secret) == [True, False]


def test_the_old_secret_may_be_ended_at_once_and_a_second_change_ends_the_first(follower, someone):
    ove = someone(Role.ADMINISTRATOR)
    _, second = webhooks.rotate(ove, follower.row.pk)
    _, third = webhooks.rotate(ove, follower.row.pk)
    webhooks.publish("case.registered", {"case": 1})
    run(WebhookDelivery.objects.get())
    assert signed_with(follower.system.got[-1], third, second, follower.secret) == [True, True, False]
    webhooks.forget_before(ove, follower.row.pk)
    webhooks.publish("case.registered", {"case": 2})
    run(WebhookDelivery.objects.get(ids={"case": 2}))
    assert signed_with(follower.system.got[-1], third, second) == [True, False]


def test_a_secret_is_changed_on_the_page_and_a_stopped_system_gets_none(follower, someone, client):
    client.force_login(someone(Role.ADMINISTRATOR))
    page = client.post(f"/laget/webhooks/system/{follower.row.pk}/ny-nyckel/").content.decode()
    assert "whsec_" in page
    assert "skriver vi under med båda" in page
    page = client.get("/laget/webhooks/").content.decode()
    assert "Den gamla nyckeln gäller också" in page
    assert "whsec_" not in page
    client.post(f"/laget/webhooks/system/{follower.row.pk}/gammal-nyckel/")
    assert "Den gamla nyckeln gäller också" not in client.get("/laget/webhooks/").content.decode()
    webhooks.stop(None, follower.row.pk)
    page = client.post(f"/laget/webhooks/system/{follower.row.pk}/ny-nyckel/", follow=True).content.decode()
    assert "Systemet är stoppat" in page
    client.force_login(someone(Role.CASE_WORKER))
    assert client.post(f"/laget/webhooks/system/{follower.row.pk}/ny-nyckel/").status_code == 403
