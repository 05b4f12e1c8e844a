"""What the room tells the frame and the ground when the program starts."""

from __future__ import annotations


def register() -> None:
    """Menus, search, jobs and panels."""
