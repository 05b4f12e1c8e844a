"""More than one signs: asked by e-mail, reminded once, and the case goes on when all have answered."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError

from stadig.cases.models import Case, Event, Party
from stadig.city import clock, persons
from stadig.city.models import Person
from stadig.city.personnummer import parse
from stadig.city.roles import Role
from stadig.eservices import actions, drafts, published
from stadig.eservices.actions import signatures
from stadig.eservices.models import Draft, Signature
from stadig.post.models import Message

pytestmark = pytest.mark.django_db
YUSUF = "19121212-1212"


@pytest.fixture
def karin(someone):
    return someone(Role.RESIDENT, first_name="Karin")


@pytest.fixture
def yusuf(someone):
    number = parse(YUSUF, today=dt.date(2026, 11, 24))
    person = Person.objects.create(given_name="Yusuf", family_name="Ali", personnummer_hash=persons.hash_of(number))
    return someone(Role.RESIDENT, person=person)


@pytest.fixture
def applied(installed, karin, at):
    """``applied()`` → a preschool application that the other guardian is to sign, from Karin."""
    at("2026-11-24T09:00+01:00")

    def make() -> Case:
        service = installed("preschool-place")
        package = published.of(service.current)
        scenario = next(one for one in package.scenarios if one.answers.get("sole_custody") is False and not one.errors)
        answers = dict(scenario.answers)
        answers["other_guardian"] = dict(answers["other_guardian"]) | {
            "email": "yusuf@example.se",
            "personnummer": YUSUF.replace("-", ""),
        }
        draft = Draft.objects.create(
            version=service.current, person=karin.person, answers=drafts.sealed(answers),
            started_at=clock.now(), saved_at=clock.now(), erase_at=clock.now(),
        )  # fmt: skip
        return actions.submit(karin, draft.pk).case

    return make


def link() -> str:
    return re.findall(r"/e/underskrift/(\w+)/", Message.objects.order_by("-pk").first().body)[0]


def test_the_case_waits_until_the_other_has_signed(applied, yusuf, karin, monkeypatch):
    case = applied()
    assert case.status == "unsigned"
    message = Message.objects.get()
    assert (message.person, message.channel, message.contact) == (yusuf.person, "email", {"email": "yusuf@example.se"})
    told = []
    monkeypatch.setattr(signatures.outbox, "announce", lambda name, **ids: told.append((name, ids)))
    for _ in range(2):
        signatures.sign(yusuf, link())
    assert told.count(("case.signed", {"case": case.pk})) == 1
    case.refresh_from_db()
    assert case.status == "received"
    signature = Signature.objects.get()
    assert (signature.state, signature.person, signature.digest) == ("signed", yusuf.person, signature.submission.digest)
    assert Party.objects.filter(case=case, person=yusuf.person, role="guardian", name="").exists()
    assert list(Event.objects.filter(case=case, kind__in=["sign_asked", "signed"]).values_list("kind", flat=True)) == [
        "sign_asked",
        "signed",
    ]


def test_who_is_asked_is_reached_by_the_channels_they_chose_and_finds_it_on_mina_sidor(applied, yusuf, someone, client, settings):
    from stadig.post import contact

    settings.SMS_GATEWAY = "declared.yaml"
    yusuf.person.address = "Kajen 2, 432 44 Lindhamn"
    yusuf.person.save()
    contact.choose_contact(yusuf, yusuf.person, channels=["sms"], phone="070-123 45 67")
    case = applied()
    message = Message.objects.get()
    assert (message.channel, message.left) == ("sms", ["letter"])
    assert "/mina/" in message.body and f"/e/underskrift/{link()}/" in message.body
    client.force_login(yusuf)
    page = client.get("/mina/").content.decode()
    assert "Ett ärende väntar på dig." in page and f"/e/underskrift/{link()}/" in page and case.number not in page
    client.force_login(someone(Role.RESIDENT))
    assert "underskrift" not in client.get("/mina/").content.decode()
    signatures.sign(yusuf, link())
    client.force_login(yusuf)
    page = client.get("/mina/").content.decode()
    assert "underskrift" not in page and case.number in page


def test_only_the_one_the_form_names_may_read_and_sign(applied, karin, yusuf, client):
    applied()
    address = f"/e/underskrift/{link()}/"
    assert client.get(address).status_code == 302
    client.force_login(karin)
    assert client.get(address).status_code == 403
    with pytest.raises(signatures.NotTheSigner):
        signatures.sign(karin, link())
    client.force_login(yusuf)
    page = client.get(address).content.decode()
    assert Signature.objects.get().digest in page
    assert "Skriv under" in page
    assert "Du har skrivit under" in client.post(address, {"sign": "1"}, follow=True).content.decode()


def test_one_declines_and_the_case_goes_on_with_the_line_for_staff(applied, yusuf):
    case = applied()
    signatures.decline(yusuf, link(), "Vi är inte överens.")
    with pytest.raises(signatures.Answered):
        signatures.sign(yusuf, link())
    case.refresh_from_db()
    assert case.status == "received"
    assert Event.objects.get(case=case, kind="declined").note == "Vi är inte överens."


def test_who_has_not_answered_is_reminded_once_after_three_days(applied, at):
    applied()
    first = link()
    at("2026-11-26T09:00+01:00")
    assert signatures.remind() == 0
    at("2026-11-27T10:00+01:00")
    assert [signatures.remind(), signatures.remind()] == [1, 0]
    assert link() == first
    assert Message.objects.count() == 2


def test_the_applicant_mends_the_address_and_the_old_link_is_dead(applied, karin, yusuf, client):
    case = applied()
    old, signature = link(), Signature.objects.get()
    client.force_login(yusuf)
    assert client.get(f"/e/underskrift/{signature.pk}/adress/").status_code == 404
    client.force_login(karin)
    assert f"/e/underskrift/{signature.pk}/adress/" in client.get(f"/mina/{case.pk}/").content.decode()
    assert client.post(f"/e/underskrift/{signature.pk}/adress/", {"email": "inte"}).status_code == 422
    client.post(f"/e/underskrift/{signature.pk}/adress/", {"email": "ny@example.se"})
    assert Message.objects.order_by("-pk").first().contact == {"email": "ny@example.se"}
    assert client.get(f"/e/underskrift/{old}/").status_code == 404
    with pytest.raises(Signature.DoesNotExist):
        signatures.sign(yusuf, old)
    with pytest.raises(ValidationError):
        signatures.correct_address(karin, signature.pk, "@")
    signatures.sign(yusuf, link())


@pytest.fixture
def granted(installed, karin, settings, tmp_path, at):
    """An association's application with a file, that a second signatory is to sign; and a file that came later."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from stadig.cases import attaching
    from stadig.eservices import access, uploads
    from stadig.files import actions as files

    settings.MEDIA_ROOT = str(tmp_path)
    at("2026-11-24T09:00+01:00")
    service = installed("association-grant")
    package = published.of(service.current)
    scenario = next(one for one in package.scenarios if one.answers.get("two_sign") and not one.errors)
    draft = Draft.objects.create(
        version=service.current, person=karin.person, answers=drafts.sealed(dict(scenario.answers) | {"new_here": True, "statutes": []}),
        started_at=clock.now(), saved_at=clock.now(), erase_at=clock.now(),
    )  # fmt: skip
    pdf = lambda: SimpleUploadedFile("stadgar.pdf", PDF)  # noqa: E731
    question = package.question("statutes")
    uploads.take(karin, access.may_fill_in(karin), draft.pk, pdf(), path="statutes", question=question)
    case = actions.submit(karin, draft.pk).case
    later = attaching.write(karin, case.pk, "En fil till", [pdf()]).files.get()
    files.release(later.pk)
    return case, case.documents.get(number=1).files.get(), later


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def test_who_signs_opens_the_files_they_sign_for_and_no_others(granted, client, someone):
    from stadig.files import actions as files

    case, file, later = granted
    code = link_of(case)
    address = f"/e/underskrift/{code}/"
    assert "En fil kontrolleras." in client.get(address).content.decode()
    assert client.get(f"{address}fil/{file.pk}/").status_code == 404, "not before it is checked"
    files.release(file.pk)
    assert f"{address}fil/{file.pk}/" in client.get(address).content.decode()
    answer = client.get(f"{address}fil/{file.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"{address}fil/{later.pk}/").status_code == 404, "what came later is not what they sign"
    for other in ("0" * 32, code[::-1]):
        assert client.get(f"/e/underskrift/{other}/fil/{file.pk}/").status_code == 404
    client.force_login(someone(Role.RESIDENT))
    assert client.get(f"/filer/{file.pk}/").status_code == 404, "the link is the only way"
    client.logout()
    signatures.decline(None, code)
    assert client.get(f"{address}fil/{file.pk}/").status_code == 404, "who declined is done"


def test_a_signer_who_is_named_must_be_logged_in_for_the_files_too(applied, karin, yusuf, client, granted):
    from stadig.files import actions as files

    _case, file, _later = granted
    files.release(file.pk)
    case = applied()
    case.documents.get(number=1).files.add(file)
    address = f"/e/underskrift/{link_of(case)}/fil/{file.pk}/"
    assert client.get(address).status_code == 404
    client.force_login(karin)
    assert client.get(address).status_code == 404
    client.force_login(yusuf)
    assert client.get(address).status_code == 200


def link_of(case: Case) -> str:
    sent = (one.body for one in Message.objects.order_by("-pk") if case.number in one.body)
    return next(found[0] for body in sent if (found := re.findall(r"/e/underskrift/(\w+)/", body)))
