"""Mina sidor: a person's cases in plain words, what happens next and when, and what they need to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.cases import access, definitions
from stadig.cases.definition import Definition
from stadig.cases.models import Group
from stadig.ui import formatting

MOST_CLOSED = 20
TAGS = {
    Group.NEW: ("info", "circle-dot"),
    Group.OPEN: ("info", "hourglass"),
    Group.APPLICANT: ("warning", "circle-alert"),
    Group.OTHERS: ("info", "hourglass"),
    Group.CLOSED: ("neutral", "check"),
}
"""How the tag of a case in each group looks: its colour and its icon. The words say the same."""

CASES = f"""
SELECT c.id, c.number, c.title, c.status, c."group", c.due_at,
    (SELECT count(*) FROM cases_message m WHERE m.case_id = c.id AND m.read_at IS NULL AND NOT m.from_party),
    c.type_id, kind.digest
FROM cases_case c JOIN cases_casetype kind ON kind.id = c.type_id
WHERE {access.OF_PARTY} ORDER BY c.status_since DESC, c.id DESC
"""  # noqa: S608 - only what stands above


@dataclass(frozen=True, slots=True)
class Row:
    """One of my cases in a list. ``words`` is where it stands, ``next`` what happens now and when."""

    pk: int
    number: str
    title: str
    tag: str
    icon: str
    status: str
    words: str
    next: str
    unread: int
    your_turn: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something a person has begun to fill in and may go on with; when it was saved and will be erased, in words."""

    title: str
    url: str
    saved: str
    erased: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Something in another's case that a person is asked to do, such as to sign."""

    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What Mina sidor begins with."""

    yours: tuple[Row, ...]
    """Cases that wait for the person, or where someone has written to them."""
    open: tuple[Row, ...]
    closed: tuple[Row, ...]
    drafts: tuple[Unfinished, ...]
    asked: tuple[Asked, ...] = ()

    @property
    def waiting(self) -> int:
        """How many things wait for the person."""
        return len(self.yours) + len(self.asked)

    @property
    def empty(self) -> bool:
        return not (self.yours or self.open or self.closed or self.drafts or self.asked)


_asked: list[Callable[[Any], list[Asked]]] = []


def register_asked(find: Callable[[Any], list[Asked]]) -> None:
    """Let a room above show what a user is asked to do in another's case; called in ``apps.ready()``."""
    if find not in _asked:
        _asked.append(find)


_unfinished: list[Callable[[Any], list[Unfinished]]] = []


def register_unfinished(find: Callable[[Any], list[Unfinished]]) -> None:
    """Let a room above show what a user has begun; called in ``apps.ready()``."""
    if find not in _unfinished:
        _unfinished.append(find)


def overview(user: Any) -> Overview:
    """Everything of one person's: what waits for them first, then by what happened last. One query and those of the rooms above."""
    with connection.cursor() as cursor:
        cursor.execute(CASES, access.reach(user))  # pyright: ignore[reportArgumentType]
        found: list[tuple[Any, ...]] = cursor.fetchall()
    known = definitions.known({(row[7], row[8]) for row in found})
    language = (get_language() or "sv")[:2]
    rows = [(_row(row, known[row[7], row[8]], language), row[4]) for row in found]
    return Overview(
        yours=tuple(row for row, _group in rows if row.your_turn or row.unread),
        open=tuple(row for row, group in rows if group != Group.CLOSED and not (row.your_turn or row.unread)),
        closed=tuple(row for row, group in rows if group == Group.CLOSED and not row.unread)[:MOST_CLOSED],
        drafts=tuple(one for find in _unfinished for one in find(user)),
        asked=tuple(one for find in _asked for one in find(user)),
    )


def _row(row: tuple[Any, ...], definition: Definition, language: str) -> Row:
    pk, number, title, status, group, due_at, unread, *_rest = row
    kind, icon = TAGS[Group(group)]
    service = definition.text("title", language)
    return Row(
        pk=pk,
        number=number,
        title=service if language != "sv" and service else title,
        tag=kind,
        icon=icon,
        status=_("Väntar på dig") if group == Group.APPLICANT else definition.text(f"status.{status}.name", language) or status,
        words=definition.text(f"status.{status}.resident", language),
        next=next_words(definition, status, group, due_at, language),
        unread=unread,
        your_turn=group == Group.APPLICANT,
    )


def next_words(definition: Definition, status: str, group: str, due_at: datetime | None, language: str) -> str:
    """What happens now, and when at the latest."""
    said = definition.text(f"status.{status}.next", language)
    if due_at and group != Group.CLOSED:
        said = f"{said} {_('Räkna med besked senast %(day)s.') % {'day': formatting.day(due_at)}}".strip()
    return said
