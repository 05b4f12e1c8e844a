"""What services gave, as residents, staff and the director meet it."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from stadig.city import actions, clock, director, effects, services, told
from stadig.city.desk import Card
from stadig.city.models import Organisation, Service
from stadig.city.roles import Role
from stadig.city.told import Reach, Trial
from stadig.ui import formatting

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 14, 12, tzinfo=UTC)
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def town(db, monkeypatch):
    """A town on 24 November 2026, with a service that a trial has measured in October."""
    monkeypatch.setattr(told, "_trials", [])
    monkeypatch.setattr(told, "_reaches", [])
    services.declare(slug="korgar", title="Papperskorgar", description="", url_name="city:services", status="pilot")
    effects.metric("gained-km", "Färre kilometer", "km", sustainability="environmental")
    effects.metric("gained-visits", "Resor som inte behövdes", "besök", sustainability="social")
    effects.metric("emptyings", "Tömda papperskorgar", "count", sustainability="economic")
    services.sync()
    with clock.frozen(NOW):
        effects.record(
            *("korgar", "gained-km", 1310.0, "km", OCTOBER),
            subject=("pilot", 1), key="pilot:1:2026-10", low=1100.0, high=1520.0, method="Försöket Papperskorgar som säger till",
        )  # fmt: skip
        effects.record("korgar", "emptyings", 412.0, "count", OCTOBER, subject=("day", 1), key="d1")
        yield
    services._declared.pop("korgar")


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode().replace("\xa0", " ")


def trial(**changes) -> Trial:
    begun = Trial(
        slug="korgar-som-sager-till", service="korgar", title="Korgar som säger till", url="/forsok/korgar/", state="running",
        outcome="", last_day=dt.date(2026, 11, 1), overdue_days=23, says="dra tillbaka", committee="Tekniska nämnden",
        committee_id=None, began=dt.date(2026, 3, 1), decided=None, spent_kr=0.0, lesson="",
    )  # fmt: skip
    return begun._replace(**changes)


@pytest.fixture
def tried(town, monkeypatch):
    """``tried(trial, …)`` lets the rooms above tell of these trials."""
    return lambda *found: monkeypatch.setattr(told, "_trials", [lambda first, end: found])


def test_a_service_shows_what_it_gave_in_the_four_kinds(town, client):
    page = text(client.get(reverse("city:service", args=["korgar"])))
    assert "Det här har tjänsten gett" in page and "I oktober." in page
    assert "1 310" in page and "1 100–1 520" in page and "Uppmätt" in page
    assert "Lägre utsläpp" in page and "Ingen egen mätning." in page
    assert page.count("Inte mätt.") == 2  # socialt and demokrati
    assert "Sedan oktober 2026" in page


def test_what_was_done_stands_apart_from_what_was_saved(town, client):
    page = text(client.get(reverse("city:service", args=["korgar"])))
    assert page.index("Det här gjordes:") < page.index("Tömda papperskorgar")
    assert page.count("Inte mätt mot hur det annars hade varit.") == 1  # the emptyings, which spare nothing by themselves


def test_a_service_leads_to_its_trial(tried, client):
    tried(trial(), trial(service="annan", title="En annan"))
    page = text(client.get(reverse("city:service", args=["korgar"])))
    assert "Försöket Korgar som säger till pågår" in page and "En annan" not in page


def test_the_director_meets_the_month_and_others_their_cards(town, client, someone):
    client.force_login(someone(Role.DIRECTOR))
    assert "Det här gav tjänsterna i oktober" in text(client.get(reverse("city:desk")))
    client.force_login(someone(Role.MANAGER))
    assert "Det här gav tjänsterna" not in text(client.get(reverse("city:desk")))


def test_the_director_reads_how_much_is_measured(town):
    said = director.sentence(director.read(director.given_sql.latest_whole()))
    assert said.endswith("Ett värde är uppmätt mot en jämförelse, ett är uppskattat eller räknat och 4 är inte mätta.")


def test_a_withdrawn_trial_stands_in_the_table_with_what_was_learnt(tried, client, someone):
    tried(trial(title="Kiosk", outcome="withdraw", state="closed", overdue_days=0, lesson="Ingen hittade den", spent_kr=9000.0))
    client.force_login(someone(Role.DIRECTOR))
    page = text(client.get(reverse("city:desk")))
    assert "Tillbakadragen" in page and "Ingen hittade den" in page and "Det här lärde vi oss" in page
    assert "≈ −9 000" in page  # in the kiosk's own row: the bins did not cost it


def test_a_trial_past_its_last_day_says_so_and_what_the_rule_says(tried, client, someone):
    tried(trial(), trial(title="Långt fram", last_day=TODAY + dt.timedelta(days=200), overdue_days=0))
    client.force_login(someone(Role.DIRECTOR))
    page = text(client.get(reverse("city:desk")))
    assert "23 dagar över tiden" in page and "Regeln säger dra tillbaka. Tekniska nämnden." in page and "1 försenat" in page
    assert "Långt fram" not in page


def test_groups_too_small_to_show_are_left_out_and_named():
    groups = (Reach("18–29", 40, 6), Reach("65–79", 9, 5), Reach("80–", 30, 2))
    with clock.frozen(NOW):
        chart = director.reach_chart(groups, "Ålder", director.given_sql.month_of(TODAY))
    assert [bar.value for bar in chart.bars] == [15.0, None, None]
    assert "För få för att visas: 65–79 och 80 år och äldre." in chart.subtitle
    assert chart.table()[1][1][1:] == [formatting.DASH] * 3


def test_alarms_come_first_then_answers_we_owe():
    alarm, owed, plan = (
        Card("Larm", "", "/", kind="danger", order=10),
        Card("Svar", "", "/", kind="warning", order=40),
        Card("Plan", "", "/", order=30),
    )
    found = director.grouped([alarm, plan, owed])
    assert (found.alarms, found.owed, found.today) == ((alarm,), (owed,), (plan,))


def test_the_table_comes_as_a_file(town, client, someone):
    client.force_login(someone(Role.DIRECTOR))
    answer = client.get(reverse("city:desk"), {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Tjänst;Vad;Värde;Enhet;Lägst;Högst;Hur vi vet")
    assert any(line.startswith("Papperskorgar;Färre kilometer;1310,0;km;1100,0;1520,0;Uppmätt") for line in lines)


def test_everything_in_the_ledger_is_read_by_month_by_year_and_as_files(town, client, someone):
    client.force_login(someone(Role.CREW))
    page = text(client.get(reverse("city:effects"), {"manad": "2026-10"}))
    assert "Tömda papperskorgar" in page and "412" in page and "1 100–1 520" in page
    assert "Tömda papperskorgar" not in text(client.get(reverse("city:effects"), {"manad": "2026-11"}))
    assert "Tömda papperskorgar" in text(client.get(reverse("city:effects"), {"manad": "12"}))
    assert client.get(reverse("city:effects"), {"manad": "12", "format": "xlsx"}).status_code == 200


@pytest.mark.parametrize("asked", ["", "x", "2026-13", "9999-99", "2030-01", "2026-1", "0000-00"])
def test_a_month_that_is_none_is_the_latest_whole(town, client, someone, asked):
    client.force_login(someone(Role.DIRECTOR))
    assert "i oktober" in text(client.get(reverse("city:desk"), {"manad": asked}))


def test_a_committee_reads_of_its_own_services(town):
    committee = Organisation.objects.create(name="Tekniska nämnden", kind=Organisation.Kind.COMMITTEE)
    unit = Organisation.objects.create(name="Gata", kind=Organisation.Kind.UNIT, parent=committee)
    month = director.given_sql.latest_whole()
    assert director.read(month, committee.pk).gains == ()
    actions.change_service(None, "korgar", owner=unit)
    mine = director.read(month, committee.pk)
    assert mine.committee == "Tekniska nämnden" and [one.service for one in mine.gains][:1] == ["korgar"]
    assert Service.objects.get(slug="korgar").owner == unit
