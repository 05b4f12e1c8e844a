"""Whom one fills in for, last time's answers, files, help from staff, and paper."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from stadig.cases.models import Case
from stadig.city import assurance, persons
from stadig.city.models import AuditEntry, Person
from stadig.city.personnummer import parse
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.eservices import drafts
from stadig.eservices.models import Draft, DraftFile
from stadig.eservices.tests.test_filling import asked, begun, send, url

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def log_in(client, user, level: int = 3):
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    session = client.session
    session[assurance.LEVEL] = level
    session.save()
    return user


def test_an_association_is_named_on_every_step_and_filled_in_where_the_form_asks(client, installed, someone):
    installed("association-grant")
    log_in(client, someone(Role.RESIDENT))
    answer = client.post(reverse("eservices:begin", args=["association-grant"]), {"fran": "borjan"})
    draft = Draft.objects.get()
    whom = reverse("eservices:whom", args=[draft.pk])
    assert answer["Location"] == whom
    assert client.get(url(draft, "association"))["Location"] == whom
    wrong = client.post(whom, {"whom": "organisation", "name": "Lindhamns IF", "number": "123"})
    assert (
        wrong.status_code == 422 and "organisationsnumret" in wrong.content.decode() and "Lindhamns IF" in wrong.content.decode()
    )
    client.post(whom, {"whom": "organisation", "name": "Lindhamns IF", "number": "8020024280", "mandate": "signatory"})
    page = client.get(url(draft, "association")).content.decode()
    assert "Du ansöker för" in page and "<b>Lindhamns IF</b>" in page and "Du är firmatecknare" in page
    assert 'value="802002-4280"' in page


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def photo() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    return SimpleUploadedFile("Elsas hål.jpg", written.getvalue())


def test_files_are_added_listed_and_taken_back_without_javascript(client, installed, media):
    installed("street-fault")
    draft = begun(client, "street-fault")
    where = {"_q": ["where", "photos"], "where.text": "Storgatan 12"}
    for _ in range(2):
        client.post(url(draft, "where"), where | {"_do": "upload:photos", "photos": photo()})
    page = client.get(url(draft, "where")).content.decode()
    assert page.count("Elsas hål.jpg") >= 2 and "Skickas in" in page and 'value="Storgatan 12"' in page
    assert traces("Elsas hål") == []
    remove = re.findall(r'value="(unfile:photos:[^"]+)"', page)
    client.post(url(draft, "where"), where | {"_do": remove[0]})
    assert DraftFile.objects.count() == 1
    refused = client.post(
        url(draft, "where"), where | {"_do": "upload:photos", "photos": SimpleUploadedFile("x.jpg", b"MZ not a picture")}
    )
    assert refused.status_code == 422 and "Vi kan inte ta emot den sortens fil" in refused.content.decode()
    assert 'value="Storgatan 12"' in refused.content.decode()


def test_more_files_than_the_question_allows_are_refused(client, installed, media):
    installed("street-fault")
    draft = begun(client, "street-fault")
    answer = client.post(
        url(draft, "where"), {"_q": ["where", "photos"], "_do": "upload:photos", "photos": [photo() for _ in range(4)]}
    )
    assert answer.status_code == 422 and "Det får inte plats fler filer" in answer.content.decode()
    assert DraftFile.objects.count() == 3


def test_last_times_answers_are_offered_and_asked_about(client, installed, someone, media):
    from stadig.eservices import again, published, reading
    from stadig.eservices.tests.conftest import PACKAGES

    installed("financial-assistance")
    package = reading.load(PACKAGES / "financial-assistance")
    scenario = next(one for one in package.scenarios if not one.errors)
    yusuf = log_in(client, someone(Role.RESIDENT))
    last = again.usable(package, scenario.answers)
    assert "true_and_complete" not in last and "rent_paper" not in last
    from stadig.cases import actions as cases
    from stadig.cases.actions import NewParty
    from stadig.city import clock
    from stadig.eservices.models import PackageVersion, Submission

    version = PackageVersion.objects.get()
    case = cases.register(
        None, version.case_type, title="x", answers=scenario.answers, parties=[NewParty("applicant", yusuf.person)]
    )
    Submission.objects.create(
        id="9a3b2c1d-0000-4000-8000-000000000001",
        version=version,
        case=case,
        channel="web",
        language="sv",
        digest="x",
        submitted_at=clock.now(),
    )
    page = client.post(reverse("eservices:begin", args=["financial-assistance"])).content.decode()
    assert "Använd svaren från förra gången" in page and not Draft.objects.exists()
    client.post(reverse("eservices:begin", args=["financial-assistance"]), {"fran": "senast"})
    draft = Draft.objects.get()
    assert drafts.answers_of(draft) == last
    assert "Stämmer det fortfarande?" in client.get(url(draft, published.of(version).flow.steps[0].id)).content.decode()


def test_staff_fill_in_for_someone_and_it_is_logged_and_said_on_every_step(client, installed, someone):
    installed("street-fault")
    number = parse("19121212-1212", today=__import__("datetime").date(2026, 11, 24))
    tolvan = Person.objects.create(
        given_name="Tolvan",
        family_name="Tolvansson",
        personnummer_hash=persons.hash_of(number),
        personnummer_sealed=persons.seal(number),
    )
    amina = log_in(client, someone(Role.CASE_WORKER), 0)
    page = reverse("eservices:assist")
    assert client.post(page, {"service": "street-fault", "channel": "phone"}).status_code == 422
    client.post(page, {"service": "street-fault", "channel": "phone", "personnummer": "19121212-1212"})
    draft = Draft.objects.get()
    assert (draft.person, draft.staff, draft.channel) == (tolvan, amina, "phone")
    assert AuditEntry.objects.filter(did="filled in for").count() == 1
    step = client.get(url(draft, "what")).content.decode()
    assert "Tolvan Tolvansson" in step and "Du fyller i åt någon annan. Det loggas." in step
    send(client, draft, "what", what="hole")
    send(client, draft, "where", where__text="Storgatan 12")
    client.post(reverse("eservices:summary", args=[draft.pk]))
    case = Case.objects.get()
    assert case.channel == "phone" and case.parties.get().person == tolvan


def test_a_paper_form_is_registered_with_name_and_address_alone(client, installed, someone):
    installed("street-fault")
    log_in(client, someone(Role.REGISTRAR), 0)
    client.post(
        reverse("eservices:assist"), {"service": "street-fault", "channel": "paper", "name": "Vera Larsson", "address": "Kajen 2"}
    )
    draft = Draft.objects.get()
    page = client.get(url(draft, "what"))
    assert "Vera Larsson" in page.content.decode() and "Du registrerar en pappersblankett." in page.content.decode()
    assert asked(page)
    assert traces("Vera Larsson") == []


def test_residents_and_crews_do_not_fill_in_for_others(client, installed, someone):
    installed("street-fault")
    for role in (Role.RESIDENT, Role.CREW, Role.ADMINISTRATOR):
        log_in(client, someone(role))
        assert client.get(reverse("eservices:assist")).status_code == 403


def test_the_blank_form_is_a_pdf_of_the_same_questions(client, installed):
    installed("street-fault")
    answer = client.get("/e/street-fault/blankett.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    installed("access-rights")
    assert client.get("/e/access-rights/blankett.pdf").status_code == 404


def test_a_new_version_in_the_middle_changes_nothing_for_who_has_begun(client, installed, db):
    from stadig.eservices import actions, reading
    from stadig.eservices.tests.conftest import PACKAGES

    installed("street-fault")
    draft = begun(client, "street-fault")
    files = dict(reading.load(PACKAGES / "street-fault").files)
    version = re.search(rb"version: (\S+)", files["service.yaml"])[1]
    files["service.yaml"] = files["service.yaml"].replace(b"version: " + version, b"version: 99.0.0")
    files["texts/sv.yaml"] = files["texts/sv.yaml"].replace("Vad gäller det?".encode(), "Vad har hänt?".encode())
    actions.install(None, files)
    assert "Vad gäller det?" in client.get(url(draft, "what")).content.decode()
    assert "Vad har hänt?" in client.get(url(begun(client, "street-fault"), "what")).content.decode()


def test_mina_sidor_shows_what_one_has_begun_and_nobody_elses(client, installed, someone):
    installed("street-fault")
    karin = log_in(client, someone(Role.RESIDENT))
    draft = begun(client, "street-fault")
    assert url(draft, "what") in client.get(reverse("cases:mine")).content.decode()
    log_in(client, someone(Role.RESIDENT))
    assert url(draft, "what") not in client.get(reverse("cases:mine")).content.decode()
    assert client.get(url(draft, "what")).status_code == 404
    assert karin.person == draft.person
