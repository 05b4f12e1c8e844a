"""One case as the one it concerns reads it: what to do now, how it goes on, what was said, who has read it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from stadig.cases import answered, definitions, rating, reads, terms
from stadig.cases.definition import Definition
from stadig.cases.models import Case, Group
from stadig.city import clock
from stadig.ui import formatting

CONTENTS = """
WITH who AS (SELECT id, trim(first_name || ' ' || last_name) AS name FROM city_user)
SELECT 'event', to_jsonb(t) || jsonb_build_object('who', who.name) FROM cases_event t LEFT JOIN who ON who.id = t.by_id
  WHERE case_id = %(case)s
UNION ALL SELECT 'message', to_jsonb(t) || jsonb_build_object('who', who.name) FROM cases_message t LEFT JOIN who ON who.id = t.by_id
  WHERE case_id = %(case)s
UNION ALL SELECT 'completion', to_jsonb(t) FROM cases_completion t WHERE case_id = %(case)s
UNION ALL SELECT 'decision', to_jsonb(t) || jsonb_build_object('who', who.name) FROM cases_decision t JOIN who ON who.id = t.decided_by_id
  WHERE case_id = %(case)s
UNION ALL SELECT 'document', jsonb_build_object('id', id, 'number', number, 'kind', kind, 'title', title, 'direction', direction, 'at', at)
  FROM cases_document WHERE case_id = %(case)s AND (direction <> 'drawn_up' OR kind = 'decision')
UNION ALL SELECT 'file', jsonb_build_object('id', f.id, 'document', l.document_id, 'name', f.name, 'size', f.size, 'type', f.content_type)
  FROM cases_document_files l JOIN cases_document d ON d.id = l.document_id JOIN files_storedfile f ON f.id = l.storedfile_id
  WHERE d.case_id = %(case)s AND f.state = 'released'
UNION ALL SELECT 'file', jsonb_build_object('id', f.id, 'message', l.message_id, 'name', f.name, 'size', f.size, 'type', f.content_type, 'state', f.state)
  FROM cases_message_files l JOIN cases_message m ON m.id = l.message_id JOIN files_storedfile f ON f.id = l.storedfile_id
  WHERE m.case_id = %(case)s
"""
"""What a party may see of a case, in one question. Notes and drawn-up papers are the case worker's own."""
TOLD = (
    "registered",
    "status",
    "assigned",
    "completion_asked",
    "completed",
    "decided",
    "decision_asked",
    "withdrawn",
    "signed",
    "declined",
    "claimed",
)
SAYS: Final[dict[str, Any]] = {
    "registered": gettext_lazy("Vi tog emot det du skickade"),
    "completion_asked": gettext_lazy("Vi bad dig om mer"),
    "completed": gettext_lazy("Du kompletterade"),
    "decided": gettext_lazy("Vi fattade beslut"),
    "decision_asked": gettext_lazy("Du bad oss avgöra ärendet"),
    "withdrawn": gettext_lazy("Du tog tillbaka ärendet"),
    "sign_asked": gettext_lazy("Vi bad en person till skriva under"),
    "sign_reminded": gettext_lazy("Vi påminde den som ska skriva under"),
    "signed": gettext_lazy("En person till skrev under"),
    "declined": gettext_lazy("En person ville inte skriva under"),
    "claimed": gettext_lazy("Du hämtade ärendet hit"),
}


class File(NamedTuple):
    """A file to open. ``kind`` is its type in a word, such as PDF; ``state`` says whether it may be opened yet."""

    id: str
    name: str
    kind: str
    size: int
    state: str = "released"


class Step(NamedTuple):
    """A step of the timeline. ``state`` is done, now or next."""

    title: str
    state: str
    time: str = ""
    text: str = ""
    url: str = ""
    link: str = ""


class Said(NamedTuple):
    """A message. ``who`` is empty for the reader's own side."""

    pk: int
    who: str
    at: datetime
    text: str
    unread: bool
    files: tuple[File, ...]


class Asked(NamedTuple):
    """What we wait for from the reader."""

    pk: int
    text: str
    questions: tuple[str, ...]
    paths: tuple[str, ...]
    due_on: date


class Decided(NamedTuple):
    """A decision, with what one can do about it."""

    name: str
    outcome: str
    at: datetime
    who: str
    reasoning: str
    appeal_by: date | None
    file: File | None


class Awaited(NamedTuple):
    """Someone else we wait for, and what the reader can do about it."""

    title: str
    text: str
    url: str
    link: str


class Elsewhere(NamedTuple):
    """Another system that handles the case: what it is called, its own number, and when it last told where the case stands."""

    system: str
    number: str
    told: datetime | None
    under_way: bool
    """It has the case; else we are still handing it over."""


class Around(NamedTuple):
    """What rooms above know of a case: where what was asked for is completed (empty when it cannot be), whom it waits for, and
    whether another system handles it."""

    complete_url: str = ""
    awaited: tuple[Awaited, ...] = ()
    elsewhere: Elsewhere | None = None


class Facts(NamedTuple):
    """What stands of the case itself; empty for what it has not."""

    pk: int
    number: str
    registered_at: datetime
    due_at: datetime | None
    worker: str
    unit: str
    phone: str
    closed: bool
    guarded: bool


class OwnCase(NamedTuple):
    """The whole page, in plain values."""

    facts: Facts
    service: str
    status: str
    words: str
    steps: tuple[Step, ...]
    messages: tuple[Said, ...]
    papers: tuple[tuple[str, datetime, tuple[File, ...]], ...]
    asked: Asked | None
    complete_url: str
    awaited: tuple[Awaited, ...]
    elsewhere: Elsewhere | None
    decisions: tuple[Decided, ...]
    readers: tuple[reads.Reader, ...]
    may_withdraw: bool
    may_ask: bool
    """Six months have passed without a decision, and nobody has asked for one (FL 12 §)."""
    may_ask_from: date | None
    to_rate: bool
    has_person: bool
    """Someone follows the case on Mina sidor."""
    today: date
    """The day on which moments are *i dag*."""

    @property
    def private(self) -> bool:
        """Who comes with a code alone sees where it stands, and no more."""
        return self.facts.guarded or self.has_person

    @property
    def scores(self) -> tuple[tuple[int, Any], ...]:
        return rating.SCORES

    @property
    def closed(self) -> bool:
        return self.facts.closed

    @property
    def unread(self) -> tuple[int, ...]:
        return tuple(one.pk for one in self.messages if one.unread)


_around: list[Callable[[Case], Around]] = []


def register_around(find: Callable[[Case], Around]) -> None:
    """Let the room above that made the case say what it knows of it; called in ``apps.ready()``."""
    _around[:] = [find]


_logs: list[Callable[[Case, Any], str]] = []


def register_log(draw: Callable[[Case, Any], str]) -> None:
    """Let a room above show, beneath who has read the case, what else the log says to the person it concerns; called in ``apps.ready()``.

    ``draw(case, request)`` gives safe HTML about the one who is logged in, and nothing where there is nothing to tell."""
    if draw not in _logs:
        _logs.append(draw)


def logged(case: Case, request: Any) -> SafeString:
    """What rooms above tell of the log to the one who is logged in."""
    return SafeString("".join(draw(case, request) for draw in _logs))


def read(case: Case, *, user: Any = None) -> OwnCase:
    """The case in the reader's language. ``user`` is a party who has logged in; None for one who came with number and code.

    Two queries and one that says who has read; the one with a code is not told of that.
    """
    definition, language = definitions.of(case), (get_language() or "sv")[:2]
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, {"case": case.pk})
        for kind, row in cursor.fetchall():
            rows[kind].append(row if isinstance(row, dict) else json.loads(row))
    for kind in ("event", "message", "decision", "document", "completion"):
        rows[kind].sort(key=lambda row: row["id"])
    asked = _asked(rows["completion"], definition, language)
    kinds = {row["kind"] for row in rows["event"]}
    undecided = not rows["decision"] and case.group != Group.CLOSED
    from_day = terms.may_ask_for_decision(case.registered_at) if undecided and "decision_asked" not in kinds else None
    around = _around[0](case) if _around else Around()
    return OwnCase(
        facts=_facts(case),
        service=definition.text("title", language) or case.title,
        status=definition.text(f"status.{case.status}.name", language) or case.status,
        words=definition.text(f"status.{case.status}.resident", language),
        steps=_steps(case, definition, rows, language, asked),
        messages=tuple(_said(row, rows["file"]) for row in rows["message"]),
        papers=tuple((row["title"], _at(row["at"]), _files(rows["file"], "document", row["id"])) for row in rows["document"]),
        asked=asked,
        complete_url=around.complete_url if asked and user else "",
        awaited=around.awaited if user else (),
        elsewhere=around.elsewhere,
        decisions=tuple(_decided(row, definition, rows["file"], language) for row in rows["decision"]),
        readers=reads.of(case, user) if user is not None else (),
        may_withdraw=_may_withdraw(case, definition),
        may_ask=from_day is not None and from_day <= clock.today(),
        may_ask_from=from_day,
        has_person=user is not None or case.parties.filter(person__isnull=False).exists(),  # pyright: ignore[reportAttributeAccessIssue]
        to_rate=case.group == Group.CLOSED and "rated" not in kinds and "withdrawn" not in kinds,
        today=clock.today(),
    )


def _facts(case: Case) -> Facts:
    return Facts(
        pk=case.pk,
        number=case.number,
        registered_at=case.registered_at,
        due_at=case.due_at,
        worker=str(case.assignee or ""),
        unit=str(case.unit),
        phone=case.unit.phone,
        closed=case.group == Group.CLOSED,
        guarded=bool(case.confidentiality),
    )


def _may_withdraw(case: Case, definition: Definition) -> bool:
    return any(way.start == case.status and way.by == "applicant" and way.do == "withdraw" for way in definition.transitions)


def _steps(
    case: Case, definition: Definition, rows: dict[str, list[dict[str, Any]]], language: str, asked: Asked | None
) -> tuple[Step, ...]:
    """What has happened, where it stands now, and what comes: the last step always has a date."""
    told = [row for row in rows["event"] if row["kind"] in TOLD]
    last = max((number for number, row in enumerate(told) if row["kind"] == "status"), default=None)
    done = [
        _done(row, definition, rows, language) for number, row in enumerate(told) if number != last or case.group == Group.CLOSED
    ]
    if case.group == Group.CLOSED:
        return tuple(done)
    due = _("Senast %(day)s.") % {"day": formatting.day(case.due_at)} if case.due_at else ""
    title = definition.text(f"status.{case.status}.resident", language) if last is not None else ""
    following = definition.text(f"status.{case.status}.next", language)
    if asked:
        now = Step(_("Vi väntar på svar från dig"), "now", text=_("Senast %(day)s.") % {"day": formatting.day(asked.due_on)})
    else:
        now = Step(title or following or _("Ärendet väntar på att någon läser det"), "now", text=following if title else "")
    return (*done, now, Step(_("Du får besked"), "next", text=due or _("Vi säger till så fort vi vet när.")))


def _done(row: dict[str, Any], definition: Definition, rows: dict[str, list[dict[str, Any]]], language: str) -> Step:
    step = Step(_event(row, definition, language), "done", time=formatting.moment(_at(row["at"])).capitalize())
    if row["kind"] != "registered":
        return step
    receipt = next((one for one in rows["document"] if one["kind"] == "receipt"), None)
    files = _files(rows["file"], "document", receipt["id"]) if receipt else ()
    return step._replace(url=reverse("files:download", args=[files[0].id]), link=_("Läs kvittensen")) if files else step


def _event(row: dict[str, Any], definition: Definition, language: str) -> str:
    kind, who = row["kind"], row["who"] or ""
    if kind == "status":
        status = row["status"]
        return (
            definition.text(f"status.{status}.resident", language) or definition.text(f"status.{status}.name", language) or status
        )
    if kind == "assigned":
        return (
            _("%(name)s tar hand om ärendet") % {"name": row["note"] or who}
            if row["note"] or who
            else _("Ärendet har en handläggare")
        )
    return str(SAYS[kind])


def _said(row: dict[str, Any], files: list[dict[str, Any]]) -> Said:
    mine_ = row["from_party"]
    who = "" if mine_ else row["who"] or _("Kommunen")
    return Said(
        row["id"], who, _at(row["at"]), row["text"], not mine_ and row["read_at"] is None, _files(files, "message", row["id"])
    )


def _asked(rows: list[dict[str, Any]], definition: Definition, language: str) -> Asked | None:
    for row in rows:
        if row["answered_at"] is None and row["withdrawn_at"] is None:
            paths = tuple(row["paths"])
            questions = tuple(answered.label(definition, path, language) for path in paths)
            return Asked(row["id"], row["text"], questions, paths, date.fromisoformat(row["due_on"]))
    return None


def _decided(row: dict[str, Any], definition: Definition, files: list[dict[str, Any]], language: str) -> Decided:
    outcomes = {"approved": _("Bifall"), "partly": _("Delvis bifall"), "refused": _("Avslag"), "dismissed": _("Avvisning")}
    found = _files(files, "document", row["document_id"])
    return Decided(
        name=definition.text(f"decision.{row['type']}.name", language) or row["type"],
        outcome=outcomes[row["outcome"]],
        at=_at(row["decided_at"]),
        who=row["who"] or "",
        reasoning=row["reasoning"],
        appeal_by=date.fromisoformat(row["appeal_by"]) if row["appeal_by"] else None,
        file=found[0] if found else None,
    )


def _files(rows: list[dict[str, Any]], owner: str, key: int) -> tuple[File, ...]:
    return tuple(
        File(row["id"], row["name"], _kind(row["type"]), row["size"], row.get("state", "released"))
        for row in rows
        if row.get(owner) == key
    )


def _kind(content_type: str) -> str:
    if content_type == "application/pdf":
        return "PDF"
    return pgettext("filtyp", "Bild") if content_type in {"image/jpeg", "image/png"} else pgettext("filtyp", "Fil")


def _at(value: str) -> datetime:
    return datetime.fromisoformat(value)
