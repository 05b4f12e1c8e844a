"""Everything a city has stored, in one archive, and back again.

The archive is a plain zip: ``database.dump`` (pg_dump's custom format), ``files/…`` (stored files) and
``manifest.json`` with the version, the size and SHA-256 of each part. It is written as a stream, so it needs
no room beside itself. The keys are *not* in it: whoever finds the archive alone cannot read personnummer or
forge the audit chain. The manifest holds a fingerprint of each key, so that a restore can tell which are missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from stadig.config import postgres
from stadig.config.environment import Environment, environment
from stadig.config.faults import Fault
from stadig.config.postgres_files import wheel_binaries

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
FILES = "files"
"""The folder of stored files, in the home folder and in the archive."""
NOT_OURS_TO_KEEP = frozenset({"postgres_password"})
"""Keys that a restored city does not need: the new database has its own."""
BLOCK = 2**20
SET_ASIDE = "before_restore"
PARAMETERS = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}
"""What a connection string says → the variable that PostgreSQL's programs read; on a command line all could see the password."""


class BackupFault(Fault):
    """A backup or a restore that could not be done; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the archive."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself."""

    stadig: str
    postgresql: int
    created: str
    parts: tuple[Part, ...]
    keys: dict[str, str]
    """Key → fingerprint, see :func:`key_fingerprints`."""
    format: int = FORMAT


class _Writable(Protocol):
    def write(self, data: bytes, /) -> Any: ...


def backup(target: Path, env: Environment = environment) -> Manifest:
    """Write the running database and the stored files to ``target`` (mode 0600).

    Raises
    ------
    BackupFault
        The file exists, the disk is full, or PostgreSQL's program refused. No half archive is left.
    """
    if target.exists():
        raise BackupFault(f"{target} exists. Give another name; a backup never overwrites an older one.")
    connection = _connection(env)
    with psycopg.connect(**connection) as opened:
        major = opened.info.server_version // 10_000
    partial = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            parts = [_dump(archive, connection)]
            for path in _stored_files(env.home_dir / FILES):
                name = f"{FILES}/{path.relative_to(env.home_dir / FILES).as_posix()}"
                with open(path, "rb") as source, _part(archive, name) as out:
                    parts.append(_copy(name, source, out))
            manifest = Manifest(
                version("stadig"), major, datetime.now(UTC).isoformat(timespec="seconds"), tuple(parts), key_fingerprints(env)
            )
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        partial.replace(target)
    except OSError as error:
        raise BackupFault(f"The backup could not be written: {error.strerror or error}. Nothing was left behind.") from None
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def verify(archive: Path) -> Manifest:
    """Read the whole archive and compare every part with the manifest. Raises :class:`BackupFault` where they differ."""
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest = _read_manifest(opened)
            have = {info.filename: info for info in opened.infolist()}
            if set(have) != {part.name for part in manifest.parts} | {MANIFEST}:
                raise BackupFault(f"{archive} does not hold what its manifest says. Use another copy.")
            for part in manifest.parts:
                with opened.open(part.name) as source:
                    if _copy(part.name, source, None) != part:
                        raise BackupFault(f"{part.name} in {archive} is damaged. Use another copy.")
    except FileNotFoundError:
        raise BackupFault(f"There is no file {archive}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise BackupFault(f"{archive} is not a whole backup made by Stadig ({error}). Use another copy.") from None
    return manifest


def restore(archive: Path, env: Environment = environment, *, replace: bool = False) -> Manifest:
    """Put a verified archive's database and files where the city's own are.

    Raises
    ------
    BackupFault
        The archive is damaged or too new, the target is in use, or it holds something and ``replace`` is not set.
        What was there before is put back if the restore fails.
    """
    manifest = verify(archive)
    if manifest.format > FORMAT or manifest.postgresql > postgres.major_version(wheel_binaries()):
        raise BackupFault(
            f"{archive} was made by a newer Stadig ({manifest.stadig}). Restore it with that version or a later one."
        )
    connection = _connection(env)
    files = env.home_dir / FILES
    with psycopg.connect(**connection, autocommit=True) as opened:
        _refuse_in_use(opened)
        held = _tables(opened) or any(_stored_files(files))
        if held and not replace:
            raise BackupFault("This city is not empty. To throw away what is there, run the same command with --replace.")
        new_files = Path(tempfile.mkdtemp(prefix=".restore-", dir=env.home_dir))
        try:
            _set_aside(opened)
            try:
                with zipfile.ZipFile(archive) as zipped:
                    _load(zipped, connection)
                    _extract(zipped, manifest, new_files)
            except BaseException:
                _put_back(opened)
                raise
            _swap(new_files, files)
            opened.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SET_ASIDE)))
        finally:
            shutil.rmtree(new_files, ignore_errors=True)
    return manifest


def key_fingerprints(env: Environment = environment) -> dict[str, str]:
    """A short fingerprint of each key, to compare keys without showing them. Keys are random, so it cannot be turned around."""
    folder = env.home_dir / "keys"
    found = sorted(path for path in folder.glob("*") if path.is_file() and path.name not in NOT_OURS_TO_KEEP)
    return {path.name: hashlib.blake2b(path.read_bytes(), digest_size=8, person=b"stadig-backup").hexdigest() for path in found}


def _connection(env: Environment) -> dict[str, Any]:
    return dict(conninfo_to_dict(env.database_url)) if env.database_url else postgres.cluster(env).conninfo()


def _environ(connection: dict[str, Any]) -> dict[str, str]:
    named = {PARAMETERS[key]: str(value) for key, value in connection.items() if key in PARAMETERS and value not in (None, "")}
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8"} | named


def _dump(archive: zipfile.ZipFile, connection: dict[str, Any]) -> Part:
    command = [wheel_binaries() / "bin" / "pg_dump", "--format=custom", "--compress=gzip:4", "--no-owner", "--no-privileges"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, env=_environ(connection), stdout=subprocess.PIPE, stderr=complaints) as program,
    ):
        assert program.stdout is not None  # noqa: S101 – asked for above
        with _part(archive, DUMP) as out:
            part = _copy(DUMP, program.stdout, out)
        if program.wait():
            raise BackupFault(f"pg_dump failed: {_said(complaints)}")
    return part


def _load(archive: zipfile.ZipFile, connection: dict[str, Any]) -> None:
    """All or nothing: one transaction."""
    command = [
        wheel_binaries() / "bin" / "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    ]
    command += ["--dbname", str(connection.get("dbname") or postgres.DATABASE)]
    with tempfile.TemporaryFile() as complaints:
        program = subprocess.Popen(command, env=_environ(connection), stdin=subprocess.PIPE, stdout=complaints, stderr=complaints)
        assert program.stdin is not None  # noqa: S101 – asked for above
        with archive.open(DUMP) as source, contextlib.suppress(BrokenPipeError):
            shutil.copyfileobj(source, program.stdin, BLOCK)
        with contextlib.suppress(BrokenPipeError):
            program.stdin.close()
        if program.wait():
            raise BackupFault(f"pg_restore failed and nothing was changed: {_said(complaints)}")


def _said(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read()[-600:].decode(errors="replace").strip()


def _part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    return archive.open(zipfile.ZipInfo(name), "w", force_zip64=True)


def _copy(name: str, source: IO[bytes], out: _Writable | None) -> Part:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if out is not None:
            out.write(block)
    return Part(name, size, digest.hexdigest())


def _stored_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    told = json.loads(archive.read(MANIFEST))
    return Manifest(**(told | {"parts": tuple(Part(**part) for part in told["parts"])}))


def _tables(connection: psycopg.Connection[Any]) -> int:
    query = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _refuse_in_use(connection: psycopg.Connection[Any]) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    row = connection.execute(query).fetchone()
    if row and row[0]:
        raise BackupFault(f"{row[0]} connections use the database. Stop Stadig first, then run the same command.")


def _set_aside(connection: psycopg.Connection[Any]) -> None:
    """Keep what is there until the new is whole: rename its schema. Extensions stay in ``public``, where the dump expects them."""
    name = sql.Identifier(SET_ASIDE)
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(name))
        connection.execute("CREATE SCHEMA public")
        query = "SELECT extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = %s"
        for (extension,) in connection.execute(query, [SET_ASIDE]).fetchall():
            connection.execute(sql.SQL("ALTER EXTENSION {} SET SCHEMA public").format(sql.Identifier(extension)))


def _put_back(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(SET_ASIDE)))


def _extract(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    for part in manifest.parts:
        if part.name == DUMP:
            continue
        path = (folder / part.name.removeprefix(f"{FILES}/")).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise BackupFault(f"The archive names a file outside its folder: {part.name}. Nothing was changed.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with archive.open(part.name) as source, open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            shutil.copyfileobj(source, out, BLOCK)


def _swap(new: Path, files: Path) -> None:
    """Put the restored folder in the place of the old one."""
    old = files.with_name(f".{files.name}-before")
    shutil.rmtree(old, ignore_errors=True)
    if files.exists():
        files.rename(old)
    new.rename(files)
    shutil.rmtree(old, ignore_errors=True)
