"""Who may work with the cases of a unit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from stadig.cases import access
from stadig.cases.models import Case, Party
from stadig.city.models import Organisation, User


def of_units(units: Iterable[int]) -> list[User]:
    """Those who may handle cases of all these units, A to Ö. Two queries."""
    parents = dict(Organisation.objects.order_by().values_list("pk", "parent_id"))
    found = User.objects.filter(is_active=True, assignments__role__in=access.HANDLE.roles)
    for unit in set(units):
        above: list[int] = []
        here: int | None = unit
        while here is not None:
            above.append(here)
            here = parents.get(here)
        found = found.filter(
            pk__in=User.objects.filter(
                Q(assignments__organisation=None) | Q(assignments__organisation__in=above),
                assignments__role__in=access.HANDLE.roles,
            ).values("pk")
        )
    return list(found.distinct().order_by("sort_key"))


def units(case: Case) -> list[Organisation]:
    """Where else a case may be handled: the other units of its committee, A to Ö. Another committee is another authority."""
    parents = dict(Organisation.objects.order_by().values_list("pk", "parent_id"))

    def beneath(unit: int | None) -> bool:
        while unit is not None and unit != case.committee_id:
            unit = parents.get(unit)
        return unit is not None

    found = Organisation.objects.filter(kind=Organisation.Kind.UNIT).exclude(pk=case.unit_id).order_by("sort_key")
    return [one for one in found if beneath(one.pk)]


def of(case: Case) -> list[User]:
    """Those who may handle this case: never one who is a party to it (FL 16 §)."""
    parties = set(Party.objects.filter(case=case).exclude(person=None).values_list("person_id", flat=True))
    return [one for one in of_units([case.unit_id]) if one.person_id is None or one.person_id not in parties]
