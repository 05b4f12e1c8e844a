"""Request bodies: read, checked against the entity table, turned into column values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from stadig.sensing.sta import geometry
from stadig.sensing.sta.errors import NotFound, Refused
from stadig.sensing.sta.paths import Id, identify
from stadig.sensing.sta.schema import Entity, Kind, Navigation, Property

GEO_TYPES = frozenset(
    [
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
        "FeatureCollection",
    ]
)
GEO_ENCODINGS = frozenset({"application/geo+json", "application/vnd.geo+json"})
UNIT_PARTS = ("name", "symbol", "definition")


@dataclass(slots=True)
class Checked:
    """A body that makes sense: values for columns, and what it says about related entities."""

    columns: dict[str, Any] = field(default_factory=dict)
    related: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)


def decoded(body: bytes) -> Any:
    """JSON as Python objects.

    Raises
    ------
    Refused
        The body is not JSON in UTF-8 (NaN and Infinity are not JSON).
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused(f"The body is not JSON: {fault}"[:300]) from None


def mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(f"{what} must be a JSON object.")
    return value


def check(entity: Entity, body: Any, *, partial: bool = False) -> Checked:
    """Values for the columns of an entity. ``partial``: only what is sent is checked (PATCH).

    Raises
    ------
    Refused
        A property is unknown, missing or of the wrong type.
    """
    done = Checked(given=mapping(body, entity.name))
    for name, value in done.given.items():
        if name in entity.properties:
            _column(done, entity, entity.properties[name], value)
        elif name in entity.navigation:
            done.related[name] = value
        elif not (name.startswith("@") or "@iot." in name or name == "id"):
            raise Refused(f"{entity.name} has no property '{name[:80]}'.")
    if not partial:
        for found in entity.properties.values():
            if found.required and (
                found.name not in done.given or (done.given[found.name] is None and found.kind is not Kind.RESULT)
            ):
                raise Refused(f"Missing required property '{found.name}' of {entity.name}.")
    _placed(done, entity)
    return done


def _column(done: Checked, entity: Entity, found: Property, value: Any) -> None:
    if not found.columns:
        return  # derived: what the client says is ignored, so that an entity can be sent back as it was read
    if value is None:
        if found.required and found.kind is not Kind.RESULT:
            raise Refused(f"'{found.name}' of {entity.name} can't be null.")
        done.columns.update(dict.fromkeys(found.columns))
        return
    match found.kind:
        case Kind.TEXT:
            if not isinstance(value, str):
                raise Refused(f"'{found.name}' of {entity.name} must be text.")
            done.columns[found.columns[0]] = value
        case Kind.TIME:
            done.columns[found.columns[0]] = instant(found.name, value)
        case Kind.OBJECT | Kind.UNIT | Kind.GEOJSON:
            mapping(value, f"'{found.name}' of {entity.name}")
            missing = [part for part in UNIT_PARTS if part not in value] if found.kind is Kind.UNIT else []
            if missing:
                raise Refused(f"Missing required property '{missing[0]}' of unitOfMeasurement.")
            done.columns[found.columns[0]] = Jsonb(value)
        case _:
            done.columns[found.columns[0]] = Jsonb(value)


def _placed(done: Checked, entity: Entity) -> None:
    """The bounding box beside a GeoJSON column."""
    value = done.columns.get(entity.placed)
    if not entity.placed or entity.placed not in done.columns:
        return
    box: tuple[float | None, ...] = (None,) * 4
    if isinstance(value, Jsonb):
        raw = value.obj
        encoding = done.columns.get("encoding_type", "application/geo+json")
        if encoding in GEO_ENCODINGS:
            if raw.get("type") not in GEO_TYPES:
                raise Refused(f"'{entity.placed}' is not GeoJSON: its type must be one of Point, Polygon, Feature …")
            place = geometry.geojson(raw)
            if place is None and raw.get("type") not in ("Feature", "FeatureCollection"):
                raise Refused(f"'{entity.placed}' is not GeoJSON: its coordinates make no {raw['type']}.")
            box = place.bounds if place is not None else box
    done.columns.update(zip(("west", "south", "east", "north"), box, strict=True))


def instant(name: str, value: Any) -> datetime:
    """An ISO 8601 time with its zone, as UTC.

    Raises
    ------
    Refused
        The text is not such a time.
    """
    if isinstance(value, str) and len(value) >= 11:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is None:
            raise Refused(f"'{name}' lacks its time zone: write {value}Z or {value}+01:00.")
        if at is not None:
            return _utc(name, at)
    raise Refused(f"'{name}' must be a time in ISO 8601, for example 2026-11-20T12:00:00Z.")


def _utc(name: str, at: datetime) -> datetime:
    from datetime import UTC

    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Refused(f"'{name}' lies outside the years 1 to 9999.") from None


def interval(name: str, value: Any) -> tuple[datetime, datetime | None]:
    """A time, or two with a slash between them.

    Raises
    ------
    Refused
        It is neither, or ends before it starts.
    """
    if isinstance(value, str) and "/" in value:
        first, _, last = value.partition("/")
        start, end = instant(name, first), instant(name, last)
        if end < start:
            raise Refused(f"'{name}' ends before it starts.")
        return start, end
    return instant(name, value), None


def linked(entity: Entity, value: Any) -> Id | None:
    """The id that ``{"@iot.id": …}`` names; none for an entity to be created.

    Raises
    ------
    Refused
        There is no such id.
    """
    body = mapping(value, entity.name)
    if "@iot.id" not in body:
        return None
    key = body["@iot.id"]
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise Refused(f"'@iot.id' of {entity.name} must be a number or text.")
    try:
        return identify(entity, str(key))
    except NotFound as missing:
        raise Refused(missing.message) from None


def many(way: Navigation, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Refused(f"'{way.name}' must be an array.")
    return value
