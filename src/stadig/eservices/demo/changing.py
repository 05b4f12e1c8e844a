"""A service that is being changed in the demo town: someone has changed it and asked, and another person has it to read and publish."""

from __future__ import annotations

from typing import Final

from stadig.city.models import User
from stadig.eservices.editing import actions, changes
from stadig.eservices.editing.changes import Files

SERVICE: Final = "street-fault"
LEAD: Final = {
    "sv": "Säg till om hål, trasig lampa, halka, klotter eller något annat som behöver lagas.",
    "en": "Tell us about holes, a broken lamp, slippery ground, graffiti or anything else to mend.",
}
ANSWER: Final = {"sv": "Klotter", "en": "Graffiti"}


def seed_edition() -> None:
    """Henrik wants people to tell of graffiti in the street too. He has asked; Ove publishes or sends it back."""
    henrik = User.objects.get(username="henrik")
    edition = actions.begin(henrik, SERVICE)
    edition = actions.change(henrik, edition.pk, edition.revision, _lead, "texts")
    edition = actions.change(henrik, edition.pk, edition.revision, _answer, "options")
    actions.ask(henrik, edition.pk, edition.revision)


def _lead(files: Files) -> Files:
    return changes.set_text(files, "service.lead", LEAD)


def _answer(files: Files) -> Files:
    files = changes.add_option(files, "what", ANSWER)
    return changes.move_option(files, "what", "klotter", len(changes.checked(files).question("what").options) - 2)
