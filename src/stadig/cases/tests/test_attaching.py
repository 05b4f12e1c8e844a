"""Files with messages, from both sides: pictures, PDF and documents, in quarantine until they are checked, and read by the two sides alone."""

from __future__ import annotations

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from stadig.cases.models import Message
from stadig.city.roles import Role
from stadig.files import actions as files
from stadig.files.models import FileState, StoredFile
from stadig.files.tests.test_taking import DOCX, PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def upload(data: bytes, name: str = "Karins intyg.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(written, "JPEG")
    return written.getvalue()


def mine(case) -> str:
    return f"/mina/{case.pk}/"


def theirs(case) -> str:
    return f"/arbetsplats/arenden/{case.pk}/"


def test_a_resident_sends_several_kinds_of_files_and_opens_them_when_they_are_checked(open_case, karin, amina, someone, client):
    case = open_case()
    client.force_login(karin)
    page = client.get(mine(case)).content.decode()
    assert 'name="attached"' in page and " multiple" in page and 'enctype="multipart/form-data"' in page
    sent = {"text": "Här är intygen", "attached": [upload(PDF), upload(DOCX), upload(photo())]}
    page = client.post(f"{mine(case)}skriv/", sent, follow=True).content.decode()
    assert page.count("En fil kontrolleras.") == 3 and "Karins intyg" not in page
    message = Message.objects.get()
    assert sorted(one.name[-5:] for one in message.files.all()) == sorted([one.name[-5:] for one in StoredFile.objects.all()])
    for one in StoredFile.objects.all():
        assert one.state == FileState.QUARANTINED
        assert client.get(f"/filer/{one.pk}/").status_code == 404
        files.release(one.pk)
    page = client.get(mine(case)).content.decode()
    assert "En fil kontrolleras." not in page and page.count("bilaga-") == 3
    for user, status in ((karin, 200), (amina, 200), (someone(Role.RESIDENT), 404), (someone(Role.CREW), 404)):
        client.force_login(user)
        for one in StoredFile.objects.all():
            assert client.get(f"/filer/{one.pk}/").status_code == status


def test_a_case_worker_sends_a_file_and_the_resident_opens_it(open_case, karin, amina, client):
    case = open_case()
    client.force_login(amina)
    sent = {"text": "Blanketten du bad om", "attached": upload(PDF), "request_id": str(uuid.uuid4())}
    for _ in range(2):
        client.post(f"{theirs(case)}skriv/", {**sent, "attached": upload(PDF)})
    assert Message.objects.count() == StoredFile.objects.count() == 1, "sent twice, it is one"
    file = StoredFile.objects.get()
    files.release(file.pk)
    assert f"/filer/{file.pk}/" in client.get(theirs(case)).content.decode()
    client.force_login(karin)
    assert f"/filer/{file.pk}/" in client.get(mine(case)).content.decode()
    assert client.get(f"/filer/{file.pk}/")["Content-Type"] == "application/pdf"


def test_what_is_refused_takes_nothing_with_it_and_what_was_written_stays(open_case, karin, amina, client, media):
    case = open_case()
    for user, where in ((karin, mine(case)), (amina, theirs(case))):
        client.force_login(user)
        sent = {"text": "Viktigt att säga", "attached": [upload(PDF), upload(b"MZ" + bytes(90))]}
        answer = client.post(f"{where}skriv/", sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Vi kan inte ta emot den sortens fil" in page and "Viktigt att säga" in page
    assert not Message.objects.exists() and not StoredFile.objects.exists()
    assert not [one for one in media.rglob("*") if one.is_file()], "no bytes are left behind"


def test_six_files_are_too_many_and_a_file_alone_is_enough(open_case, karin, client):
    case = open_case()
    client.force_login(karin)
    many = client.post(f"{mine(case)}skriv/", {"text": "Hej", "attached": [upload(PDF) for _ in range(6)]})
    assert many.status_code == 422 and "högst fem filer" in many.content.decode()
    assert client.post(f"{mine(case)}skriv/", {"text": "", "attached": upload(PDF)}).status_code == 302
    assert client.post(f"{mine(case)}skriv/", {"text": ""}).status_code == 422
