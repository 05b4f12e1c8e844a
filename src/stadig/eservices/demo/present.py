"""The demo town's present: now and then someone submits a form, and case workers take, offer and decide.

It uses the same verbs as the pages. Whoever has sat down as a case worker is left to do the work themselves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import numpy as np

from stadig.cases import access, deciding, definitions, handling, states
from stadig.cases import actions as cases
from stadig.cases.actions import CaseError
from stadig.cases.models import Case, Channel, Group
from stadig.city import clock
from stadig.city.models import Person, User
from stadig.city.verbs import verb
from stadig.eservices import actions, checking, drafts, flow, published, uploads
from stadig.eservices.demo import filed, seasons, words
from stadig.eservices.demo.answers import Spot, answer
from stadig.eservices.demo.past import CASES, WORKERS
from stadig.eservices.models import DraftFile, EService, Submission
from stadig.eservices.package import Package

SUBMITTED_PER_HOUR: Final = 0.9
"""By day; a quarter of it by night."""
MOVED_PER_HOUR: Final = 0.35
"""For each case worker, in working hours."""
MOST_HOURS: Final = 2.0
"""What a long silence counts as, so that a town that slept does not wake to a heap."""
TRIES: Final = 6
"""How many times answers are thought out before it is let be."""

ON: Final = ("offer", "finish", "begin", "queue")
"""Buttons that lead a case on. The others are for what seldom happens."""


class Present:
    """What lets things happen. ``rng`` decides; the same draws give the same town."""

    def __init__(self, spots: Sequence[Spot], rng: np.random.Generator) -> None:
        self.spots, self.rng = spots, rng

    def pass_time(self, now: datetime, hours: float, resting: Callable[[User], bool]) -> None:
        """Let ``hours`` pass. ``resting`` says whether someone is away, so that their work may be done for them."""
        local, hours = clock.local(now), min(hours, MOST_HOURS)
        by_day = 7 <= local.hour < 22
        if self.rng.random() < SUBMITTED_PER_HOUR * hours * (1 if by_day else 0.25):
            self.submit(now)
        if local.isoweekday() > 5 or not 8 <= local.hour < 16:
            return
        for service, username in WORKERS.items():
            if self.rng.random() < MOVED_PER_HOUR * hours:
                worker = User.objects.get(username=username)
                if resting(worker):
                    self.move(service, worker)

    def submit(self, now: datetime) -> Submission | None:
        """Someone fills in a form and sends it, with the files it asks for. None when no answers that hold together came to mind."""
        weights = np.array([CASES[name] * seasons.MONTHS[name][clock.local(now).month - 1] for name in CASES])
        for _ in range(TRIES):
            name = list(CASES)[int(self.rng.choice(len(weights), p=weights / weights.sum()))]
            service, package = published.current(name)
            answers, _spot = answer(package, now.date(), self.spots, self.rng)
            asked = filed.asked_for(package, answers, now)
            named = filed.with_names(answers, {path: str(uuid4()) for path in asked})
            state = flow.evaluate(package, named, today=clock.today())
            if not checking.errors(package, state, today=clock.today()):
                return self._send(service, package, answers)
        return None

    @verb
    def _send(self, service: EService, package: Package, answers: dict[str, Any]) -> Submission:
        worker = None if service.name == "street-fault" else User.objects.get(username=WORKERS[service.name])
        answers, sent = filed.send(worker, package, answers, uploads.PURPOSE)
        begun = drafts.Contents(answers=answers)
        if worker is None:
            draft = drafts.start(None, service, begin_with=begun)
        else:
            people = Person.objects.filter(user=None, protection="").order_by("pk")
            person = people[int(self.rng.integers(people.count()))]
            draft = drafts.start(worker, service, channel=Channel.ASSISTED, person=person, begin_with=begun)
        DraftFile.objects.bulk_create(DraftFile(draft=draft, path=path, file=file) for path, file in sent.items())
        return actions.submit(worker, draft.pk)

    def move(self, service: str, worker: User) -> Case | None:
        """The case worker does the next thing in the case that is most in a hurry. None when there is none."""
        waiting = Case.objects.filter(type__slug=service, unit=worker.organisation_id, group__in=(Group.NEW, Group.OPEN))
        case = waiting.filter(access.may_handle(worker)).select_related("type").order_by("due_at", "pk").first()
        if case is None:
            return None
        with contextlib.suppress(CaseError, states.NoSuchWay):
            if case.group == Group.NEW:
                handling.take(worker, case.pk)
            else:
                self._go_on(case, worker)
        return case

    def _go_on(self, case: Case, worker: User) -> None:
        definition = definitions.of(case)
        pressed = [one for one in states.pressed(definition, case.status) if one.by == "case_worker" and one.do in ON]
        reasons = words.REASONS.get(case.type.slug, {})
        decisions = [one for one in deciding.types(case, definition) if one.id in reasons]
        if decisions and not (pressed and self.rng.random() < 0.4):
            chosen = decisions[0] if self.rng.random() < 0.85 else decisions[int(self.rng.integers(len(decisions)))]
            deciding.decide(worker, case.pk, chosen.id, reasons[chosen.id])
        elif pressed:
            cases.set_status(worker, case.pk, pressed[0].end)
