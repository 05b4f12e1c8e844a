"""Which units of a trial border on each other: what is tried in one may reach the next."""

from __future__ import annotations

from itertools import combinations

from stadig.geo import districts
from stadig.pilots.models import Unit
from stadig.pilots.statistics import meters


def of(pilot_id: int) -> dict[str, tuple[str, ...]]:
    """Unit → the units in districts that border on its own, and in its own; empty for units that lie in no district."""
    placed = list(Unit.objects.filter(pilot=pilot_id, district__isnull=False).order_by("pk").values_list("ref", "district_id"))
    if len(placed) < 2:
        return {}
    borders = districts.bordering()
    return meters.neighbours_of(
        (one, other)
        for (one, here), (other, there) in combinations(placed, 2)
        if here == there or (min(here, there), max(here, there)) in borders
    )
