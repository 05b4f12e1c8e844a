"""A full disk, a database that takes no writes: a clear page with a retry, nothing half stored, no stack trace."""

from __future__ import annotations

import contextlib
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from stadig.files.models import StoredFile
from stadig.waste.demo import factory_bin
from stadig.waste.models import Report

ADDRESS = "karin@example.org"
FULL = {"sv": ("Lagringen hos oss är full", "Gå tillbaka, behåll texten"), "en": ("storage is full", "Go back, keep your text")}
AWAY = {
    "sv": ("kan inte svara just nu", "Gå tillbaka, behåll texten"),
    "en": ("cannot answer right now", "Go back, keep your text"),
}


@pytest.fixture
def said(db, at):
    """A resident reports a bin, through the real door of Django; faults become answers."""
    at("2026-11-24T09:00+01:00")
    place = reverse("waste:report", args=[factory_bin().pk])

    def send(language: str = "sv", *, accept: str = "text/html", **more: object):
        client = Client(raise_request_exception=False, headers={"Accept": accept})
        client.cookies["stadig_language"] = language
        return client.post(place, {"kind": "full", "text": "Det ligger påsar bredvid.", "contact": ADDRESS, **more})

    return send


def refuse_reports(code: str) -> None:
    """From now on PostgreSQL answers every new report with this error code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {Report._meta.db_table} FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )


@contextlib.contextmanager
def no_file_may_pass(size: int) -> Iterator[None]:
    """The system lets no file of this process grow beyond ``size`` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.frombytes("RGB", (200, 200), os.urandom(120_000)).save(out, "JPEG")
    return SimpleUploadedFile("bild.jpg", out.getvalue(), "image/jpeg")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("code", "words"), [("53100", FULL), ("53200", AWAY), ("25006", AWAY)])
def test_a_database_that_cannot_write_says_so_and_what_to_do(said, code, words, language):
    refuse_reports(code)
    answer = said(language)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert f'lang="{language}"' in page
    for part in words[language]:
        assert part in page
    assert "Traceback" not in page
    assert "could not extend" not in page
    assert ADDRESS not in page
    assert not Report.objects.exists()


@pytest.mark.parametrize("code", ["53100", "53200", "25006"])
def test_a_program_is_told_as_json(said, code):
    refuse_reports(code)
    answer = said(accept="application/json")
    assert (answer.status_code, answer.json()) == (503, {"code": 503})
    assert answer["Retry-After"] == "30"


def test_a_picture_that_does_not_fit_on_the_disk_leaves_nothing_half_stored(said, settings, tmp_path: Path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    with no_file_may_pass(4096):
        answer = said(photo=picture())
    assert answer.status_code == 503
    assert "Lagringen hos oss är full" in answer.content.decode()
    assert not Report.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert said(photo=picture()).status_code == 302, "with room again the same report goes through"


def test_a_page_that_was_only_read_asks_for_a_reload():
    from stadig.config import errors

    assert "ladda om sidan" in errors.plain(503).content.decode()
