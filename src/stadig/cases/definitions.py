"""Case types as they were defined, read from the database once per process: a version never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stadig.cases.definition import Definition, from_data
from stadig.cases.models import CaseType

if TYPE_CHECKING:
    from stadig.cases.models import Case

Version = tuple[int, str]
"""A case type's id and digest."""
_known: dict[Version, Definition] = {}


def of(case: Case) -> Definition:
    """How this case is handled."""
    return of_type(case.type)


def of_type(type_: CaseType) -> Definition:
    """How cases of this type, in this version, are handled."""
    version = (type_.pk, type_.digest)
    if version not in _known:
        _known[version] = from_data(type_.definition)
    return _known[version]


def known(versions: Iterable[Version]) -> dict[Version, Definition]:
    """The definitions of these versions. At most one query, and none once they are known."""
    wanted = set(versions)
    missing = wanted - _known.keys()
    if missing:
        for pk, digest, data in CaseType.objects.filter(pk__in=[pk for pk, _ in missing]).values_list(
            "pk", "digest", "definition"
        ):
            _known[pk, digest] = from_data(data)
    return {version: _known[version] for version in wanted}
