"""Rows that a release entered get the names of groups that the readers know; what a person has entered is theirs."""

from django.db import migrations

NAMES = {
    "identity": "person",
    "period_and_extent": "period",
    "amount_paid": "amount",
    "pay_date": "payment-date",
    "right": "entitlement",
    "month_and_days": "month",
    "activity_report": "activity-report",
    "tax_refund": "tax-refund",
    "employer_declaration": "employer-declaration",
    "home_equipment_loan": "equipment-loan",
    "compulsory_level": "level",
}


def rename(apps, schema_editor):
    for row in apps.get_model("exchange", "LegalBasis").objects.filter(entered_by=None):
        known = [NAMES.get(name, name) for name in row.fields]
        if known != row.fields:
            row.fields = known
            row.save(update_fields=["fields"])


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_withheld")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
