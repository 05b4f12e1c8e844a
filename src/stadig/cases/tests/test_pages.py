"""The pages by which a case is handled, as a browser without JavaScript uses them."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from stadig.cases import deciding, handling, writing
from stadig.cases.models import Case, Completion, Decision, Message, Review
from stadig.city.models import AuditEntry
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db
WHY = "Du kan bara gå 40 meter. Läkaren skriver att det inte blir bättre."


@pytest.fixture
def case(open_case, amina, at, client) -> Case:
    at("2026-11-23T08:00+01:00")
    client.force_login(amina)
    return handling.take(amina, open_case().pk)


def shown(answer) -> str:
    return answer.content.decode()


def test_asking_for_completion_keeps_what_was_typed_and_opens_what_was_chosen(case, client):
    address = reverse("cases:ask-completion", args=[case.pk])
    page = shown(client.get(address))
    assert "Hur långt kan du gå? – 40 m" in page
    assert 'value="2026-12-07"' in page
    wrong = client.post(address, {"text": "Intyget saknar sidan 2.", "due_on": "2026-12-07"})
    assert wrong.status_code == 422
    assert "Intyget saknar sidan 2." in shown(wrong)
    assert "<title>Fel:" in shown(wrong)
    late = client.post(address, {"text": "Mer", "due_on": "2026-11-01", "paths": ["metres"]})
    assert "Välj en dag som inte har varit" in shown(late)
    sent = {"text": "Mer", "due_on": "2026-12-07", "paths": ["certificate"], "request_id": str(uuid.uuid4())}
    for _ in range(2):
        client.post(address, sent)
    assert Completion.objects.get().paths == ["certificate"]
    assert "Vi väntar på den sökande" in shown(client.get(reverse("cases:case", args=[case.pk])))
    client.post(reverse("cases:take-back-completion", args=[case.pk]))
    assert Completion.objects.get().withdrawn_at is not None


def test_a_decision_is_written_read_changed_and_made(case, client):
    address = reverse("cases:decide", args=[case.pk])
    said = {"type": "approved", "reasoning": WHY, "conditions": "", "valid_from": "", "valid_to": ""}
    assert "Bevilja tillstånd" in shown(client.get(address))
    assert client.post(address, said | {"reasoning": "Ja.", "step": "preview"}).status_code == 422
    preview = shown(client.post(address, said | {"step": "preview"}))
    for words in ("Vi ger dig parkeringstillstånd.", WHY, "Vad du kan göra", "Vem du kan ringa", "Fatta beslutet"):
        assert words in preview
    assert not Decision.objects.exists()
    assert WHY in shown(client.post(address, said | {"step": "change"}))
    assert client.post(address, said | {"step": "pdf"}).content.startswith(b"%PDF")
    sent = said | {"step": "decide", "request_id": str(uuid.uuid4())}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code in {302, 422}
    assert Decision.objects.count() == 1
    page = shown(client.get(reverse("cases:case", args=[case.pk])))
    assert "Kan överklagas till och med måndag 14 december" in page
    assert "beslut-GPN-2026-00001.pdf" in page


def test_writing_handing_out_and_reviewing(case, client, amina, karin, colleague):
    client.post(reverse("cases:write", args=[case.pk]), {"text": "Hej Karin"})
    assert Message.objects.get().text == "Hej Karin"
    assert client.post(reverse("cases:write", args=[case.pk]), {"text": " "}).status_code == 422
    client.post(reverse("cases:ask-review", args=[case.pk]), {"reviewers": [str(colleague.pk)], "text": "Stämmer det?"})
    look = Review.objects.get()
    client.force_login(colleague)
    assert "Du ska granska" in shown(client.get(reverse("cases:case", args=[case.pk])))
    without = client.post(reverse("cases:review", args=[look.pk]), {"answer": "back"})
    assert (without.status_code, "Skriv vad som behöver ändras" in shown(without)) == (422, True)
    client.post(reverse("cases:review", args=[look.pk]), {"answer": "back", "comment": "Skriv om"})
    client.force_login(amina)
    assert "Skriv om" in shown(client.get(reverse("cases:case", args=[case.pk])))
    assert client.post(reverse("cases:review", args=[look.pk]), {"answer": "approve"}).status_code == 404
    client.post(reverse("cases:assign", args=[case.pk]), {"colleague": str(colleague.pk)})
    assert Case.objects.get(pk=case.pk).assignee == colleague
    assert client.post(reverse("cases:assign", args=[case.pk]), {"colleague": str(karin.pk)}).status_code == 422


def test_what_the_applicant_wrote_is_new_until_it_is_read(case, client, karin):
    writing.write(karin, case.pk, "Jag har en fråga")
    assert "Nytt" in shown(client.get(reverse("cases:case", args=[case.pk])))
    assert "Nytt<" not in shown(client.get(reverse("cases:case", args=[case.pk])))


def test_the_registrar_reports_delegated_decisions_and_can_print_what_was_told(case, client, amina, committee, someone):
    decision = deciding.decide(amina, case.pk, "approved", WHY)
    client.force_login(someone(Role.REGISTRAR, organisation=committee))
    address = reverse("cases:delegation")
    page = shown(client.get(address))
    assert "GPN 4.2" in page
    assert "Karin" not in page
    assert client.post(address, {"meeting": "2026-12-10"}).status_code == 422
    client.post(address, {"meeting": "2026-12-10", "decision": [str(decision.pk)]})
    assert "Nämnden har fått veta allt" in shown(client.get(address))
    assert "GPN 4.2" in shown(client.get(reverse("cases:meeting", args=["2026-12-10"])))
    assert client.get(reverse("cases:meeting", args=["x"])).status_code == 404
    assert AuditEntry.objects.filter(did="told the committee").count() == 1
