"""A service as the resident will meet it, tried with made-up answers. Nothing is stored: the answers travel with the page.

What a page sends is read by the real form (:mod:`~stadig.eservices.posting`), decided by the real rules and drawn by the real widgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.core import signing

from stadig.city import clock
from stadig.eservices import checking, flow, pages, posting
from stadig.eservices.checking import Fault
from stadig.eservices.package import Package, Question, Repeat, Step

SALT: Final = "eservices.editing.trial"
HOURS: Final = 12
"""How long made-up answers are taken back from a page that was left open."""
SUMMARY: Final = "summary"
"""The page after the last step."""


class Read(NamedTuple):
    """One answer as it is read through before sending."""

    label: str
    value: str


@dataclass
class Trial:
    """One page of the trial: ``step`` is None on the summary."""

    package: Package
    answers: dict[str, Any]
    language: str
    wanted: str = ""

    @cached_property
    def state(self) -> flow.State:
        """Raises ``rules.RuleError`` or ``rules.Cycle`` for a form whose rules do not hold together yet."""
        return flow.evaluate(self.package, self.answers, today=clock.today())

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.package.flow.steps if step.id in self.state.steps)

    @property
    def step(self) -> Step | None:
        """The step that is wanted; one that is hidden now gives the first."""
        if self.wanted == SUMMARY:
            return None
        return next((step for step in self.steps if step.id == self.wanted), self.steps[0] if self.steps else None)

    @property
    def number(self) -> int:
        step = self.step
        return len(self.steps) + 1 if step is None else self.steps.index(step) + 1

    def form(self, faults: tuple[Fault, ...] = ()) -> pages.Form:
        return pages.Form(self.package, self.state, self.answers, self.language, faults)

    def faults(self, step: Step) -> tuple[Fault, ...]:
        """What is wrong on a step, but for files, which nobody can send in here."""
        found = checking.errors(self.package, self.state, step=step.id, today=clock.today())
        return tuple(fault for fault in found if not _is_file(pages.part_at(self.package, fault.path)))

    def read(self, posted: posting.Posted) -> Trial:
        """The same with what the page sent."""
        if self.step is None:
            return self
        answers = posting.read(self.package, self.step, posted, self.answers, today=clock.today())
        return Trial(self.package, answers, self.language, self.wanted)

    def with_rows(self, do: str, what: str) -> Trial:
        """The same with a row more in a repeated group, or one less."""
        path, _, number = what.partition(":")
        part = pages.part_at(self.package, path)
        if not isinstance(part, Repeat):
            return self
        if do == "add":
            answers = posting.add_row(self.answers, part)
        else:
            answers = posting.remove_row(self.answers, part, int(number) if number.isdigit() else -1)
        return Trial(self.package, answers, self.language, self.wanted)

    def at(self, wanted: str) -> Trial:
        """The same on another page."""
        return Trial(self.package, self.answers, self.language, wanted)

    def after(self) -> str:
        """The page after this one."""
        ids = [step.id for step in self.steps]
        return ids[self.number] if self.number < len(ids) else SUMMARY

    def before(self) -> str:
        """The page before this one; the first is before itself."""
        ids = [step.id for step in self.steps]
        return ids[max(self.number - 2, 0)] if ids else ""

    def summary(self) -> Iterator[tuple[str, tuple[Read, ...]]]:
        """Each step's title with its answers as they are read."""
        form = self.form()
        for step in self.steps:
            rows = [Read(ask.label, self._spoken(form, ask)) for ask in _asks(form, step)]
            rows += [Read(one.label, one.value) for one in form.sums(step)]
            yield self.package.text(f"step.{step.id}.title", self.language), tuple(rows)

    def _spoken(self, form: pages.Form, ask: pages.Ask) -> str:
        part = pages.part_at(self.package, ask.path)
        return form.spoken(part, flow.get(self.state.answers, ask.path)) if isinstance(part, Question) else ""


def _is_file(part: Any) -> bool:
    return isinstance(part, Question) and part.kind == "file"


def _asks(form: pages.Form, step: Step) -> Iterator[pages.Ask]:
    for _place, shown in form.slots(step):
        if isinstance(shown, pages.Group):
            yield from (ask for row in shown.rows for _slot, ask in row.slots if isinstance(ask, pages.Ask))
        elif isinstance(shown, pages.Ask):
            yield shown


def sealed(answers: Mapping[str, Any]) -> str:
    """Made-up answers as the page carries them: signed, so that nobody else writes them."""
    return signing.dumps(dict(answers), salt=SALT, compress=True)


def unsealed(text: str) -> dict[str, Any]:
    """What :func:`sealed` gave; no answers for what it did not give, or long ago."""
    try:
        found = signing.loads(text, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}
