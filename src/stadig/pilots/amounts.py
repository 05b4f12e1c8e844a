"""How the figures of a trial are drawn and written: what a stored difference is multiplied by, its unit and its decimals."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from stadig.pilots import sentences
from stadig.pilots.card import Card, Outcome
from stadig.pilots.statistics.terms import Direction, Scale
from stadig.ui import formatting


def fitting(value: float) -> int:
    """How many decimals a number needs: none from ten, one from one, else two."""
    return 0 if abs(value) >= 10 or value == 0 else 1 if abs(value) >= 1 else 2


@dataclass(frozen=True, slots=True)
class Measure:
    """How one outcome's differences are drawn."""

    outcome: Outcome
    scale: Scale

    @property
    def times(self) -> float:
        """What a stored difference is multiplied by before it is drawn."""
        return 100.0 if self.scale is Scale.RELATIVE else 1.0

    @property
    def unit(self) -> str:
        """The unit of a drawn difference."""
        if self.scale is Scale.RELATIVE:
            return "%"
        return _("procentenheter") if self.outcome.unit in sentences.OF_A_HUNDRED else formatting.unit(self.outcome.unit)

    @property
    def short(self) -> str:
        """The unit at each mark and label of a drawing: none where it is so long that the subtitle says it once."""
        return "" if self.points else self.unit

    @property
    def points(self) -> bool:
        """Whether the difference is in percentage points."""
        return self.scale is Scale.ABSOLUTE and self.outcome.unit in sentences.OF_A_HUNDRED

    def told(self, subtitle: str) -> str:
        """A subtitle that also says the unit, where the labels do not."""
        return " ".join((subtitle, _("I procentenheter."))) if self.points else subtitle

    def brief(self, value: float) -> str:
        """``−37 %``, or ``+5`` where the subtitle says the unit."""
        return self.signed(value).partition(" ")[0] if self.points else self.signed(value)

    @property
    def decimals(self) -> int:
        return 0 if self.scale is Scale.RELATIVE else 1

    def shown(self, value: float | None) -> float | None:
        """A stored difference as the number that is drawn."""
        return None if value is None else value * self.times

    def signed(self, value: float | None) -> str:
        """``−37 %`` or ``+12 %``."""
        return sentences.signed(value, self.outcome.unit, self.scale)


def of_primary(card: Card) -> Measure | None:
    return Measure(card.primary, card.scale) if card.primary is not None else None


def sign(direction: Direction) -> int:
    """−1 where less is better."""
    return -1 if direction is Direction.LESS else 1


def level(outcome: Outcome, value: float | None) -> tuple[str, str]:
    """A level as number and unit: ``("0,8", "av 100")``."""
    if value is None:
        return formatting.DASH, ""
    unit = _("av 100") if outcome.unit in sentences.OF_A_HUNDRED else formatting.unit(outcome.unit)
    return sentences.figure(value), unit
