"""A city that is backed up and restored elsewhere is the same city."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from stadig.config import backup
from stadig.config.backup import BackupFault
from stadig.config.environment import Environment
from stadig.config.postgres_files import Cluster
from stadig.config.tests.serving import free_port
from stadig.config.tests.test_postgres import throwaway

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A second server over TCP, as ``DATABASE_URL`` would name it."""
    with throwaway(tcp_port=free_port()) as this:
        yield this


@pytest.fixture
def city(server: Cluster, tmp_path: Path) -> Iterator[Callable[[str], Environment]]:
    """Makes empty cities, each with its own home and database."""

    def make(name: str) -> Environment:
        with psycopg.connect(**server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return Environment(home=tmp_path / name, database_url=server.url(name))

    yield make


@pytest.fixture
def full(city: Callable[[str], Environment]) -> Environment:
    """A city with partitions, a trigger, odd values, keys and stored files."""
    env = city("full")
    env.secret("audit_key")
    (env.home_dir / "files" / "2026").mkdir(parents=True)
    (env.home_dir / "files" / "2026" / "korg åäö.jpg").write_bytes(bytes(range(256)) * 5000)
    (env.home_dir / "files" / "empty").touch()
    with psycopg.connect(env.database_url) as connection:
        connection.execute(
            'CREATE TABLE bin (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C", fill real, at timestamptz)'
        )
        connection.execute(
            "INSERT INTO bin (name, fill, at) SELECT 'Torget ' || n, n / 3.0, '2026-01-01Z'::timestamptz + n * '1 h'::interval FROM generate_series(1, 500) n"
        )
        connection.execute("INSERT INTO bin (name, fill) VALUES (NULL, 'NaN'), (E'rad\\nå', '-Infinity')")
        connection.execute("CREATE TABLE observation (id int, at date, value float8) PARTITION BY RANGE (at)")
        connection.execute(
            "CREATE TABLE observation_2026 PARTITION OF observation FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        )
        connection.execute("INSERT INTO observation SELECT n, '2026-06-01', random() FROM generate_series(1, 1000) n")
        connection.execute("CREATE VIEW full_bins AS SELECT * FROM bin WHERE fill > 80")
    return env


def everything(env: Environment) -> dict[str, Any]:
    """Every table's rows, the next number of each sequence, and every stored file's bytes."""
    found: dict[str, Any] = {}
    with psycopg.connect(env.database_url) as connection:
        for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))).fetchall()
            found[name] = rows
        found["sequences"] = connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()
        found["views"] = connection.execute("SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'").fetchall()
    files = env.home_dir / "files"
    found["files"] = {path.relative_to(files).as_posix(): path.read_bytes() for path in files.rglob("*") if path.is_file()}
    return found


def test_a_restored_city_has_every_row_and_every_file(
    full: Environment, city: Callable[[str], Environment], tmp_path: Path
) -> None:
    archive = tmp_path / "town.stadig"
    manifest = backup.backup(archive, full)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert set(manifest.keys) == {"audit_key"}
    with zipfile.ZipFile(archive) as opened:
        key = (full.home_dir / "keys" / "audit_key").read_bytes()
        assert not any("key" in name for name in opened.namelist())
        assert key not in b"".join(opened.read(name) for name in opened.namelist()), "no key in the archive"
    elsewhere = city("elsewhere")
    backup.restore(archive, elsewhere)
    before, after = everything(full), everything(elsewhere)
    assert len(before["bin"]) == 502
    assert len(before["files"]) == 2
    assert after == before
    backup.backup(tmp_path / "again.stadig", elsewhere)
    backup.restore(tmp_path / "again.stadig", elsewhere, replace=True)
    assert everything(elsewhere) == before


def test_a_city_that_holds_something_is_replaced_only_when_told(
    full: Environment, city: Callable[[str], Environment], tmp_path: Path
) -> None:
    archive = tmp_path / "town.stadig"
    backup.backup(archive, full)
    other = city("other")
    with psycopg.connect(other.database_url) as connection:
        connection.execute("CREATE TABLE theirs (n int)")
    (other.home_dir / "files").mkdir()
    (other.home_dir / "files" / "theirs").write_text("x")
    before = everything(other)
    with pytest.raises(BackupFault, match="--replace"):
        backup.restore(archive, other)
    assert everything(other) == before
    backup.restore(archive, other, replace=True)
    assert everything(other) == everything(full)


def test_a_damaged_archive_is_refused_before_anything_is_touched(
    full: Environment, city: Callable[[str], Environment], tmp_path: Path
) -> None:
    archive = tmp_path / "town.stadig"
    backup.backup(archive, full)
    whole = bytearray(archive.read_bytes())
    whole[len(whole) // 2] ^= 1
    archive.write_bytes(whole)
    with pytest.raises(BackupFault, match="Use another copy"):
        backup.restore(archive, full, replace=True)
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupFault, match="not a whole backup"):
        backup.restore(archive, full, replace=True)
    assert len(everything(full)["bin"]) == 502


def test_a_restore_that_fails_puts_back_what_was_there(
    full: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "town.stadig"
    backup.backup(archive, full)
    before = everything(full)

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_extract", no_room)
    with pytest.raises(OSError, match="No space"):
        backup.restore(archive, full, replace=True)
    assert everything(full) == before


def test_a_city_in_use_is_not_restored(full: Environment, tmp_path: Path) -> None:
    archive = tmp_path / "town.stadig"
    backup.backup(archive, full)
    with psycopg.connect(full.database_url), pytest.raises(BackupFault, match="Stop Stadig first"):
        backup.restore(archive, full, replace=True)


def test_a_backup_never_overwrites_an_older_one(full: Environment, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("precious")
    with pytest.raises(BackupFault, match="exists"):
        backup.backup(tmp_path / "old", full)
    assert (tmp_path / "old").read_text() == "precious"
