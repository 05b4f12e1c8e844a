"""What the layout needs on every page."""

from __future__ import annotations

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Values for the layout alone; a page's own values come from its view."""
    return {}
