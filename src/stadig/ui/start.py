"""*På gång nära dig* on the start page: each room tells one story, or none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Story:
    """One card: what it is about, the answer as its heading, a little more, and one link.

    ``picture`` is a small map as safe SVG (:func:`stadig.ui.maps.svg`); ``template`` draws what is particular
    between heading and link, with ``context``.
    """

    kicker: str
    title: str
    url: str
    link: str
    icon: str = "circle"
    text: str = ""
    picture: str = ""
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    order: int = 50


Stories = Callable[[HttpRequest], Iterable[Story]]
_registered: list[Stories] = []


def register(stories: Stories) -> Stories:
    """Register ``stories(request) -> list[Story]`` in ``apps.ready()``."""
    if stories not in _registered:
        _registered.append(stories)
    return stories


def near(request: HttpRequest, most: int = 3) -> list[Story]:
    """The stories to show, the first three. A room that fails is logged and left out: the start page always opens."""
    found: list[Story] = []
    for stories in _registered:
        try:
            found += stories(request)
        except Exception:
            log.exception("A story of the start page failed: %s", stories.__module__)
    return sorted(found, key=lambda story: story.order)[:most]
