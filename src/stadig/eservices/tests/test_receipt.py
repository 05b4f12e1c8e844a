"""The receipt: readable for archives and by screen readers, with the answers inside, made once."""

from __future__ import annotations

import json
import re
import zlib

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from stadig.cases import following
from stadig.cases.models import Document
from stadig.city.roles import Role
from stadig.eservices import actions, receipts, signing
from stadig.eservices.actions.receipts import make_receipt
from stadig.eservices.tests.conftest import LAMP
from stadig.eservices.views.own import HELD
from stadig.files import actions as files

pytestmark = pytest.mark.django_db


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"stream\r?\n(.*?)\s*endstream", pdf, re.S)
    return [zlib.decompressobj().decompress(one) if one[:1] == b"\x78" else one for one in found]


def test_submitting_asks_for_a_receipt_in_the_same_transaction(drafted):
    submission = actions.submit(None, drafted().pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'submission' FROM procrastinate_jobs WHERE task_name = 'eservices.receipt'")
        assert cursor.fetchall() == [(str(submission.pk),)]


def test_the_receipt_can_be_archived_and_read_aloud_and_holds_the_answers_byte_for_byte(drafted):
    submission = actions.submit(None, drafted(LAMP | {"description": "Åäö “citat” <b>#inte kod</b> $x$"}).pk)
    made = make_receipt(submission.pk)
    file = made.files.get()
    with default_storage.open(files.path_of(file)) as stored:
        pdf = stored.read()
    inside = streams(pdf)
    xmp = next(one for one in inside if b"pdfaid" in one).decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    answers = signing.canonical(made.case.documents.get(number=1).data)
    assert answers in inside
    assert signing.digest(json.loads(answers)) == submission.digest
    assert (made.kind, made.direction, made.number, file.content_type) == ("receipt", "sent", 2, "application/pdf")
    assert (file.name, file.state, file.erase_at) == (f"kvittens-gpn-{made.at.year}-00001.pdf", "released", None)


def test_a_receipt_asked_for_again_is_the_first_one(drafted):
    submission = actions.submit(None, drafted().pk)
    assert make_receipt(submission.pk) == make_receipt(submission.pk)
    assert Document.objects.filter(kind="receipt").count() == 1


def test_a_worker_that_died_in_the_middle_leaves_nothing_and_the_next_makes_it(drafted, monkeypatch):
    submission = actions.submit(None, drafted().pk)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        make_receipt(submission.pk)
        raise KeyboardInterrupt
    assert not Document.objects.filter(kind="receipt").exists()
    assert make_receipt(submission.pk).number == 2


def test_words_that_no_font_holds_do_not_stop_the_receipt(drafted):
    submission = actions.submit(None, drafted(LAMP | {"description": "مرحبا 你好 👋🏽 \u200b tab\there"}).pk)
    file = make_receipt(submission.pk).files.get()
    with default_storage.open(files.path_of(file)) as stored:
        assert "你好 👋🏽".encode() in b"".join(streams(stored.read()))


def test_an_anonymous_sender_gets_a_code_and_one_who_logged_in_a_place_to_log_in(drafted, someone):
    anonymous = actions.submit(None, drafted().pk)
    said = " ".join(receipts._data(anonymous)["follow"])
    assert following.code_of(anonymous.case) in said
    assert following.find(anonymous.case.number.lower(), following.code_of(anonymous.case).lower()) == anonymous.case
    assert following.find(anonymous.case.number, "AAAAA AAAAA") is None
    karin = someone(Role.RESIDENT)
    known = actions.submit(karin, drafted(by=karin).pk)
    assert "Mina sidor" in receipts._data(known)["follow"][0]


def test_the_receipt_speaks_the_language_of_the_sender(drafted):
    submission = actions.submit(None, drafted(language="en").pk)
    with translation.override("en"):
        english = receipts._data(submission)
    assert english["sections"][0]["title"] == "What is wrong?"
    assert english["language"] == "en"


def test_the_page_after_sending_shows_number_what_happens_code_and_receipt_to_its_sender_alone(drafted, client, someone):
    draft = drafted()
    submission = actions.submit(None, draft.pk)
    assert client.get(f"/e/kvitto/{submission.pk}/").status_code == 404
    assert client.get(f"/e/kvitto/{submission.pk}/pdf/").status_code == 404
    session = client.session
    session[HELD] = [str(draft.pk)]
    session.save()
    page = client.get(f"/e/kvitto/{submission.pk}/").content.decode()
    assert submission.case.number in page
    assert following.code_of(submission.case) in page
    assert "strax klar" in page
    make_receipt(submission.pk)
    assert f"/e/kvitto/{submission.pk}/pdf/" in client.get(f"/e/kvitto/{submission.pk}/").content.decode()
    pdf = client.get(f"/e/kvitto/{submission.pk}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_a_receipt_whose_file_is_not_here_leads_back_to_its_page(drafted, client):
    submission = actions.submit(None, drafted().pk)
    make_receipt(submission.pk).files.clear()
    session = client.session
    session[HELD] = [str(submission.pk)]
    session.save()
    answer = client.get(reverse("eservices:receipt-pdf", args=[submission.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("eservices:receipt", args=[submission.pk]), 302)]
    assert "strax klar" in answer.content.decode()
