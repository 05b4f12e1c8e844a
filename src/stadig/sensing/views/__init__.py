"""The staff's pages about sensors, alarms, rules and devices."""

from stadig.sensing.views import alarms, devices, rules, sensors

__all__ = ["alarms", "devices", "rules", "sensors"]
