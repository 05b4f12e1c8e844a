"""Devices over MQTT: the embedded broker, the subscriber that stores, and a device for tests and the demo town."""
