"""``stadig package``: check, try, look at, compare and install service packages. All but ``install`` work without Django."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from stadig.eservices import packing, reading
from stadig.eservices.package import Info, Package, PackageError, Part, Question, Repeat

app = typer.Typer(no_args_is_help=True, help="Service packages: the folders of files that e-services are made of.")

SHIPPED = Path(reading.__file__).parent / "packages"
SOURCE = typer.Argument(..., metavar="PACKAGE", help="A folder, a zip archive, or the name of a package that Stadig ships.")
JSON = typer.Option(False, "--json", help="One JSON object instead of text.")
DAY = typer.Option(None, "--today", formats=["%Y-%m-%d"], help="The day that ages and days are counted from. Default: today.")


@app.command("lint", epilog="Example: stadig package lint street-fault")
def lint_(
    source: str = SOURCE, as_json: bool = JSON, strict: bool = typer.Option(False, help="Warnings count as errors.")
) -> None:
    """Say everything that is wrong with a package. Exit code 1 when there are errors."""
    from stadig.eservices import lint

    files = _files(source)
    findings = lint.lint_files(files, today=_day(None))
    errors = sum(1 for finding in findings if finding.severity == "error")
    warnings = len(findings) - errors
    if as_json:
        rows = [asdict(finding) | {"severity": finding.severity, "text": finding.text} for finding in findings]
        _tell({"package": source, "errors": errors, "warnings": warnings, "findings": rows})
    else:
        for finding in findings:
            typer.echo(str(finding))
        typer.echo(f"{source}: {errors} {_one('error', errors)}, {warnings} {_one('warning', warnings)}.")
    if errors or (strict and warnings):
        raise typer.Exit(1)


@app.command(epilog="Example: stadig package test street-fault --today 2026-11-22")
def test(source: str = SOURCE, as_json: bool = JSON, today: datetime | None = DAY) -> None:
    """Run the scenarios of a package, and say which rules none of them tries. Exit code 1 when one fails."""
    from stadig.eservices import proving
    from stadig.eservices.rules import Cycle, RuleError

    package, day = _package(source), _day(today)
    try:
        results, covers = proving.prove(package, today=day), proving.covered(package, today=day)
    except (RuleError, Cycle) as fault:
        _fail(f"{source}: {fault} Run: stadig package lint {source}")
    whole = sum(1 for cover in covers if cover.true and cover.false)
    if as_json:
        _tell(
            {
                "package": package.name,
                "version": package.version,
                "scenarios": [
                    {
                        "name": one.scenario.name,
                        "holds": one.holds,
                        "misses": [asdict(miss) for miss in one.misses],
                        "unknown": one.unknown,
                    }
                    for one in results
                ],
                "rules": [asdict(cover) for cover in covers],
            }
        )
    else:
        for one in results:
            typer.echo(f"{'holds ' if one.holds else 'FAILS '} {one.scenario.name}")
            for miss in one.misses:
                typer.echo(f"        {miss.what} {miss.path}: expected {miss.wanted}, got {miss.got}")
            for path in one.unknown:
                typer.echo(f"        {path} is nothing that the form asks, shows or computes")
        for cover in covers:
            if not (cover.true and cover.false):
                never = "never false" if cover.true else "never true" if cover.false else "never tried"
                typer.echo(f"{never:>11}  {cover.path} ({cover.what})")
        typer.echo(f"{len(results)} {_one('scenario', len(results))}; {whole} of {len(covers)} rules tried both ways.")
    if not results:
        _fail(f"{source}: there is no scenario. Write one in scenarios/NAME.yaml.")
    if not all(one.holds for one in results):
        raise typer.Exit(1)


@app.command(epilog="Example: stadig package show street-fault --language en")
def show(source: str = SOURCE, as_json: bool = JSON, language: str = typer.Option("sv", help="Which texts to show.")) -> None:
    """Show what a package asks, step by step, and how its cases are handled."""
    package = _package(source)
    if as_json:
        _tell(_as_data(package, language))
        return
    typer.echo(f"{package.text('service.title', language)}  ({package.name} {package.version}, {package.digest[:12]})")
    for step in package.flow.steps:
        typer.echo(f"\n{package.text(f'step.{step.id}.title', language)}{_rule('shown if', step.show_if)}")
        for part in step.parts:
            _show(package, part, language, "  ")
    for path, rule in package.flow.compute.items():
        typer.echo(f"  = {path}{_rule(':', rule)}")
    typer.echo(f"\nCases: {package.case.committee} / {package.case.unit}, series {package.case.series}")
    for status in package.case.statuses:
        ways = [way.end for way in package.case.transitions if way.start == status.id]
        typer.echo(f"  {status.id} ({status.group}){' → ' + ', '.join(ways) if ways else ''}")
    for decision in package.case.decisions:
        typer.echo(f"  decision {decision.id}: {decision.outcome}, {decision.statute or 'no statute'}, appeal {decision.appeal}")


@app.command(epilog="Example: stadig package export street-fault --to /tmp/street-fault.zip")
def export(
    source: str = SOURCE, to: Path | None = typer.Option(None, help="The archive. Default: NAME-VERSION.zip here.")
) -> None:
    """Write a package as one zip archive to hand to another city. The same files always give the same bytes."""
    package = _package(source)
    path = to or Path(f"{package.name}-{package.version}.zip")
    try:
        path.write_bytes(packing.pack(package.files))
    except OSError as fault:
        _fail(f"{path} cannot be written: {fault.strerror}.")
    typer.echo(f"{path}  ({package.name} {package.version}, sha256 of contents {package.digest})")


@app.command(epilog="Example: stadig package diff street-fault ./street-fault-1.1.0.zip --json")
def diff(
    source: str = typer.Argument(..., metavar="OLD", help="A folder, an archive, or the name of a package that Stadig ships."),
    other: str | None = typer.Argument(None, metavar="NEW", help="The same. Without it OLD is compared with what is installed."),
    as_json: bool = JSON,
) -> None:
    """Say what differs between two packages: questions, rules, statuses, texts. Without NEW: from what is installed here to OLD."""
    from stadig.eservices.comparing import compare

    before, after = (_installed(_package(source)), _package(source)) if other is None else (_package(source), _package(other))
    changes = compare(before, after)
    if as_json:
        _tell(
            {
                "before": {"name": before.name, "version": before.version, "digest": before.digest},
                "after": {"name": after.name, "version": after.version, "digest": after.digest},
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    for change in changes:
        typer.echo(str(change))
    typer.echo(
        f"{before.name} {before.version} → {after.name} {after.version}: {len(changes)} {_one('difference', len(changes))}."
    )


@app.command(epilog="Example: stadig package install street-fault")
def install(source: str = SOURCE, anyway: bool = typer.Option(False, help="Install it though the linter found errors.")) -> None:
    """Install a package in the city: from now on people fill it in. What is being filled in keeps the version it began with."""
    from stadig.config import django
    from stadig.eservices import lint

    package = _package(source)
    errors = [finding for finding in lint.lint(package, today=_day(None)) if finding.severity == "error"]
    if errors and not anyway:
        _fail(f"{errors[0]}\n{source} has {len(errors)} {_one('error', len(errors))}. Run: stadig package lint {source}")
    with django.with_city():
        from stadig.eservices import actions

        try:
            service = actions.install(None, package.files)
        except PackageError as fault:
            _fail(str(fault))
    typer.echo(f"{service.name} {package.version} is open at /e/{service.name}/")


def _files(source: str) -> dict[str, bytes]:
    """The files of a package: of a folder, of an archive, or of one that Stadig ships."""
    path = Path(source)
    if not path.exists() and "/" not in source and (SHIPPED / source / "service.yaml").is_file():
        path = SHIPPED / source
    try:
        if path.is_dir():
            return reading.files_of(path)
        return packing.unpack(path.read_bytes())
    except FileNotFoundError:
        names = ", ".join(sorted(one.name for one in SHIPPED.iterdir() if (one / "service.yaml").is_file()))
        _fail(f"There is no {source}. Name a folder, a zip archive, or one of: {names}.")
    except OSError as fault:
        _fail(f"{source} cannot be read: {fault.strerror}.")
    except PackageError as fault:
        _fail(f"{source}: {fault}")


def _package(source: str) -> Package:
    try:
        return reading.read(_files(source))
    except PackageError as fault:
        _fail(f"{source}: {fault}")


def _installed(package: Package) -> Package:
    """The version that people of this city fill in now."""
    from stadig.config import django

    with django.with_city():
        from stadig.eservices import published
        from stadig.eservices.models import EService

        try:
            return published.current(package.name)[1]
        except EService.DoesNotExist:
            _fail(f"{package.name} is not installed here. Name two packages to compare them.")


def _fail(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _day(day: datetime | None) -> date:
    return day.date() if day else datetime.now(ZoneInfo("Europe/Stockholm")).date()


def _tell(data: dict[str, Any]) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def _one(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _rule(words: str, rule: Any) -> str:
    return "" if rule is None else f"  {words} {json.dumps(rule, ensure_ascii=False)}"


def _show(package: Package, part: Part, language: str, indent: str) -> None:
    if isinstance(part, Info):
        typer.echo(f"{indent}i {package.text(f'info.{part.id}', language)}{_rule('if', part.show_if)}")
        return
    key = part.key if isinstance(part, Question) else part.path
    label = package.text(f"question.{key}.label", language)
    if isinstance(part, Repeat):
        typer.echo(f"{indent}* {label} [{part.path}, {part.least} to {part.most} rows]{_rule('if', part.show_if)}")
        for one in part.parts:
            _show(package, one, language, f"{indent}  ")
        return
    must = ", required" if part.required else ""
    typer.echo(
        f"{indent}? {label} [{part.path}, {part.kind}{must}]{_rule('if', part.show_if)}{_rule('required if', part.require_if)}"
    )


def _as_data(package: Package, language: str) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "digest": package.digest,
        "title": package.text("service.title", language),
        "about": asdict(package.about),
        "steps": [
            {
                "id": step.id,
                "title": package.text(f"step.{step.id}.title", language),
                "questions": [
                    {
                        "path": question.path,
                        "kind": question.kind,
                        "required": question.required,
                        "label": package.text(f"question.{question.key}.label", language),
                        "options": list(question.options),
                        "show_if": question.show_if,
                        "require_if": question.require_if,
                    }
                    for question in step.questions()
                ],
            }
            for step in package.flow.steps
        ],
        "compute": dict(package.flow.compute),
        "statuses": [asdict(status) for status in package.case.statuses],
        "decisions": [asdict(decision) for decision in package.case.decisions],
        "scenarios": [scenario.name for scenario in package.scenarios],
    }
