"""``stadig restore``: a city from its backup."""

from __future__ import annotations

from pathlib import Path

import typer

from stadig.config import django

app = typer.Typer()


@app.command(epilog="Example: stadig restore town-2026-11-24.stadig --replace")
def restore(
    file: Path = typer.Argument(help="An archive made by `stadig backup`."),
    replace: bool = typer.Option(
        False, "--replace", help="Throw away the city that is here. Without it, only an empty one is filled."
    ),
) -> None:
    """Verify an archive, then put its database and files in place: all of it or nothing."""
    from stadig.config import backup as archive

    with django.with_database():
        manifest = archive.restore(file, replace=replace)
    print(f"Restored the city of {manifest.created} (Stadig {manifest.stadig}, {len(manifest.parts) - 1} stored files).")
    mine = archive.key_fingerprints()
    other = [name for name, fingerprint in manifest.keys.items() if mine.get(name) != fingerprint]
    if other:
        print(
            f"These keys are not those of the backup: {', '.join(other)}. Put back your copy of the keys folder before you start."
        )
    print("Next: stadig run")
