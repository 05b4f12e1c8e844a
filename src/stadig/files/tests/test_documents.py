"""Documents we draw up ourselves, and keep."""

from __future__ import annotations

import io
import os

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from stadig.files import actions, documents, purposes
from stadig.files.models import FileState

LETTER = b"""#import "/files/typst/letter.typ": letter
#let d = json(bytes(sys.inputs.data))
#show: letter.with(title: d.title, sender: "Lindhamns kommun", reference: "GPN 2026/00001", language: "sv", foot: ("0340-120 00",))
== Why
Text.
"""


def test_a_letter_is_made_for_archives_and_screen_readers():
    made = documents.pdf(LETTER, {"title": "Beslut åäö"})
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part" in made
    assert b"pdfaid:part" in made


SCRIPTS = {
    "arabiska": "مرحبا بالعالم", "persiska": "سلام دنیا", "sorani": "سڵاو ئێوە", "tigrinja": "ሰላም ዓለም", "thai": "สวัสดีชาวโลก",
    "kinesiska": "你好世界", "ukrainska": "Привіт, їжаче", "polska": "Zażółć gęślą jaźń", "somaliska": "Waan ku salaamayaa",
    "emoji": "\U0001f600 \U0001f44d\U0001f3fd \u2603",
}  # fmt: skip
"""A greeting in each of the scripts that Sweden's residents write the most."""
WORDS = b"""#import "/files/typst/letter.typ": letter
#let d = json(bytes(sys.inputs.data))
#show: letter.with(title: "Brev", sender: "Lindhamns kommun", reference: "GPN 2026/00001", language: "sv", foot: ())
#d.text
"""


@pytest.fixture
def fonts():
    """The fonts that ``make assets`` puts in ``build/fonts``. Absent: skipped with advice, and a failure in CI."""
    if not list(documents.FONTS.glob("*.ttf")):
        advice = "Run `make assets`: it installs the fonts of documents."
        pytest.fail(advice) if os.environ.get("CI") == "true" else pytest.skip(advice)


def drawn(text: str) -> str:
    """What stands on the pages of a letter that says this."""
    made = documents.pdf(WORDS, {"text": text})
    assert b"pdfuaid:part" in made and b"pdfaid:part" in made and len(made) < 60_000
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_people_write_in_their_own_script_is_drawn(fonts, script, monkeypatch):
    monkeypatch.setattr(documents, "MOST_TRIES", 1)
    monkeypatch.setattr(documents, "_lacking", lambda said: pytest.fail(f"no font for {said}"))
    assert "?" not in drawn(SCRIPTS[script])


def test_a_sign_without_a_font_is_a_question_mark_and_the_rest_stays(fonts):
    said = drawn("Hej 안녕 och 你好")
    assert "Hej ?" in said and "你好" in said and "안" not in said


def test_many_signs_without_fonts_still_give_a_letter():
    rare = "".join(chr(0x12000 + number) + "\ud55c" + chr(0x10A60 + number) for number in range(60))
    assert "Slut" in drawn(f"{rare} Slut")


def test_a_template_that_does_not_fit_its_data_says_so():
    with pytest.raises(documents.CannotDraw, match="title"):
        documents.pdf(LETTER, {})


@pytest.mark.django_db
def test_what_we_made_ourselves_is_kept_until_its_owner_erases_it():
    purposes.register("test.made", may_read=lambda user, file: False, keep=None)
    file = actions.keep(b"%PDF", None, purpose="test.made", name="beslut.pdf")
    assert (file.state, file.erase_at) == (FileState.RELEASED, None)
    with default_storage.open(actions.path_of(file)) as stored:
        assert stored.read() == b"%PDF"
    default_storage.delete(actions.path_of(file))
