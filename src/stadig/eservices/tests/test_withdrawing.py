"""A service that is withdrawn begins nothing new, and leaves what is begun whole."""

from __future__ import annotations

from django.urls import reverse

from stadig.cases.models import Case
from stadig.city import ramps
from stadig.eservices.models import Draft
from stadig.eservices.tests.test_filling import begun, send, url


def filled(client) -> Draft:
    draft = begun(client, "street-fault")
    send(client, draft, "what", what="lamp")
    send(client, draft, "what", what="lamp", lamp_number="4711")
    return draft


def test_a_draft_is_finished_and_a_case_goes_on_after_the_service_was_stopped(client, installed):
    installed("street-fault")
    early = filled(client)
    send(client, early, "where", where__text="Storgatan 12")
    send(client, early, "answer")
    client.post(reverse("eservices:summary", args=[early.pk]))
    case = Case.objects.get()
    draft = filled(client)

    ramps.stop(None, "street-fault")

    refused = client.post(reverse("eservices:begin", args=["street-fault"]), {})
    assert refused["Location"] == reverse("eservices:service", args=["street-fault"])
    assert Draft.objects.latest("started_at") == draft
    assert "4711" in client.get(url(draft, "what")).content.decode()
    assert send(client, draft, "where", where__text="Storgatan 14")["Location"] == url(draft, "answer")
    send(client, draft, "answer")
    sent = client.post(reverse("eservices:summary", args=[draft.pk]))
    assert sent["Location"] == reverse("eservices:receipt", args=[draft.pk])
    assert case.number in client.get(reverse("eservices:receipt", args=[early.pk])).content.decode()
    assert Case.objects.count() == 2

    ramps.start(None, "street-fault")
    assert begun(client, "street-fault") not in (early, draft)
