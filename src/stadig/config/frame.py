"""Tell the frame, which lies beneath all rooms, what they know: the municipality, the clock, who may open what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from stadig.city import clock, live, municipality, permissions
from stadig.ui import context, formatting, navigation
from stadig.ui.templatetags import ui as tags


@dataclass(frozen=True, slots=True)
class Here:
    """The municipality as the layout writes it."""

    name: str
    full_name: str
    phone: str = ""
    email: str = ""
    address: str = ""
    opening_hours: str = ""
    slogan: str = ""


_last: Here = Here("Stadig", "Stadig")


def full_name(name: str) -> str:
    """*Lindhamn* → *Lindhamns kommun*, *Växjö* → *Växjö kommun*: no genitive s after a vowel, s, x or z."""
    if not name or name == "Stadig":
        return "Stadig"
    if name.casefold().endswith((" kommun", " stad")):
        return name
    return f"{name} kommun" if name[-1].casefold() in "aeiouyåäösxz" else f"{name}s kommun"


def here() -> Here:
    """The municipality, read at most every few seconds."""
    global _last  # noqa: PLW0603
    found = municipality.current()
    _last = Here(found.name, full_name(found.name), found.phone, found.email, found.address, found.opening_hours, found.slogan)
    return _last


def remembered() -> Here:
    """The municipality as it was last read: for pages that must not touch the database."""
    return _last


def _values(request: HttpRequest) -> dict[str, Any]:
    return {"municipality": here()}


def connect() -> None:
    """Called once when the program starts."""
    context.provide(_values)
    formatting.use_clock(clock.now)
    navigation.use_permissions(permissions.held_names)
    tags.use_live(live.token)
