"""Whose drafts these are: the reader's own, and those whose code this browser has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from stadig.eservices import access

if TYPE_CHECKING:
    from stadig.city.models import User

HELD: Final = "eservices_drafts"
PENDING: Final = "eservices_pending"
MOST_HELD: Final = 20


def held(request: HttpRequest) -> list[UUID]:
    """The anonymous drafts, and what became of them, that this browser may open."""
    return [UUID(one) for one in request.session.get(HELD, [])]


def hold(request: HttpRequest, draft_id: UUID) -> None:
    """Let this browser open the draft from now on."""
    kept = [one for one in request.session.get(HELD, []) if one != str(draft_id)]
    request.session[HELD] = [*kept, str(draft_id)][-MOST_HELD:]


def scope(request: HttpRequest) -> Q:
    """The drafts the reader may open."""
    return access.may_fill_in(request.user, held(request))


def posted(request: HttpRequest) -> dict[str, list[str]]:
    """What the page sent, as plain lists."""
    return {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}


def user(request: HttpRequest) -> User | None:
    """Who is logged in, or None."""
    found: Any = request.user
    return found if found.is_authenticated else None


def person(request: HttpRequest) -> Any:
    """The reader as a person, or None."""
    found = user(request)
    return found.person if found and found.person_id else None
