"""Each permission once: who may, where, and the decorators by which every view names it.

>>> PLAN = permission("waste.plan", Role.PLANNER, description=_("Planera tömningar"))
>>> @needs(PLAN)
... def plan(request): ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from stadig.city.roles import Role

if TYPE_CHECKING:
    from stadig.city.models import User

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Permission",
    "Role",
    "TokenScope",
    "every",
    "needs",
    "permission",
    "public",
    "signed_in",
    "token_api",
]

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Permission:
    """The right to do one thing, held through roles."""

    name: str
    roles: frozenset[Role]
    description: Any = ""

    def held_by(self, user: Any) -> bool:
        """Whether the user holds a role with this permission anywhere."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return False
        if Role.RESIDENT in self.roles and user.person_id:
            return True
        return any(held.role in self.roles for held in user.role_assignments)

    def organisations(self, user: User) -> set[int] | None:
        """Ids of the organisations the user holds it in, with all beneath them; None means everywhere."""
        held = {found.organisation_id for found in self._held(user)}
        if None in held:
            return None
        if not held:
            return set()
        known = user.beneath
        if missing := held - known.keys():
            from stadig.city.queries import beneath

            known.update(beneath(missing))
        return set[int]().union(*(known.get(one, ()) for one in held))

    def districts(self, user: User) -> set[int] | None:
        """Ids of the districts the user holds it in; None means everywhere."""
        held = {found.district_id for found in self._held(user)}
        return None if None in held else held

    def _held(self, user: Any) -> list[Any]:
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return []
        return [held for held in user.role_assignments if held.role in self.roles]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class TokenScope:
    """A machine interface that checks a bearer token of its own."""

    name: str


PUBLIC = Permission("public", frozenset())
SIGNED_IN = Permission("signed_in", frozenset(Role))
_register: dict[str, Permission] = {}


def permission(name: str, *roles: Role, description: Any = "") -> Permission:
    """Declare a permission in the room's ``access.py``. Raises ValueError when the name is taken by another."""
    made = Permission(name, frozenset(roles), description)
    taken = _register.get(name)
    if taken is not None and taken.roles != made.roles:
        raise ValueError(f"The permission {name} is declared twice with different roles.")
    _register[name] = made
    return made


def every() -> list[Permission]:
    """All permissions declared, by name."""
    return [_register[name] for name in sorted(_register)]


@dataclass(frozen=True, slots=True)
class Row:
    """A permission in the reader's language."""

    name: str
    description: str
    roles: str


def rows() -> list[Row]:
    """All permissions by name, in words."""
    labels = {role: str(role.label) for role in Role}
    return [
        Row(one.name, str(one.description) or one.name, ", ".join(labels[role] for role in Role if role in one.roles))
        for one in every()
    ]


def named(name: str) -> Permission:
    """The permission with this name. Raises KeyError."""
    return _register[name]


def held_names(user: Any) -> frozenset[str]:
    """The names of all permissions that a user holds somewhere."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return _names(frozenset([held.role for held in user.role_assignments]), user.person_id is not None, tuple(_register))


@functools.lru_cache(maxsize=256)
def _names(roles: frozenset[Role], resident: bool, declared: tuple[str, ...]) -> frozenset[str]:
    every = roles | {Role.RESIDENT} if resident else roles
    return frozenset(name for name in declared if _register[name].roles & every)


def needs(wanted: Permission) -> Callable[[View], View]:
    """A view for those who hold ``wanted``: others log in first, or get 403."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if wanted is not SIGNED_IN and not wanted.held_by(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = wanted  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """A view for everyone."""

    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    opened.permission = PUBLIC  # type: ignore[attr-defined]
    return opened


def signed_in(view: View) -> View:
    """A view for anyone who has logged in."""
    return needs(SIGNED_IN)(view)


def token_api(scope: str) -> Callable[[View], View]:
    """A machine interface that answers 401 by itself when its bearer token lacks ``scope``."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        opened.permission = TokenScope(scope)  # type: ignore[attr-defined]
        return opened

    return decorate
