"""Writes cases that were thought out: the same rows as the verbs would have made, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from django.db import models

from stadig.cases import terms
from stadig.cases.definition import DecisionType
from stadig.cases.models import Case, Clock, Completion, Decision, Document, Event, Group, Message, Note, Party, Series
from stadig.city import clock, persons
from stadig.city.models import District, Organisation, User
from stadig.eservices import flow, parties
from stadig.eservices.actions.submitting import title_of
from stadig.eservices.demo import counting, filed, reminded, seasons, words
from stadig.eservices.demo.past import FORMS, Made
from stadig.eservices.models import Signature, Submission
from stadig.eservices.signing import digest
from stadig.work.models import State, WorkOrder

Row = TypeVar("Row", bound=models.Model)
BATCH = 2000


@dataclass(slots=True)
class Rows:
    """Everything that is written besides the cases."""

    parties: list[Party] = field(default_factory=list[Party])
    documents: list[Document] = field(default_factory=list[Document])
    events: list[Event] = field(default_factory=list[Event])
    clocks: list[Clock] = field(default_factory=list[Clock])
    messages: list[Message] = field(default_factory=list[Message])
    notes: list[Note] = field(default_factory=list[Note])
    completions: list[Completion] = field(default_factory=list[Completion])
    decisions: list[Decision] = field(default_factory=list[Decision])
    submissions: list[Submission] = field(default_factory=list[Submission])
    signatures: list[Signature] = field(default_factory=list[Signature])
    orders: list[WorkOrder] = field(default_factory=list[WorkOrder])
    filed: filed.Files = field(default_factory=filed.Files)


def write(made: Sequence[Made], rng: np.random.Generator) -> None:
    """Write them in the order they came in, so that the numbers of each series follow the days."""
    districts = {one.code: one for one in District.objects.defer("geometry", "population")}
    rows = Rows(filed=filed.thought_out(made, rng))
    cases = _numbered(made, districts)
    _create(cases)
    crews = _crews()
    for one, case in zip(made, cases, strict=True):
        _Writer(one, case, rows, rng, crews).write()
    for found in (
        *(rows.parties, rows.documents, rows.events, rows.clocks, rows.messages, rows.notes, rows.completions),
        *(rows.decisions, rows.submissions, rows.signatures, rows.orders),
    ):
        _create(found)
    filed.save(rows.filed)
    counting.effects(made, cases, rows.events)
    counting.write(made, rng)


def _create(rows: Sequence[Row]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _crews() -> list[tuple[Organisation, User]]:
    return [
        (user.organisation, user) for user in User.objects.filter(username__in=("jonas", "sara")).select_related("organisation")
    ]  # type: ignore[misc]


def _numbered(made: Sequence[Made], districts: dict[str, District]) -> list[Case]:
    """The cases, each with the next number of its committee's series that year."""
    last: Counter[tuple[int, str, int]] = Counter()
    kept: dict[tuple[int, str, int], Series] = {}
    cases: list[Case] = []
    for one in made:
        key = (one.service.type.committee_id, one.service.type.series, one.at.astimezone(terms.STOCKHOLM).year)
        last[key] += 1
        series = kept.setdefault(key, Series(committee_id=key[0], code=key[1], year=key[2]))
        series.last = last[key]
        cases.append(_case(one, series, last[key], districts))
    _create(list(kept.values()))
    for case in cases:
        case.series_id = case.series.pk  # type: ignore[attr-defined]
    return cases


def _case(one: Made, series: Series, sequence: int, districts: dict[str, District]) -> Case:
    type_, definition = one.service.type, one.service.definition
    number = f"{series.code} {series.year}/{sequence:05d}"
    title = title_of(one.service.package, one.answers)
    step = one.life.status
    group = definition.status(step.status).group
    begun = len(one.life.steps) > 1
    waiting = [term.due_at for term in one.life.terms if term.met_at is None and term.paused_at is None]
    return Case(
        type=type_,
        series=series,
        sequence=sequence,
        number=number,
        title=title[:200],
        status=step.status,
        group=group,
        committee_id=type_.committee_id,
        unit_id=type_.unit_id,
        assignee=one.service.worker if begun else None,
        channel=one.channel,
        confidentiality=type_.confidentiality,
        subject_secret=bool(type_.confidentiality),
        district=districts.get(one.spot.district) if one.spot else None,
        lon=one.spot.lon if one.spot else None,
        lat=one.spot.lat if one.spot else None,
        registered_at=one.at,
        status_since=step.at,
        due_at=min(waiting, default=None),
        closed_at=step.at if group == Group.CLOSED else None,
        source=f"draft:{one.id}" if one.channel in FORMS else None,
        search_text=f"{number} {sequence} {title} {definition.text('title')}".casefold(),
    )


class _Writer:
    """Puts down the rows of one case."""

    def __init__(
        self, one: Made, case: Case, rows: Rows, rng: np.random.Generator, crews: Sequence[tuple[Organisation, User]]
    ) -> None:
        self.one, self.case, self.rows, self.rng, self.crews = one, case, rows, rng, crews
        self.definition, self.worker, self.name = one.service.definition, one.service.worker, one.service.package.name
        self.now = clock.now()
        self.documents = 0

    def write(self) -> None:
        one = self.one
        self._parties()
        received = self._document(one.at, Document.Direction.RECEIVED, "application", self.case.title, data=dict(one.answers))
        if self.rows.filed.lie_in(received, one.id):
            self._document(one.at, Document.Direction.SENT, "receipt", "Kvittens")
        by = None if one.channel in FORMS else self.worker
        self._event(one.at, "registered", status=one.life.steps[0].status, by=by, document=received)
        self.rows.clocks += [
            Clock(
                case=self.case,
                name=term.name,
                starts_at=term.starts_at,
                due_at=term.due_at,
                met_at=term.met_at,
                paused_at=term.paused_at,
            )
            for term in one.life.terms
        ]
        for number, step in enumerate(one.life.steps[1:], 1):
            if number == 1:
                self._event(step.at, "assigned", by=self.worker)
            self._step(number, step.at, step.status)
        if one.channel in FORMS:
            self._submission()
        self._talk()

    def _parties(self) -> None:
        one, case = self.one, self.case
        association = one.answers.get("association") or one.answers.get("company")
        role = Party.Role.REPORTER if self.name == "street-fault" else Party.Role.APPLICANT
        if association:
            number = association["organisation_number"]
            self._party(Party.Role.ORGANISATION, name=association["name"], organisation_number=number)
            role = Party.Role.REPRESENTATIVE
        if one.person:
            contact = {key: value for key, value in one.told.items() if key != "name"}
            self.rows.parties.append(Party(case=case, role=role, person=one.person, **contact))
        elif one.told:
            self._party(role, **one.told)
        for signer in self._signers():
            if signer.role in one.signed_by:
                person = one.signed_by[signer.role]
                self.rows.parties.append(Party(case=case, role=signer.role, person=person, email=self._said(signer.email)))
            elif signer.role in parties.CO_APPLICANTS:
                self._party(signer.role, name=self._said(signer.name), email=self._said(signer.email))

    def _party(self, role: str, **contact: str) -> None:
        self.rows.parties.append(Party(case=self.case, role=role, **contact))

    def _signers(self) -> Iterable[Any]:
        state = flow.State(self.one.answers, frozenset(), frozenset(), ())
        return parties.signers(self.one.service.package, state, today=self.one.at.date())

    def _said(self, path: str) -> str:
        return str(flow.get(self.one.answers, path) or "")

    def _document(self, at: datetime, direction: str, kind: str, title: str, **more: Any) -> Document:
        self.documents += 1
        one = self.one
        document = Document(
            case=self.case,
            number=self.documents,
            direction=direction,
            kind=kind,
            title=title[:200],
            at=at,
            person=more.pop("person", one.person),
            counterpart=more.pop("counterpart", "" if one.person else one.told.get("name", "")),
            confidentiality=self.case.confidentiality,
            language=one.language,
            **more,
        )
        self.rows.documents.append(document)
        return document

    def _event(self, at: datetime, kind: str, **more: Any) -> None:
        self.rows.events.append(Event(case=self.case, at=at, kind=kind, **more))

    def _step(self, number: int, at: datetime, status: str) -> None:
        """What was written when the case came to a status."""
        before = self.one.life.steps[number - 1]
        by: User | None = self.worker
        document: Document | None = None
        if before.status == "waiting":
            self._answered(at, self.definition.status(status).group == Group.OPEN)
        decision = next((one for one in self._decisions(status) if not self._pressed(before.status, status)), None)
        if decision:
            document = self._decide(at, decision)
            self._event(at, "decided", status=status, by=by, document=document)
        elif status == "appealed":
            document = self._document(at, Document.Direction.RECEIVED, "appeal", "Överklagande")
        elif before.status == "appealed":
            document = self._document(
                at, Document.Direction.RECEIVED, "letter", "Dom", person=None, counterpart="Förvaltningsrätten"
            )
        if status == "withdrawn" or (self.name == "street-fault" and status in ("ordered", "mended")):
            by = None
        self._event(at, "status", status=status, by=by, document=document)
        if status == "waiting":
            self._ask(at)
        if self.name == "street-fault":
            self._order(number, at, status)

    def _pressed(self, start: str, end: str) -> bool:
        return any(one.do for one in self.definition.transitions if (one.start, one.end) == (start, end))

    def _decisions(self, status: str) -> list[DecisionType]:
        found = [one for one in self.definition.decisions if one.status == status]
        return found[::-1] if len(found) > 1 and self.rng.random() < 0.18 else found

    def _decide(self, at: datetime, type_: DecisionType) -> Document:
        title = self.definition.text(f"decision.{type_.id}.name")
        reasoning = words.REASONS[self.name][type_.id]
        text = f"{self.definition.text(f'decision.{type_.id}.text')}\n\n{reasoning}"
        document = self._document(at, Document.Direction.DRAWN_UP, "decision", f"Beslut: {title}", text=text, by=self.worker)
        day = at.astimezone(terms.STOCKHOLM).date()
        reported = seasons.weekday(terms.months_after(day.replace(day=18), 1))
        self.rows.decisions.append(
            Decision(
                case=self.case,
                type=type_.id,
                outcome=type_.outcome,
                statute=type_.statute,
                reasoning=reasoning,
                conditions=self.one.service.package.texts["sv"].get(f"decision.{type_.id}.conditions", ""),
                valid_from=day if type_.valid_months else None,
                valid_to=terms.months_after(day, type_.valid_months) if type_.valid_months else None,
                appeal=type_.appeal,
                appeal_by=day + timedelta(days=terms.APPEAL_DAYS) if type_.appeal != Decision.Appeal.NONE else None,
                delegation=type_.delegation,
                decided_at=at,
                decided_by=self.worker,
                document=document,
                reported_on=reported if reported < self.now.date() else None,
            )
        )
        return document

    def _ask(self, at: datetime) -> None:
        choices = words.ASKED[self.name]
        path, text = choices[int(self.rng.integers(len(choices)))]
        due_on = (at + timedelta(days=14)).astimezone(terms.STOCKHOLM).date()
        self.rows.completions.append(
            Completion(case=self.case, paths=[path], text=text, asked_at=at, asked_by=self.worker, due_on=due_on)
        )
        self._event(at, "completion_asked", by=self.worker)

    def _answered(self, at: datetime, came: bool) -> None:
        """The completion that was asked for came in, or was taken back when the case went on without it."""
        asked = self.rows.completions[-1]
        if not came:
            asked.withdrawn_at = at
            return
        asked.answered_at = at
        asked.reminded_at = reminded.reminded_at(self.one, asked, self.now)
        data = {path: flow.get(self.one.answers, path) for path in asked.paths}
        document = self._document(at, Document.Direction.RECEIVED, "completion", "Komplettering", data=data)
        self._event(at, "completed", document=document)

    def _submission(self) -> None:
        one = self.one
        staff = self.worker if one.channel != FORMS[0] else None
        self.rows.submissions.append(
            Submission(
                id=one.id,
                version=one.service.version,
                case=self.case,
                channel=one.channel,
                language=one.language,
                digest=digest(one.answers),
                submitted_at=one.at,
                staff=staff,
            )
        )
        for signer in self._signers():
            answered = one.at + timedelta(days=float(self.rng.uniform(0.02, 4)))
            done = signer.role in one.signed_by or (answered < self.now and not one.unsigned)
            number = self._said(signer.personnummer) if signer.personnummer else ""
            self.rows.signatures.append(
                Signature(
                    submission_id=one.id,
                    role=signer.role,
                    name=self._said(signer.name),
                    email=self._said(signer.email),
                    personnummer_hash=_hash(number),
                    person=one.signed_by.get(signer.role),
                    code_hash=persons.opaque(f"signature {one.id} {signer.role}"),
                    state=Signature.State.SIGNED if done else Signature.State.ASKED,
                    digest=digest(one.answers),
                    asked_at=one.at,
                    answered_at=answered if done else None,
                )
            )

    def _order(self, number: int, at: datetime, status: str) -> None:
        """The work order that the crew got, closed when the fault was."""
        if status == "ordered":
            spot = self.one.spot
            after = self.one.life.steps[number + 1] if len(self.one.life.steps) > number + 1 else None
            crew, driver = self.crews[int(self.rng.integers(len(self.crews)))]
            given = after is not None or self.rng.random() < 0.25
            state = (State.ASSIGNED if given else State.OPEN) if after is None else State.DONE
            if after and after.status == "nothing":
                state = State.NOT_POSSIBLE
            closing = words.CLOSED_BY_CREW[int(self.rng.integers(len(words.CLOSED_BY_CREW)))]
            self.rows.orders.append(
                WorkOrder(
                    kind=str((self.one.service.package.case.work or {}).get("kind", "")),
                    title=self.case.title,
                    details=str(self.one.answers.get("description", "")),
                    lon=spot.lon if spot else 0,
                    lat=spot.lat if spot else 0,
                    place_name=spot.text if spot else "",
                    district=self.case.district,
                    crew=crew if given else None,
                    due=terms.due(self.one.at, 5),
                    state=state,
                    source_label="cases.case",
                    source_id=self.case.pk,
                    opened_at=at,
                    assigned_at=at if given else None,
                    closed_at=after.at if after else None,
                    closed_by=driver if after else None,
                    outcome=closing if after else "",
                )
            )

    def _talk(self) -> None:
        """A question and an answer in some cases, a note in others."""
        steps = self.one.life.steps
        if len(steps) < 2 or self.definition.status(steps[-1].status).group == Group.NEW:
            return
        asked_at = seasons.at(steps[1].at.astimezone(terms.STOCKHOLM).date() + timedelta(days=1), self.rng)
        if self.one.person and asked_at < self.now and self.rng.random() < 0.24:
            question, reply = words.SAID[int(self.rng.integers(len(words.SAID)))]
            replied_at = seasons.at_work(asked_at, float(self.rng.uniform(0, 2)), self.rng)
            read = replied_at if replied_at < self.now else None
            self.rows.messages.append(Message(case=self.case, from_party=True, text=question, at=asked_at, read_at=read))
            self._event(asked_at, "message_in")
            if read:
                seen = replied_at + timedelta(hours=float(self.rng.uniform(0.5, 90)))
                seen_at = seen if seen < self.now else None
                self.rows.messages.append(
                    Message(case=self.case, from_party=False, text=reply, at=replied_at, by=self.worker, read_at=seen_at)
                )
                self._event(replied_at, "message", by=self.worker)
        if self.rng.random() < 0.12:
            text = words.NOTES[int(self.rng.integers(len(words.NOTES)))]
            self.rows.notes.append(Note(case=self.case, text=text, at=steps[1].at, by=self.worker))


def _hash(number: str) -> str:
    from stadig.city.personnummer import parse

    return persons.hash_of(parse(number, today=clock.today())) if number else ""
