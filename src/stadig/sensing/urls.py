"""Addresses of the staff's pages about sensors."""

from __future__ import annotations

from django.urls import path

from stadig.sensing.views import alarms, devices, rules, sensors

app_name = "sensing"
urlpatterns = [
    path("larm", alarms.alarm_list, name="alarms"),
    path("larm/sett", alarms.acknowledge, name="alarms-seen"),
    path("larm/osett", alarms.unacknowledge, name="alarms-unseen"),
    path("larm/<int:alarm_id>/stang", alarms.close, name="alarm-close"),
    path("larm/<int:alarm_id>/oppna", alarms.reopen, name="alarm-reopen"),
    path("larm/bevakning", alarms.subscription, name="subscription"),
    path("larm/regler", rules.rule_list, name="rules"),
    path("larm/regler/ny", rules.rule_new, name="rule-new"),
    path("larm/regler/<int:rule_id>", rules.rule_edit, name="rule"),
    path("sensorer", sensors.sensor_list, name="sensors"),
    path("sensorer/karta.json", sensors.sensor_map, name="sensor-map"),
    path("sensorer/<int:thing_id>", sensors.sensor, name="sensor"),
    path("sensorer/<int:thing_id>/ny-enhet", devices.device_new, name="device-new"),
    path("sensorer/enheter", devices.device_list, name="devices"),
    path("sensorer/enheter/<int:device_id>", devices.device, name="device"),
    path("sensorer/enheter/<int:device_id>/nyckel", devices.rotate, name="device-rotate"),
    path("sensorer/enheter/<int:device_id>/avregistrera", devices.retire, name="device-retire"),
    path("sensorer/ej-anvandbara", devices.rejects, name="rejects"),
]
