"""Reading: observations, aggregates, sensors, alarms, devices. Other rooms read through these functions, never from the tables."""

from stadig.sensing.queries.alarms import AlarmRow, Group, RuleRow, alarms_of, closed_alarms, for_file, open_groups, rules
from stadig.sensing.queries.devices import DeviceRow, RejectRow, devices, devices_of, reject_counts, rejects, rejects_of
from stadig.sensing.queries.observations import Latest, Series, latest, series
from stadig.sensing.queries.sensors import SensorRow, State, Stream, places, rows_of, sensors, streams_of, thing, worst
from stadig.sensing.queries.summaries import aggregates, aggregates_of, before

__all__ = [
    "AlarmRow",
    "DeviceRow",
    "Group",
    "Latest",
    "RejectRow",
    "RuleRow",
    "SensorRow",
    "Series",
    "State",
    "Stream",
    "aggregates",
    "aggregates_of",
    "alarms_of",
    "before",
    "closed_alarms",
    "devices",
    "devices_of",
    "for_file",
    "latest",
    "open_groups",
    "places",
    "reject_counts",
    "rejects",
    "rejects_of",
    "rows_of",
    "rules",
    "sensors",
    "series",
    "streams_of",
    "thing",
    "worst",
]
