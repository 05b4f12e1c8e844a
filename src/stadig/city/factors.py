"""The factors an installation begins with: few, each with its source; a municipality adds its own years.

Slug → what :func:`stadig.city.effects.factor` returns. Where ``assumption`` is true no one has published the
number: it is ours, stated so that it can be questioned and replaced.
"""

from __future__ import annotations

from typing import Any

_ENERGY = "Energimyndigheten, Växthusgasutsläpp för drivmedel (levererat 2016, livscykel)"
_ENERGY_URL = "http://www.energimyndigheten.se/fornybart/hallbarhetskriterier/drivmedelslagen/vaxthusgasutslapp/"
_ASEK_URL = (
    "https://www.trafikverket.se/om-oss/nyheter/aktuellt-for-dig-i-branschen3/aktuellt-for-dig-i-branschen/"
    "2020-06/ny-asek-rapport-med-ekonomiska-kalkylvarden/"
)

FACTORS: tuple[dict[str, Any], ...] = (
    {
        "slug": "diesel_co2e",
        "title": "Utsläpp från diesel MK1",
        "value": 2.853,
        "unit": "kg CO2e per liter",
        "year": 2016,
        "source": _ENERGY,
        "source_url": _ENERGY_URL,
    },
    {
        "slug": "hvo_co2e",
        "title": "Utsläpp från HVO",
        "value": 0.476,
        "unit": "kg CO2e per liter",
        "year": 2016,
        "source": _ENERGY,
        "source_url": _ENERGY_URL,
    },
    {
        "slug": "electricity_co2e",
        "title": "Utsläpp från el, svensk elmix",
        "value": 0.0472,
        "unit": "kg CO2e per kWh",
        "year": 2013,
        "source": "Energimyndigheten efter JRC (2017): 13,1 g CO2e per MJ, gånger 3,6 MJ per kWh",
        "source_url": _ENERGY_URL,
    },
    {
        "slug": "co2_value",
        "title": "Samhällets kostnad för koldioxid",
        "value": 7.0,
        "unit": "kronor per kg CO2",
        "year": 2020,
        "source": "Trafikverket, ASEK-rapporten 2020 (2017 års priser)",
        "source_url": _ASEK_URL,
    },
    {
        "slug": "own_car",
        "title": "Resa med egen bil",
        "value": 2.5,
        "unit": "kronor per km",
        "year": 2023,
        "source": "Skattefri milersättning, 25 kronor per mil (12 kap. 27 § inkomstskattelagen)",
    },
    {
        "slug": "employer_contribution",
        "title": "Arbetsgivaravgift",
        "value": 31.42,
        "unit": "procent av lönen",
        "year": 2017,
        "source": "Socialavgiftslagen (2000:980) 2 kap. och lagen (1994:1920) om allmän löneavgift",
    },
    {
        "slug": "collection_fuel",
        "title": "En sopbils förbrukning i tätort",
        "value": 0.5,
        "low": 0.35,
        "high": 0.8,
        "unit": "liter per km",
        "year": 2026,
        "source": "Antagande. Byt mot fordonens egna mätvärden.",
        "assumption": True,
    },
    {
        "slug": "collection_co2e",
        "title": "Utsläpp från en sopbil i tätort",
        "value": 1.43,
        "low": 1.0,
        "high": 2.28,
        "unit": "kg CO2e per km",
        "year": 2026,
        "source": "Antagen förbrukning (0,5 liter per km) gånger utsläppet från diesel MK1 ovan",
        "assumption": True,
    },
    {
        "slug": "crew_hour",
        "title": "En arbetstimme i ett arbetslag",
        "value": 400.0,
        "low": 350.0,
        "high": 450.0,
        "unit": "kronor per timme",
        "year": 2026,
        "source": "Antagande, med arbetsgivaravgift. Byt mot kommunens egen timkostnad.",
        "assumption": True,
    },
    {
        "slug": "visits_per_application",
        "title": "Besök som en ansökan på nätet ersätter",
        "value": 0.6,
        "low": 0.3,
        "high": 0.9,
        "unit": "besök per ansökan",
        "year": 2026,
        "source": "Antagande. Byt mot hur många som kom hit med ansökan innan den fanns på nätet.",
        "assumption": True,
    },
    {
        "slug": "visit_km",
        "title": "Bilväg för ett besök, fram och tillbaka",
        "value": 6.0,
        "low": 2.0,
        "high": 12.0,
        "unit": "km per besök",
        "year": 2026,
        "source": "Antagande, också för dem som går och cyklar. Byt mot kommunens egen resvaneundersökning.",
        "assumption": True,
    },
    {
        "slug": "own_car_co2e",
        "title": "Utsläpp från en personbil",
        "value": 0.17,
        "low": 0.05,
        "high": 0.2,
        "unit": "kg CO2e per km",
        "year": 2026,
        "source": "Antagen förbrukning (0,06 liter per km) gånger utsläppet från diesel MK1 ovan",
        "assumption": True,
    },
)
