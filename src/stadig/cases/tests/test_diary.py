"""The diary: what the desk registers, and what everyone may read of it."""

from __future__ import annotations

import uuid
from email.message import EmailMessage

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stadig.cases import actions, diary, general, mail_file, numbers, registering
from stadig.cases.definition import Definition, Status
from stadig.cases.models import Case, CaseType, Document, Series
from stadig.cases.registering import NewDocument
from stadig.city.models import AuditEntry, Organisation
from stadig.city.roles import Role
from stadig.post.models import Notice

pytestmark = pytest.mark.django_db
LETTER = NewDocument("received", "Klagomål på snöröjning", counterpart="Britta Berg")


@pytest.fixture
def lars(committee, someone):
    return someone(Role.REGISTRAR, organisation=committee)


def posted(**more):
    return {
        "what": "Klagomål på snöröjning",
        "who": "Britta Berg",
        "public": "private",
        "text": "Det är halt.",
        "direction": "received",
        "kind": "letter",
        "number": "",
    } | more


def test_a_letter_begins_a_case_in_the_committees_own_series(lars, committee, open_case):
    assert open_case().number.endswith("/00001")
    case = registering.begin_case(lars, committee, LETTER)
    document = case.documents.get()
    assert case.number.startswith("GPN ")
    assert case.number.endswith("/00002")
    assert Series.objects.count() == 1
    assert (document.direction, document.kind, document.counterpart, document.by) == ("received", "letter", "Britta Berg", lars)


def test_a_committee_without_cases_is_numbered_by_its_initials_and_never_among_personakter(lars, committee):
    assert general.initials("Miljö- och hälsoskyddsnämnden") == "MHN"
    assert general.initials("Kommunstyrelsen") == "KS"
    assert general.initials("Socialnämnden") == "SN"
    assert general.series_of(committee) == "GPN"
    only = Definition(first="new", statuses=(Status("new", "new"),), transitions=())
    actions.define(None, "aid", "a" * 64, only, committee=committee, unit=committee, series="GPN", file=CaseType.File.PERSONAL)
    assert general.series_of(committee) == "GPND"


def test_documents_follow_each_other_and_the_one_who_handles_the_case_is_told(lars, amina, open_case):
    case = open_case()
    Case.objects.filter(pk=case.pk).update(assignee=amina)
    sent = uuid.uuid4()
    first = registering.add_document(lars, case.pk, LETTER, request_id=sent)
    assert registering.add_document(lars, case.pk, LETTER, request_id=sent) == first
    second = registering.add_document(lars, case.pk, NewDocument("sent", "Svar"))
    assert (first.number, second.number) == (2, 3)
    assert Notice.objects.filter(user=amina).count() == 2
    assert AuditEntry.objects.filter(did="registered a document").count() == 2


def test_a_registrar_of_another_committee_registers_nothing_here(someone, open_case):
    other = Organisation.objects.create(name="Socialnämnden", kind="committee")
    with pytest.raises(Case.DoesNotExist):
        registering.add_document(someone(Role.REGISTRAR, organisation=other), open_case().pk, LETTER)


def test_no_personnummer_reaches_the_title(lars, committee):
    with pytest.raises(ValidationError):
        registering.begin_case(lars, committee, NewDocument("received", "Brev från 19121212-1212"))


def test_a_number_is_read_as_people_write_it():
    assert numbers.read("gpn 2026/42") == ("GPN 2026/00042", None)
    assert numbers.read("GPN 2026/00042-3") == ("GPN 2026/00042", 3)
    assert numbers.read("GPN-2026-00042") == ("GPN 2026/00042", None)
    assert numbers.read("tjugo") is None


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Föreningen Viken <viken@example.org>", "kommunen@example.org"
    message["Subject"], message["Date"] = "Ansökan om bidrag", "Mon, 02 Nov 2026 09:30:00 +0100"
    message.set_content("Hej, vi söker bidrag.")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="budget.pdf")
    return message.as_bytes()


def test_a_saved_email_is_read():
    read = mail_file.read(mail())
    assert (read.subject, read.sender, read.attachments) == ("Ansökan om bidrag", "Föreningen Viken", ("budget.pdf",))
    assert read.text == "Hej, vi söker bidrag."
    with pytest.raises(mail_file.NotAnEmail):
        mail_file.read(b"MZ\x00 not at all")


def test_the_desk_reads_an_email_and_remembers_the_file_until_it_is_registered(client, lars, committee, at):
    at("2026-11-24T09:00+01:00")
    client.force_login(lars)
    upload = SimpleUploadedFile("brev.eml", mail())
    page = client.post(reverse("cases:desk"), posted(what="", who="", text="", committee=committee.pk, file=upload))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Föreningen Viken" in text
    kept = page.context["kept"]
    answer = client.post(
        reverse("cases:desk"),
        posted(what="Ansökan om bidrag", who="Föreningen Viken", public="public", kind="email", day="2026-11-02", text="")
        | {"committee": committee.pk, "kept": kept.pk},
    )
    assert answer.status_code == 302
    document = Document.objects.get()
    assert document.files.get() == kept
    assert document.files.get().purpose == "cases.document"
    assert document.at.date().isoformat() == "2026-11-02"
    assert document.case.channel == "email"


def test_a_fault_at_the_desk_loses_nothing(client, lars, open_case):
    client.force_login(lars)
    pdf = SimpleUploadedFile("brev.pdf", b"%PDF-1.7 scan\n%%EOF")
    page = client.post(reverse("cases:desk"), posted(number="GPN 1999/00001", file=pdf))
    assert page.status_code == 422
    text = page.content.decode()
    assert "Britta Berg" in text
    assert str(page.context["kept"].pk) in text
    assert "Kontrollera numret" in text
    page = client.post(reverse("cases:desk"), posted(number=open_case().number, secret="on"))
    assert "Skriv paragrafen" in page.content.decode()
    page = client.post(reverse("cases:desk"), posted(number=open_case().number, text=""))
    assert "Välj filen, eller skriv" in page.content.decode()
    page = client.post(reverse("cases:desk"), posted(file=SimpleUploadedFile("x.exe", b"MZ")))
    assert "Vi kan ta emot PDF" in page.content.decode()


def test_a_reply_slip_leads_the_answer_to_its_letter(client, lars, open_case):
    case = open_case()
    client.force_login(lars)
    client.post(reverse("cases:desk"), posted(what="", number=f"{case.number}-1"))
    reply = case.documents.get(number=2)
    assert (reply.kind, reply.title) == ("reply", "Svar på brev, handling 1")


def diary_of(client, *more: str) -> str:
    return client.get("/".join(["/diarium/gatu-och-parknamnden", *more, ""])).content.decode()


def test_everyone_reads_the_diary_without_names_of_persons(client, lars, committee, open_case, karin):
    open_case()
    registering.begin_case(lars, committee, LETTER)
    case = registering.begin_case(
        lars, committee, NewDocument("received", "Remiss", counterpart="Trafikverket", counterpart_public=True)
    )
    registering.add_document(lars, case.pk, NewDocument("sent", "Svar till Ada Lovelace", counterpart="Ada Lovelace"))
    text = diary_of(client)
    assert "Klagomål på snöröjning" in text
    assert "Trafikverket" in text
    assert "Enskild" in text
    assert "Britta" not in text
    assert "Karin" not in text
    text = diary_of(client, numbers.address(case.number))
    assert "Trafikverket" in text
    assert "Utgående" in text
    assert "Ada" not in text


def test_a_sole_traders_number_is_a_person(client, parking, open_case):
    open_case(parties=[actions.NewParty("organisation", None, name="Ada Måleri", organisation_number="640823-3234")])
    open_case(parties=[actions.NewParty("organisation", None, name="Viken AB", organisation_number="556036-0793")])
    text = diary_of(client)
    assert "Ada" not in text
    assert "Viken AB" in text


def test_a_mark_of_secrecy_masks_who_and_what_and_the_search_does_not_tell(client, lars, committee):
    new = NewDocument(
        "received", "Anmälan om oro", counterpart="Skolan", counterpart_public=True, confidentiality="26 kap. 1 § OSL"
    )
    case = registering.begin_case(lars, committee, new)
    address = numbers.address(case.number)
    for text in (diary_of(client), diary_of(client, address)):
        assert case.number in text
        assert "Sekretessmarkerat" in text
        assert "oro" not in text.split("<main")[1].replace("Sekretessmarkerat", "")
        assert "Skolan" not in text
    found = client.get("/diarium/gatu-och-parknamnden/?sok=oro").content.decode()
    assert case.number not in found
    assert case.number in client.get("/diarium/gatu-och-parknamnden/", {"sok": case.number}).content.decode()


def test_personakter_have_their_own_series_and_are_never_in_the_public_diary(client, lars, committee):
    only = Definition(first="new", statuses=(Status("new", "new"),), transitions=(), texts={"sv": {"title": "Bistånd"}})
    aid = actions.define(
        None, "aid", "a" * 64, only, committee=committee, unit=committee, series="BIST", file=CaseType.File.PERSONAL
    )
    case = actions.register(None, aid, title="Ansökan om bistånd")
    assert case.number.startswith("BIST ")
    assert case.number not in diary_of(client)
    assert "Inget är registrerat" in diary_of(client)
    assert client.get(f"/diarium/gatu-och-parknamnden/{numbers.address(case.number)}/").status_code == 404
    assert ">Ett ärende i år" not in client.get("/diarium/").content.decode()
    registering.begin_case(lars, committee, LETTER)
    page, rows = diary.page(diary.committee("gatu-och-parknamnden"), "", None)
    known = Case.objects.filter(diary.shown(), committee=committee)  # the list and the count of the year show the same
    assert page.paginator.count == known.count() == 1
    assert [row.number for row in rows] == [one.number for one in known]


def test_the_diary_is_paged_and_says_what_to_do_when_nothing_is_found(client, lars, committee):
    for _ in range(31):
        registering.begin_case(lars, committee, LETTER)
    assert "Sida 1 av 2" in diary_of(client)
    assert "Inget ärende passar" in client.get("/diarium/gatu-och-parknamnden/?sok=raket").content.decode()
    assert client.get("/diarium/finns-inte/").status_code == 404
    assert client.get("/diarium/").status_code == 200
