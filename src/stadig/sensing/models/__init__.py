"""What is stored about things that measure. Observations themselves lie in raw partitions, see :mod:`stadig.sensing.storage`."""

from stadig.sensing.models.entities import (
    Datastream,
    DatastreamFeature,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    QuarantinedObservation,
    Sensor,
    StaToken,
    Thing,
)

__all__ = [
    "Datastream",
    "DatastreamFeature",
    "FeatureOfInterest",
    "HistoricalLocation",
    "Location",
    "ObservedProperty",
    "QuarantinedObservation",
    "Sensor",
    "StaToken",
    "Thing",
]
