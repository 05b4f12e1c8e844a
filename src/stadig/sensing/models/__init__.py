"""What is stored about things that measure. Observations themselves lie in raw partitions, see :mod:`stadig.sensing.storage`."""

from stadig.sensing.models.alarms import Alarm, AlarmRule, AlarmSubscription, Kind, Severity, Watch
from stadig.sensing.models.devices import Device, DeviceState, RejectCount, Rejected
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
    "Alarm",
    "AlarmRule",
    "AlarmSubscription",
    "Datastream",
    "DatastreamFeature",
    "Device",
    "DeviceState",
    "FeatureOfInterest",
    "HistoricalLocation",
    "Kind",
    "Location",
    "ObservedProperty",
    "QuarantinedObservation",
    "RejectCount",
    "Rejected",
    "Sensor",
    "Severity",
    "StaToken",
    "Thing",
    "Watch",
]
