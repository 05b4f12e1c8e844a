"""``stadig import``: streets, districts, bins and readings from the files a municipality has."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Bring in streets, districts, bins and readings. Run it again as often as you like.")

FILE = typer.Argument(help="The file to read.")
DRY = typer.Option(False, "--dry-run", help="Read and check everything, change nothing.")
MAP = typer.Option(
    [],
    "--map",
    metavar="FIELD=COLUMN",
    help="Which column holds a field, where its heading is not the usual one. May be repeated.",
)
MAP_FILE = typer.Option(None, help="The same from a file, one FIELD=COLUMN per line.")
ERRORS = typer.Option(None, help="Write every row that was left out, with the reason, to this CSV file.")
CRS = typer.Option("", help="Coordinate system of the file, for example EPSG:3006 (SWEREF 99 TM).")
SHEET = typer.Option("", help="Sheet of a spreadsheet; the first if left out.")
SHOWN = 10


@app.command(epilog="Example: stadig import streets sweden-latest.osm.pbf --source OpenStreetMap --licence 'ODbL 1.0'")
def streets(
    file: Path = FILE,
    name: str = typer.Option("town", help="Name of the network; an earlier one of that name is replaced."),
    source: str = typer.Option("© OpenStreetMap contributors", help="Who made the data; said on every map."),
    licence: str = typer.Option("ODbL 1.0", help="Its licence; said on every map."),
    crs: str = CRS,
    dry_run: bool = DRY,
) -> None:
    """Streets to drive on and to draw: .osm.pbf, GeoJSON, shapefile (also in .zip or .tar.gz)."""
    with _running(file, None) as (progress, _):
        from stadig.geo import imports

        report = imports.import_streets(
            file,
            name=name,
            source=source,
            licence=licence,
            crs=crs,
            dry_run=dry_run,
            progress=lambda count: progress(None, f"{count} streets"),
        )
    _tell(report, "streets", dry_run)


@app.command(epilog="Example: stadig import districts stadsdelar.geojson --population folkmängd.csv --map code=NYKO4")
def districts(
    file: Path = FILE,
    population: Path | None = typer.Option(
        None, help="Table of people: a code, and a column per age band, or the columns ålder and antal."
    ),
    mapped: list[str] = MAP,
    map_file: Path | None = MAP_FILE,
    crs: str = CRS,
    errors: Path | None = ERRORS,
    dry_run: bool = DRY,
) -> None:
    """Districts: GeoJSON or shapefile in any coordinate system, with a code and a name."""
    given = _given(mapped, map_file)
    with _running(file, errors) as (_, on_fault):
        from stadig.geo import imports

        report = imports.import_districts(
            file,
            population=population,
            code=given.get("code", ""),
            name=given.get("name", ""),
            crs=crs,
            dry_run=dry_run,
            on_fault=on_fault,
        )
    _tell(report, "districts", dry_run, errors)


@app.command(epilog="Example: stadig import bins korgar.xlsx --map external_id=Littera --dry-run")
def bins(
    file: Path = FILE,
    mapped: list[str] = MAP,
    map_file: Path | None = MAP_FILE,
    crs: str = CRS,
    sheet: str = SHEET,
    errors: Path | None = ERRORS,
    dry_run: bool = DRY,
) -> None:
    """Bins: CSV or spreadsheet with a number and a place (lat and lon, or SWEREF 99 TM)."""
    given = _given(mapped, map_file)
    with _running(file, errors) as (progress, on_fault):
        from stadig.waste import imports

        report = imports.import_bins(
            file, given=given, sheet=sheet, crs=crs, dry_run=dry_run, on_fault=on_fault, progress=progress
        )
    _tell(report, "bins", dry_run, errors)


@app.command(epilog="Example: stadig import readings nivåer.csv --scale 10 --errors fel.csv")
def readings(
    file: Path = FILE,
    mapped: list[str] = MAP,
    map_file: Path | None = MAP_FILE,
    scale: float = typer.Option(
        1.0, min=0.01, max=100, help="Percent per unit of the file: 10 for levels 0-10, 100 for shares 0-1."
    ),
    zone: str = typer.Option("Europe/Stockholm", help="Time zone of times without an offset."),
    sheet: str = SHEET,
    errors: Path | None = ERRORS,
    dry_run: bool = DRY,
) -> None:
    """Fill levels of bins: CSV or spreadsheet with bin, time and level."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    given = _given(mapped, map_file)
    try:
        at = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"There is no time zone {zone!r}. Write for example Europe/Stockholm or UTC.") from None
    with _running(file, errors) as (progress, on_fault):
        from stadig.waste import imports

        report = imports.import_readings(
            file, given=given, sheet=sheet, zone=at, scale=scale, dry_run=dry_run, on_fault=on_fault, progress=progress
        )
    _tell(report, "readings", dry_run, errors)


def _given(mapped: list[str], map_file: Path | None) -> dict[str, str]:
    lines = list(mapped)
    if map_file:
        if not map_file.is_file():
            raise typer.BadParameter(f"{map_file}: there is no such file.")
        text = map_file.read_text(encoding="utf-8-sig")
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")] + lines
    given = {}
    for line in lines:
        field, separator, column = line.partition("=")
        if not separator or not field.strip() or not column.strip():
            raise typer.BadParameter(f"Write FIELD=COLUMN, not {line!r}.")
        given[field.strip()] = column.strip()
    return given


@contextmanager
def _running(file: Path, errors: Path | None) -> Iterator[tuple[Callable[..., None], Callable[[Any], None]]]:
    """A database, a progress bar and a list of faults; an import that cannot be done ends with one line and exit code 1."""
    console = Console(stderr=True)
    shown = 0
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with django.with_city(), Progress(*columns, console=console, transient=True) as bar:
        from stadig.city.tables import TableFault
        from stadig.geo.network import GeoError

        task = bar.add_task(file.name, total=None)
        written = errors.open("w", encoding="utf-8-sig", newline="") if errors else None
        writer = csv.writer(written, delimiter=";") if written else None
        if writer:
            writer.writerow(["row", "column", "value", "problem"])

        def progress(share: float | None, text: str = "") -> None:
            bar.update(task, completed=share, total=None if share is None else 1.0, description=f"{file.name} {text}".strip())

        def on_fault(fault: Any) -> None:
            nonlocal shown
            shown += 1
            if writer:
                writer.writerow([fault.row, fault.column, fault.value, fault.problem])
            if shown <= SHOWN:
                bar.console.print(f"{file.name}, {fault}", markup=False, highlight=False, soft_wrap=True)

        try:
            yield progress, on_fault
        except (TableFault, GeoError) as fault:
            bar.stop()
            print(fault, file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            if written:
                written.close()


def _tell(report: Any, what: str, dry_run: bool, errors: Path | None = None) -> None:
    would = "Would have kept" if dry_run else "Kept"
    print(f"{would} {report.created} new {what}, changed {report.changed}, {report.unchanged} were the same. Read {report.read}.")
    for note in report.notes:
        print(f"  {note}")
    if report.faults:
        more = f"they are listed in {errors}" if errors else "see them all with --errors FILE.csv"
        print(f"{report.faults} rows were left out; {more}.", file=sys.stderr)
    if dry_run:
        print("Nothing was changed. Run again without --dry-run to keep it.")
