"""The embedded PostgreSQL, as root and as a user: started, killed, guarded and refused."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from stadig.config import postgres
from stadig.config.environment import CHECKOUT, Environment, environment
from stadig.config.postgres_files import SYSTEM_HOME, Cluster
from stadig.config.tests.serving import free_port

IS_ROOT = os.geteuid() == 0
pytestmark = pytest.mark.slow

STARTS_AND_ANSWERS = """
import os, psycopg
from stadig.config import postgres
postgres.start()
this = postgres.cluster()
try:
    with psycopg.connect(**this.conninfo()) as connection:
        print(connection.execute("SELECT current_setting('listen_addresses'), current_setting('server_encoding')").fetchone())
    print("server", this.data.stat().st_uid, oct(this.data.stat().st_mode & 0o777), oct(this.sockets.stat().st_mode & 0o777))
    print(this.data.parent)
    print(this.sockets)
finally:
    postgres.stop()
"""


def run_in(folder: Path) -> list[str]:
    """Start and stop a whole installation whose home lies in ``folder``; returns what it printed."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "STADIG_HOME": str(folder / "home"),
        "PYTHONPATH": str(CHECKOUT / "src"),
    }
    command = [sys.executable, "-c", STARTS_AND_ANSWERS]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def as_user(user: int, work: Callable[[], str]) -> str:
    """Do the work in a child process that belongs to another user and return what it says.

    A fork, not a new interpreter: ours may lie where that user may not go.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            if os.geteuid() != user:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            said = work()
        except BaseException as fault:
            said = f"{type(fault).__name__}: {fault}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that only its owner may enter, short enough for sockets."""
    path = Path(tempfile.mkdtemp(prefix="stadig-test-"))
    assert path.stat().st_mode & 0o777 == 0o700
    yield path
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def throwaway(*, tcp_port: int | None = None) -> Iterator[Cluster]:
    """A cluster of its own, running; removed afterwards."""
    base = Path(tempfile.mkdtemp(prefix="stadig-test-", dir=SYSTEM_HOME if IS_ROOT else None))
    sockets = Path(tempfile.mkdtemp(prefix="stadig-test-"))
    this = replace(postgres.cluster(), data=base / "data", sockets=sockets, password="på prov", tcp_port=tcp_port)
    postgres.start(this)
    try:
        yield this
    finally:
        postgres.stop(this, mode="immediate")
        shutil.rmtree(base)
        shutil.rmtree(sockets)


@pytest.fixture(scope="module")
def town() -> Iterator[Cluster]:
    with throwaway() as this:
        yield this


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_root_starts_it_from_inside_a_closed_folder_as_a_system_user(folder: Path) -> None:
    answer, modes, data, sockets = run_in(folder)
    try:
        assert answer == "('', 'UTF8')", "no TCP, UTF-8"
        assert modes == f"server {pwd.getpwnam('stadig').pw_uid} 0o700 0o700"
        assert Path(data).parent == SYSTEM_HOME
        assert (folder.stat().st_mode & 0o777) == 0o700, "no parent folder was opened"
        assert ((folder / "home" / "keys" / "postgres_password").stat().st_mode & 0o777) == 0o600
    finally:
        shutil.rmtree(data)
        shutil.rmtree(sockets)


def test_a_user_starts_it_from_inside_a_closed_folder_with_everything_in_its_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = pwd.getpwnam("nobody").pw_uid if IS_ROOT else os.geteuid()
    postgres.start()  # so that every module is loaded and, for root, the programs lie where all may read them
    programs = postgres.cluster().binaries
    os.chown(folder, user, -1)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("HOME", str(folder))

    def work() -> str:
        os.chdir(folder)
        this = replace(postgres.cluster(Environment(home=folder / "home")), binaries=programs)
        assert this.user is None
        postgres.start(this)
        try:
            with psycopg.connect(**this.conninfo()) as connection:
                answer = connection.execute("SELECT current_setting('listen_addresses'), current_user").fetchone()
        finally:
            postgres.stop(this)
        modes = [oct(path.stat().st_mode & 0o777) for path in (this.data, this.sockets)]
        return (
            f"{answer} {this.data.stat().st_uid == user} {modes} {this.data.relative_to(folder)} {this.sockets.parent == folder}"
        )

    assert as_user(user, work) == "('', 'stadig') True ['0o700', '0o700'] home/postgres/data True"


def test_it_recovers_after_kill_9_with_stale_files_left(town: Cluster) -> None:
    with psycopg.connect(**town.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        pid = int((town.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
    assert town.socket.exists()
    assert postgres.start(town), "it was started anew"
    with psycopg.connect(**town.conninfo()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc")
def test_a_process_id_that_someone_else_has_got_does_not_stop_the_start(town: Cluster) -> None:
    postgres.stop(town)
    identity = {"user": town.user, "group": town.user} if town.user else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **identity) as stranger:
        try:
            stale = f"{stranger.pid}\n{town.data}\n1\n5432\n{town.sockets}\n\n1 1\nready\n"
            (town.data / "postmaster.pid").write_text(stale)
            assert postgres.start(town)
        finally:
            stranger.kill()


def test_only_one_server_uses_a_data_directory(town: Cluster, folder: Path) -> None:
    postgres.start(town)
    with pytest.raises(postgres.DatabaseFault, match="already uses"):
        postgres.start(replace(town, sockets=folder))
    assert postgres.is_running(town)


def test_starting_twice_is_starting_once(town: Cluster) -> None:
    postgres.start(town)
    assert not postgres.start(town)


def test_a_wrong_password_is_told_and_not_taken_for_a_server_that_is_down(town: Cluster) -> None:
    postgres.start(town)
    with pytest.raises(postgres.DatabaseFault, match="keys folder"):
        postgres.start(replace(town, password="fel"))


def test_data_of_another_major_version_are_refused_with_advice(town: Cluster) -> None:
    postgres.stop(town)
    file = town.data / "PG_VERSION"
    before = file.read_text()
    file.write_text("12\n")
    try:
        with pytest.raises(postgres.DatabaseFault, match=r"PostgreSQL 12.*\n.*stadig backup"):
            postgres.start(town)
    finally:
        file.write_text(before)


def test_a_socket_path_that_is_too_long_is_told_before_anything_is_made(tmp_path: Path, town: Cluster) -> None:
    long = replace(town, data=tmp_path / "data", sockets=tmp_path / ("x" * 100))
    with pytest.raises(postgres.DatabaseFault, match="107"):
        postgres.start(long)
    assert not long.sockets.exists()


def test_the_log_holds_nothing_of_what_people_wrote(town: Cluster) -> None:
    postgres.start(town)
    with psycopg.connect(**town.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('Hemliga Svensson')")
        for query in ("INSERT INTO person VALUES (%s)", "SELECT %s::text::int", "SELECT * FROM nowhere WHERE name = %s"):
            with pytest.raises(psycopg.Error):
                connection.execute(query, ["Hemliga Svensson"])
        connection.execute("SELECT pg_sleep(0)")
    time.sleep(0.1)
    assert "Svensson" not in town.log.read_text()
    assert "nowhere" not in town.log.read_text()
    assert "ready to accept connections" in town.log.read_text()


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_cron_without_a_runtime_folder_finds_the_same_server(tmp_path: Path) -> None:
    data, sockets = tmp_path / "data", tmp_path / "s"
    data.mkdir()
    sockets.mkdir()
    (sockets / ".s.PGSQL.5432").touch()
    (data / "postmaster.pid").write_text(f"1\n{data}\n1\n5432\n{sockets}\n")
    assert postgres._sockets_in_use(data) == sockets
    assert postgres._sockets_in_use(tmp_path) is None


def test_a_database_by_address_that_is_too_old_or_away_is_refused_without_its_password() -> None:
    with pytest.raises(postgres.DatabaseFault, match=r"PostgreSQL 15.*16 or newer"):
        postgres.refuse_older(15, "db.example/stadig")
    with pytest.raises(postgres.DatabaseFault, match="does not answer") as raised:
        postgres.require_supported(f"postgresql://stadig:mycket-hemligt@127.0.0.1:{free_port()}/stadig")
    assert "mycket-hemligt" not in str(raised.value)


def test_the_whole_program_runs_on_a_database_by_address() -> None:
    """Migrates and reads over TCP, as with a server elsewhere."""
    program = [sys.executable, "-m", "stadig.config.manage"]
    read = "from stadig.city.models import User; from django.db import connection as c; print(User.objects.count(), c.settings_dict['PORT'])"
    with throwaway(tcp_port=free_port()) as this:
        environ = os.environ | {"DATABASE_URL": this.url(), "STADIG_HOME": str(environment.home_dir)}
        assert postgres.require_supported(this.url()) >= postgres.OLDEST_SERVER
        subprocess.run([*program, "migrate", "-v0"], env=environ, check=True, capture_output=True)
        done = subprocess.run([*program, "shell", "-v0", "-c", read], env=environ, check=True, capture_output=True, text=True)
        assert done.stdout.split()[-1] == str(this.tcp_port)
