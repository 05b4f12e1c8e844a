"""What petra has asked agencies about before the demo town's present: by the same verbs as ever, answered over the network by the stand-in.

Afterwards the times are set back to when it was: the town's agencies took their time then too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from stadig.city import clock, persons
from stadig.city.personnummer import parse
from stadig.config.agencies import dials
from stadig.config.agencies.beside import beside

if TYPE_CHECKING:
    from stadig.assistance.asking import About
    from stadig.cases.models import Case
    from stadig.city.models import Person, User
    from stadig.exchange.models import Lookup

YUSUF, SAMIRA, VIGGO = "199101062397", "199203092383", "198911032392"
OMAR, ANNA, WILMA, NILS = "198801262398", "198810262389", "198010032392", "198602282389"
AGENCIES: Final = ("FK", "AF", "SKV", "PM", "CSN", "SO", "MIV", "TNS")
CASE_TYPE: Final = "financial-assistance"
WAIT_SECONDS: Final = 15.0


class NotAnswered(Exception):
    """The stand-in did not answer while the town's past was written."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the past."""

    number: str
    case: int
    """Which of the person's cases, the oldest first; -1 is the latest."""
    days: float
    """How long after it was registered."""
    dials: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    what: tuple[str, ...] = ("read",)
    told: str = ""
    """What Försäkringskassan said when petra phoned them instead."""


PAST: Final = (
    Question(YUSUF, 0, 1.9),
    Question(YUSUF, 1, 5.1, {"SO": {"hang": 1}}, ("read", "printed")),
    Question(YUSUF, 2, 2.2, {"CSN": {"http_503": 1}}),
    Question(SAMIRA, -1, 1.6),
    Question(VIGGO, -1, 1.61, what=("read", "read raw")),
    Question(OMAR, -1, 1.2),
    Question(ANNA, -1, 1.1),
    Question(WILMA, -1, 1.4),
    Question(
        NILS,
        -1,
        1.5,
        told="Föräldrapenning på grundnivå, 5 100 kronor i månaden efter skatt, beviljad till sommaren. Nästa utbetalning den 10.",
    ),
)


def seed(present: dt.datetime) -> None:
    """Ask all of it, in a town whose cases are written. Raises NotAnswered."""
    from stadig.city.models import User
    from stadig.exchange import running

    _law(present)
    petra = User.objects.get(username="petra")
    usual = dials.load("town")
    with tempfile.TemporaryDirectory() as folder, _asking(Path(folder)), beside(Path(folder), present.date()) as board:
        for one in PAST:
            board.own.clear()
            board.turn({agency: dict(change) for agency, change in one.dials.items()})
            _ask(petra, one, usual, present)
        running.stop()


def _law(present: dt.datetime) -> None:
    """What lets the two agencies answer that the regulation says nothing of: in a real city a lawyer finds it, here it is invented."""
    from stadig.city.models import User
    from stadig.exchange import law

    ove, henrik = (User.objects.get(username=name) for name in ("ove", "henrik"))
    with clock.frozen(present - dt.timedelta(days=400)):
        for agency, groups in (("MIV", ("permits", "entry")), ("TNS", ("vehicles",))):
            row = law.enter(
                ove,
                agency=agency,
                statute="Påhittat beslut av socialnämnden i Lindhamn",
                source="Påhittat för demostaden. En kommun låter sin jurist pröva vilket lagstöd som finns.",
                longest_days=366,
                valid_from=clock.today(),
                groups=groups,
            )
            law.confirm(henrik, row.pk)


@contextlib.contextmanager
def _asking(folder: Path) -> Iterator[None]:
    before = settings.EXCHANGE_FILE
    settings.EXCHANGE_FILE = folder / "exchange.toml"
    try:
        yield
    finally:
        settings.EXCHANGE_FILE = before


def at_work(moment: dt.datetime, latest: dt.datetime) -> dt.datetime:
    """The morning of that day, of the Monday after a weekend; never after ``latest``."""
    local = clock.local(moment)
    local += dt.timedelta(days=max(0, 7 - local.weekday()) if local.weekday() > 4 else 0)
    return min(local.replace(hour=9, minute=local.minute // 2 + 12, second=0, microsecond=0), latest)


def _ask(petra: User, one: Question, usual: dials.Board, present: dt.datetime) -> None:
    from stadig.assistance import asking, periods
    from stadig.cases.models import Document
    from stadig.exchange import actions

    person = _person(one.number)
    case = _cases(person)[one.case]
    answers = Document.objects.values_list("data", flat=True).get(case=case, number=1) or {}
    month = periods.read(str(answers.get("month", ""))) or periods.first_of(case.registered_at.date())
    period = periods.asked(month)
    at = at_work(case.registered_at + dt.timedelta(days=one.days), present - dt.timedelta(hours=2))
    with clock.frozen(at), _as_it_was(case):
        lookup = _finished(asking.ask(petra, case.pk, person.pk, period, AGENCIES))
        for what in one.what:
            actions.record_reading(petra, lookup.pk, what)
        _set_back(lookup, at, usual)
        if one.told:
            _note(petra, asking.About(case.pk, person.pk, period), one.told, at + dt.timedelta(minutes=34))


def _note(petra: User, about: About, said: str, moment: dt.datetime) -> None:
    from stadig.assistance import asking
    from stadig.exchange.sealed import Told

    with clock.frozen(moment):
        told = Told(whom="Handläggare, enheten för föräldrapenning", at=moment, said=said, number="0771-52 45 24", minutes=27)
        _move(asking.note_call(petra, about, "FK", told).pk, moment)


def _person(digits: str) -> Person:
    from stadig.city.models import Person

    return Person.objects.get(personnummer_hash=persons.hash_of(parse(digits, today=clock.today())))


def _cases(person: Person) -> list[Case]:
    from stadig.cases.models import Case

    return list(Case.objects.filter(parties__person=person, type__slug=CASE_TYPE).order_by("registered_at"))


@contextlib.contextmanager
def _as_it_was(case: Case) -> Iterator[None]:
    """The case as it stood when the question was asked: one that is closed now was open then, and only in an open case may one ask."""
    from stadig.cases.models import Case, Group

    now = {"group": case.group, "status": case.status, "closed_at": case.closed_at}
    Case.objects.filter(pk=case.pk).update(group=Group.OPEN, status="assessing", closed_at=None)
    try:
        yield
    finally:
        Case.objects.filter(pk=case.pk).update(**now)


def _finished(lookup: Lookup) -> Lookup:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        lookup.refresh_from_db()
        if lookup.finished_at is not None:
            return lookup
        time.sleep(0.01)
    raise NotAnswered(f"Lookup {lookup.pk} of the town's past was not answered within {WAIT_SECONDS:g} s.")


def _set_back(lookup: Lookup, at: dt.datetime, usual: dials.Board) -> None:
    """Each agency took the time it usually takes; then all of it lies where it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT call_id, agency FROM exchange_block WHERE lookup_id = %s AND answered_at IS NOT NULL", [lookup.pk]
        )
        for call, agency in cursor.fetchall():
            took = dt.timedelta(seconds=round(usual.draw(agency, "").latency_s, 3))
            said: dict[str, Any] = {"call": call, "at": lookup.begun_at + took, "ms": took.total_seconds() * 1000}
            cursor.execute("UPDATE exchange_block SET answered_at = %(at)s, latency_ms = %(ms)s WHERE call_id = %(call)s", said)
            cursor.execute("UPDATE exchange_call SET answered_at = %(at)s WHERE id = %(call)s", said)
    _move(lookup.pk, at)


MOVED: Final = {
    "exchange_lookup": ("id", ("begun_at", "deadline_at", "finished_at")),
    "exchange_call": ("lookup_id", ("intent_at", "answered_at")),
    "exchange_block": ("lookup_id", ("asked_at", "answered_at", "stored_at")),
}
"""Table → the column that holds the lookup, and the columns in real time."""


def _move(lookup: int, at: dt.datetime) -> None:
    """Set a lookup's real times back to ``at``. The audit log keeps its own: it says when the town was drawn, and nothing moves it."""
    from stadig.exchange.models import Lookup

    with connection.cursor() as cursor:
        by = Lookup.objects.values_list("begun_at", flat=True).get(pk=lookup) - at
        for table, (key, columns) in MOVED.items():
            moved = ", ".join(f"{column} = {column} - %(by)s" for column in columns)
            cursor.execute(f"UPDATE {table} SET {moved} WHERE {key} = %(lookup)s", {"by": by, "lookup": lookup})  # noqa: S608
