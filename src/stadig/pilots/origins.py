"""What is known of the trial that one here was copied from: who tried first, what it gave there, and what did not work."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from django.utils.translation import gettext as _

from stadig.pilots import sentences
from stadig.pilots.card import Card
from stadig.pilots.statistics import pooling
from stadig.pilots.statistics.terms import Direction, Estimate, Scale


class Learnt(msgspec.Struct, frozen=True):
    """Something that the other municipality learnt."""

    worked: bool
    title: str
    text: str


class Origin(msgspec.Struct, frozen=True):
    """The other municipality's trial, as its package told when it was taken in."""

    municipality: str = ""
    title: str = ""
    outcome: str = ""
    """What was decided there: ``withdraw``, ``keep``, ``scale_up``, or empty."""
    gave: Estimate | None = None
    unit: str = ""
    """Of the measure that decided there, with its scale and direction: what ``gave`` is told in."""
    scale: Scale | None = None
    direction: Direction | None = None
    lessons: tuple[Learnt, ...] = ()

    def measures_as(self, card: Card) -> bool:
        """Whether the two can stand beside each other: the measure that decides is told in the same way here."""
        one = card.primary
        return one is not None and (one.unit, card.scale, one.direction) == (self.unit, self.scale, self.direction)

    @property
    def error(self) -> float:
        """The standard error of ``gave``; 0 when it has none."""
        if self.gave is None or self.gave.low is None or self.gave.high is None:
            return 0.0
        return pooling.standard_error(self.gave)

    @property
    def failed(self) -> tuple[Learnt, ...]:
        """What did not work there."""
        return tuple(one for one in self.lessons if not one.worked)


_ORIGIN = msgspec.json.Decoder(Origin)


@lru_cache(maxsize=64)
def read(stored: str) -> Origin | None:
    """``Pilot.copied_from`` as JSON text; None for a trial that was thought of here."""
    found = _ORIGIN.decode(stored)
    return found if found.municipality else None


def said(origin: Origin, card: Card) -> str:
    """*Försöket är hämtat från Lindhamn. Där blev det 37 % kortare (…). Lindhamn skalade upp.*"""
    found = [_("Försöket är hämtat från %(who)s.") % {"who": origin.municipality}]
    if origin.gave is not None and origin.measures_as(card):
        what, how = sentences.finding(card, origin.gave), sentences.interval(card, origin.gave)
        found.append(_("Resultatet där: %(what)s.") % {"what": f"{what} ({how})" if how else what})
    if decided := _decided(origin.outcome):
        found.append(decided % {"who": origin.municipality})
    return " ".join(found)


def _decided(outcome: str) -> str:
    return {
        "scale_up": _("%(who)s skalade upp."),
        "withdraw": _("%(who)s drog tillbaka."),
        "keep": _("%(who)s behåller det som det är."),
    }.get(outcome, "")
