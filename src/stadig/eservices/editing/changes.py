"""What an editor does to a package, as functions from its files to its files: each touches flow, schema, texts and case together.

``Files`` are the bytes of each file by its name. Every function raises :class:`~.errors.EditError` rather than leave a package that
cannot be read, and returns new files; those it was given stay as they are. No Django.

>>> files, step = add_step(files, {"sv": "Om dig", "en": "About you"}, after="what")
>>> files, path = add_question(files, step, "text", {"sv": "Vad heter du?", "en": "What is your name?"}, required=True)
>>> path
'vad_heter_du'
"""

from __future__ import annotations

from stadig.eservices.editing.case_changes import (
    Time,
    Way,
    add_decision,
    add_status,
    change_status,
    remove_decision,
    remove_status,
    set_case,
    set_deadlines,
    set_decision,
    set_template,
    set_transitions,
)
from stadig.eservices.editing.following import follow
from stadig.eservices.editing.form_changes import (
    add_group,
    add_info,
    add_option,
    add_question,
    add_step,
    change_group,
    change_question,
    move_option,
    move_question,
    move_step,
    remove_option,
    remove_question,
    remove_step,
    set_compute,
    set_options,
    set_rule,
    set_step_rule,
)
from stadig.eservices.editing.ground import Files, Said, checked, languages, set_text, slug_of
from stadig.eservices.editing.service_changes import add_language, raise_version, set_local, set_service

__all__ = [
    "Files",
    "Said",
    "Time",
    "Way",
    "add_decision",
    "add_group",
    "add_info",
    "add_language",
    "add_option",
    "add_question",
    "add_status",
    "add_step",
    "change_group",
    "change_question",
    "change_status",
    "checked",
    "follow",
    "languages",
    "move_option",
    "move_question",
    "move_step",
    "raise_version",
    "remove_decision",
    "remove_option",
    "remove_question",
    "remove_status",
    "remove_step",
    "set_case",
    "set_compute",
    "set_deadlines",
    "set_decision",
    "set_local",
    "set_options",
    "set_rule",
    "set_service",
    "set_step_rule",
    "set_template",
    "set_text",
    "set_transitions",
    "slug_of",
]
