"""What every city begins with: the riksnorm of 2025 and 2026 and the rules of the calculation, each with the source it was read in.

Plain data, written once by a migration. Later years are entered by two people (:mod:`stadig.assistance.norms`); nothing here is changed for them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

ENTERED: Final = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
COLUMNS: Final = ("0", "1-2", "3", "4-6", "7-10", "11-14", "15-18", "19-20")
NORMS: Final = (
    (
        2025,
        "Socialtjänstförordningen (2025:468) 12 kap. 2 §, lydelse SFS 2025:468",
        ([2720, 2540], [3030, 2780], [2700, 2480], [3030, 2700], 3790, 4350, 4920, 4960),
        (3910, 7050),
        (1270, 1400, 1770, 2010, 2310, 2620, 2810),
    ),
    (
        2026,
        "Socialtjänstförordningen (2025:468) 12 kap. 2 §, lydelse SFS 2025:1046",
        ([2740, 2560], [3060, 2800], [2720, 2500], [3060, 2720], 3820, 4390, 4960, 5000),
        (3940, 7100),
        (1280, 1410, 1790, 2030, 2330, 2640, 2830),
    ),
)
PRICE_BASE: Final = {2025: 58_800, 2026: 59_200}
OWN: Final = "Kommunens egen gräns. Ändra den om ni har bestämt en annan"


def rules(year: int) -> dict[str, Any]:
    """name → value, unit and source of one year."""
    return {
        "change_percent": {"value": 12, "unit": "percent", "source": OWN, "own": True},
        "stimulus_percent": {"value": 25, "unit": "percent", "source": "12 kap. 8 § socialtjänstlagen (2025:400)"},
        "stimulus_after_months": {"value": 6, "unit": "months", "source": "12 kap. 8 § socialtjänstlagen (2025:400)"},
        "stimulus_months": {"value": 24, "unit": "months", "source": "12 kap. 8 § socialtjänstlagen (2025:400)"},
        "price_base_amount": {
            "value": PRICE_BASE[year],
            "unit": "kronor",
            "source": f"Prisbasbeloppet för {year}, 2 kap. 6 och 7 §§ socialförsäkringsbalken",
            "unverified": True,
        },
        "youth_under": {"value": 21, "unit": "years", "source": "12 kap. 9 § socialtjänstlagen (2025:400)"},
        "part_month_days": {"value": 30, "unit": "days", "source": OWN, "own": True},
        "benefit_days_least": {"value": 15, "unit": "days", "source": OWN, "own": True},
        "benefit_days_most": {"value": 31, "unit": "days", "source": OWN, "own": True},
        "wage_reported_day": {
            "value": 12,
            "unit": "day",
            "source": "26 kap. skatteförfarandelagen (2011:1244)",
            "unverified": True,
        },
        "request_days": {"value": 7, "unit": "days", "source": OWN, "own": True},
    }


def write(norms: Any, rules_model: Any) -> None:
    """Write what is not there. ``norms`` and ``rules_model`` are the models, as a migration or the room knows them."""
    for year, source, child, (single, couple), common in NORMS:
        first = dt.date(year, 1, 1)
        table = {
            "rules": "sfs-2025-468",
            "child": dict(zip(COLUMNS, child, strict=True)),
            "adult": {"single": single, "couple": couple},
            "common": {str(n): amount for n, amount in enumerate(common, 1)},
        }
        if not norms.objects.filter(valid_from=first).exists():
            norms.objects.create(
                valid_from=first,
                valid_to=dt.date(year, 12, 31),
                table=table,
                source=source,
                entered_at=ENTERED,
                confirmed_at=ENTERED,
            )
        if not rules_model.objects.filter(valid_from=first).exists():
            rules_model.objects.create(valid_from=first, values=rules(year), entered_at=ENTERED, confirmed_at=ENTERED)
