"""What a resident says becomes work, and the work an answer."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from stadig.city import clock
from stadig.city.models import Effect
from stadig.city.permissions import Role
from stadig.files import actions as files
from stadig.files.models import StoredFile
from stadig.post import actions as post
from stadig.post.models import Message
from stadig.waste.actions import reports
from stadig.waste.demo import factory_bin
from stadig.waste.errors import UnknownBin
from stadig.waste.models import Report
from stadig.work import actions as work
from stadig.work.models import WorkOrder


@pytest.fixture
def kajen(db, at):
    at("2026-11-24T09:00+01:00")
    return factory_bin()


def photo_with_place() -> SimpleUploadedFile:
    """A picture that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kameran"
    exif.get_ifd(0x8825)[2] = (57.0, 9.0, 46.8)
    Image.new("RGB", (2400, 1200), "green").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("bild.jpg", out.getvalue(), "image/jpeg")


def test_a_report_becomes_work_for_a_crew(kajen, deliver):
    said = reports.report(kajen.pk, "full", text="Det ligger påsar bredvid.")
    deliver()
    said.refresh_from_db()
    assert said.state == "planned"
    assert said.work_order.title == "Korgen är full: Kajen, vid glasskiosken"
    assert said.work_order.due == said.promised


def test_the_same_report_sent_twice_is_one_report(kajen):
    once = uuid4()
    first = reports.report(kajen.pk, "full", request_id=once)
    assert reports.report(kajen.pk, "full", request_id=once) == first
    assert Report.objects.count() == 1


def test_two_people_who_say_the_same_give_one_piece_of_work_and_two_answers(kajen, deliver):
    first = reports.report(kajen.pk, "full", contact="a@example.org")
    second = reports.report(kajen.pk, "full", contact="b@example.org", language="en")
    deliver()
    assert second.same_as == first
    order = WorkOrder.objects.get()
    work.close_order(None, order.pk)
    deliver()
    assert set(Message.objects.values_list("address", flat=True)) == {"a@example.org", "b@example.org"}
    assert set(Report.objects.values_list("state", flat=True)) == {"done"}


def test_a_report_after_the_answer_is_new_work(kajen, deliver):
    reports.report(kajen.pk, "full")
    deliver()
    work.close_order(None, WorkOrder.objects.get().pk)
    deliver()
    again = reports.report(kajen.pk, "full")
    deliver()
    assert again.same_as is None
    assert WorkOrder.objects.count() == 2


def test_the_answer_is_sent_in_words_with_a_link_and_then_the_address_is_erased(kajen, deliver, at):
    said = reports.report(kajen.pk, "broken", contact="a@example.org")
    deliver()
    at("2026-11-25T10:00+01:00")
    work.close_order(None, WorkOrder.objects.get().pk)
    deliver()
    message = Message.objects.get()
    post.send(message.pk)
    assert mail.outbox[0].to == ["a@example.org"]
    assert "Nu är den lagad." in mail.outbox[0].body
    assert said.token in mail.outbox[0].body
    at("2026-12-10T10:00+01:00")
    assert reports.erase_contacts() == 1
    assert post.erase_outdated() == 1
    message.refresh_from_db()
    said.refresh_from_db()
    assert (said.contact, message.address, message.body) == ("", "", "")
    assert message.state == "sent"


def test_work_that_could_not_be_done_is_answered_with_the_reason(kajen, deliver):
    reports.report(kajen.pk, "broken", contact="a@example.org")
    deliver()
    work.close_order(None, WorkOrder.objects.get().pk, state="not_possible", outcome="Vi väntar på en ny lucka.")
    deliver()
    assert "Vi väntar på en ny lucka." in Message.objects.get().body


def test_an_answer_handled_twice_is_sent_once(kajen, deliver):
    reports.report(kajen.pk, "full", contact="a@example.org")
    deliver()
    order = WorkOrder.objects.get()
    work.close_order(None, order.pk)
    deliver()
    assert reports.answer(order.pk) == 0
    assert Message.objects.count() == 1


def test_a_report_leaves_an_effect(kajen):
    reports.report(kajen.pk, "litter")
    assert Effect.objects.filter(metric_id="reports", subject_id=str(kajen.pk)).exists()


def test_a_bin_that_is_gone_can_not_be_reported(kajen):
    kajen.removed = clock.today()
    kajen.save()
    with pytest.raises(UnknownBin):
        reports.report(kajen.pk, "full")


def test_a_picture_keeps_its_pixels_and_loses_its_place(kajen):
    upload = photo_with_place()
    assert Image.open(upload).getexif().get_ifd(0x8825)
    upload.seek(0)
    said = reports.report(kajen.pk, "broken", photo=upload)
    with files.default_storage.open(files.path_of(said.photo)) as stored:
        kept = Image.open(stored)
        kept.load()
    assert not kept.getexif()
    assert max(kept.size) <= 1920
    assert kept.size[0] == 2 * kept.size[1]


def test_a_file_that_is_no_picture_is_turned_away_in_words(kajen):
    client = Client()
    page = client.post(
        reverse("waste:report", args=[kajen.pk]),
        {"kind": "full", "photo": SimpleUploadedFile("bild.jpg", b"<script>alert(1)</script>")},
    )
    assert page.status_code == 422
    assert "Vi kan inte läsa filen som en bild." in page.content.decode()
    assert not Report.objects.exists()


def test_a_picture_is_shown_only_after_its_check_and_only_to_staff(kajen, someone):
    said = reports.report(kajen.pk, "broken", photo=photo_with_place())
    address = reverse("files:download", args=[said.photo_id])
    planner = Client()
    planner.force_login(someone(Role.PLANNER), backend="stadig.city.login.PasswordBackend")
    assert planner.get(address).status_code == 404
    files.release(said.photo_id)
    assert StoredFile.objects.get().state == "released"
    assert planner.get(address).status_code == 200
    assert Client().get(address).status_code == 404


def test_an_outdated_picture_is_erased_with_its_bytes(kajen, at):
    said = reports.report(kajen.pk, "broken", photo=photo_with_place())
    files.release(said.photo_id)
    file = StoredFile.objects.get()
    path = files.path_of(file)
    at("2027-11-24T09:00+01:00")
    assert files.erase_outdated() == 1
    assert not files.default_storage.exists(path)


def test_a_robot_that_fills_in_everything_leaves_nothing(kajen):
    Client().post(reverse("waste:report", args=[kajen.pk]), {"kind": "full", "webbplats": "http://spam.example"})
    assert not Report.objects.exists()


def test_many_reports_on_one_bin_in_ten_minutes_are_asked_to_wait(kajen):
    for _ in range(8):
        reports.report(kajen.pk, "full")
    page = Client().post(reverse("waste:report", args=[kajen.pk]), {"kind": "full"})
    assert page.status_code == 429
    assert "Laget vet om det." in page.content.decode()


def test_the_secret_link_shows_what_happened_and_a_guessed_one_nothing(kajen):
    said = reports.report(kajen.pk, "full")
    page = Client().get(reverse("waste:report-status", args=[said.token]))
    assert "Tack, vi tar hand om det" in page.content.decode()
    assert Client().get(reverse("waste:report-status", args=["x" * 22])).status_code == 404


def test_the_database_refuses_an_answer_without_a_time(kajen):
    said = reports.report(kajen.pk, "full")
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=said.pk).update(state="done")


@pytest.mark.parametrize(
    ("kind", "said_at", "done_by"),
    [
        ("full", "2026-11-24T09:00+01:00", "2026-11-24T14:00+01:00"),  # early on a Tuesday: the same day
        ("full", "2026-11-24T11:00+01:00", "2026-11-25T14:00+01:00"),
        ("full", "2026-11-28T09:00+01:00", "2026-11-30T14:00+01:00"),  # a Saturday: Monday
        ("broken", "2026-11-26T09:00+01:00", "2026-12-01T14:00+01:00"),
    ],
)
def test_what_we_promise(kind, said_at, done_by):
    from datetime import datetime

    from stadig.waste.promises import promised

    moment = datetime.fromisoformat(said_at).astimezone(clock.STOCKHOLM)
    assert promised(kind, moment) == datetime.fromisoformat(done_by)
    assert promised(kind, moment) - moment < timedelta(days=6)
