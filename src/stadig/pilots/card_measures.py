"""What an outcome can be measured by: the ledger's measures, what is known of a case, the sensors' properties. One statement for all."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.city import effects
from stadig.pilots.card import Outcome
from stadig.pilots.card_fields import SOURCES, Choices
from stadig.ui import formatting

CASES: Final[dict[str, tuple[Any, str]]] = {
    "days": (gettext_lazy("Dagar från registrering till avslut"), "dagar"),
    "assisted": (gettext_lazy("Andel som fick hjälp, eller kom på papper, telefon eller besök"), "%"),
    "in_time": (gettext_lazy("Andel frister som hölls"), "%"),
    "completed_in_time": (gettext_lazy("Andel kompletteringar som kom i tid"), "%"),
    "asked_again": (gettext_lazy("Andel som fick komplettera"), "%"),
}
"""What a case can be measured by, as ``sources.MEASURES`` reads it: its title and unit."""
DERIVED: Final = "derived:"


class Measure(NamedTuple):
    """One choice: ``value`` is the source and the measure in it, ``effects:km``."""

    value: str
    label: str
    unit: str
    group: str


class Offered(NamedTuple):
    """What the registers hold for one card's choices; hashable, so that a page made of it is remembered."""

    services: Choices
    factors: Choices
    measures: tuple[Measure, ...]

    @property
    def titles(self) -> dict[str, str]:
        """Choice → its title without the unit."""
        return {one.value: one.label for one in self.measures}


MEASURES: Final = """
SELECT 'effects', m.slug, m.title, m.unit, EXISTS (SELECT 1 FROM city_effect e WHERE e.service = %s AND e.metric_id = m.slug) AS own
FROM city_metric m WHERE m.slug NOT LIKE 'gained-%%'
UNION ALL
SELECT 'observations', p.name, p.name, coalesce((SELECT s.unit->>'symbol' FROM sensing_datastream s
    WHERE s.observed_property_id = p.id LIMIT 1), ''), false
FROM sensing_observedproperty p
UNION ALL
SELECT 'factor', slug, (array_agg(title ORDER BY year DESC))[1], '', false FROM city_factor GROUP BY slug
ORDER BY 1, 5 DESC, 3"""
"""What a trial has given (``gained-``) is an answer, not a measure to ask with."""


def offered(services: Choices, service: str) -> Offered:
    """What the card of a trial of ``service`` can choose among, its own measures first."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURES, [service])
        return _offered(services, tuple(cursor.fetchall()), formatting.language())


@lru_cache(maxsize=64)
def _offered(services: Choices, rows: tuple[tuple[str, str, str, str, bool], ...], _language: str) -> Offered:
    declared, said = effects.declared(), {slug: str(title) for slug, title in SOURCES}
    groups = {"effects": said["effects"], "observations": said["observations"]}
    found = [Measure("upload:", said["upload"], "", ""), Measure("ratings:", said["ratings"], "", "")]
    for source, slug, title, unit, own in rows:
        if source in groups:
            group = groups[source] if own or source != "effects" else _("Andra mått i effekterna")
            label = str(declared[slug]["title"]) if source == "effects" and slug in declared else title
            found.append(Measure(f"{source}:{slug}", label, formatting.unit(unit), group))
    found += [Measure(f"cases:{slug}", str(title), unit, said["cases"]) for slug, (title, unit) in CASES.items()]
    order = ("", groups["effects"], said["cases"], groups["observations"])
    found.sort(key=lambda one: order.index(one.group) if one.group in order else len(order))
    factors = tuple((slug, title) for source, slug, title, *_rest in rows if source == "factor")
    return Offered(services, factors, tuple(found))


def choice_of(outcome: Outcome) -> str:
    """The choice that an outcome holds."""
    return f"{outcome.source}:{outcome.metric if outcome.source in ('effects', 'cases', 'observations') else ''}"
