"""What the room tells the frame and the ground when the program starts."""

from __future__ import annotations

from stadig.city import desk
from stadig.pilots import inbox


def register() -> None:
    """Menus, search, jobs and panels."""
    desk.register(inbox.cards)
