"""Norms and rules that people entered before the audit log held a hash of each row are noted there, and held from here on."""

from django.db import migrations

from stadig.city import attested


def note(apps, schema_editor):
    for label in ("assistance.norm", "assistance.rules"):
        attested.attest(label)


class Migration(migrations.Migration):
    dependencies = [("assistance", "0004_rules_of_a_period"), ("city", "0010_what_a_service_costs")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
