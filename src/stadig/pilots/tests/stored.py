"""The example trial as it is stored, for tests of pages and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from stadig.city import clock
from stadig.pilots import card as cards
from stadig.pilots import extract
from stadig.pilots.models import CardVersion, Cost, Decision, Lesson, Look, Pilot
from stadig.pilots.tests import examples


def trial(slug: str = "paminnelse", *, effect: float = 0.63, looked: bool = True, **changed: Any) -> Pilot:
    """A trial with the example's figures, looked at once, with a cost and two lessons. ``changed``: fields of the trial."""
    one, plan, result, figures = examples.analysed(effect)
    at = dt.datetime(2026, 4, 27, 12, tzinfo=dt.UTC)
    fields = {
        "title": one.title,
        "service": one.service,
        "state": Pilot.State.RUNNING,
        "created_at": at,
        "started_at": at,
        "last_day": examples.ENDS,
    } | changed
    pilot = Pilot.objects.create(slug=slug, **fields)
    version = CardVersion.objects.create(
        pilot=pilot,
        number=1,
        card=cards.plain(one),
        rule=msgspec.to_builtins(plan),
        digest=cards.digest(plan),
        frozen_at=at,
        at=at,
    )
    if looked:
        look(version, effect=effect)
        Cost.objects.create(pilot=pilot, day=examples.BEGINS, amount_kr=18_000, what="Utskick")
    lesson(pilot, "Få läste dem", "Var tredje påminnelse öppnades inte.")
    lesson(pilot, "Lätt att slå på", "Det tog en förmiddag.", worked=True)
    assert extract.digest(figures) == result.data_sha256
    return pilot


def look(version: CardVersion, *, effect: float = 0.63, **changed: Any) -> Look:
    """The look that the example's result is of."""
    _card, _plan, result, figures = examples.analysed(effect)
    fields = {
        "number": 1,
        "at": clock.now(),
        "through": result.through,
        "data_sha256": result.data_sha256,
        "data": extract.compressed(extract.read(figures)),
        "result": msgspec.to_builtins(result),
        "verdict": result.verdict.value,
        "code_version": "test",
    } | changed
    return Look.objects.create(version=version, **fields)


def lesson(pilot: Pilot, title: str, text: str, *, worked: bool = False) -> Lesson:
    return Lesson.objects.create(pilot=pilot, title=title, text=text, worked=worked, icon="info", at=clock.now())


def decision(pilot: Pilot, decided: str, rule_said: str, reason: str = "") -> Decision:
    """A decision, by the committee, on the day before the last."""
    return Decision.objects.create(
        pilot=pilot, decided=decided, rule_said=rule_said, reason=reason, body="Socialnämnden",
        day=examples.ENDS - dt.timedelta(days=1), at=clock.now(),
    )  # fmt: skip
