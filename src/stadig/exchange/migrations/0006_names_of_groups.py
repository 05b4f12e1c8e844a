"""Rows that a release entered get the names of groups that the readers know (exchange/lawful.py); what a person has entered is theirs."""

import importlib

from django.db import migrations

shipped = importlib.import_module("stadig.exchange.migrations.0003_financial_assistance")


def rename(apps, schema_editor):
    basis = apps.get_model("exchange", "LegalBasis")
    for agency, _text, fields, _longest, first, _last, _source in shipped.ROWS:
        basis.objects.filter(purpose=shipped.PURPOSE, agency=agency, valid_from=first, entered_by=None).update(fields=fields)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_withheld")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
