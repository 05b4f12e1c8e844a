"""The pages as a technician sees them: on a phone, with and without JavaScript, free from faults."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from stadig.city import clock
from stadig.city.permissions import Role
from stadig.sensing import actions
from stadig.sensing.models import Alarm, AlarmRule, Datastream, Kind, RejectCount, Rejected
from stadig.sensing.tests.conftest import NOON, make_datastream
from stadig.sensing.tests.test_alarms import hear
from stadig.ui import testing

pytestmark = pytest.mark.browser


@pytest.fixture
def city(site: str):
    """A full bin, a silent one and one that is well, with devices and a message that could not be used."""
    with clock.frozen(NOON):
        full, _quiet, well = (make_datastream(name) for name in ("Torget", "Hamnen", "Parken"))
        Datastream.objects.exclude(pk=full.pk).update(observed_property=full.observed_property)
        rules = {"observed_property": full.observed_property, "created_at": NOON}
        AlarmRule.objects.create(name="Full korg", kind=Kind.THRESHOLD, level=80, clear_level=60, **rules)
        AlarmRule.objects.create(name="Tyst sensor", kind=Kind.NO_DATA, silent_seconds=3600, **rules)
        for minute in range(0, 100, 20):
            hear(full, minute, 20.0 + minute)
            hear(well, minute, 20.0)
        device = actions.register_device(None, "bin-1", full.thing, {"readings": [{"path": "a", "datastream": full.pk}]}, key="k")
        Rejected.objects.create(
            received_at=NOON, topic="devices/x/observations", code="json", detail="x", payload=b"{" * 300, size=300
        )
        RejectCount.objects.create(day=NOON.date(), code="json", count=3)
    with clock.frozen(NOON + timedelta(minutes=90)):
        actions.check_silence()
        yield full.thing, device


def test_every_page_is_sound_and_accessible(city, page, someone):
    thing, device = city
    page.route("**/events?**", lambda _: None)  # news never come: the outer door has them, not this server
    testing.log_in(page, someone(Role.TECHNICIAN))
    rule = AlarmRule.objects.first()
    addresses = [
        reverse("sensing:alarms"),
        reverse("sensing:alarms") + "?visa=stangda",
        reverse("sensing:subscription"),
        reverse("sensing:rules"),
        reverse("sensing:rule-new"),
        reverse("sensing:rule", args=[rule.pk]),
        reverse("sensing:sensors"),
        reverse("sensing:sensor", args=[thing.pk]),
        reverse("sensing:devices"),
        reverse("sensing:device", args=[device.pk]),
        reverse("sensing:device-new", args=[thing.pk]),
        reverse("sensing:rejects"),
    ]
    for address in addresses:
        testing.walk(page, address)


def test_an_alarm_is_seen_and_undone_without_javascript(city, new_page, someone):
    page = new_page(javascript=False)
    testing.log_in(page, someone(Role.PLANNER))
    page.goto(reverse("sensing:alarms"))
    page.get_by_role("button", name="Sett").first.click()
    assert Alarm.objects.exclude(acknowledged_at=None).count() == 1
    page.get_by_role("button", name="Ångra").click()
    assert Alarm.objects.exclude(acknowledged_at=None).count() == 0
