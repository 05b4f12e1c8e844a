"""Reports of bins that are withdrawn: no one can begin a new one, and whoever has reported still gets an answer."""

from __future__ import annotations

from django.urls import reverse

from stadig.city import ramps
from stadig.post.models import Message
from stadig.waste.actions import reports
from stadig.waste.models import Report
from stadig.waste.registration import SERVICE
from stadig.waste.tests.test_reports import kajen  # noqa: F401 – a fixture
from stadig.work import actions as work
from stadig.work.models import WorkOrder


def test_what_was_reported_becomes_work_and_an_answer_after_the_service_was_stopped(client, kajen, deliver):  # noqa: F811
    said = reports.report(kajen.pk, "full", contact="a@example.org")
    page = reverse("waste:report", args=[kajen.pk])
    open_page = client.get(page).content.decode()

    ramps.stop(None, SERVICE)

    assert client.get(page).content.decode() != open_page
    client.post(page, {"kind": "full"})
    assert list(Report.objects.all()) == [said]
    deliver()
    work.close_order(None, WorkOrder.objects.get().pk)
    deliver()
    said.refresh_from_db()
    assert said.state == "done"
    assert Message.objects.filter(address="a@example.org").count() == 1
    assert client.get(reverse("waste:report-status", args=[said.token])).status_code == 200
