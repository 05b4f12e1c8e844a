"""Reading the ground."""

from __future__ import annotations

from collections.abc import Iterable

from stadig.city.models import Organisation


def with_descendants(roots: Iterable[int]) -> set[int]:
    """The ids of these organisations and of all beneath them. One query."""
    found = set(roots)
    if not found:
        return found
    children: dict[int | None, list[int]] = {}
    for pk, parent in Organisation.objects.values_list("pk", "parent_id").order_by():
        children.setdefault(parent, []).append(pk)
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def committee_of(organisation: Organisation) -> Organisation:
    """The authority an organisation belongs to: the root of its tree. One query per level."""
    while organisation.parent is not None:
        organisation = organisation.parent
    return organisation
