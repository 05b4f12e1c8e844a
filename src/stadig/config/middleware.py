"""What Django tells the outer door about a request, and the header that says what a page may load."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from csp.constants import HEADER
from csp.utils import build_policy
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


@lru_cache(maxsize=8)
def policy(replaced: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> str:
    """The content security policy as it is sent, written once in a process: its settings do not change while one runs."""
    return build_policy(replace={name: list(values) for name, values in replaced})


class ContentPolicy:
    """``settings.CONTENT_SECURITY_POLICY`` on each answer. It has no nonce, so django-csp writes it once instead of for each
    answer; a view that ``csp_replace`` gives a policy of its own (a page that another of ours shows in itself) has it written once too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, and set the header."""
        response = self.get_response(request)
        own: dict[str, list[str]] = getattr(response, "_csp_replace", None) or {}
        response.headers.setdefault(HEADER, policy(tuple((name, tuple(values)) for name, values in own.items())))
        return response
