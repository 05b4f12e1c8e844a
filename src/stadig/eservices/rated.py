"""How easy it was: counted by service, day, channel and age band, and the line that someone wrote, with no person in either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stadig.cases.models import Case
from stadig.city import clock, persons
from stadig.city.personnummer import NotAPersonnummer
from stadig.city.verbs import verb
from stadig.eservices import statistics, tallies
from stadig.eservices.models import Remark, Submission, Tally

if TYPE_CHECKING:
    from stadig.city.models import Person

TRACES: Final = re.compile(r"[^\s@]+@[^\s@]+|\+?\d(?:[\s\-/()]{0,2}\d){5,}")
BANDS = ((18, "0-17"), (30, "18-29"), (50, "30-49"), (65, "50-64"), (80, "65-79"), (200, "80-"))
"""Age below which one belongs to each band."""


def count(case: Case, score: int, line: str, person: Person | None) -> None:
    """One more who said how easy it was. A case that no e-service made is not counted."""
    submission = Submission.objects.select_related("version").defer("version__archive").filter(case=case).first()
    if submission is None:
        return
    tallies.count(submission.version.name, Tally.Kind.RATED, submission.channel, value=score, band=band_of(person))
    if line:
        Remark.objects.create(service=submission.version.name, day=clock.today(), value=score, text=without_traces(line))


def without_traces(line: str) -> str:
    """The line without what says who wrote it: e-mail addresses, and numbers as long as a telephone's or a personnummer."""
    return TRACES.sub("[…]", line)


@verb
def erase_outdated() -> int:
    """Erase lines older than the statistics; returns how many."""
    begin, _until = statistics.period()
    return Remark.objects.filter(day__lt=begin).delete()[0]


def band_of(person: Person | None) -> str:
    """The age band of a person; empty where their age is not known, or their identity is protected."""
    if person is None or person.protection or not person.personnummer_sealed:
        return ""
    try:
        born = persons.unseal(person.personnummer_sealed).born
    except (NotAPersonnummer, persons.KeyChanged):
        return ""
    today = clock.today()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return next(name for below, name in BANDS if age < below)
