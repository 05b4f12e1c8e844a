"""Panels that rooms above add to the page of a case: ``panels.register("financial-assistance", "assistance:panel", _("Uppgifter"))``.

The address is opened with the case's id; it checks by itself who may see what. With JavaScript it stands in the page, without it is a link.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse


class Panel(NamedTuple):
    """One panel as it is drawn."""

    title: str
    url: str


_registered: dict[tuple[str, str], Any] = {}


def register(case_type: str, url_name: str, title: Any) -> None:
    """Add a panel to every case of a type (its slug), in ``apps.ready()``. ``title`` may be a lazy translation."""
    _registered[case_type, url_name] = title


def of(case_type: str, case_id: int) -> tuple[Panel, ...]:
    """The panels of a case, in the order they were registered."""
    return tuple(
        Panel(str(title), reverse(name, args=[case_id])) for (slug, name), title in _registered.items() if slug == case_type
    )
