"""The verb that casts the lot among areas, in public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stadig.city import audit
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.pilots import access
from stadig.pilots import card as cards
from stadig.pilots.actions.common import State, held, latest, require
from stadig.pilots.actions.planning import note_allocation
from stadig.pilots.errors import AlreadyDrawn, CannotDraw
from stadig.pilots.models import CardVersion, Unit
from stadig.pilots.statistics import allocation


@verb
def draw(
    by: User | None,
    pilot_id: int,
    *,
    method: str,
    seed: str,
    chosen: int | None = None,
    pairs: Sequence[tuple[str, str]] = (),
    balance: Sequence[Sequence[float]] = (),
    tolerance: float = 0.0,
    why: str = "",
) -> CardVersion:
    """Cast the lot among the trial's units: ``complete``, ``pairs`` or ``constrained``. ``chosen`` is how many get it, half unless said.

    The public seed and the digest of every draw that was possible are kept in the card. Cast once: again only with a reason, which is public.

    Raises
    ------
    AlreadyDrawn
        The lot has been cast, and ``why`` is empty.
    CannotDraw
        The units cannot be drawn so; the message says why.
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.IDEA)
    card = cards.read(latest(pilot).card)
    if card.allocation is not None and card.allocation.method != "chosen" and not why.strip():
        raise AlreadyDrawn(count=len(card.allocation.units))
    units = list(Unit.objects.filter(pilot=pilot).values_list("ref", flat=True))
    if len(units) < 2 or (chosen is not None and not 0 < chosen < len(units)):
        raise CannotDraw(reason="too_few_units", count=len(units))
    try:
        drawn = allocation.draw(
            units, chosen or len(units) // 2, seed.strip(), method=method, pairs=pairs, balance=balance, tolerance=tolerance
        )
        possible = allocation.admissible(drawn)
    except allocation.BadDraw as error:
        raise CannotDraw(reason=str(error), count=len(units)) from error
    drawn = replace(drawn, admissible_sha256=possible.digest, admissible=possible.total or 0)
    for ref in units:
        Unit.objects.filter(pilot=pilot, ref=ref).update(arm="pilot" if ref in drawn.treated else "comparison", begins=None)
    version = note_allocation(pilot, card, drawn, by, why)
    audit.record(by, "drew", pilot, version=version.number, digest=possible.digest)
    return version
