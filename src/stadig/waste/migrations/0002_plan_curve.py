from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("waste", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="curve",
            field=models.JSONField(
                blank=True, default=list, help_text="what other service levels would cost, lowest first: day.Cost"
            ),
        )
    ]
