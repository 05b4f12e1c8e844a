"""Agencies behind real sockets, a case worker, a person, and the law that lets them be asked about."""

from __future__ import annotations

import datetime as dt
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stadig.exchange.tests.agencies import Agencies, serve

PURPOSE = "test-purpose"
FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 11, 30)
CODES = ("FK", "AF", "SKV", "CSN")


@pytest.fixture(autouse=True)
def _files_are_looked_at_anew() -> None:
    """In the city a file is looked at once a second."""
    from stadig.exchange import looking

    looking.forget()


@pytest.fixture
def agencies() -> Iterator[Agencies]:
    """Agencies in a thread of their own, on a port of the loopback address."""
    with serve() as started:
        yield started


@pytest.fixture
def written(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """``written(agencies, agency_s=1.0)`` → the file that connects them, in force."""
    from stadig.exchange import plans
    from stadig.exchange.tests.agencies import Plain

    monkeypatch.setattr(plans, "contract_of", lambda line: Plain())

    def write(
        agencies: Agencies, *, deadlines: str = "", extra: str = "", codes: tuple[str, ...] = CODES, after: str = ""
    ) -> Path:
        path = tmp_path / "exchange.toml"
        listed = ", ".join(f'"{code}"' for code in codes)
        path.write_text(
            f'[asker]\norganisation_number = "162120001234"\nname = "Lindhamns kommun"\n\n[deadlines]\n{deadlines}\n\n'
            f'[[connection]]\nname = "test"\ncontract = "ssbtek-11"\nurl = "{agencies.address}"\nagencies = [{listed}]\n{extra}\n{after}'
        )
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        settings.EXCHANGE_FILE = path
        return path

    return write


@pytest.fixture
def unit(db: None) -> Any:
    from stadig.city.models import Organisation

    return Organisation.objects.create(name="Ekonomiskt bistånd")


@pytest.fixture
def law(db: None) -> None:
    from stadig.city import audit, clock
    from stadig.exchange.models import LegalBasis

    for code in (*CODES, "PM"):
        row = LegalBasis.objects.create(
            purpose=PURPOSE,
            agency=code,
            statute=f"lagen om {code}",
            fields=[],
            longest_days=730,
            valid_from=dt.date(2025, 7, 1),
            source="test",
            confirmed_at=clock.real_now(),
        )
        audit.record(None, "confirmed law", row, agency=code)


@pytest.fixture
def person(db: None) -> Any:
    return make_person("19540103-0423")


def database_url() -> str:
    """The test database's address, for another process."""
    from urllib.parse import quote

    from django.db import connection

    own = connection.settings_dict
    host = str(own["HOST"])
    where = f":{own['PORT']}" if host.startswith("/") else f"{host}:{own['PORT']}"
    query = f"?host={quote(host, safe='')}" if host.startswith("/") else ""
    return f"postgresql://{quote(own['USER'])}:{quote(own['PASSWORD'], safe='')}@{where}/{own['NAME']}{query}"


def make_person(number: str, **fields: Any) -> Any:
    from stadig.city import persons
    from stadig.city.models import Person
    from stadig.city.personnummer import parse

    found = parse(number, today=dt.date(2026, 11, 22))
    return Person.objects.create(
        given_name="Prov",
        family_name="Person",
        personnummer_hash=persons.hash_of(found),
        personnummer_sealed=persons.seal(found),
        **fields,
    )


@pytest.fixture
def worker(someone: Callable[..., Any], unit: Any) -> Any:
    from stadig.city.roles import Role

    return someone(Role.CASE_WORKER, organisation=unit)


@pytest.fixture
def permit(law: None, person: Any, worker: Any, unit: Any) -> Callable[..., Any]:
    """``permit(agencies=["FK"])`` → a permit as a gate would issue it."""
    from stadig.exchange import permits

    def issue(**changes: Any) -> Any:
        values: dict[str, Any] = {
            "purpose": PURPOSE,
            "case_id": 17,
            "case_number": "EB-2026-17",
            "person": person,
            "role": "applicant",
            "by": worker,
            "unit": unit,
            "period_from": FIRST,
            "period_to": LAST,
            "agencies": CODES,
        }
        return permits.issue(**(values | changes))

    return issue


@pytest.fixture
def finished(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """``finished(lookup)`` waits until every agency has answered or is overdue, and gives its view."""
    from stadig.exchange import queries, running
    from stadig.exchange.models import Lookup

    def wait(lookup: Any, seconds: float = 10.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if Lookup.objects.get(pk=lookup.pk).finished_at:
                return queries.view(lookup.pk)
            time.sleep(0.02)
        raise AssertionError("The lookup was not finished in time.")

    yield wait
    running.stop()


@pytest.fixture
def asked(permit: Callable[..., Any], worker: Any, finished: Callable[..., Any]) -> Callable[..., Any]:
    """``asked(agencies=["FK"])`` asks on a permit as it is issued with these changes, and gives the view when it is finished."""
    from stadig.exchange import actions

    return lambda **changes: finished(actions.ask(worker, permit(**changes).pk))


@pytest.fixture
def no_agencies() -> Agencies:
    """An address where no one answers, for tests in which no question leaves."""
    return Agencies(address="http://127.0.0.1:9/")
