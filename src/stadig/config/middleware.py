"""What Django tells the outer door about a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class RouteName:
    """Hands the route's name to the log, which must not hold paths: they may name people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Called when the route is known."""
        scope = request.META.get("asgi.scope")
        if scope is not None and request.resolver_match:
            scope["stadig.route"] = request.resolver_match.view_name or view.__name__
