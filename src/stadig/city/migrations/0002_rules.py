"""What Django's models cannot say: extensions for the search, the cache's table, the end of the audit chain."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("city", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(
            "CREATE TABLE city_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);"
            "CREATE INDEX city_cache_expires ON city_cache (expires);",
            "DROP TABLE city_cache;",
        ),
        migrations.RunSQL("INSERT INTO city_audithead (id, position, link) VALUES (1, 0, '');", migrations.RunSQL.noop),
    ]
