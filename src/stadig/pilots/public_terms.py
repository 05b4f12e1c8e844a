"""What those whom a trial concerns have a right to know: why some are treated otherwise, what is kept of them, and how to say no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from stadig.pilots.card import Card
from stadig.pilots.public import Drawn
from stadig.ui import formatting


class Terms(NamedTuple):
    """(what, said) of the two halves of *Lika behandling och dina uppgifter*; what the card does not say is left out."""

    equal: tuple[tuple[str, str], ...]
    own: tuple[tuple[str, str], ...]


class Lot(NamedTuple):
    """One time that the lot was cast: with which word, who got it, and why it was cast again."""

    seed: str
    treated: str
    why: str


def terms(card: Card) -> Terms:
    """As the card that holds says it (kommunallagen 2:3; dataskyddsförordningen articles 13 and 21)."""
    equal, privacy = card.equal, card.privacy
    decided = equal.decided_by
    if decided and equal.decided_on is not None:
        day = formatting.day(equal.decided_on, weekday=False, year=True)
        decided = _("%(who)s, %(day)s") % {"who": decided, "day": day}
    until = formatting.day(equal.until, weekday=False, year=True) if equal.until is not None else ""
    first = (
        (_("Vad vi tror"), card.hypothesis),
        (_("Vad som skiljer mellan invånare"), equal.differs),
        (_("Därför är det så"), equal.reason),
        (_("Det beslutade"), decided),
        (_("Skillnaden varar längst till"), until),
        (_("Om vi drar tillbaka"), card.exit_plan),
    )
    children = (_("Barn är med.") if privacy.children else _("Inga barn är med.")) if privacy.personal_data else ""
    second = (
        (_("Uppgifter om dig"), privacy.personal_data or _("Inga uppgifter om enskilda används.")),
        (_("Vi får använda dem för att"), privacy.legal_basis),
        (_("Barn"), children),
        (_("Så säger du nej"), privacy.decline),
    )
    return Terms(tuple(one for one in first if one[1]), tuple(one for one in second if one[1]))


def lots(drawn: Sequence[Drawn], names: Mapping[str, str]) -> tuple[Lot, ...]:
    """Every time the lot was cast before the start, in order; empty when it was cast once."""
    found: list[Lot] = []
    before: tuple[str, tuple[str, ...]] | None = None
    for one in drawn:
        if (same := (one.seed, tuple(one.treated))) == before:
            continue
        before = same
        places = formatting.list_of([names.get(ref, ref) for ref in one.treated])
        found.append(Lot(one.seed, places, one.why if found else ""))
    return tuple(found) if len(found) > 1 else ()
