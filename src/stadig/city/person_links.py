"""What other rooms can do for a person, as links on the person's page: a room registers its address in ``apps.ready()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from stadig.city.permissions import Permission

_links: dict[str, tuple[Any, Permission]] = {}


def register(url_name: str, title: Any, permission: Permission) -> None:
    """A link to the address ``url_name`` of a person's id, for those who hold the permission."""
    _links[url_name] = (title, permission)


def of(user: Any, person_id: int) -> tuple[tuple[str, str], ...]:
    """(address, title) of each link that the user may follow."""
    return tuple((reverse(name, args=[person_id]), str(title)) for name, (title, held) in _links.items() if held.held_by(user))
