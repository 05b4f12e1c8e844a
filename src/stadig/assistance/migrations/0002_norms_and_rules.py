"""The riksnorm of 2025 and 2026, each with the source it was read in. The rules of the calculation come with 0004, when they have a last day."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations
from django.db.models import F, Func, Q, UniqueConstraint, Value

from stadig.assistance import first


def write(apps, schema_editor):
    first.write_norms(apps.get_model("assistance", "Norm"))


class Migration(migrations.Migration):
    dependencies = [("assistance", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="norm",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                name="assistance_one_norm_a_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS,
                    )
                ],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
            ),
        ),
        migrations.AddConstraint(
            model_name="rules",
            constraint=UniqueConstraint(
                name="assistance_one_set_of_rules",
                fields=["valid_from"],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
