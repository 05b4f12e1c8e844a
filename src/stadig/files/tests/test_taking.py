"""What may be sent in: known by its bytes, stripped, checked before anyone opens it."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

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


def kept(file) -> bytes:
    with actions.default_storage.open(actions.path_of(file)) as stored:
        return stored.read()


@pytest.mark.parametrize("form", ["JPEG", "MPO", "WEBP", "PNG"])
def test_a_picture_from_a_phone_becomes_a_picture_without_its_place(purpose, form):
    file = actions.store(sent(picture(form), "IMG_1.heic"), None, purpose=purpose)
    assert b"Kamera" not in kept(file) and file.content_type == "image/jpeg"


def test_a_heic_picture_is_taken_as_the_phone_sent_it_and_its_place_is_gone(purpose):
    """The sample is our own drawing with a made-up place, encoded as HEIC by libheif and x265."""
    heic = (Path(__file__).parent / "samples" / "photo.heic").read_bytes()
    with Image.open(io.BytesIO(heic)) as phone:
        assert phone.getexif().get_ifd(0x8825)[2] == (57.0, 6.0, 0.0)
        assert phone.getexif()[0x010F] == "Kamera AB"
    assert sniffing.kind_of(heic).family == "picture"
    file = actions.store(sent(heic, "IMG_2041.HEIC"), None, purpose=purpose)
    assert (file.content_type, file.name[-4:], file.state) == ("image/jpeg", ".jpg", FileState.QUARANTINED)
    data = kept(file)
    assert b"Kamera" not in data and b"Exif" not in data
    with Image.open(io.BytesIO(data)) as pixels:
        assert pixels.size == (96, 64) and not pixels.getexif()
        assert max(abs(a - b) for a, b in zip(pixels.getpixel((8, 8)), (230, 200, 60), strict=True)) < 24, "the same drawing"
    assert actions.release(file.pk).state == FileState.RELEASED


@pytest.mark.parametrize("at", [0, 40, 300, 800])
def test_half_a_heic_picture_is_refused_in_words(purpose, at):
    heic = (Path(__file__).parent / "samples" / "photo.heic").read_bytes()
    with pytest.raises(actions.WrongType):
        actions.store(sent(heic[:at] + b"\0" * 64, "IMG.HEIC"), None, purpose=purpose)


def test_a_bomb_of_zeros_in_a_document_is_not_unpacked(purpose):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(201):
                part.write(bytes(2**20))
    bomb = written.getvalue()
    assert len(bomb) < 2**20
    with pytest.raises(sniffing.NotTaken, match="damaged"):
        sniffing.kind_of(bomb)
    with pytest.raises(actions.WrongType, match="skadad"):
        actions.store(sent(bomb, "ansökan.docx"), None, purpose=purpose)


def test_a_document_with_more_parts_than_anyone_writes_is_refused():
    with pytest.raises(sniffing.NotTaken, match="damaged"):
        sniffing.kind_of(zipped(**{f"p{number}_xml": b"" for number in range(5_001)}))


def test_a_picture_that_is_an_archive_too_loses_the_archive(purpose):
    """What hides after a picture's end is not carried over: the polyglot becomes a picture alone."""
    file = actions.store(sent(picture("JPEG") + DOCX, "bild.jpg"), None, purpose=purpose)
    assert b"PK\x03\x04" not in kept(file) and file.content_type == "image/jpeg"


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
