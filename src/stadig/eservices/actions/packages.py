"""Taking in a package: once, unchangeable, with the case type it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stadig.cases import actions as cases
from stadig.cases.definition import Definition
from stadig.city import audit, clock
from stadig.city.models import Organisation
from stadig.city.verbs import verb
from stadig.eservices import offers, packing, reading
from stadig.eservices.models import EService, PackageVersion
from stadig.eservices.package import Package, PackageError, localised

if TYPE_CHECKING:
    from stadig.city.models import User


class VersionTaken(PackageError):
    """The same name and version exist with other contents. Give the package a higher version in ``service.yaml``."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__("service.yaml", "version", "version_taken", name=name, version=version)


@verb
def install(by: User | None, files: Mapping[str, bytes]) -> EService:
    """Take in a package and let people fill it in from now on. What is being filled in keeps the version it began with.

    The same package again changes nothing but the city's overlay. Without ``local.yaml`` in ``files`` the overlay that stands is kept.

    Raises
    ------
    PackageError
        The package cannot be read, names no organisation of this city, or its version is taken.
    """
    service = EService.objects.select_for_update().filter(name=reading.read(files).name).first()
    package = reading.read(dict(files) | _overlay(files, service))
    version = PackageVersion.objects.filter(digest=package.digest).first()
    if version is None and PackageVersion.objects.filter(name=package.name, version=package.version).exists():
        raise VersionTaken(package.name, package.version)
    committee, unit = _receivers(package)
    case_type = cases.define(
        by,
        package.name,
        package.digest,
        definition_of(package),
        committee=committee,
        unit=unit,
        series=str(package.local.get("series") or package.case.series),
        file=package.case.file,
        confidentiality=package.case.confidentiality,
    )
    if version is None:
        version = PackageVersion.objects.create(
            name=package.name,
            version=package.version,
            digest=package.digest,
            archive=packing.pack(package.files),
            case_type=case_type,
            installed_at=clock.now(),
            installed_by=by,
        )
    service, _ = EService.objects.update_or_create(
        name=package.name, defaults={"current": version, "local": dict(package.local), "published_at": clock.now()}
    )
    offers.enrol(service, package)
    audit.record(by, "installed", version)
    return service


def definition_of(package: Package) -> Definition:
    """How cases of this package are handled, as the engine of cases wants it."""
    return Definition(
        first=package.case.first,
        statuses=package.case.statuses,
        transitions=package.case.transitions,
        deadlines=package.case.deadlines,
        decisions=package.case.decisions,
        klassa=package.case.klassa,
        keep=package.case.keep,
        texts={language: _texts(texts, package.local) | _drafts(package, language) for language, texts in package.texts.items()},
        fields=tuple(
            {
                "path": question.path,
                "kind": question.kind,
                "unit": question.unit,
                "step": step.id,
                "options": list(question.options),
            }
            for step in package.flow.steps
            for question in step.questions()
        )
        + tuple(
            {"path": path, "kind": "computed", "unit": package.text(f"computed.{path}.unit"), "step": "", "options": []}
            for path in package.flow.compute
        ),
    )


def _texts(texts: Mapping[str, Any], local: Mapping[str, Any]) -> dict[str, str]:
    kept = ("status.", "transition.", "decision.", "deadline.", "question.", "step.", "computed.", "outcome.")
    return {"title": str(texts.get("service.short") or texts.get("service.title", ""))} | {
        key: localised(str(text), local)
        for key, text in texts.items()
        if key.startswith(kept) and not key.endswith((".hint", ".help"))
    }


def _drafts(package: Package, language: str) -> dict[str, str]:
    """What case workers begin decisions from, as texts of the case type."""
    found = package.templates.get(language, {})
    return {f"decision.{decision}.draft": localised(text, package.local) for decision, text in found.items()}


def _overlay(files: Mapping[str, bytes], service: EService | None) -> dict[str, bytes]:
    if reading.LOCAL in files or service is None or not service.local:
        return {}
    import yaml

    return {reading.LOCAL: yaml.safe_dump(service.local, allow_unicode=True).encode()}


def _receivers(package: Package) -> tuple[Organisation, Organisation]:
    """The committee and the unit of this city that receive it."""
    committee = str(package.local.get("committee") or package.case.committee)
    unit = str(package.local.get("unit") or package.case.unit)
    found: list[Organisation] = []
    for what, name in (("committee", committee), ("unit", unit)):
        organisation = Organisation.objects.filter(name=name).first()
        if organisation is None:
            raise PackageError("local.yaml", what, "unknown_organisation", name=name)
        found.append(organisation)
    return found[0], found[1]
