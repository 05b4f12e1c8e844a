"""The verbs of a trial: plan, start, change, look, decide, learn, close."""

from stadig.pilots.actions.ending import add_lesson, close, decide, record_copy, remove_lesson, reopen, rule_says
from stadig.pilots.actions.planning import NewUnit, create, save_card, set_units
from stadig.pilots.actions.running import change, look, start
from stadig.pilots.actions.spending import record_cost, remove_cost

__all__ = [
    "NewUnit",
    "add_lesson",
    "change",
    "close",
    "create",
    "decide",
    "look",
    "record_copy",
    "record_cost",
    "remove_cost",
    "remove_lesson",
    "reopen",
    "rule_says",
    "save_card",
    "set_units",
    "start",
]
