"""Packages as they were published, read from the database and kept by their hash: a hash never means anything else."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from stadig.eservices import packing, reading
from stadig.eservices.models import EService, PackageVersion
from stadig.eservices.package import Package


@lru_cache(maxsize=64)
def by_digest(digest: str) -> Package:
    """The package with this hash. Raises PackageVersion.DoesNotExist."""
    archive = PackageVersion.objects.values_list("archive", flat=True).get(digest=digest)
    return reading.read(packing.unpack(bytes(archive)))


def of(version: PackageVersion) -> Package:
    """The package of a version."""
    return by_digest(version.digest)


def current(name: str) -> tuple[EService, Package]:
    """The service people fill in now, and its package with the city's overlay. Raises EService.DoesNotExist."""
    service = EService.objects.select_related("current").defer("current__archive").get(name=name)
    return service, replace(of(service.current), local=service.local)
