"""The staff's pages: what they show, who may do what, and that they cost little."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from stadig.city import clock, desk
from stadig.city.permissions import Role
from stadig.sensing import actions, queries
from stadig.sensing.models import (
    Alarm,
    AlarmRule,
    AlarmSubscription,
    Datastream,
    Device,
    Kind,
    Location,
    RejectCount,
    Rejected,
    Severity,
)
from stadig.sensing.mqtt.keys import digest
from stadig.sensing.tests.conftest import NOON, make_datastream
from stadig.sensing.tests.test_alarms import hear

QUERIES = 12


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON + timedelta(hours=2)):
        yield


@pytest.fixture
def technician(someone):
    return someone(Role.TECHNICIAN, first_name="Ove", last_name="Berg")


@pytest.fixture
def director(someone):
    return someone(Role.DIRECTOR)


@pytest.fixture
def as_technician(client: Client, technician) -> Client:
    client.force_login(technician, backend="stadig.city.login.PasswordBackend")
    client.get(reverse("sensing:rules"))  # the first page of a session also writes that it began
    return client


@pytest.fixture
def rule(datastream: Datastream) -> AlarmRule:
    return AlarmRule.objects.create(
        name="Full korg",
        kind=Kind.THRESHOLD,
        observed_property=datastream.observed_property,
        level=80,
        clear_level=60,
        created_at=NOON,
    )


@pytest.fixture
def many(datastream: Datastream, rule: AlarmRule) -> list[Datastream]:
    """Sixteen bins, twelve of them full, four silent, at places."""
    AlarmRule.objects.create(
        name="Tyst", kind=Kind.NO_DATA, observed_property=datastream.observed_property, silent_seconds=5400, created_at=NOON
    )
    found = []
    for number in range(16):
        each = make_datastream(f"Nivå {number}")
        each.observed_property = datastream.observed_property
        each.save()
        each.thing.name = f"Korg {number}"
        each.thing.save()
        place = Location.objects.create(
            name="x", location={"type": "Point", "coordinates": [12.2, 57.1]}, west=12.2, east=12.2, south=57.1, north=57.1
        )
        each.thing.locations.add(place)
        hear(each, 100 if number % 4 else 0, 90.0 if number < 12 else 20.0 + number)
        found.append(each)
    Datastream.objects.filter(pk=datastream.pk).delete()
    actions.check_silence()
    return found


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# Alarms


def test_alarms_stand_by_cause_and_the_page_costs_little(as_technician, many, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES):
        page = text(as_technician.get(reverse("sensing:alarms")))
    assert "4 sensorer är tysta" in page
    assert "Full korg: 12" in page
    assert page.count("<h1") == 1


def test_marking_a_group_as_seen_can_be_undone(as_technician, many, technician):
    ids = ",".join(str(each.pk) for each in Alarm.objects.filter(kind=Kind.NO_DATA))
    page = text(as_technician.post(reverse("sensing:alarms-seen"), {"alarm": ids}, follow=True))
    assert "4 larm är markerade som sedda" in page
    assert Alarm.objects.filter(acknowledged_by=technician).count() == 4
    as_technician.post(reverse("sensing:alarms-unseen"), {"alarm": ids})
    assert not Alarm.objects.filter(acknowledged_by=technician).exists()


def test_closing_an_alarm_can_be_undone(as_technician, many):
    alarm = Alarm.objects.first()
    page = text(as_technician.post(reverse("sensing:alarm-close", args=[alarm.pk]), follow=True))
    assert "är stängt" in page
    assert reverse("sensing:alarm-reopen", args=[alarm.pk]) in page
    as_technician.post(reverse("sensing:alarm-reopen", args=[alarm.pk]))
    alarm.refresh_from_db()
    assert alarm.is_open


def test_news_fetch_the_list_alone(as_technician, many):
    answer = as_technician.get(reverse("sensing:alarms"), headers={"HX-Request": "true"})
    page = text(answer)
    assert page.lstrip().startswith('<div id="alarms"')
    assert "/events?token=" in page
    assert "HX-Request" in answer["Vary"], "or Back would show the list alone, from the browser's own store"
    assert "HX-Request" in as_technician.get(reverse("sensing:alarms"))["Vary"]


@pytest.mark.parametrize("ids", ["", "x", "1;drop", "9" * 30, "-1", ",,,"])
def test_nonsense_instead_of_alarms_changes_nothing(as_technician, ids):
    assert as_technician.post(reverse("sensing:alarms-seen"), {"alarm": ids}).status_code == 302


def test_the_director_sees_but_does_not_answer(client, director, many):
    client.force_login(director, backend="stadig.city.login.PasswordBackend")
    assert "Markera alla" not in text(client.get(reverse("sensing:alarms")))
    assert client.post(reverse("sensing:alarms-seen"), {"alarm": "1"}).status_code == 403
    assert client.get(reverse("sensing:rule-new")).status_code == 403


def test_closed_alarms_and_both_lists_as_files(as_technician, many, technician):
    actions.close(technician, Alarm.objects.first().pk)
    assert "stängt för hand, Ove Berg" in text(as_technician.get(reverse("sensing:alarms") + "?visa=stangda"))
    for query, count in (("?format=csv", 15), ("?visa=stangda&format=csv", 1)):
        body = b"".join(as_technician.get(reverse("sensing:alarms") + query).streaming_content).decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(body), delimiter=";"))) == count + 1
    assert as_technician.get(reverse("sensing:alarms") + "?format=xlsx").status_code == 200


def test_the_start_page_has_a_card_for_those_it_concerns(many, technician, someone):
    titles = [card.title for card in desk.cards_for(technician) if card.icon == "bell"]
    assert titles == ["4 sensorer är tysta", "Full korg: 12"]
    assert not [card for card in desk.cards_for(someone(Role.RESIDENT)) if card.icon == "bell"]


def test_watching_alarms_begins_and_ends(as_technician, technician):
    url = reverse("sensing:subscription")
    assert "Skriv både från och till" in text(as_technician.post(url, {"least": "act", "quiet_from": "22:00"}))
    as_technician.post(url, {"least": "urgent", "by_email": "on", "quiet_from": "22:00", "quiet_until": "06:00"})
    assert AlarmSubscription.objects.get(user=technician).least == Severity.URGENT
    assert "22:00" in text(as_technician.get(url))
    as_technician.post(url, {"stop": "1"})
    assert not AlarmSubscription.objects.exists()


# Sensors


def test_sensors_that_need_someone_stand_first(as_technician, many, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES):
        page = text(as_technician.get(reverse("sensing:sensors")))
    assert "13 sensorer att se till, av 16." in page
    first = page.index('<th scope="row">')
    assert "Korg 0" in page[first : first + 200]


def test_a_sensor_says_its_last_word_however_old_and_by_the_device_in_use(datastream, technician):
    thing, mapping = datastream.thing, {"readings": [{"path": "fill", "datastream": datastream.pk}]}
    actions.register_device(technician, "bin-1", thing, mapping, key="k")
    actions.retire_device(technician, actions.register_device(technician, "bin-2", thing, mapping, key="k").pk)
    dumb = make_datastream("Stum")
    hear(datastream, -9 * 24 * 60, 44.0)
    things, _counts = queries.sensors()
    by_thing = {row.id: row for row in queries.rows_of(things)}
    assert by_thing[thing.pk] == (
        thing.pk, "Korg", queries.State.OK, (("Fyllnad", "%", 44.0),), "bin-1", NOON - timedelta(days=9)
    )  # fmt: skip
    assert by_thing[dumb.thing_id][3:] == ((("Fyllnad", "%", None),), "", None)


def test_the_list_can_be_searched_and_filtered(as_technician, many):
    url = reverse("sensing:sensors")
    assert text(as_technician.get(url + "?q=korg+15")).count('id="sensor-') == 1
    assert text(as_technician.get(url + "?tillstand=tyst")).count('id="sensor-') == 4
    assert "Inga sensorer här" in text(as_technician.get(url + "?q=finnsinte&page=99"))


def test_the_map_has_the_same_sensors(as_technician, many, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES):
        found = json.loads(as_technician.get(reverse("sensing:sensor-map")).content)
    assert len(found["features"]) == 16
    assert found["features"][0]["properties"]["level"] == "unknown"


def test_one_sensor_shows_its_curve_its_alarms_and_its_device(as_technician, datastream, rule, django_assert_max_num_queries):
    for minute in range(0, 120, 10):
        hear(datastream, minute, 20 + minute / 2)
    battery = Datastream.objects.create(
        thing=datastream.thing,
        sensor=datastream.sensor,
        observed_property=datastream.observed_property,
        name="Batteri",
        unit={"symbol": "%"},
    )
    hear(battery, 0, 99)
    Device.objects.create(name="bin-1", thing=datastream.thing, key_hash=b"", mapping={}, registered_at=NOON, key_changed_at=NOON)
    with django_assert_max_num_queries(QUERIES):
        page = text(as_technician.get(reverse("sensing:sensor", args=[datastream.thing_id])))
    assert "<svg" in page
    assert "bin-1" in page
    assert "Full korg" in page  # the dashed line says what it causes


def test_a_curve_as_a_file_has_hours_with_their_coverage(as_technician, datastream):
    hear(datastream, 30, 50.0)
    url = reverse("sensing:sensor", args=[datastream.thing_id]) + f"?format=csv&serie={datastream.pk}&dagar=1"
    rows = list(csv.reader(io.StringIO(b"".join(as_technician.get(url).streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Från"
    assert [row[2:7] for row in rows[-2:]] == [["50,0", "50,0", "50,0", "1", "50,0"], ["50,0", "50,0", "50,0", "0", "100,0"]]


def test_a_sensor_that_is_not_there_is_not_found(as_technician):
    assert as_technician.get(reverse("sensing:sensor", args=[10**12])).status_code == 404


# Rules


def test_a_rule_is_made_and_changed_in_plain_words(as_technician, datastream):
    url = reverse("sensing:rule-new")
    base = {
        "name": "Full",
        "kind": "threshold",
        "observed_property": datastream.observed_property_id,
        "severity": "act",
        "active": "on",
    }
    assert "Skriv vid vilket värde" in text(as_technician.post(url, base | {"direction": "above"}))
    assert "andra sidan gränsen" in text(
        as_technician.post(url, base | {"direction": "above", "level": "80", "clear_level": "90"})
    )
    assert as_technician.post(url, base | {"direction": "above", "level": "80,5", "clear_level": "60"}).status_code == 302
    rule = AlarmRule.objects.get()
    assert (rule.level, rule.clear_level, rule.above) == (80.5, 60, True)
    edit = reverse("sensing:rule", args=[rule.pk])
    assert "80,5" in text(as_technician.get(edit))
    as_technician.post(edit, base | {"kind": "no_data", "silent_hours": "1,5"})
    rule.refresh_from_db()
    assert (rule.kind, rule.silent_seconds, rule.level) == ("no_data", 5400, None)
    assert "tyst i" in text(as_technician.get(reverse("sensing:rules")))


# Devices


def test_a_device_gets_its_key_once(as_technician, datastream):
    url = reverse("sensing:device-new", args=[datastream.thing_id])
    assert str(datastream.pk) in text(as_technician.get(url))
    mapping = json.dumps({"readings": [{"path": "fill", "datastream": datastream.pk, "unit": "%"}]})
    page = text(as_technician.post(url, {"name": "bin-17", "mapping": mapping}))
    device = Device.objects.get()
    key = page.split('<code class="break">')[2].split("</code>")[0]
    assert digest(key) == bytes(device.key_hash)
    assert key not in text(as_technician.get(reverse("sensing:device", args=[device.pk])))
    page = text(as_technician.post(reverse("sensing:device-rotate", args=[device.pk])))
    device.refresh_from_db()
    assert digest(key) != bytes(device.key_hash)
    as_technician.post(reverse("sensing:device-retire", args=[device.pk]))
    device.refresh_from_db()
    assert device.retired_at is not None
    assert as_technician.post(reverse("sensing:device-rotate", args=[device.pk])).status_code == 302


@pytest.mark.parametrize(
    ("name", "mapping", "words"),
    [
        ("Bin 1", '{"readings": []}', "små bokstäver"),
        ("bin-1", "{", "JSON"),
        ("bin-1", '{"readings": []}', "minst en mätning"),
        ("bin-1", '{"readings": [{"path": "a", "datastream": 999999}]}', "hör inte till"),
        ("bin-1", '{"readings": [{"path": "a", "datastream": DS, "unit": "cm"}]}', "en annan än"),
        ("bin-1", '{"readings": [{"path": "a", "datastream": DS, "scale": "2"}]}', "ett tal"),
    ],
)
def test_what_is_wrong_with_a_device_is_said_in_plain_words(as_technician, datastream, name, mapping, words):
    url = reverse("sensing:device-new", args=[datastream.thing_id])
    page = text(as_technician.post(url, {"name": name, "mapping": mapping.replace("DS", str(datastream.pk))}))
    assert words in page
    assert "Fel:" in page
    assert not Device.objects.exists()


def test_a_name_is_not_given_twice(as_technician, datastream, technician):
    mapping = {"readings": [{"path": "fill", "datastream": datastream.pk}]}
    actions.register_device(technician, "bin-1", datastream.thing, mapping, key="k")
    url = reverse("sensing:device-new", args=[datastream.thing_id])
    assert "Namnet finns redan" in text(as_technician.post(url, {"name": "bin-1", "mapping": json.dumps(mapping)}))


def test_a_mapping_is_changed_on_the_device_s_page(as_technician, datastream, technician):
    device = actions.register_device(
        technician, "bin-1", datastream.thing, {"readings": [{"path": "a", "datastream": datastream.pk}]}, key="k"
    )
    url = reverse("sensing:device", args=[device.pk])
    new = {"readings": [{"path": "b.c", "datastream": datastream.pk, "scale": 0.1}]}
    assert as_technician.post(url, {"mapping": json.dumps(new)}).status_code == 302
    device.refresh_from_db()
    assert device.mapping == new
    assert "bin-1" in text(as_technician.get(reverse("sensing:devices")))


def test_refused_messages_are_shown_whatever_they_hold(as_technician, datastream):
    nasty = b"\x00\xff<script>alert(1)</script>" + b"x" * 1000
    Rejected.objects.create(
        received_at=NOON, topic="devices/x/observations", code="json", detail="<b>", payload=nasty, size=len(nasty)
    )
    RejectCount.objects.create(day=NOON.date(), code="json", count=12_345)
    page = text(as_technician.get(reverse("sensing:rejects") + "?orsak=json"))
    assert "&lt;script&gt;" in page
    assert "12\xa0345" in page
    assert "Inget här" in text(as_technician.get(reverse("sensing:rejects") + "?orsak=time"))


def test_the_inbox_keeps_the_newest_alone(db, monkeypatch):
    monkeypatch.setattr("stadig.sensing.actions.devices.KEPT_REJECTED", 3)
    for number in range(8):
        Rejected.objects.create(received_at=NOON, topic=str(number), code="json", detail="", payload=b"", size=0)
    assert actions.trim_inbox() == 5
    assert sorted(Rejected.objects.values_list("topic", flat=True)) == ["5", "6", "7"]


def test_every_page_asks_for_a_log_in(client, datastream):
    for name in ("alarms", "sensors", "devices", "rules", "rejects", "subscription", "sensor-map"):
        assert client.get(reverse(f"sensing:{name}")).status_code == 302, name
