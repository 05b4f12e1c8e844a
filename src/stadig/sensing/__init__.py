"""Things that measure: SensorThings, devices over MQTT and HTTP, alarms and aggregates. It knows no service by name."""
