"""The verbs of a trial: plan, start, change, look, decide, learn, close."""

from stadig.pilots.actions.drawing import draw
from stadig.pilots.actions.ending import add_lesson, close, decide, record_copy, remove_lesson, reopen, rule_says
from stadig.pilots.actions.planning import NewUnit, create, save_card, set_units
from stadig.pilots.actions.reminding import remind
from stadig.pilots.actions.running import change, look, look_if_due, start
from stadig.pilots.actions.spending import record_cost, remove_cost
from stadig.pilots.actions.taking_in import take_in, take_result
from stadig.pilots.actions.uploading import upload
from stadig.pilots.actions.waiting import erase_waiting, keep_waiting, throw_away, waiting, waiting_file

__all__ = [
    "NewUnit",
    "add_lesson",
    "change",
    "close",
    "create",
    "decide",
    "draw",
    "erase_waiting",
    "keep_waiting",
    "look",
    "look_if_due",
    "record_copy",
    "record_cost",
    "remind",
    "remove_cost",
    "remove_lesson",
    "reopen",
    "rule_says",
    "save_card",
    "set_units",
    "start",
    "take_in",
    "take_result",
    "throw_away",
    "upload",
    "waiting",
    "waiting_file",
]
