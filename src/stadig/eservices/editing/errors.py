"""Why an edit is not made. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "cannot_write": "{place} cannot be written there without harm to the rest of the file. Edit the file by hand",
    "no_place": "there is no {place}",
    "unknown": "there is no {what} {id}. Someone may have removed or renamed it",
    "taken": "there is a {what} {id} already. Choose another",
    "wrong": "{value} cannot be {what}. It can be: {known}",
    "empty": "{what} is empty. Write something",
    "read_by": "{id} is read by {readers}. Change or remove them first",
    "last": "{id} is the only {what}. Add another first",
    "unreadable": "the package could not be read any more. {problem}",
    "not_open": "the edition is published or thrown away. Begin a new one",
    "never_opens": "{kind} questions cannot stand in a repeated group",
}
"""Kind → how it is said on the command line; pages have their own words."""


class EditError(Exception):
    """An edit that cannot be made; nothing is changed. ``kind`` is one of :data:`WORDS`, ``values`` what its words need."""

    def __init__(self, kind: str, /, **values: Any) -> None:
        super().__init__(WORDS[kind].format(**values))
        self.kind, self.values = kind, values
