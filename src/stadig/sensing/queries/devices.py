"""Devices as a list, and the messages that could not be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from stadig.sensing.queries.observations import decoded
from stadig.sensing.queries.rows import Pages, fetch

DEVICES = """
SELECT v.id, v.name, v.thing_id, t.name, s.last_seen, coalesce(s.messages, 0),
    coalesce(s.lost + (SELECT sum(upper(part) - lower(part)) FROM unnest(s.missing) AS part), s.lost, 0)::int8,
    coalesce(s.rejected, 0), v.registered_at, v.retired_at IS NOT NULL
FROM sensing_device v JOIN sensing_thing t ON t.id = v.thing_id LEFT JOIN sensing_device_state s ON s.device_id = v.id
"""
IN_USE = "v.retired_at IS NULL AND (%s = '' OR strpos(lower(v.name), lower(%s)) > 0 OR strpos(lower(t.name), lower(%s)) > 0)"
LIST = f"{DEVICES} WHERE {IN_USE} ORDER BY v.name LIMIT %s OFFSET %s"  # a–z alone
COUNT = f"SELECT count(*) FROM sensing_device v JOIN sensing_thing t ON t.id = v.thing_id WHERE {IN_USE}"  # noqa: S608
OF_THING = f"{DEVICES} WHERE v.thing_id = %s ORDER BY v.registered_at DESC, v.id DESC"

DEVICE = """
SELECT v.id, v.name, v.thing_id, t.name, s.last_seen, coalesce(s.messages, 0),
    coalesce(s.lost + (SELECT sum(upper(part) - lower(part)) FROM unnest(s.missing) AS part), s.lost, 0)::int8,
    coalesce(s.rejected, 0), v.registered_at, v.retired_at IS NOT NULL,
    v.mapping, coalesce(s.repeated, 0), coalesce(s.restarts, 0), concat_ws(' ', u.first_name, u.last_name),
    v.key_changed_at, v.retired_at, (
        SELECT jsonb_agg(jsonb_build_array(d.id, p.name, coalesce(d.unit->>'symbol', '')) ORDER BY d.id)
        FROM sensing_datastream d JOIN sensing_observedproperty p ON p.id = d.observed_property_id WHERE d.thing_id = v.thing_id)
FROM sensing_device v JOIN sensing_thing t ON t.id = v.thing_id LEFT JOIN sensing_device_state s ON s.device_id = v.id
    LEFT JOIN city_user u ON u.id = v.registered_by_id
WHERE v.id = %s
"""

REJECTS = """
SELECT r.id, r.received_at, r.code, r.device_id, coalesce(v.name, ''), r.topic, r.detail, substr(r.payload, 1, 400), r.size
FROM sensing_inbox_reject r LEFT JOIN sensing_device v ON v.id = r.device_id
WHERE %s IN ('', r.code) AND %s IN (0, r.device_id) ORDER BY r.id DESC LIMIT %s OFFSET %s
"""
COUNTS = "SELECT code, sum(count)::int8 FROM sensing_inbox_reject_count GROUP BY code ORDER BY 2 DESC, 1"
COUNT_REJECTS = "SELECT count(*) FROM sensing_inbox_reject WHERE %s IN ('', code)"


class DeviceRow(NamedTuple):
    """A device and what has been seen of it. ``absent`` are messages that never came."""

    id: int
    name: str
    thing_id: int
    place: str
    heard: datetime | None
    messages: int
    absent: int
    rejected: int
    registered_at: datetime
    retired: bool


class DeviceDetail(NamedTuple):
    """All of a device that its page shows. ``streams``: number, what it measures and unit of each datastream of its thing."""

    seen: DeviceRow
    mapping: dict[str, Any]
    repeated: int
    restarts: int
    registered_by: str
    key_changed_at: datetime
    retired_at: datetime | None
    streams: tuple[tuple[int, str, str], ...]


class RejectRow(NamedTuple):
    """A message that could not be used; ``device_id`` is None when no one knows who sent it. ``payload`` is its beginning."""

    id: int
    received_at: datetime
    code: str
    device_id: int | None
    device: str
    topic: str
    detail: str
    payload: bytes
    size: int

    @property
    def text(self) -> str:
        """What was sent, as far as it is text."""
        text = "".join(sign if sign.isprintable() else "·" for sign in bytes(self.payload).decode("utf-8", "replace"))
        return text + ("…" if self.size > 400 else "")


def devices(words: str = "") -> Pages[DeviceRow]:
    """Devices in use, by name; ``words`` stand in the name of the device or its place. Two queries."""
    sought = [words, words, words]
    return Pages(
        lambda: fetch(COUNT, sought)[0][0], lambda start, most: [DeviceRow(*row) for row in fetch(LIST, [*sought, most, start])]
    )


def devices_of(thing_id: int) -> list[DeviceRow]:
    """The devices of a thing, those that are gone too, the newest first. One query."""
    return [DeviceRow(*row) for row in fetch(OF_THING, [thing_id])]


def device(device_id: int) -> DeviceDetail | None:
    """One device with what has been seen of it and what its thing measures. One query."""
    row = next(iter(fetch(DEVICE, [device_id])), None)
    if row is None:
        return None
    *seen, mapping, repeated, restarts, by, key_changed, retired, streams = row
    of_thing = tuple((pk, measures, unit) for pk, measures, unit in decoded(streams) or ())
    return DeviceDetail(DeviceRow(*seen), decoded(mapping), repeated, restarts, by, key_changed, retired, of_thing)


def rejects(code: str = "") -> Pages[RejectRow]:
    """The newest messages that could not be used, of one kind or of all. Two queries."""
    return Pages(
        lambda: fetch(COUNT_REJECTS, [code])[0][0],
        lambda start, most: [RejectRow(*row) for row in fetch(REJECTS, [code, 0, most, start])],
    )


def rejects_of(device_id: int, most: int = 10) -> list[RejectRow]:
    """The newest of one device. One query."""
    return [RejectRow(*row) for row in fetch(REJECTS, ["", device_id, most, 0])]


def reject_counts() -> dict[str, int]:
    """How many messages could not be used, by reason, also those that are not kept; the most first. One query."""
    return dict(fetch(COUNTS))
