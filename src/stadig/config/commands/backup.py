"""``stadig backup``: everything the city has stored, in one file."""

from __future__ import annotations

from pathlib import Path

import typer

from stadig.config import django
from stadig.config.environment import environment

app = typer.Typer()


@app.command(epilog="Example: stadig backup town-2026-11-24.stadig")
def backup(file: Path = typer.Argument(help="The archive to write; must not exist.")) -> None:
    """Write the database and the stored files to one archive that only you can read.

    The keys are not in it. Keep a copy of the keys folder on another medium, in a safe.
    """
    from stadig.config import backup as archive

    with django.with_database():
        manifest = archive.backup(file)
    size = sum(part.bytes for part in manifest.parts)
    print(f"{file}: the database and {len(manifest.parts) - 1} stored files, {size / 1e6:.1f} MB, mode 0600.")
    print(f"NOT in it: the keys in {environment.home_dir / 'keys'}: {', '.join(manifest.keys) or 'none yet'}.")
    print("Without them encrypted personnummer cannot be read and the audit chain cannot be proven.")
    print(f"Keep them apart from the archive: cp -a {environment.home_dir / 'keys'} SAFE/stadig-keys")
