"""Rules have a last day and a source of their own, as the riksnorm has: a year without rules is one that nothing is computed for."""

import datetime as dt

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models
from django.db.models import F, Func, Q, Value

from stadig.assistance import first


def end(apps, schema_editor):
    for one in apps.get_model("assistance", "Rules").objects.all():
        one.valid_to = dt.date(one.valid_from.year, 12, 31)
        one.save(update_fields=["valid_to"])


def write(apps, schema_editor):
    first.write_rules(apps.get_model("assistance", "Rules"))


class Migration(migrations.Migration):
    dependencies = [("assistance", "0003_night")]

    operations = [
        migrations.AddField("rules", "valid_to", models.DateField(null=True)),
        migrations.AddField(
            "rules",
            "source",
            models.CharField(default="", help_text="the statute and where its wording was read", max_length=300),
            preserve_default=False,
        ),
        migrations.RunPython(end, migrations.RunPython.noop),
        migrations.AlterField("rules", "valid_to", models.DateField()),
        migrations.AlterField(
            "rules",
            "confirmed_at",
            models.DateTimeField(blank=True, help_text="until then nothing is computed with it", null=True),
        ),
        migrations.RemoveConstraint("rules", "assistance_one_set_of_rules"),
        migrations.AddConstraint(
            "rules", models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="assistance_rules_period")
        ),
        migrations.AddConstraint(
            "rules",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="assistance_one_rules_a_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS,
                    )
                ],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
