"""What may be sent in: known by its bytes, stripped, checked before anyone opens it."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from stadig.files import actions, purposes, scanning, sniffing
from stadig.files.models import FileState

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in parts.items():
            archive.writestr(
                name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin").replace("Content", "[Content_Types]", 1),
                data,
            )
    return written.getvalue()


DOCX = zipped(Content_xml=b"<Types/>", word__document_xml=b"<w/>")


def picture(form: str) -> bytes:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (57.0, 6.0, 0.0)}
    exif[0x010F] = "Kamera AB"
    Image.new("RGB", (64, 48), "teal").save(written, form, exif=exif)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "ending"),
    [(PDF, ".pdf"), (DOCX, ".docx"), (picture("JPEG"), ".jpg"), (picture("PNG"), ".jpg"), (picture("WEBP"), ".jpg")],
    ids=["pdf", "docx", "jpeg", "png", "webp"],
)
def test_a_file_is_known_by_its_bytes(data, ending):
    assert sniffing.kind_of(data).ending == ending


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"MZ" + b"\0" * 200, "unknown"),
        (b"<html><script>alert(1)</script></html>", "unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown"),
        (b"", "unknown"),
        (zipped(hello_xml=b"x"), "unknown"),
        (PDF + DOCX, "polyglot"),
        (PDF + b"x" * 5000, "polyglot"),
        (PDF.replace(b"1 0 obj", b"<html><script>"), "polyglot"),
        (DOCX + PDF * 100, "polyglot"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "programs"),
        (zipped(Content_xml=b"<Types/>", word__document_xml=b"<w/>", word__vbaProject_bin=b"x"), "programs"),
        (PDF[:40], "damaged"),
        (DOCX[:60], "damaged"),
    ],
)
def test_what_is_two_things_at_once_or_carries_programs_is_refused(data, why):
    with pytest.raises(sniffing.NotTaken, match=why):
        sniffing.kind_of(data)


@pytest.fixture
def purpose(db, tmp_path, settings) -> str:
    settings.MEDIA_ROOT = str(tmp_path)
    purposes.register(
        "test-anything", may_read=lambda _user, _file: True, keep=timedelta(days=1), families=("picture", "pdf", "office")
    )
    return "test-anything"


def sent(data: bytes, name: str = "anything.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_document_is_kept_as_it_is_under_a_name_of_ours(purpose):
    file = actions.store(sent(PDF, "Elsas läkarintyg.exe"), None, purpose=purpose, name="certificate")
    assert file.content_type == "application/pdf"
    assert file.name.startswith("certificate-") and file.name.endswith(".pdf") and "Elsa" not in file.name
    assert file.state == FileState.QUARANTINED
    assert actions.release(file.pk).state == FileState.RELEASED


def test_a_purpose_for_pictures_takes_no_document(purpose):
    with pytest.raises(actions.WrongType, match="JPEG"):
        actions.store(sent(PDF), None, purpose=purpose, families=("picture",))


def test_a_picture_from_a_phone_becomes_a_picture_without_its_place(purpose):
    import pi_heif

    assert "heic" in pi_heif.libheif_info()["decoders"] or pi_heif.libheif_info()
    file = actions.store(sent(picture("JPEG"), "IMG_1.heic"), None, purpose=purpose)
    with actions.default_storage.open(actions.path_of(file)) as stored:
        data = stored.read()
    assert b"Kamera" not in data and file.content_type == "image/jpeg"


class Clamd(threading.Thread):
    """A clamd that knows the EICAR test file."""

    def __init__(self, says: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.says = says
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as read:
                assert read.read(10) == b"zINSTREAM\0"
                data = b""
                while size := struct.unpack("!I", read.read(4))[0]:
                    data += read.read(size)
                found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
                line.sendall(self.says or found)


@pytest.fixture
def clamd(settings) -> Iterator[Clamd]:
    started = Clamd()
    started.start()
    settings.CLAMD = started.address
    yield started
    started.door.close()


def test_a_file_with_something_harmful_in_it_is_stopped(purpose, clamd):
    bad = PDF.replace(b"1 0 obj", b"%" + EICAR + b"\n1 0 obj")
    file = actions.store(sent(bad), None, purpose=purpose)
    assert actions.release(file.pk).state == FileState.REJECTED
    assert not actions.default_storage.exists(f"stored/{file.id.hex[:2]}/{file.id.hex}")
    assert actions.release(actions.store(sent(PDF), None, purpose=purpose).pk).state == FileState.RELEASED


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"\0"])
def test_a_scanner_that_does_not_answer_keeps_the_file_in_quarantine(purpose, settings, says):
    broken = Clamd(says)
    broken.start()
    settings.CLAMD = broken.address
    file = actions.store(sent(PDF), None, purpose=purpose)
    with pytest.raises(scanning.ScannerDown):
        actions.release(file.pk)
    broken.door.close()
    with pytest.raises(scanning.ScannerDown):
        scanning.harm_in(PDF, "tcp://127.0.0.1:9")
    file.refresh_from_db()
    assert file.state == FileState.QUARANTINED
