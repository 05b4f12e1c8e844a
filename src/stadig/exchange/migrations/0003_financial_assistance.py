"""The law that lets the social services board ask six agencies in cases of financial assistance.

Read in SFS 2025:400 (as amended up to SFS 2025:1501), in force from 1 July 2025, and SFS 2008:975 (up to SFS 2025:488). Transportstyrelsen and
Migrationsverket are in neither: a municipality that asks them enters its own ground. Where a contract sets no longest period the municipality
does, and may enter another row.
"""

from datetime import UTC, date, datetime

from django.db import migrations

PURPOSE = "financial-assistance"
FROM = date(2025, 7, 1)
NEW_TAX = date(2025, 12, 1)
"""When SFS 2025:942 gave the board employers' declarations too."""
READ = datetime(2026, 11, 22, tzinfo=UTC)
ORDINANCE = "förordningen (2008:975) om uppgiftsskyldighet i vissa fall på socialtjänstens område"
TWO_YEARS = 730
OWN = 366
LEFI = "Längsta period: två år enligt kontraktet LEFI v9."
OURS = "Längsta period: kommunens egen gräns, kontraktet sätter ingen."
BENEFIT = ["identity", "application", "granted", "period_and_extent", "amount_paid", "pay_date"]


def statute(section: int, ordinance: int) -> str:
    return f"15 kap. {section} § socialtjänstlagen (2025:400) och {ordinance} § {ORDINANCE}"


def source(limit: str, ordinance: str, law: str = "SFS 2025:400, lydelse till och med SFS 2025:1501") -> str:
    return f"{law}; SFS 2008:975, paragrafens lydelse enligt {ordinance}. {limit}"


ROWS = [
    (
        "CSN",
        statute(10, 2),
        ["identity", "application", "form", "period", "extent", "amount", "home_equipment_loan", "pay_date", "compulsory_level"],
        OWN,
        FROM,
        None,
        source(OURS, "SFS 2022:870"),
    ),
    ("FK", statute(10, 3), BENEFIT, TWO_YEARS, FROM, None, source(LEFI, "SFS 2008:975")),
    ("PM", statute(10, 7), BENEFIT, TWO_YEARS, FROM, None, source(LEFI, "SFS 2009:1200")),
    (
        "SO",
        statute(10, 4),
        ["identity", "application", "right", "amount", "month_and_days", "pay_date", "suspension"],
        OWN,
        FROM,
        None,
        source(OURS, "SFS 2024:1362"),
    ),
    (
        "AF",
        statute(11, 5),
        ["identity", "registered", "fund", "category", "programme", "activity_report"],
        OWN,
        FROM,
        None,
        source(OURS, "SFS 2017:836"),
    ),
    (
        "SKV",
        statute(12, 6),
        ["identity", "capital", "tax_refund"],
        OWN,
        FROM,
        date(2025, 11, 30),
        source(OURS, "SFS 2011:1470", "SFS 2025:400, 15 kap. 12 § före SFS 2025:942"),
    ),
    (
        "SKV",
        statute(12, 6),
        ["identity", "capital", "tax_refund", "employer_declaration"],
        OWN,
        NEW_TAX,
        None,
        source(OURS, "SFS 2011:1470", "SFS 2025:400, 15 kap. 12 § enligt SFS 2025:942"),
    ),
]


def enter(apps, schema_editor):
    basis = apps.get_model("exchange", "LegalBasis")
    for agency, text, fields, longest, first, last, where in ROWS:
        basis.objects.get_or_create(
            purpose=PURPOSE,
            agency=agency,
            valid_from=first,
            defaults={
                "statute": text,
                "fields": fields,
                "longest_days": longest,
                "valid_to": last,
                "source": where,
                "entered_at": READ,
                "confirmed_at": READ,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_law")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
