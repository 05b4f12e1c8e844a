"""What every test may use: a running database, the reference data, the domain clock."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).parent


# No deadline: the machines are shared and noisy. In CI the same cases each time: a new finding is a task, not a surprise.
hypothesis_settings.register_profile("stadig", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis_settings.load_profile("stadig")


_STARTED = pytest.StashKey[bool]()
_LOGS = pytest.StashKey[dict[Path, int]]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """The embedded database is started before the first test that needs one, unless DATABASE_URL names another."""
    from stadig.config import assets, postgres, translations
    from stadig.config.environment import environment

    if not hasattr(session.config, "workerinput"):  # once, not in each of xdist's processes
        assets.build()
        translations.compile_all()
    if environment.database_url:
        postgres.require_supported(environment.database_url)
    else:
        session.config.stash[_STARTED] = postgres.start()
    session.config.stash[_LOGS] = {path: path.stat().st_size for path in _log_files()}


def _log_files() -> list[Path]:
    """What the database and a city that runs in this checkout write; the log of a database by address is its owner's."""
    from stadig.config import postgres
    from stadig.config.environment import environment

    own = [] if environment.database_url else [postgres.cluster(environment).log]
    return [path for path in (*own, *environment.home_dir.rglob("*.log")) if path.is_file()]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What was started for the tests is stopped after them, unless someone else has begun to use it. Its log holds nothing personal."""
    from stadig.config import leaks, postgres

    if session.config.stash.get(_STARTED, False):
        postgres.stop_if_unused()
    if _LOGS not in session.config.stash or hasattr(session.config, "workerinput"):
        return
    before = session.config.stash[_LOGS]
    if found := [line for path in _log_files() for line in leaks.in_file(path, before.get(path, 0))]:
        session.config.get_terminal_writer().line("\n" + "\n".join(found), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test in a town needs a test database: pytest-django makes one only where a test says so."""
    for item in items:
        if "demo_town" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(transaction=True))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are never a test's name: a zip made a second later has other bytes, and xdist's processes would see other tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], Path]:
    """``reference_data("operations/bins/wyndham_fill_daily.csv")`` → its path; skips where the data are absent, fails in CI."""
    base = Path(os.environ.get("STADIG_REFERENCE_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = base / name
        if not path.exists():
            message = f"reference data {name} not found under STADIG_REFERENCE_DATA"
            if os.environ.get("CI") == "true":
                pytest.fail(message + " (in CI it must be there)")
            pytest.skip(message)
        return path

    return find


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process remembers, a page's language and the written security policy too, must not reach the next test."""
    from django.utils import translation

    from stadig.city import clock, municipality
    from stadig.config import middleware

    translation.deactivate()
    middleware.policy.cache_clear()
    clock.forget()
    municipality.forget()


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each process of a run stores files in a folder of its own: two towns drawn from one seed give their files the same names."""
    from django.conf import settings
    from django.test import override_settings

    ours = {"OPTIONS": {"location": tmp_path_factory.getbasetemp() / "files"}}
    with override_settings(STORAGES=settings.STORAGES | {"default": settings.STORAGES["default"] | ours}):
        yield


@pytest.fixture(autouse=True)
def _own_audit_heads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test's audit log is held against heads of its own, never against those of a town that ran in this checkout."""
    from stadig.city import audit_chain

    own = tmp_path_factory.getbasetemp() / "audit" / uuid.uuid4().hex / "heads"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_chain, "head_file", lambda: own)
        yield


@pytest.fixture(scope="session")
def _watched_logs() -> Iterator[list[str]]:
    """Where in the whole run a personnummer or an agency's answer was logged."""
    from stadig.config import leaks

    with leaks.watched() as found:
        yield found
        assert not found, "\n".join(found)


@pytest.fixture(autouse=True)
def _nothing_personal_logged(_watched_logs: list[str]) -> Iterator[None]:
    """No logger has been told a personnummer or what an agency answered, whatever its level or handlers."""
    yield
    if _watched_logs:
        told, _watched_logs[:] = "\n".join(_watched_logs), []
        pytest.fail(told, pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def _law_as_shipped() -> Iterator[None]:
    """After a test that commits, Django empties every table: the law, norms and rules that migrations entered are entered anew."""
    from django.test import TransactionTestCase

    from stadig.config.tests import shipped

    empty = TransactionTestCase._fixture_teardown  # pyright: ignore[reportAttributeAccessIssue]

    def empty_but_for_the_law(case: TransactionTestCase) -> None:
        empty(case)
        shipped.write()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_but_for_the_law)
        yield


@pytest.fixture
def at() -> Iterator[Callable[[str], datetime]]:
    """Set the town's clock: ``at("2026-11-24T06:30+01:00")``. It stands still until the test ends or sets it anew."""
    from stadig.city import clock

    with contextlib.ExitStack() as stack:
        yield lambda moment: stack.enter_context(clock.frozen(datetime.fromisoformat(moment)))


@pytest.fixture
def someone(db: None) -> Callable[..., Any]:
    """``someone(Role.PLANNER, district=…)`` → a user who holds the role; ``Role.RESIDENT`` gives them a person."""
    from stadig.city import testing

    return testing.someone


@pytest.fixture
def deliver(db: None) -> Callable[[], int]:
    """``deliver()`` runs the handlers of every event announced so far; returns how many ran."""
    from stadig.city import testing

    return testing.deliver


TOWN_NOW = "2026-11-24T07:00+01:00"
"""When the present of the test town begins: a Tuesday morning."""


@pytest.fixture(scope="session")
def _town_template(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with a small Lindhamn in it, seeded once; :func:`demo_town` clones it."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases  # pyright: ignore[reportAttributeAccessIssue]

    from stadig.city import clock
    from stadig.config import demo
    from stadig.config.tests import shipped

    with django_db_blocker.unblock():
        # pytest-django makes a test database only when a collected test asks for ``db`` by name
        made = [] if connection.settings_dict["NAME"].startswith("test_") else setup_databases(0, False, aliases={"default"})
        plain = connection.settings_dict["NAME"]
        name = f"{plain}_town"
        _clone(plain, name)
        _connect_to(name)
        shipped.write()
        try:
            demo.seed(size="small", now=datetime.fromisoformat(TOWN_NOW).astimezone(UTC))
        finally:
            clock.forget()
            _connect_to(plain)
        yield name
        _drop(name)
        teardown_databases(made, 0)


@pytest.fixture
def demo_town(_town_template: str, django_db_blocker: Any, at: Callable[[str], datetime]) -> Iterator[None]:
    """A small Lindhamn of its own for one test, committed, so that a live server sees it; Tuesday 24 November, 07.00."""
    from django.db import connection

    plain = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        _clone(_town_template, f"{plain}_clone")
        _connect_to(f"{plain}_clone")
        at(TOWN_NOW)
        try:
            yield
        finally:
            _connect_to(plain)
            _drop(f"{plain}_clone")


@pytest.fixture
def demo_town_to_read(_town_template: str, django_db_blocker: Any, at: Callable[[str], datetime]) -> Iterator[None]:
    """The small Lindhamn that :func:`demo_town` clones, for tests that only read: no clone, and whoever writes is refused."""
    from django.db import connection

    plain = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        _connect_to(_town_template)
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        at(TOWN_NOW)
        try:
            yield
        finally:
            _connect_to(plain)


def _connect_to(name: str) -> None:
    from django.db import connection

    _hang_up()
    connection.settings_dict["NAME"] = name


_wrappers: weakref.WeakSet[Any] = weakref.WeakSet()


@pytest.fixture(scope="session", autouse=True)
def _know_connections() -> Iterator[None]:
    """Playwright's event loop gives Django a second connection in the same thread, which ``connection`` does not reach."""
    from django.db.backends.signals import connection_created

    def note(connection: Any, **_: object) -> None:
        _wrappers.add(connection)

    connection_created.connect(note)
    yield
    connection_created.disconnect(note)


def _hang_up() -> None:
    """Close every connection of this thread, so that no database is in use when it is cloned or dropped."""
    for wrapper in list(_wrappers):
        if wrapper.connection is not None and wrapper._thread_ident == threading.get_ident() and not wrapper.in_atomic_block:
            wrapper.close()


def _clone(source: str, target: str) -> None:
    from django.db import connection

    _hang_up()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _drop(name: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _agencies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from stadig.config.agencies import testing

    with testing.running(tmp_path_factory.mktemp("agencies")) as found:
        yield found


@pytest.fixture
def agencies(_agencies: Any) -> Any:
    """The stand-in for the agencies, a process of its own with all dials calm and an empty journal (``stadig.config.agencies.testing``)."""
    _agencies.calm()
    _agencies.forget()
    return _agencies


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once for all tests. Absent: skipped with advice, and a failure in CI."""
    from stadig.ui import testing

    path = testing.chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(testing.ADVICE)
        pytest.skip(testing.ADVICE)
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is no server: the test's own queries may run
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=testing.FLAGS)
        yield started
        started.close()


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of the whole program, served from a thread over the test database."""
    from stadig.ui import testing

    with testing.served() as address:
        yield address


@pytest.fixture
def new_page(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """``new_page(javascript=False, width=1440)`` → a page of its own in Swedish; addresses are relative to the site."""
    from stadig.ui import testing

    with contextlib.ExitStack() as stack:

        def make(*, javascript: bool = True, width: int = testing.PHONE, height: int = 844) -> Any:
            context = browser.new_context(
                base_url=site,
                viewport={"width": width, "height": height},
                locale="sv-SE",
                timezone_id="Europe/Stockholm",
                java_script_enabled=javascript,
            )
            context.stadig_address = site
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            return context.new_page()

        yield make


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page on a phone, in Swedish, with JavaScript."""
    return new_page()


@pytest.fixture
def plain_page(new_page: Callable[..., Any]) -> Any:
    """The same without JavaScript."""
    return new_page(javascript=False)
