"""Trials: known answers reproduced, how often they err under the null, what they find, and how fast they are."""

from __future__ import annotations

from collections.abc import Callable

from stadig.config import django
from stadig.config.bench import Figure, _pilots_areas, _pilots_persons, bench


def _assignment() -> list[Figure]:
    """Needs the apps loaded, but no database."""
    django.setup()
    from stadig.config.bench import _pilots_assignment

    return _pilots_assignment.figures()


PARTS: list[Callable[[], list[Figure]]] = [_pilots_persons.figures, _pilots_areas.figures, _assignment]


@bench("pilots")
def pilots() -> list[Figure]:
    """Try small and know: errors, power and speed of the statistics of trials."""
    return [figure for part in PARTS for figure in part()]
