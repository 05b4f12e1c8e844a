"""The eight entities of SensorThings API 1.1 as data: properties, columns, navigation, and who may see what.

All SQL text in this module is constant; ``{t}`` stands for a table's alias, ``{k}`` for a parent's key.
Source: OGC 18-088, sections 8.2 (entities), 9.2 (addresses).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a property holds; decides how it is compared, checked and rendered."""

    TEXT = "text"
    OBJECT = "JSON object"
    ANY = "any JSON"
    UNIT = "unit of measurement"
    GEOJSON = "GeoJSON"
    TIME = "time"
    INTERVAL = "time or interval"
    RESULT = "result"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Property:
    """One property. ``sql`` holds the expressions to read: one, or start and end for an interval."""

    name: str
    kind: Kind
    sql: tuple[str, ...]
    columns: tuple[str, ...] = ()
    """The columns to write; none for a derived property."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from one entity to another."""

    name: str
    target: str
    many: bool
    key: str
    """Over the parent's alias: what identifies its part of the relation."""
    link: str
    """Over the target's alias and the parent's key: whether the two belong together."""
    column: str = ""
    """The foreign key on the entity itself, where it holds one."""
    through: tuple[str, str, str] | None = None
    """Table, own column and the other's column of a many-to-many relation."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity set."""

    name: str
    plural: str
    table: str
    properties: dict[str, Property]
    navigation: dict[str, Navigation]
    visible: str
    """What holds for a row that may be seen without a full reader's token; ``%s`` are arrays of the token's things."""
    order: tuple[str, ...] = ("{t}.id",)
    placed: str = ""
    """The JSON column whose geometry has a bounding box beside it."""
    key: str = "{t}.id"
    visible_arrays: int = field(default=1)


def _named(*more: Property, described: bool = True) -> dict[str, Property]:
    first = [Property("name", Kind.TEXT, ("{t}.name",), ("name",), True)]
    if described:
        first.append(Property("description", Kind.TEXT, ("{t}.description",), ("description",), True))
    last = Property("properties", Kind.OBJECT, ("{t}.properties",), ("properties",))
    return {p.name: p for p in (*first, *more, last)}


def _ways(*ways: Navigation) -> dict[str, Navigation]:
    return {way.name: way for way in ways}


def _column(name: str, kind: Kind, column: str, *, required: bool = False) -> Property:
    return Property(name, kind, (f"{{t}}.{column}",), (column,), required)


_SEEN = "((v_t.public AND v_d.public) OR v_t.id = ANY(%s))"
_SEEN_STREAMS = f"sensing_datastream v_d JOIN sensing_thing v_t ON v_t.id = v_d.thing_id WHERE {_SEEN}"
_SEEN_THING = "(v_t.public OR v_t.id = ANY(%s))"
_SPAN = "(SELECT {f}(v_o.phenomenon_time) FROM sensing_observation v_o WHERE v_o.datastream_id = {{t}}.id)"

THING = Entity(
    "Thing",
    "Things",
    "sensing_thing",
    _named(),
    _ways(
        Navigation(
            "Locations",
            "Location",
            True,
            "{t}.id",
            "{t}.id IN (SELECT v_l.location_id FROM sensing_thing_locations v_l WHERE v_l.thing_id = {k})",
            through=("sensing_thing_locations", "thing_id", "location_id"),
        ),
        Navigation("HistoricalLocations", "HistoricalLocation", True, "{t}.id", "{t}.thing_id = {k}"),
        Navigation("Datastreams", "Datastream", True, "{t}.id", "{t}.thing_id = {k}"),
    ),
    "({t}.public OR {t}.id = ANY(%s))",
)

LOCATION = Entity(
    "Location",
    "Locations",
    "sensing_location",
    _named(
        _column("encodingType", Kind.TEXT, "encoding_type", required=True),
        _column("location", Kind.GEOJSON, "location", required=True),
    ),
    _ways(
        Navigation(
            "Things",
            "Thing",
            True,
            "{t}.id",
            "{t}.id IN (SELECT v_l.thing_id FROM sensing_thing_locations v_l WHERE v_l.location_id = {k})",
            through=("sensing_thing_locations", "location_id", "thing_id"),
        ),
        Navigation(
            "HistoricalLocations",
            "HistoricalLocation",
            True,
            "{t}.id",
            "{t}.id IN (SELECT v_l.historicallocation_id FROM sensing_historicallocation_locations v_l WHERE v_l.location_id = {k})",
            through=("sensing_historicallocation_locations", "location_id", "historicallocation_id"),
        ),
    ),
    "EXISTS (SELECT 1 FROM sensing_thing v_t WHERE " + _SEEN_THING + " AND (EXISTS (SELECT 1 FROM sensing_thing_locations v_l"
    " WHERE v_l.location_id = {t}.id AND v_l.thing_id = v_t.id) OR EXISTS (SELECT 1 FROM sensing_historicallocation v_h"
    " JOIN sensing_historicallocation_locations v_m ON v_m.historicallocation_id = v_h.id"
    " WHERE v_h.thing_id = v_t.id AND v_m.location_id = {t}.id)))",
    placed="location",
)

HISTORICAL_LOCATION = Entity(
    "HistoricalLocation",
    "HistoricalLocations",
    "sensing_historicallocation",
    {"time": _column("time", Kind.TIME, "time", required=True)},
    _ways(
        Navigation("Thing", "Thing", False, "{t}.thing_id", "{t}.id = {k}", column="thing_id", required=True),
        Navigation(
            "Locations",
            "Location",
            True,
            "{t}.id",
            "{t}.id IN (SELECT v_l.location_id FROM sensing_historicallocation_locations v_l WHERE v_l.historicallocation_id = {k})",
            through=("sensing_historicallocation_locations", "historicallocation_id", "location_id"),
            required=True,
        ),
    ),
    "EXISTS (SELECT 1 FROM sensing_thing v_t WHERE v_t.id = {t}.thing_id AND " + _SEEN_THING + ")",
)

DATASTREAM = Entity(
    "Datastream",
    "Datastreams",
    "sensing_datastream",
    _named(
        _column("observationType", Kind.TEXT, "observation_type", required=True),
        _column("unitOfMeasurement", Kind.UNIT, "unit", required=True),
        _column("observedArea", Kind.GEOJSON, "observed_area"),
        Property(
            "phenomenonTime",
            Kind.INTERVAL,
            (_SPAN.format(f="min"), "greatest(" + _SPAN.format(f="max") + ", {t}.ends_at)"),
        ),
        Property("resultTime", Kind.INTERVAL, ("{t}.results_from", "{t}.results_until")),
    ),
    _ways(
        Navigation("Thing", "Thing", False, "{t}.thing_id", "{t}.id = {k}", column="thing_id", required=True),
        Navigation("Sensor", "Sensor", False, "{t}.sensor_id", "{t}.id = {k}", column="sensor_id", required=True),
        Navigation(
            "ObservedProperty",
            "ObservedProperty",
            False,
            "{t}.observed_property_id",
            "{t}.id = {k}",
            column="observed_property_id",
            required=True,
        ),
        Navigation("Observations", "Observation", True, "{t}.id", "{t}.datastream_id = {k}"),
    ),
    "EXISTS (SELECT 1 FROM sensing_thing v_t WHERE v_t.id = {t}.thing_id AND ((v_t.public AND {t}.public) OR v_t.id = ANY(%s)))",
    placed="observed_area",
)

SENSOR = Entity(
    "Sensor",
    "Sensors",
    "sensing_sensor",
    _named(
        _column("encodingType", Kind.TEXT, "encoding_type", required=True),
        _column("metadata", Kind.ANY, "metadata", required=True),
    ),
    _ways(Navigation("Datastreams", "Datastream", True, "{t}.id", "{t}.sensor_id = {k}")),
    "EXISTS (SELECT 1 FROM " + _SEEN_STREAMS + " AND v_d.sensor_id = {t}.id)",
)

OBSERVED_PROPERTY = Entity(
    "ObservedProperty",
    "ObservedProperties",
    "sensing_observedproperty",
    _named(_column("definition", Kind.TEXT, "definition", required=True)),
    _ways(Navigation("Datastreams", "Datastream", True, "{t}.id", "{t}.observed_property_id = {k}")),
    "EXISTS (SELECT 1 FROM " + _SEEN_STREAMS + " AND v_d.observed_property_id = {t}.id)",
)

OBSERVATION = Entity(
    "Observation",
    "Observations",
    "sensing_observation",
    {
        p.name: p
        for p in (
            Property(
                "phenomenonTime",
                Kind.INTERVAL,
                ("{t}.phenomenon_time", "{t}.phenomenon_end"),
                ("phenomenon_time", "phenomenon_end"),
            ),
            Property("result", Kind.RESULT, ("{t}.result", "{t}.result_json"), ("result", "result_json"), True),
            _column("resultTime", Kind.TIME, "result_time"),
            _column("resultQuality", Kind.ANY, "quality"),
            Property("validTime", Kind.INTERVAL, ("{t}.valid_from", "{t}.valid_until"), ("valid_from", "valid_until")),
            _column("parameters", Kind.OBJECT, "parameters"),
        )
    },
    _ways(
        Navigation("Datastream", "Datastream", False, "{t}.datastream_id", "{t}.id = {k}", column="datastream_id", required=True),
        Navigation("FeatureOfInterest", "FeatureOfInterest", False, "{t}.feature_id", "{t}.id = {k}", column="feature_id"),
    ),
    "{t}.datastream_id IN (SELECT v_d.id FROM " + _SEEN_STREAMS + ")",
    order=("{t}.datastream_id", "{t}.phenomenon_time", "{t}.seq"),
    key="",
)

FEATURE_OF_INTEREST = Entity(
    "FeatureOfInterest",
    "FeaturesOfInterest",
    "sensing_featureofinterest",
    _named(
        _column("encodingType", Kind.TEXT, "encoding_type", required=True),
        _column("feature", Kind.GEOJSON, "feature", required=True),
    ),
    _ways(
        Navigation(
            "Observations",
            "Observation",
            True,
            "{t}.id",
            "({t}.feature_id = {k} AND {t}.datastream_id IN"
            " (SELECT v_f.datastream_id FROM sensing_datastreamfeature v_f WHERE v_f.feature_id = {k}))",
        )
    ),
    "EXISTS (SELECT 1 FROM sensing_datastreamfeature v_f WHERE v_f.feature_id = {t}.id"
    " AND v_f.datastream_id IN (SELECT v_d.id FROM " + _SEEN_STREAMS + "))",
    placed="feature",
)

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        THING,
        LOCATION,
        HISTORICAL_LOCATION,
        DATASTREAM,
        SENSOR,
        OBSERVED_PROPERTY,
        OBSERVATION,
        FEATURE_OF_INTEREST,
    )
}
BY_PLURAL: dict[str, Entity] = {entity.plural: entity for entity in ENTITIES.values()}

_REQ = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE = tuple(
    _REQ + name
    for name in (
        *(
            f"datamodel/{part}"
            for part in (
                "thing", "location", "historical-location", "datastream", "sensor", "observed-property", "observation",
                "feature-of-interest", "entity-control-information",
            )
        ),
        "resource-path/resource-path-to-entities",
        *(
            f"request-data/{part}"
            for part in (
                "order", "expand", "select", "status-codes", "query-status-code", "orderby", "skip", "top", "filter",
                "built-in-filter-operations", "built-in-query-functions", "pagination", "count",
            )
        ),
        *(
            f"create-update-delete/{part}"
            for part in (
                "create-entity", "link-to-existing-entities", "deep-insert", "deep-insert-status-code", "update-entity",
                "delete-entity", "historical-location-auto-creation", "update-entity-jsonpatch",
            )
        ),
        "data-array/data-array",
    )
)  # fmt: skip
