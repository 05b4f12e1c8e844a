"""The SQL of the storage, as SQL. Nothing here is put together from values; what varies is bound."""

from __future__ import annotations

from stadig.sensing.storage import binary


def copy_into(table: str, columns: tuple[str, ...]) -> str:
    """COPY BINARY into one of our own two tables."""
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"


OBSERVATION = "sensing_observation"
STAGE = "pg_temp.sensing_stage"
ALL = binary.PLAIN + binary.EXTRAS

MAKE_STAGE = f"CREATE TEMP TABLE IF NOT EXISTS sensing_stage (LIKE {OBSERVATION}, n int4) ON COMMIT DELETE ROWS"
CLEAR_STAGE = f"DELETE FROM {STAGE}"  # noqa: S608 – our own constant

INSERT_STAGED = f"""
INSERT INTO {OBSERVATION} ({", ".join(ALL)})
SELECT {", ".join(ALL)} FROM {STAGE} ORDER BY n
ON CONFLICT DO NOTHING
"""  # noqa: S608

DIFFERENT = f"""
SELECT s.n FROM {STAGE} s JOIN {OBSERVATION} o USING (datastream_id, phenomenon_time, seq)
WHERE (o.result, o.result_json, o.phenomenon_end) IS DISTINCT FROM (s.result, s.result_json, s.phenomenon_end)
ORDER BY s.n
"""  # noqa: S608

REPLACE_STAGED = f"""
INSERT INTO {OBSERVATION} ({", ".join(ALL)})
SELECT DISTINCT ON (datastream_id, phenomenon_time, seq) {", ".join(ALL)} FROM {STAGE}
ORDER BY datastream_id, phenomenon_time, seq, n DESC
ON CONFLICT (datastream_id, phenomenon_time, seq) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in ALL[3:])}
"""  # noqa: S608

KNOWN_DATASTREAMS = "SELECT id, coalesce(feature_id, 0) FROM sensing_datastream WHERE id = ANY(%s)"

QUARANTINE = """
INSERT INTO sensing_quarantinedobservation (datastream_id, phenomenon_time, seq, result, result_json, reason, received_at)
SELECT d, t, s, r, j::jsonb, 'future', %s FROM unnest(%s::int4[], %s::timestamptz[], %s::int2[], %s::float8[], %s::text[])
    AS given(d, t, s, r, j)
ON CONFLICT DO NOTHING
"""

MAKE_PARTITIONS = "SELECT sensing_make_partitions(%s)"

FEATURES_SEEN = """
INSERT INTO sensing_datastreamfeature (datastream_id, feature_id)
SELECT d, f FROM unnest(%s::int4[], %s::int4[]) AS given(d, f)
WHERE EXISTS (SELECT 1 FROM sensing_datastream WHERE id = d) AND EXISTS (SELECT 1 FROM sensing_featureofinterest WHERE id = f)
ON CONFLICT DO NOTHING RETURNING datastream_id
"""

OBSERVED_AREA = """
UPDATE sensing_datastream SET
    west = box.west, south = box.south, east = box.east, north = box.north,
    observed_area = CASE
        WHEN box.west = box.east AND box.south = box.north
            THEN jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(box.west, box.south))
        ELSE jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
            jsonb_build_array(box.west, box.south), jsonb_build_array(box.east, box.south),
            jsonb_build_array(box.east, box.north), jsonb_build_array(box.west, box.north),
            jsonb_build_array(box.west, box.south)))) END
FROM (
    SELECT pair.datastream_id, min(f.west) AS west, min(f.south) AS south, max(f.east) AS east, max(f.north) AS north
    FROM sensing_datastreamfeature pair JOIN sensing_featureofinterest f ON f.id = pair.feature_id
    WHERE pair.datastream_id = ANY(%s) AND f.west IS NOT NULL
    GROUP BY pair.datastream_id
) AS box
WHERE sensing_datastream.id = box.datastream_id
"""

WIDEN = """
UPDATE sensing_datastream SET
    ends_at = greatest(ends_at, given.ends),
    results_from = least(results_from, given.first),
    results_until = greatest(results_until, given.last)
FROM unnest(%s::int4[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]) AS given(stream, ends, first, last)
WHERE sensing_datastream.id = given.stream
"""

ORPHANS = """
WITH RECURSIVE seen AS (
    (SELECT datastream_id FROM sensing_observation ORDER BY datastream_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.datastream_id FROM sensing_observation o WHERE o.datastream_id > seen.datastream_id
            ORDER BY o.datastream_id LIMIT 1)
    FROM seen WHERE seen.datastream_id IS NOT NULL
)
SELECT datastream_id FROM seen WHERE datastream_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM sensing_datastream WHERE id = seen.datastream_id)
"""
"""Jumps along the primary key from datastream to datastream instead of reading all observations."""
