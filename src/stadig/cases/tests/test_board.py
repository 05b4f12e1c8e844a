"""The notice board: posted as it is, never changed, down by itself."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from stadig.cases import bulletin
from stadig.cases.bulletin import NewNotice
from stadig.cases.models import BulletinNotice
from stadig.city.models import AuditEntry, Organisation
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def lars(committee, someone):
    return someone(Role.REGISTRAR, organisation=committee)


@pytest.fixture
def november(at):
    return at("2026-11-24T09:00+01:00")


def minutes(committee, **more) -> NewNotice:
    said = {
        "kind": "minutes",
        "committee": committee,
        "title": "Protokoll 19 november",
        "body": "Paragraf 80–96.",
        "down_on": date(2026, 12, 16),
        "approved_on": date(2026, 11, 23),
        "kept_at": "Stadshuset",
        "appeal": "Skriv till förvaltningsrätten.",
    } | more
    return NewNotice(**said)


def test_a_notice_hangs_until_its_last_day_is_over(client, lars, committee, november, at):
    sent = uuid.uuid4()
    notice = bulletin.post_notice(lars, minutes(committee), request_id=sent)
    assert bulletin.post_notice(lars, minutes(committee), request_id=sent) == notice
    assert notice.appeal_by == date(2026, 12, 15)
    assert AuditEntry.objects.filter(did="posted a notice").count() == 1
    page = client.get("/anslagstavla/").content.decode()
    assert "Protokoll 19 november" in page
    assert "15 december" in page
    at("2026-12-16T23:30+01:00")
    assert client.get(f"/anslagstavla/{notice.pk}/").status_code == 200
    at("2026-12-17T00:00+01:00")
    gone = client.get(f"/anslagstavla/{notice.pk}/")
    assert gone.status_code == 410
    assert "Paragraf 80" not in gone.content.decode()
    assert "Inget är anslaget just nu" in client.get("/anslagstavla/").content.decode()


def test_the_database_lets_no_one_change_or_remove_what_is_posted(lars, committee, november):
    notice = bulletin.post_notice(lars, minutes(committee))
    for statement in ("UPDATE cases_bulletinnotice SET title = 'x'", "DELETE FROM cases_bulletinnotice"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert BulletinNotice.objects.get() == notice


def test_minutes_hang_for_three_weeks_and_say_where_they_are(lars, committee, november):
    with pytest.raises(ValidationError) as refused:
        bulletin.post_notice(lars, minutes(committee, down_on=date(2026, 12, 1), approved_on=None, kept_at=""))
    assert set(refused.value.message_dict) == {"down_on", "approved_on", "kept_at"}
    assert bulletin.last_appeal_day(date(2026, 12, 4)) == date(2026, 12, 28)  # Christmas Day, then a weekend


def test_a_registrar_posts_for_their_own_committee(someone, committee, november):
    other = Organisation.objects.create(name="Socialnämnden", kind="committee")
    with pytest.raises(ValidationError):
        bulletin.post_notice(someone(Role.REGISTRAR, organisation=other), minutes(committee))


def test_what_was_wrong_is_set_right_once_by_a_notice_that_names_it(client, lars, committee, november):
    old = bulletin.post_notice(lars, minutes(committee))
    new = bulletin.post_notice(lars, minutes(committee, title="Rättelse: Protokoll", corrects=old))
    assert "Rättar anslaget ”Protokoll 19 november”" in client.get(f"/anslagstavla/{new.pk}/").content.decode()
    assert "Det här anslaget är rättat" in client.get(f"/anslagstavla/{old.pk}/").content.decode()
    with pytest.raises(ValidationError):
        bulletin.post_notice(lars, minutes(committee, corrects=BulletinNotice.objects.get(pk=old.pk)))


def test_it_is_looked_at_before_it_is_posted(client, lars, amina, committee, november):
    client.force_login(lars)
    written = {
        "kind": "proclamation",
        "committee": committee.pk,
        "title": "Vägen stängs",
        "body": "<b>Hamngatan</b>",
        "down_on": "2026-12-24",
        "request_id": str(uuid.uuid4()),
    }
    page = client.post(reverse("cases:notice-new"), written)
    assert "Anslå nu" in page.content.decode()
    assert "&lt;b&gt;Hamngatan" in page.content.decode()
    assert not BulletinNotice.objects.exists()
    for _ in range(2):
        client.post(reverse("cases:notice-new"), written | {"post": "1"})
    assert BulletinNotice.objects.count() == 1
    assert "Vägen stängs" in client.get(reverse("cases:notices")).content.decode()
    client.force_login(amina)
    assert client.post(reverse("cases:notice-new"), written).status_code == 403


def test_the_board_is_a_feed_and_stands_at_the_foot_of_every_page(client, lars, committee, november):
    bulletin.post_notice(lars, minutes(committee))
    feed = client.get("/anslagstavla/rss.xml")
    assert feed["Content-Type"].startswith("application/rss+xml")
    assert "<title>Protokoll 19 november</title>" in feed.content.decode()
    foot = client.get("/diarium/").content.decode().split("<footer")[1]
    assert 'href="/anslagstavla/"' in foot
    client.force_login(lars)
    assert 'href="/anslagstavla/"' in client.get(reverse("cases:desk")).content.decode().split("<footer")[1]
