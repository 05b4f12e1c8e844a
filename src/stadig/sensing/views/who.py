"""Who asks, as the type that actions take."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from stadig.city.models import User


def who(request: HttpRequest) -> User:
    """The one who has logged in; the view's permission has seen to it that someone has."""
    return cast(User, request.user)
