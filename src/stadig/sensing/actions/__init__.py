"""The room's verbs: alarms, the rules behind them, devices, and what is told to whom."""

from stadig.sensing.actions.alarms import acknowledge, check_silence, clear_alarm, close, raise_alarm, reopen, unacknowledge
from stadig.sensing.actions.devices import change_mapping, register_device, retire_device, rotate_key, trim_inbox
from stadig.sensing.actions.rules import create_rule, update_rule
from stadig.sensing.actions.telling import subscribe, tell_subscribers, unsubscribe

__all__ = [
    "acknowledge",
    "change_mapping",
    "check_silence",
    "clear_alarm",
    "close",
    "create_rule",
    "raise_alarm",
    "register_device",
    "reopen",
    "retire_device",
    "rotate_key",
    "subscribe",
    "tell_subscribers",
    "trim_inbox",
    "unacknowledge",
    "unsubscribe",
    "update_rule",
]
