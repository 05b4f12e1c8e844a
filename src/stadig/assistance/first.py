"""What every city begins with: the riksnorm of 2025 and 2026 and the rules of the calculation, each with the source it was read in.

Plain data, written once by a migration. Later years are entered by two people (:mod:`stadig.assistance.norms`); nothing here is changed for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
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
PRICE_BASE: Final = {
    2025: (58_800, "Prisbasbeloppet för 2025, 2 kap. 6 och 7 §§ socialförsäkringsbalken (2010:110)", False),
    2026: (59_200, "Förordning (2025:872) om prisbasbelopp för år 2026, 1 §, läst hos laglio.se ur Riksdagens öppna data", True),
}
"""Year → amount, source, and whether anyone has read it there."""
RULES_SOURCE: Final = (
    "12 kap. 8 och 9 §§ socialtjänstlagen (2025:400), skatteförfarandelagen, prisbasbeloppet och kommunens egna gränser"
)
OWN: Final = "Kommunens egen gräns. Ändra den om ni har bestämt en annan"


def rules(year: int) -> dict[str, Any]:
    """name → value, unit and source of one year."""
    amount, price_source, was_read = PRICE_BASE[year]
    stimulus = "12 kap. 8 § socialtjänstlagen (2025:400)"
    return {
        "change_percent": {"value": 12, "unit": "percent", "source": OWN, "own": True},
        "stimulus_percent": {"value": 25, "unit": "percent", "source": stimulus},
        "stimulus_after_months": {"value": 6, "unit": "months", "source": stimulus},
        "stimulus_months": {"value": 24, "unit": "months", "source": stimulus},
        "price_base_amount": {"value": amount, "unit": "kronor", "source": price_source, "unverified": not was_read},
        "youth_under": {"value": 21, "unit": "years", "source": "12 kap. 9 § socialtjänstlagen (2025:400)"},
        "part_month_days": {"value": 30, "unit": "days", "source": OWN, "own": True},
        "benefit_days_least": {"value": 15, "unit": "days", "source": OWN, "own": True},
        "benefit_days_most": {"value": 31, "unit": "days", "source": OWN, "own": True},
        "wage_reported_day": {
            "value": 12,
            "unit": "day",
            "source": "26 kap. 26, 32 och 34 §§ skatteförfarandelagen (2011:1244). Stora arbetsgivare har till den 26 (30 §)",
            "unverified": True,
        },
        "request_days": {"value": 7, "unit": "days", "source": OWN, "own": True},
    }


def shipped_norms() -> Iterator[dict[str, Any]]:
    """The riksnorm of each year, column → value as JSON holds it."""
    for year, source, child, (single, couple), common in NORMS:
        table = {
            "rules": "sfs-2025-468",
            "child": dict(zip(COLUMNS, child, strict=True)),
            "adult": {"single": single, "couple": couple},
            "common": {str(n): amount for n, amount in enumerate(common, 1)},
        }
        yield {"table": table, "source": source, **_of(year)}


def shipped_rules() -> Iterator[dict[str, Any]]:
    """The rules of each year, column → value as JSON holds it."""
    for year in PRICE_BASE:
        yield {"values": rules(year), "source": RULES_SOURCE, **_of(year)}


def write(norms: Any, rules_model: Any) -> None:
    """Write what is not there."""
    write_norms(norms)
    write_rules(rules_model)


def write_norms(norms: Any) -> None:
    """The riksnorm of each year. ``norms`` is the model, as a migration or the room knows it."""
    for row in shipped_norms():
        if not norms.objects.filter(valid_from=row["valid_from"]).exists():
            norms.objects.create(**row)


def write_rules(rules_model: Any) -> None:
    """The rules of each year, as :func:`write_norms`. Those that were shipped before they had a last day get it, and their sources."""
    for row in shipped_rules():
        found = rules_model.objects.filter(valid_from=row["valid_from"])
        found.filter(entered_by=None, source="").update(values=row["values"], source=row["source"])
        if not found.exists():
            rules_model.objects.create(**row)


def _of(year: int) -> dict[str, Any]:
    entered = ENTERED.isoformat()
    return {"valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31", "entered_at": entered, "confirmed_at": entered}
