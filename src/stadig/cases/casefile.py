"""One case as the one who handles it reads it: what came in, what happened, what was said, and what may be done now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import get_language

from stadig.cases import access, answered, concerned, definitions, inbox, opening, states, terms, words
from stadig.cases.casefile_sql import Rows
from stadig.cases.definition import DecisionType, Definition, Transition
from stadig.cases.models import Case, Decision, Document, Group, Review
from stadig.city import clock, disclosure
from stadig.city.models import User


class File(NamedTuple):
    """A stored file as a link. ``state``: quarantined, released or rejected."""

    id: str
    name: str
    size: int
    state: str


class Paper(NamedTuple):
    """A document in the case."""

    pk: int
    number: int
    direction: str
    title: str
    at: datetime
    text: str
    files: tuple[File, ...]


class Said(NamedTuple):
    """A message between the municipality and a party, or a note. ``who`` is empty for a party: names come from the parties."""

    pk: int
    who: str
    at: datetime
    text: str
    from_party: bool = False
    unread: bool = False
    files: tuple[File, ...] = ()
    due_on: date | None = None
    for_whom: str = ""
    done: bool = False
    late: bool = False


class Step(NamedTuple):
    """A step of the timeline, in words."""

    title: str
    at: datetime
    who: str
    note: str = ""


class Deadline(NamedTuple):
    """A clock of the case, in words."""

    name: str
    due_at: datetime
    words: str
    urgent: str
    met: bool
    paused: bool


class Decided(NamedTuple):
    """A decision that was made."""

    name: str
    outcome: str
    at: datetime
    who: str
    appeal_by: date | None
    paper: Paper | None


class Asked(NamedTuple):
    """What we wait for from the applicant."""

    pk: int
    text: str
    questions: tuple[str, ...]
    due_on: date
    late: bool


class Look(NamedTuple):
    """A colleague's review. ``mine`` is whether the reader is asked, and it is their turn."""

    pk: int
    who: str
    asked_by: str
    text: str
    state: str
    label: str
    comment: str
    mine: bool


class Facts(NamedTuple):
    """What stands at the head of the case and beside it, in words; empty for what it has not."""

    number: str
    title: str
    service: str
    status: str
    group: str
    registered_at: datetime
    channel: str
    confidentiality: str
    worker: str
    unit: str
    committee: str
    district: str


class CaseFile(NamedTuple):
    """The whole case in plain values. ``may_handle`` is whether the reader may do something; others read."""

    pk: int
    parties: tuple[concerned.Concerned, ...]
    sections: tuple[answered.Section, ...]
    came_in: Paper | None
    papers: tuple[Paper, ...]
    links: tuple[File, ...]
    steps: tuple[Step, ...]
    deadlines: tuple[Deadline, ...]
    messages: tuple[Said, ...]
    notes: tuple[Said, ...]
    tasks: tuple[Said, ...]
    decisions: tuple[Decided, ...]
    asked: Asked | None
    reviews: tuple[Look, ...]
    """Those of the latest round."""
    ways: tuple[tuple[str, str], ...]
    """(status, verb in words): what a button may be pressed for."""
    decidable: tuple[DecisionType, ...]
    may_handle: bool
    mine: bool
    facts: Facts
    today: date
    """The day on which moments are *i dag*."""

    @property
    def closed(self) -> bool:
        return self.facts.group == Group.CLOSED

    @property
    def primary(self) -> str:
        """The one thing to do first: ``review``, ``take``, ``decide``, ``go``, or empty when there is nothing, or we wait."""
        if any(one.mine for one in self.reviews):
            return "review"
        if not self.may_handle or self.closed:
            return ""
        if not self.mine:
            return "take"
        if self.asked or self.under_review:
            return ""
        return "decide" if self.decidable else "go" if self.ways else ""

    @property
    def under_review(self) -> bool:
        return any(one.state == "waiting" for one in self.reviews)

    @property
    def who(self) -> str:
        """Whom it concerns first, as far as the reader may see."""
        return self.parties[0].name if self.parties else ""

    @property
    def unread(self) -> tuple[int, ...]:
        return tuple(one.pk for one in self.messages if one.unread and one.from_party)


def find(user: Any, case_id: int) -> Case:
    """The case, with ``may_handle`` set on it. Raises Case.DoesNotExist for one the user sees neither at work nor by disclosure."""
    case = opening.case(user, case_id, access.SEEN_AT_WORK)
    if case is None:
        case = opening.case(user, case_id, "true")
        if case is None or access.is_party(user, case_id) or not disclosure.allows(user, case):
            raise Case.DoesNotExist
    return case


def read(user: User, case: Case, rows: Rows) -> CaseFile:
    """Everything in a case that :func:`find` gave: its ``casefile_sql.contents`` in words."""
    definition, language = definitions.of(case), (get_language() or "sv")[:2]
    files = {one["id"]: File(one["id"], one["name"], one["size"], one["state"]) for one in rows["file"]}
    papers = {
        one["id"]: _paper(one, rows["file"], files, language) for one in sorted(rows["document"], key=lambda one: one["number"])
    }
    first = min(rows["document"], key=lambda one: one["number"], default=None)
    today = clock.today()
    notes = [_note(one, today) for one in sorted(rows["note"], key=lambda one: (one["at"], one["id"]))]
    handled = bool(getattr(case, "may_handle", False))
    return CaseFile(
        pk=case.pk,
        parties=concerned.parties(rows["party"], user),
        sections=answered.sections(definition, answers(rows["document"]), language, today=today),
        came_in=papers[first["id"]] if first else None,
        papers=tuple(papers.values()),
        links=tuple(files.values()),
        steps=tuple(_step(one, definition, language) for one in sorted(rows["event"], key=lambda one: (one["at"], one["id"]))),
        deadlines=tuple(
            _deadline(one, definition, language, today) for one in sorted(rows["clock"], key=lambda one: one["due_at"])
        ),
        messages=tuple(
            _message(one, rows["file"], files) for one in sorted(rows["message"], key=lambda one: (one["at"], one["id"]))
        ),
        notes=tuple(one for one in notes if one.due_on is None),
        tasks=tuple(one for one in notes if one.due_on),
        decisions=tuple(
            _decided(one, definition, papers, language) for one in sorted(rows["decision"], key=lambda one: one["id"])
        ),
        asked=_asked(rows["completion"], definition, language, today),
        reviews=_reviews(rows["review"], user),
        ways=tuple((one.end, way_words(definition, one, language)) for one in states.pressed(definition, case.status)),
        decidable=decidable(definition, case.status, running(rows["clock"])),
        may_handle=handled,
        mine=case.assignee_id == user.pk,
        facts=_facts(case, definition, language),
        today=today,
    )


def _facts(case: Case, definition: Definition, language: str) -> Facts:
    return Facts(
        number=case.number,
        title=case.title,
        service=definition.text("title", language),
        status=definition.text(f"status.{case.status}.name", language) or case.status,
        group=case.group,
        registered_at=case.registered_at,
        channel=words.channel(case.channel, language),
        confidentiality=case.confidentiality,
        worker=str(case.assignee or ""),
        unit=str(case.unit),
        committee=str(case.committee),
        district=str(case.district or ""),
    )


def decidable(definition: Definition, status: str, clocks: Collection[str] = ()) -> tuple[DecisionType, ...]:
    """The decisions that may be made now: those whose status the case can go to, and the one that FL 12 § asks for.

    ``clocks`` are the names of the case's clocks that run.
    """
    ends = {one.end for one in states.ways(definition, status)}
    found = tuple(one for one in definition.decisions if one.status in ends)
    if terms.DECISION_ASKED in clocks:
        law = "12 § förvaltningslagen (2017:900)"
        found += (DecisionType(terms.DECISION_ASKED, "refused", status, law, "administrative"),)
    return found


def decision_words(definition: Definition, type_id: str, language: str) -> str:
    """What a decision is called."""
    return definition.text(f"decision.{type_id}.name", language) or words.decision(type_id, language) or type_id


def way_words(definition: Definition, way: Transition, language: str) -> str:
    """What a button says: the verb of the case type, else the name of the status it leads to."""
    return definition.text(f"transition.{way.do}", language) or definition.text(f"status.{way.end}.name", language) or way.end


def running(clocks: list[dict[str, Any]]) -> set[str]:
    """The names of the clocks that have not been met."""
    return {one["name"] for one in clocks if one["met_at"] is None}


def answers(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """What came in, with every completion laid over it."""
    data: dict[str, Any] = {}
    for one in sorted(documents, key=lambda one: one["number"]):
        if one["direction"] == Document.Direction.RECEIVED and isinstance(one["data"], dict):
            data |= one["data"]
    return data


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _files(rows: list[dict[str, Any]], owner: str, key: int, files: dict[str, File]) -> tuple[File, ...]:
    return tuple(files[one["id"]] for one in rows if one.get(owner) == key)


def _paper(row: dict[str, Any], linked: list[dict[str, Any]], files: dict[str, File], language: str) -> Paper:
    at = datetime.fromisoformat(row["at"])
    return Paper(
        row["id"],
        row["number"],
        words.direction(row["direction"], language),
        row["title"],
        at,
        row["text"],
        _files(linked, "document", row["id"], files),
    )


def _message(row: dict[str, Any], linked: list[dict[str, Any]], files: dict[str, File]) -> Said:
    return Said(
        pk=row["id"],
        who="" if row["from_party"] else row["who"] or "",
        at=datetime.fromisoformat(row["at"]),
        text=row["text"],
        from_party=row["from_party"],
        unread=row["read_at"] is None,
        files=_files(linked, "message", row["id"], files),
    )


def _note(row: dict[str, Any], today: date) -> Said:
    due = _day(row["due_on"])
    done = row["done_at"] is not None
    return Said(
        pk=row["id"],
        who=row["who"] or "",
        at=datetime.fromisoformat(row["at"]),
        text=row["text"],
        due_on=due,
        for_whom=row["whom"] or "",
        done=done,
        late=bool(due and due < today and not done),
    )


def _step(row: dict[str, Any], definition: Definition, language: str) -> Step:
    title = words.event(row["kind"], definition.text(f"status.{row['status']}.name", language) or row["status"], language)
    return Step(title, datetime.fromisoformat(row["at"]), row["who"] or "", row["note"])


def _deadline(row: dict[str, Any], definition: Definition, language: str, today: date) -> Deadline:
    due_at = datetime.fromisoformat(row["due_at"])
    met, paused = row["met_at"] is not None, row["paused_at"] is not None
    text, urgent = ("", "") if met or paused else inbox.due_words(due_at, Group.OPEN, None, today, language)
    name = words.deadline(row["name"], language) or definition.text(f"deadline.{row['name']}", language) or row["name"]
    return Deadline(name, due_at, text, urgent, met, paused)


def _decided(row: dict[str, Any], definition: Definition, papers: dict[int, Paper], language: str) -> Decided:
    return Decided(
        name=decision_words(definition, row["type"], language),
        outcome=str(Decision.Outcome(row["outcome"]).label),
        at=datetime.fromisoformat(row["decided_at"]),
        who=row["who"] or "",
        appeal_by=_day(row["appeal_by"]),
        paper=papers.get(row["document_id"]),
    )


def _reviews(rows: list[dict[str, Any]], user: User) -> tuple[Look, ...]:
    latest = max((one["round"] for one in rows), default=0)
    shown = sorted((one for one in rows if one["round"] == latest), key=lambda one: (one["turn"], one["id"]))
    turn = min((one["turn"] for one in shown if one["state"] == Review.State.WAITING), default=0)
    return tuple(
        Look(
            pk=one["id"],
            who=one["who"],
            asked_by=one["whom"],
            text=one["text"],
            state=one["state"],
            label=str(Review.State(one["state"]).label),
            comment=one["comment"],
            mine=one["reviewer_id"] == user.pk and one["state"] == Review.State.WAITING and one["turn"] == turn,
        )
        for one in shown
    )


def _asked(rows: list[dict[str, Any]], definition: Definition, language: str, today: date) -> Asked | None:
    for row in rows:
        if row["answered_at"] is None and row["withdrawn_at"] is None:
            due = date.fromisoformat(row["due_on"])
            questions = tuple(answered.label(definition, path, language) for path in row["paths"])
            return Asked(row["id"], row["text"], questions, due, due < today)
    return None
