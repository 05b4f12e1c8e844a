"""Files at the diary desk lie in quarantine as everyone's do; and the diary is searched by sender by those who may see it alone."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stadig.cases import access, registering, registry
from stadig.cases.models import Case, Document
from stadig.cases.registering import NewDocument
from stadig.city.models import AuditEntry, Organisation, Person
from stadig.city.roles import Role
from stadig.files import actions as files
from stadig.files.models import FileState, StoredFile
from stadig.files.tests.test_taking import EICAR, Clamd

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 en skannad sida\n%%EOF"


@pytest.fixture
def lars(committee, someone):
    return someone(Role.REGISTRAR, organisation=committee, first_name="Lars")


def mail(attached: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Viken <viken@example.org>", "Bidrag"
    message.set_content("Hej")
    message.add_attachment(attached, maintype="application", subtype="octet-stream", filename="bilaga.bin")
    return message.as_bytes()


def registered(client, case: Case, upload: SimpleUploadedFile) -> StoredFile:
    """Register the file in the case at the desk, as a person does."""
    page = {"what": "Ett brev", "who": "Britta Berg", "public": "private", "direction": "received", "kind": "letter", "text": "–"}
    assert client.post(reverse("cases:desk"), page | {"number": case.number, "file": upload}).status_code == 302
    return case.documents.latest("number").files.get()


@pytest.mark.parametrize(("name", "data"), [("brev.pdf", PDF), ("brev.eml", mail(b"bilaga"))])
def test_a_file_from_the_desk_is_checked_before_anyone_opens_it(client, lars, amina, *, open_case, name, data):
    case = open_case()
    client.force_login(lars)
    file = registered(client, case, SimpleUploadedFile(name, data))
    assert (file.state, file.purpose) == (FileState.QUARANTINED, access.FILES)
    client.force_login(amina)
    assert "En fil kontrolleras" in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert client.get(reverse("files:download", args=[file.pk])).status_code == 404
    files.release(file.pk)
    assert client.get(reverse("files:download", args=[file.pk])).status_code == 200


@pytest.mark.parametrize(
    ("name", "data"), [("brev.pdf", PDF + EICAR), ("brev.eml", mail(b"bilaga").replace(b"Hej", b"Hej " + EICAR))]
)
def test_something_harmful_at_the_desk_is_stopped_and_the_document_stays_registered(
    client, lars, amina, *, open_case, settings, name, data
):
    scanner = Clamd()
    scanner.start()
    settings.CLAMD = scanner.address
    case = open_case()
    client.force_login(lars)
    file = registered(client, case, SimpleUploadedFile(name, data))
    assert files.release(file.pk).state == FileState.REJECTED
    scanner.door.close()
    client.force_login(amina)
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "En fil stoppades i kontrollen" in page
    assert case.documents.filter(title="Ett brev").exists()


def test_a_program_a_polyglot_and_half_a_file_are_refused_in_words_with_all_that_was_written(client, lars, open_case):
    client.force_login(lars)
    page = {
        "what": "Ett brev",
        "who": "Britta Berg",
        "public": "private",
        "direction": "received",
        "kind": "letter",
        "text": "hej",
    }
    for data, words in (
        (b"MZ\x90\x00", "Vi kan ta emot PDF"),
        (b"%PDF-1.7 <script>alert(1)</script>\n%%EOF", "går inte att lita på"),
        (b"%PDF-1.7 half", "skadad"),
        (b"%PDF-1.7 /JavaScript (x)\n%%EOF", "innehåller program"),
        (b"", "Filen är tom"),
    ):
        answer = client.post(reverse("cases:desk"), page | {"number": open_case().number, "file": SimpleUploadedFile("x", data)})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert words in text
        assert "Britta Berg" in text
    assert not Document.objects.filter(title="Ett brev").exists()


@pytest.fixture
def letters(lars, committee, open_case):
    """From a person, from a protected one, from a company, and one in another committee's diary."""
    case = open_case()
    berit = Person.objects.create(given_name="Berit", family_name="Åström")
    hidden = Person.objects.create(given_name="Berit", family_name="Åhman", protection="marking")
    for person in (berit, hidden):
        registering.add_document(None, case.pk, NewDocument("received", "Ett brev", person=person))
    registering.add_document(None, case.pk, NewDocument("received", "Ett klagomål", counterpart="Beritas Måleri AB"))
    social = Organisation.objects.create(name="Socialnämnden", kind="committee")
    return case, social


def test_who_may_see_the_case_finds_it_by_the_senders_name(letters, lars, amina, someone):
    case, social = letters
    for user in (lars, amina):
        rows, more = registry.by_sender(user, "berit")
        assert sorted(row.who for row in rows) == ["Berit Åström", "Beritas Måleri AB"]
        assert not more
    rows, _ = registry.by_sender(lars, "ÅSTRÖM berit")
    assert [(row.number, row.title) for row in rows] == [(case.number, "Ett brev")]
    assert registry.by_sender(lars, "Åhman") == ([], False), "a protected person is not found by name"
    stranger = someone(Role.REGISTRAR, organisation=social)
    assert registry.by_sender(stranger, "berit") == ([], False)
    entry = AuditEntry.objects.filter(did="searched the diary").latest("position")
    assert "berit" not in str(entry.ids)


def test_a_confidential_case_is_found_by_its_unit_alone(letters, lars, amina):
    case, _ = letters
    Case.objects.filter(pk=case.pk).update(confidentiality="26 kap. 1 § offentlighets- och sekretesslagen", subject_secret=True)
    assert registry.by_sender(lars, "Berit")[0] == []
    assert len(registry.by_sender(amina, "Berit")[0]) == 2


def test_the_page_keeps_the_name_out_of_the_address_and_shows_it_as_text(client, letters, lars, amina, someone):
    case, _ = letters
    Document.objects.filter(counterpart="Beritas Måleri AB").update(counterpart="Berit <script>alert(1)</script>")
    address = reverse("cases:senders")
    client.force_login(lars)
    assert "Från eller till vem?" in client.get(address).content.decode()
    page = client.post(address, {"who": "Berit"})
    text = page.content.decode()
    assert "Berit Åström" in text
    assert "Berit &lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "Skriv minst två bokstäver" in client.post(address, {"who": "B"}).content.decode()
    assert "Ingen handling passar" in client.post(address, {"who": "Nobody"}).content.decode()
    client.force_login(someone(Role.CONTACT_CENTRE))
    assert client.get(address).status_code == 403
    diary = client.get("/diarium/gatu-och-parknamnden/?sok=Berit").content.decode()
    assert case.number not in diary
