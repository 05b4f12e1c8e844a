"""Text messages, through whatever gateway the city has: its call is declared in a file, and we know no vendor."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from stadig.post import declared, outside

MOST = 320
"""Characters: two parts of a text message. What does not fit is on Mina sidor."""


def send(phone: str, text: str, *, sender: str, key: str) -> None:
    """Send one. ``key`` is the same however often it is tried: a gateway that knows it sends one. Raises ``outside.OutsideError``,
    ``declared.DeclarationError``."""
    path = Path(settings.SMS_GATEWAY)
    outside.do(_gateway(path, path.stat().st_mtime), {"phone": phone, "text": text[:MOST], "sender": sender, "key": key}, key=key)


@lru_cache(maxsize=4)
def _gateway(path: Path, changed: float) -> declared.Call:
    import yaml  # a city without a gateway starts without it

    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise declared.DeclarationError("The file must be a mapping: url, headers, body, success.")
    return declared.read(found)
