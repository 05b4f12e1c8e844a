"""What has come in, counted in the database: the same answer whichever process is asked."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import AsyncConnection

FIGURES: LiteralString = """
SELECT 'stadig_observations_stored_total', NULL, NULL, coalesce(sum(n_tup_ins), 0)
    FROM pg_stat_user_tables WHERE relname LIKE 'sensing\\_observation%'
UNION ALL SELECT 'stadig_mqtt_messages_total', NULL, NULL, coalesce(sum(messages), 0) FROM sensing_device_state
UNION ALL SELECT 'stadig_mqtt_repeated_total', NULL, NULL, coalesce(sum(repeated), 0) FROM sensing_device_state
UNION ALL SELECT 'stadig_mqtt_refused_total', 'reason', code, sum(count) FROM sensing_inbox_reject_count GROUP BY code
UNION ALL SELECT 'stadig_mqtt_missing', NULL, NULL, coalesce(sum(lost), 0) + coalesce((
    SELECT sum(upper(part) - lower(part)) FROM sensing_device_state, unnest(missing) AS part), 0) FROM sensing_device_state
UNION ALL SELECT 'stadig_alarms_open', 'kind', kind, count(*) FROM sensing_alarm WHERE closed_at IS NULL GROUP BY kind
"""
"""PostgreSQL itself counts the rows of all months, whoever stored them; after a crash it begins anew, as counters may."""


async def figures(wire: AsyncConnection[Any]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """(metric, labels) → value, as :mod:`stadig.config.metrics` writes them."""
    rows = await (await wire.execute(FIGURES)).fetchall()
    return {(name, ((label, value),) if label else ()): float(number) for name, label, value, number in rows}
