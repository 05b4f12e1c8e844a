"""Law that people entered before the audit log held a hash of each row is noted there, and held from here on."""

from django.db import migrations

from stadig.city import attested


def note(apps, schema_editor):
    attested.attest("exchange.legalbasis")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_names_of_groups"), ("city", "0010_what_a_service_costs")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
