"""The linter: everything that is wrong with a package, before anyone meets it.

``lint(package, today=…)`` reads nothing but the package. Errors stop it from working as its author meant; warnings do not.
No Django, no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from stadig.eservices import proving, reading, schemas
from stadig.eservices.findings import ERROR, Finding, line_of
from stadig.eservices.lint_case import lint_case, lint_service
from stadig.eservices.lint_flow import lint_flow
from stadig.eservices.lint_schema import lint_schema
from stadig.eservices.lint_templates import lint_templates
from stadig.eservices.lint_texts import lint_texts
from stadig.eservices.package import Package, PackageError
from stadig.eservices.rules import Cycle, RuleError


def lint_files(files: Mapping[str, bytes], *, today: date) -> tuple[Finding, ...]:
    """As :func:`lint`; a package that cannot be read is one finding."""
    try:
        package = reading.read(files)
    except reading.SchemaError as error:
        found = [Finding(error.file, fault.place, "schema", {"text": fault.text}) for fault in schemas.faults(error.schema)]
        return tuple(replace(finding, line=line_of(files, finding.file, finding.place)) for finding in found)
    except PackageError as error:
        finding = Finding(error.file, error.place, "unreadable", {"text": error.text, "problem": error.kind, "of": error.values})
        return (replace(finding, line=line_of(files, error.file, error.place)),)
    return lint(package, today=today)


def lint(package: Package, *, today: date) -> tuple[Finding, ...]:
    """Every finding, errors first, each with the line it stands on."""
    found = [*lint_service(package), *lint_schema(package), *lint_flow(package, today), *lint_case(package)]
    found += [*lint_texts(package), *lint_templates(package)]
    if not any(finding.severity == ERROR and finding.file in ("data.schema.json", "flow.yaml") for finding in found):
        found += _scenarios(package, today)
    placed = [replace(finding, line=line_of(package.files, finding.file, finding.place)) for finding in found]
    return tuple(sorted(placed, key=lambda one: (one.severity, one.file, one.line or 0)))


def _scenarios(package: Package, today: date) -> Iterator[Finding]:
    """Scenarios that fail, that name what is not there, and rules that none of them tries."""
    if not package.scenarios:
        yield Finding("scenarios", "", "no_scenario")
        return
    try:
        results, covers = proving.prove(package, today=today), proving.covered(package, today=today)
    except (RuleError, Cycle):  # told of already, where the rule stands
        return
    for proved in results:
        file = f"scenarios/{proved.scenario.name}.yaml"
        expected = proving.expected(proved.scenario)
        for path in proved.unknown:
            place = "expect" if path in expected else f"answers.{path}"
            yield Finding(file, place, "scenario_unknown", {"path": path})
        for miss in proved.misses:
            values = {"path": miss.path or miss.what, "wanted": miss.wanted, "got": miss.got, "what": miss.what}
            yield Finding(file, f"expect.{miss.what}", "scenario_failed", values)
    for cover in covers:
        if not (cover.true and cover.false) and cover.what == "show_if":
            value = "false" if cover.true else "true" if cover.false else "true or false"
            yield Finding("flow.yaml", cover.place, "rule_never", {"path": cover.path, "value": value})
