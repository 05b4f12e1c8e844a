"""The room's verbs: alarms, the rules behind them, devices, and what is told to whom."""

from stadig.sensing.actions.alarms import acknowledge, check_silence, clear_alarm, close, raise_alarm, reopen, unacknowledge
from stadig.sensing.actions.devices import change_mapping, register_device, retire_device, rotate_key, trim_inbox
from stadig.sensing.actions.rules import create_rule, update_rule
from stadig.sensing.actions.storage import make_partitions, remove_orphans
from stadig.sensing.actions.telling import subscribe, tell_subscribers, unsubscribe
from stadig.sensing.actions.tokens import create_token, revoke_token, set_open
from stadig.sensing.errors import NameTaken, SensingError, UnknownScope

__all__ = [
    "NameTaken",
    "SensingError",
    "UnknownScope",
    "acknowledge",
    "change_mapping",
    "check_silence",
    "clear_alarm",
    "close",
    "create_rule",
    "create_token",
    "make_partitions",
    "raise_alarm",
    "register_device",
    "remove_orphans",
    "reopen",
    "retire_device",
    "revoke_token",
    "rotate_key",
    "set_open",
    "subscribe",
    "tell_subscribers",
    "trim_inbox",
    "unacknowledge",
    "unsubscribe",
    "update_rule",
]
