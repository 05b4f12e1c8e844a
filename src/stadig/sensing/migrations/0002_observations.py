"""Observations: monthly partitions by time, keyed by what they are, without a surrogate key and without foreign keys.

Why this shape: a foreign key costs three times the insert itself, a surrogate key a second index. The primary key
makes a retry harmless, finds one observation by its id, and gives the latest value of a datastream.
"""

from django.db import migrations

CREATE = """
CREATE TABLE sensing_observation (
    phenomenon_time timestamptz NOT NULL,
    result float8,
    datastream_id int4 NOT NULL,
    feature_id int4,
    seq int2 NOT NULL DEFAULT 0,
    result_json jsonb,
    phenomenon_end timestamptz,
    result_time timestamptz,
    valid_from timestamptz,
    valid_until timestamptz,
    quality jsonb,
    parameters jsonb,
    PRIMARY KEY (datastream_id, phenomenon_time, seq)
) PARTITION BY RANGE (phenomenon_time);

CREATE INDEX sensing_observation_time ON sensing_observation USING brin (phenomenon_time) WITH (pages_per_range = 32);

-- Months outside the window: imports of old series, and what comes before its month has been made.
CREATE TABLE sensing_observation_other PARTITION OF sensing_observation DEFAULT;

-- The partition of one UTC month; rows that already lie in the default partition are moved. True when it was made now.
CREATE FUNCTION sensing_make_partition(first_day date) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
    low timestamptz := date_trunc('month', first_day::timestamp) AT TIME ZONE 'UTC';
    high timestamptz := (date_trunc('month', first_day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    own_name text := 'sensing_observation_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass(own_name) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(7305001);
    IF to_regclass(own_name) IS NOT NULL THEN RETURN false; END IF;
    LOCK TABLE sensing_observation_other IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE sensing_observation INCLUDING ALL)', own_name);
    EXECUTE format(
        'WITH moved AS (DELETE FROM sensing_observation_other WHERE phenomenon_time >= %L AND phenomenon_time < %L RETURNING *)'
        ' INSERT INTO %I SELECT * FROM moved', low, high, own_name);
    EXECUTE format('ALTER TABLE sensing_observation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', own_name, low, high);
    RETURN true;
END $body$;

-- All months from 24 back to one ahead. Returns how many were made.
CREATE FUNCTION sensing_make_partitions(around timestamptz) RETURNS int LANGUAGE sql AS $body$
    SELECT count(*) FILTER (WHERE sensing_make_partition(month::date))::int
    FROM generate_series(
        date_trunc('month', around AT TIME ZONE 'UTC') - interval '24 months',
        date_trunc('month', around AT TIME ZONE 'UTC') + interval '1 month',
        interval '1 month') AS month
$body$;

SELECT sensing_make_partitions(now());
"""

DROP = """
DROP FUNCTION sensing_make_partitions(timestamptz);
DROP FUNCTION sensing_make_partition(date);
DROP TABLE sensing_observation;
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
