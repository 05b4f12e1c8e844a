"""The statements that bins are read with, as text."""

from __future__ import annotations

FACTS = """
SELECT coalesce(json_agg(json_build_array(
    json_build_array(
        b.id, b.external_id, b.name, b.sort_key, b.lon, b.lat, b.side, b.key, b.access_note, b.open_until, b.fixed_weekdays,
        b.installed, b.fill_datastream, b.district_id,
        json_build_array(k.name, k.kind, k.volume_l, k.compaction, k.service_seconds),
        CASE WHEN d.id IS NOT NULL THEN json_build_array(d.id, d.code, d.name) END,
        CASE WHEN f.bin_id IS NOT NULL THEN json_build_array(
            f.rate_percent_per_hour, f.rate_low, f.rate_high, f.sure, f.days_of_data, f.battery_percent,
            f.fill_percent, CASE WHEN b.fill_datastream IS NULL THEN f.read_at END, f.full_since
        ) END
    ),
    (SELECT e.at FROM waste_emptying e
        WHERE e.bin_id = b.id AND e.at <= %s AND e.at > greatest(f.read_at, %s) ORDER BY e.at DESC LIMIT 1),
    coalesce(alarm.found, '[]'), coalesce(told.many, 0)
) ORDER BY b.id), '[]')::text
FROM ({chosen}) b
JOIN waste_binkind k ON k.id = b.kind_id
LEFT JOIN city_district d ON d.id = b.district_id
LEFT JOIN waste_binforecast f ON f.bin_id = b.id
LEFT JOIN (
    SELECT bin_id, json_agg(json_build_array(kind, raised_at) ORDER BY raised_at, id) AS found
    FROM waste_binalarm WHERE closed_at IS NULL GROUP BY bin_id
) alarm ON alarm.bin_id = b.id
LEFT JOIN (
    SELECT bin_id, count(*) AS many FROM waste_report WHERE state IN ('received', 'planned') GROUP BY bin_id
) told ON told.bin_id = b.id
"""
"""What is known of the bins chosen, as JSON that is read in one go. A forecast knows every reading up to its ``read_at``, so
an emptying before that says nothing new."""
COLUMNS = (
    "id", "external_id", "name", "sort_key", "lon", "lat", "side", "key", "access_note", "open_until", "fixed_weekdays",
    "installed", "fill_datastream", "district_id", "kind_id",
)  # fmt: skip
"""What ``FACTS`` reads of the bins chosen."""
CHOICES = """
SELECT 'kind' AS what, id AS number, '' AS sort_key, id, name FROM waste_binkind
UNION ALL SELECT 'district', 0, sort_key, id, name FROM city_district ORDER BY what, number, sort_key
"""
IN_USE = f"SELECT {', '.join(COLUMNS)} FROM waste_bin WHERE removed IS NULL"  # noqa: S608 - the names are those of our own columns
IN_DISTRICT = f"{IN_USE} AND district_id = %s"
NEAREST = f"{IN_USE} ORDER BY (lon - %s) ^ 2 * cos(radians(%s)) ^ 2 + (lat - %s) ^ 2, id LIMIT %s"
AROUND = f"""
SELECT {", ".join(f"b.{column}" for column in COLUMNS)}
FROM waste_bin here JOIN waste_bin b ON b.removed IS NULL
WHERE here.id = %s AND here.removed IS NULL
ORDER BY b.id <> here.id, (b.lon - here.lon) ^ 2 * cos(radians(here.lat)) ^ 2 + (b.lat - here.lat) ^ 2, b.id LIMIT %s
"""  # noqa: S608 - the names are those of our own columns
"""What everyone may see, each as ``chosen`` of ``FACTS``."""
PLACE = """
SELECT b.id, b.name, d.id, d.code, d.name FROM waste_bin b LEFT JOIN city_district d ON d.id = b.district_id
WHERE b.id = %s AND b.removed IS NULL
"""
