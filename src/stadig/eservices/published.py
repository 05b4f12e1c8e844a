"""Packages as they were published, read from the database and kept by their hash: a hash never means anything else."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db import connection

from stadig.city import plain
from stadig.eservices import packing, reading
from stadig.eservices.models import EService, PackageVersion
from stadig.eservices.package import Package

CURRENT = f"""
SELECT {plain.columns(EService, "s")}, {plain.columns(PackageVersion, "v", "archive")}
FROM eservices_eservice s JOIN eservices_packageversion v ON v.id = s.current_id WHERE s.name = %s
"""  # noqa: S608 - the names are those of our own columns
EVERY = """
SELECT v.digest, s.local::json FROM eservices_eservice s JOIN eservices_packageversion v ON v.id = s.current_id ORDER BY s.name
"""  # a–z alone


@lru_cache(maxsize=64)
def by_digest(digest: str) -> Package:
    """The package with this hash. Raises PackageVersion.DoesNotExist."""
    archive = PackageVersion.objects.values_list("archive", flat=True).get(digest=digest)
    return reading.read(packing.unpack(bytes(archive)))


def of(version: PackageVersion) -> Package:
    """The package of a version."""
    return by_digest(version.digest)


def current(name: str) -> tuple[EService, Package]:
    """The service people fill in now, and its package with the city's overlay. Raises EService.DoesNotExist. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [name])
        found = cursor.fetchone()
    if found is None:
        raise EService.DoesNotExist(name)
    row = iter(found)
    service: Any = plain.made(EService, row)
    version: Any = plain.made(PackageVersion, row, "archive")
    service.current = version
    return service, replace(of(version), local=service.local)


def every() -> list[Package]:
    """What people fill in now, a–z by name, with the city's overlay. One query, and one for each that is new to this process."""
    return [replace(by_digest(digest), local=local) for digest, local in _current()]


def as_published() -> list[Package]:
    """The same without the city's overlay."""
    return [by_digest(digest) for digest, _local in _current()]


def _current() -> list[tuple[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(EVERY)
        return cursor.fetchall()
