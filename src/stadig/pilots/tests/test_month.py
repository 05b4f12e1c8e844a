"""The month on one page for a committee, and what trials tell the start page."""

from __future__ import annotations

import datetime as dt
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from pypdf import PdfReader

from stadig.city import actions, clock, effects, services
from stadig.city import told as ground
from stadig.city.given_sql import latest_whole
from stadig.city.models import Organisation
from stadig.city.roles import Role
from stadig.pilots import monthly, told
from stadig.pilots.models import CardVersion, Cost, Lesson, Look, Pilot

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 14, 12, tzinfo=UTC)


@pytest.fixture
def town(db):
    """24 November 2026: bins that a trial has measured, and a kiosk that was withdrawn."""
    for slug, title in (("korgar", "Papperskorgar"), ("kiosk", "Kiosk på biblioteket")):
        services.declare(slug=slug, title=title, description="", url_name="city:services", status="pilot")
    effects.metric("gained-km", "Färre kilometer", "km", sustainability="environmental")
    services.sync()
    with clock.frozen(NOW):
        committee = Organisation.objects.create(name="Tekniska nämnden", kind=Organisation.Kind.COMMITTEE)
        actions.change_service(None, "korgar", owner=committee)
        effects.record(
            *("korgar", "gained-km", 1310.0, "km", OCTOBER), subject=("pilot", 1), key="p", low=1100.0, high=1520.0, method="m"
        )
        _pilot("korgar-som-sager-till", "korgar", "Korgar som säger till", committee=committee, verdict="scale_up")
        gone = _pilot("kiosk", "kiosk", "Kiosk på biblioteket", state="closed", outcome="withdraw", decided_at=OCTOBER)
        Lesson.objects.create(
            pilot=gone, worked=False, title="Ingen hittade kiosken", text="Den stod bakom en pelare.", at=OCTOBER
        )
        Cost.objects.create(pilot=gone, day=OCTOBER.date(), amount_kr=9000, what="Hyra")
        yield committee
    for slug in ("korgar", "kiosk"):
        services._declared.pop(slug)


def _pilot(slug, service, title, *, verdict="", state="running", **more) -> Pilot:
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    made = Pilot.objects.create(
        slug=slug,
        service=service,
        title=title,
        state=state,
        created_at=begun,
        started_at=begun,
        last_day=dt.date(2026, 11, 1),
        **more,
    )
    if verdict:
        version = CardVersion.objects.create(pilot=made, number=1, card={}, rule={}, digest="x", frozen_at=begun, at=begun)
        Look.objects.create(
            version=version, number=1, at=OCTOBER, through=OCTOBER.date(), data_sha256="x", data=b"", result={}, verdict=verdict,
            code_version="1",
        )  # fmt: skip
    return made


def page_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split()).replace("\xa0", " ")


def test_the_page_tells_what_it_gave_what_failed_and_what_is_overdue(town):
    said = page_of(monthly.pdf(latest_whole()))
    assert "Det här gav tjänsterna i oktober" in said
    assert "1 310 km" in said and "1 100–1 520, uppmätt" in said
    assert "Ingen hittade kiosken" in said
    assert "23 dagar över tiden" in said and "Regeln säger skala upp. Tekniska nämnden." in said
    for kind in ("Miljö", "Socialt", "Ekonomi", "Demokrati"):
        assert kind in said
    assert "Inte mätt." in said


def test_a_committee_gets_its_own_services_and_no_other(town):
    said = page_of(monthly.pdf(latest_whole(), town.pk))
    assert "Tekniska nämnden" in said and "Korgar som säger till" in said and "Kiosk" not in said


def test_a_month_with_nothing_is_a_page_that_says_so(town):
    from stadig.city.given_sql import month_of

    said = page_of(monthly.pdf(month_of(dt.date(2026, 8, 1)), town.pk))
    assert "6 är inte mätta" in said


def test_many_services_and_trials_still_fit_on_one_page(town):
    for number in range(30):
        slug = f"tjanst-{number}"
        services.declare(
            slug=slug, title=f"En tjänst med ett ganska långt namn {number}", description="", url_name="city:services"
        )
        effects.record(slug, "gained-km", 10.0, "km", OCTOBER, subject=("pilot", number), key=slug, method="m")
        _pilot(
            slug, slug, f"Ett försök med ett ganska långt namn {number}", state="closed", outcome="withdraw", decided_at=OCTOBER
        )
    services.sync()
    said = page_of(monthly.pdf(latest_whole()))
    assert "till står på startsidan" in said
    for number in range(30):
        services._declared.pop(f"tjanst-{number}")


def test_the_trials_tell_what_the_start_page_needs(town):
    month = latest_whole()
    found = {one.slug: one for one in told.trials(month.first, month.end)}
    waiting, gone = found["korgar-som-sager-till"], found["kiosk"]
    assert (waiting.overdue_days, waiting.says, waiting.committee) == (23, "skala upp", "Tekniska nämnden")
    assert (gone.withdrawn, gone.lesson, gone.spent_kr) == (True, "Ingen hittade kiosken", 9000)
    assert gone in ground.trials(month.first, month.end)


def test_the_director_makes_the_report_and_a_crew_does_not(town, client, someone):
    client.force_login(someone(Role.DIRECTOR))
    page = client.get(reverse("pilots:reports")).content.decode()
    assert "Rapport till Tekniska nämnden" in page and "har ingen ägare" in page
    answer = client.get(reverse("pilots:month-report", args=["2026-10"]), {"namnd": town.pk})
    assert answer["Content-Type"] == "application/pdf" and page_of(answer.content)
    client.force_login(someone(Role.CREW))
    assert client.get(reverse("pilots:month-report", args=["2026-10"])).status_code == 403


@pytest.mark.parametrize(("month", "committee"), [("2026-13", ""), ("x", ""), ("2030-01", ""), ("2026-10", "x")])
def test_a_report_of_what_is_no_month_or_committee_is_not_found(town, client, someone, month, committee):
    client.force_login(someone(Role.DIRECTOR))
    assert client.get(reverse("pilots:month-report", args=[month]), {"namnd": committee}).status_code == 404


def test_the_page_is_drawn_once_until_a_figure_of_its_month_changes(town, monkeypatch):
    drawn: list[str] = []

    def draw(_template: object, data: dict[str, object]) -> bytes:
        drawn.append(str(data["title"]))
        return b"%PDF"

    monkeypatch.setattr(monthly.documents, "pdf", draw)
    monthly._drawn.cache_clear()
    with clock.frozen(NOW):
        for _ in range(3):
            monthly.pdf(latest_whole())
        assert len(drawn) == 1
        effects.correct("gained-km", "p", 1400.0, "km", low=1200.0, high=1600.0, at=OCTOBER, method="m")
        monthly.pdf(latest_whole())
    assert len(drawn) == 2
    monthly._drawn.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_page_is_drawn(client, someone, monkeypatch):
    from django.db import connection
    from psycopg.pq import TransactionStatus

    seen: list[TransactionStatus] = []

    def draw(_template: object, _data: object) -> bytes:
        seen.append(connection.connection.info.transaction_status)
        return b"%PDF"

    monkeypatch.setattr(monthly.documents, "pdf", draw)
    monthly._drawn.cache_clear()
    client.force_login(someone(Role.DIRECTOR))
    assert client.get(reverse("pilots:month-report", args=["2026-10"])).status_code == 200
    assert seen == [TransactionStatus.IDLE]
    monthly._drawn.cache_clear()
