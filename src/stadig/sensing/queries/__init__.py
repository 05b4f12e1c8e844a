"""Reading: observations, aggregates, sensors, alarms. Other rooms read through these functions, never from the tables."""

from stadig.sensing.queries.alarms import Group, alarms_in, grouped, open_alarms
from stadig.sensing.queries.observations import Latest, Series, latest, series
from stadig.sensing.queries.sensors import SensorRow, State, of_page, row_of, sensors
from stadig.sensing.queries.summaries import aggregates, aggregates_of, before

__all__ = [
    "Group",
    "Latest",
    "SensorRow",
    "Series",
    "State",
    "aggregates",
    "aggregates_of",
    "alarms_in",
    "before",
    "grouped",
    "latest",
    "of_page",
    "open_alarms",
    "row_of",
    "sensors",
    "series",
]
