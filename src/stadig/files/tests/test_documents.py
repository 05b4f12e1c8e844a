"""Documents we draw up ourselves, and keep."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

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
