"""What petra has asked agencies about before the demo town's present: by the same verbs as ever, answered over the network by the stand-in.

Real time is what it was then, and runs faster meanwhile: so the answers, the log and its proof are of that day.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection, transaction

from stadig.city import clock, persons
from stadig.city.personnummer import parse
from stadig.config.agencies import dials
from stadig.config.agencies.beside import beside

if TYPE_CHECKING:
    from stadig.cases.models import Case
    from stadig.city.models import Person, User
    from stadig.exchange.models import Lookup

YUSUF, SAMIRA, VIGGO = "199101062397", "199203092383", "198911032392"
OMAR, ANNA, WILMA, NILS = "198801262398", "198810262389", "198010032392", "198602282389"
AGENCIES: Final = ("FK", "AF", "SKV", "PM", "CSN", "SO", "MIV", "TNS")
CASE_TYPE: Final = "financial-assistance"
WAIT_SECONDS: Final = 15.0
SPEED: Final = 10.0
"""How fast real time runs while the past is written: an agency that took a second answers in a tenth of one."""


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
    agencies: tuple[str, ...] = AGENCIES
    down: tuple[str, ...] = ()
    """Agencies that had failed other questions of the same minute, so that their breakers were open."""
    told: str = ""
    """What Försäkringskassan said when petra phoned them instead."""


PAST: Final = (
    Question(YUSUF, 0, 1.9, agencies=AGENCIES[:6], down=("AF",)),
    Question(YUSUF, 1, 5.1, {"SO": {"hang": 1}}, ("read", "printed")),
    Question(YUSUF, 2, 2.2, {"CSN": {"bt_error": 1}}),
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
    latest = present - dt.timedelta(hours=2)
    with tempfile.TemporaryDirectory() as folder, _asking(Path(folder)), beside(Path(folder), present.date()) as board:
        for at, one, case in sorted(_when(latest), key=lambda found: found[0]):
            board.own.clear()
            board.turn({agency: {"fixed_s": usual.draw(agency, "").latency_s / SPEED} for agency in AGENCIES})
            board.turn({agency: dict(change) for agency, change in one.dials.items()})
            with clock.lived_through(at, SPEED), _as_it_was(case):
                _have_failed(one.down)
                _ask(petra, one, case)
            if one.told:
                with clock.lived_through(at + dt.timedelta(minutes=34)), _as_it_was(case):
                    _note(petra, one, case)
        running.stop()


def _when(latest: dt.datetime) -> Iterator[tuple[dt.datetime, Question, Case]]:
    """When each question was asked, and in which case."""
    for one in PAST:
        case = _cases(_person(one.number))[one.case]
        yield at_work(case.registered_at + dt.timedelta(days=one.days), latest), one, case


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


def _have_failed(agencies: tuple[str, ...]) -> None:
    """As many failures in a row as open an agency's breaker, noted as those of any question are."""
    from stadig.exchange import breaking, connections

    of_agency = connections.connections().of_agency
    told = [
        breaking.Told(of_agency[one].name, one, True, of_agency[one].breaker)
        for one in agencies
        for _ in range(of_agency[one].breaker.failures)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        breaking.note(cursor, told, clock.real_now())


def _ask(petra: User, one: Question, case: Case) -> None:
    from stadig.assistance import asking
    from stadig.exchange import actions

    lookup = _finished(asking.ask(petra, case.pk, _person(one.number).pk, _period(case), one.agencies))
    for what in one.what:
        actions.record_reading(petra, lookup.pk, what)


def _note(petra: User, one: Question, case: Case) -> None:
    from stadig.assistance import asking
    from stadig.exchange.sealed import Told

    about = asking.About(case.pk, _person(one.number).pk, _period(case))
    whom = "Handläggare, enheten för föräldrapenning"
    asking.note_call(petra, about, "FK", Told(whom=whom, at=clock.now(), said=one.told, number="0771-52 45 24", minutes=27))


def _period(case: Case) -> tuple[dt.date, dt.date]:
    from stadig.assistance import periods
    from stadig.cases.models import Document

    answers = Document.objects.values_list("data", flat=True).get(case=case, number=1) or {}
    return periods.asked(periods.read(str(answers.get("month", ""))) or periods.first_of(case.registered_at.date()))


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
