"""``stadig pilot export``, ``import`` and ``reproduce``: a trial as a file. ``reproduce`` of a file needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stadig.config.faults import Fault

if TYPE_CHECKING:
    from stadig.pilots.package import Bundle


def register(app: typer.Typer) -> None:
    """Put the commands in ``stadig pilot``."""
    app.command("export", epilog="Example: stadig pilot export papperskorgar-som-sager-till --out forsok.zip")(export)
    app.command("import", epilog="Example: stadig pilot import forsok.zip --service papperskorgar")(import_)
    app.command("reproduce", epilog="Example: stadig pilot reproduce forsok.zip")(reproduce)


def export(
    slug: str = typer.Argument(help="The trial's name in its address."),
    out: Path | None = typer.Option(None, help="Where to write. Default: SLUG.zip here."),
    result: bool = typer.Option(
        False, "--result", help="Only the result with its figures: to send to the one it was copied from."
    ),
) -> None:
    """Write a trial as one file that another municipality can try again. The same trial gives the same bytes."""
    from stadig.config import django
    from stadig.pilots import package

    with django.with_city():
        bundle = _stored(slug, "result" if result else "package")
    if result and bundle.result is None:
        raise Fault(f"{slug} has not been looked at yet: there is no result to export. Leave out --result.")
    path = out or Path(f"{slug}.zip")
    try:
        path.write_bytes(package.write(bundle))
    except OSError as fault:
        raise Fault(f"{path} cannot be written: {fault.strerror}.") from None
    what = f"package, design {bundle.digest[:16]}" if not result else "result"
    typer.echo(f"{path}  ({what})")


def import_(
    file: Path = typer.Argument(help="A package, or a result of a trial that was copied from here."),
    service: str = typer.Option("", help="What the service is called here, where it is not what they call it."),
    service_out: Path | None = typer.Option(None, help="Write the e-service package that lies in it to this file."),
) -> None:
    """Begin a trial from another municipality's package, or take in what another got when it tried ours."""
    from stadig.config import django
    from stadig.eservices import packing

    data = _bytes(file)
    bundle = _read(file, data)
    if service_out is not None:
        if not bundle.service:
            raise Fault(f"{file.name}: there is no e-service package in it. Leave out --service-out.")
        service_out.write_bytes(packing.pack(bundle.service))
    with django.with_city():
        from stadig.pilots import actions
        from stadig.pilots.errors import PilotError

        try:
            if bundle.info.kind == "result":
                copy = actions.take_result(None, data)
                typer.echo(f"The result of {copy.municipality} stands beside {copy.pilot.slug}.")
                return
            pilot = actions.take_in(None, data, service=service)
        except PilotError as fault:
            raise Fault(f"{file.name}: {fault}") from None
    typer.echo(f"{pilot.slug} is an idea now, from {bundle.info.trial.municipality}. Fill in its days, areas and who decides.")
    if bundle.service and service_out is None:
        typer.echo(
            "An e-service package lies in it: run again with --service-out FILE.zip, then stadig package install FILE.zip."
        )


def reproduce(what: str = typer.Argument(metavar="SLUG|FILE", help="A trial here, or a file that was exported.")) -> None:
    """Compute the latest look again from its figures, and say with which version it was made.

    Exit 0: every figure, verdict and remark is the same. Exit 1: each that differs is named, with what it was, what it is now and by how
    much; or the file cannot be read.
    """
    path = Path(what)
    if path.is_file():
        bundle = _read(path, _bytes(path))
    else:
        from stadig.config import django

        if what.endswith(".zip") or "/" in what:
            raise Fault(f"{what}: there is no such file.")
        with django.with_city():
            bundle = _stored(what, "result", open_data=False)
    from stadig.pilots import package
    from stadig.pilots.statistics.version import code_version

    try:
        found = package.differences(bundle)
    except package.BadPackage as fault:
        raise Fault(f"{what}: {fault}") from None
    result = bundle.result
    if result is None:
        raise Fault(f"{what}: there is no result in it.")
    versions = f"Made with Stadig {result.code_version}; this program is {code_version()}."
    if found:
        remarks = sum(one.remark for one in found)
        typer.echo("\n".join(map(str, found)))
        typer.echo(
            f"{what}: {len(found) - remarks} figures and {remarks} remarks on the data differ. {_why(versions, result.code_version)}"
        )
        raise typer.Exit(1)
    if bundle.info.folded:
        told = ", ".join(bundle.info.folded)
        typer.echo(f"Left out: {told}, limits and verdict. Rows about people are put together so that no one is known by them.")
    left = (
        " Who gained is left out: rows with age or district are not published for persons."
        if bundle.info.reduced and not bundle.info.folded
        else ""
    )
    typer.echo(f"samma siffror: {len(result.looks)} looks through {result.through}, verdict {result.verdict}.{left} {versions}")


def _why(versions: str, made_with: str) -> str:
    """What to make of figures that differ."""
    from stadig.pilots.statistics.version import code_version

    if made_with == code_version():
        return f"{versions} They are the same: the figures, the rule or the result have been changed since."
    return f"{versions} To get the same figures, run the version that made them."


def _stored(slug: str, kind: str, *, open_data: bool = True) -> Bundle:
    from stadig.pilots import public, transfer

    row = public.one(slug)
    if row is None:
        raise Fault(f"There is no started trial named {slug!r}. Its name stands in its address: /forsok/NAME/")
    return transfer.bundle(row, kind, open_data=open_data)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Fault(f"{path} cannot be read: {fault.strerror}.") from None


def _read(path: Path, data: bytes) -> Any:
    from stadig.pilots import package

    try:
        return package.read(data)
    except package.BadPackage as fault:
        raise Fault(f"{path.name}: {fault}") from None
