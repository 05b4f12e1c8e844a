"""What the chooser refuses and warns of, for the card's page and the start's: in words, with the page where it is mended."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.pilots import card as cards
from stadig.pilots import finding_words, ready
from stadig.pilots.desk_reading import Opened
from stadig.ui import formatting

ON_THE_CARD: Final = {"persons_too_few": "planned_n", "baseline_short": "baseline_days"}
"""Code → the field of the card where it is mended."""
AMONG_UNITS: Final = frozenset({"areas_too_few", "comparison_too_few", "not_admissible", "draw_impossible"})


class Said(NamedTuple):
    """A reason, and the way out."""

    said: str
    url: str
    link: str


class Told(NamedTuple):
    """What keeps it from being started, and what is only to be known."""

    refused: tuple[Said, ...]
    warned: tuple[Said, ...]


def told(pilot: Opened) -> Told:
    """Of a trial that has not started; of others nothing. Put into words once for each card, number of units and language."""
    return _told(pilot.id, pilot.text, pilot.units, formatting.language()) if pilot.idea else Told((), ())


@lru_cache(maxsize=128)
def _told(pilot_id: int, text: str, units: int, _language: str) -> Told:
    card = cards.read(json.loads(text))
    refused: list[Said] = []
    warned: list[Said] = []
    for one in ready.found(card, units):
        into = refused if one.severity == "withhold" else warned
        into.append(Said(finding_words.finding(one, card), *_way_out(pilot_id, one.code)))
    return Told(tuple(refused), tuple(warned))


def _way_out(pilot_id: int, code: str) -> tuple[str, str]:
    if code in ON_THE_CARD:
        return f"{reverse('pilots:desk-card', args=[pilot_id])}#{ON_THE_CARD[code]}", _("Ändra på kortet")
    if code in AMONG_UNITS:
        return reverse("pilots:desk-units", args=[pilot_id]), _("Ändra vilka som är med")
    return reverse("pilots:desk-design", args=[pilot_id]), _("Välj ett annat upplägg")
