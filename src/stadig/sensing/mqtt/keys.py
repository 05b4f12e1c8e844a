"""The keys of devices. A key is 32 random bytes, so its SHA-256 is enough: there is nothing to guess or stretch."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from typing import Any

import psycopg

from stadig.sensing.mqtt import topics

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 5.0
"""How long a rotated or retired key may still be accepted by a running broker."""
EAGER_SECONDS = 0.5
QUERY = "SELECT name, key_hash FROM sensing_device WHERE retired_at IS NULL"


def new_key() -> str:
    """A key to give to a device; shown once and never stored."""
    return secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).digest()


class Keys:
    """The broker's copy of the devices' keys, fetched anew every few seconds.

    While the database is away the last copy holds: devices stay connected and the broker keeps what they say.
    """

    def __init__(self, conninfo: dict[str, Any], platform_key: str) -> None:
        self._conninfo = conninfo
        self._platform = digest(platform_key)
        self._known: dict[str, bytes] = {}
        self._fetched = float("-inf")
        self._lock = asyncio.Lock()

    async def accepts(self, name: str | None, key: str | None) -> bool:
        """Whether this is the platform or a device that is not retired, with the right key."""
        if not name or not key:
            return False
        if name == topics.PLATFORM:
            return hmac.compare_digest(self._platform, digest(key))
        given = digest(key)
        await self.refresh(REFRESH_SECONDS)
        if not hmac.compare_digest(self._known.get(name, b""), given):
            await self.refresh(EAGER_SECONDS)  # it may have been registered a moment ago
        return hmac.compare_digest(self._known.get(name, b""), given)

    async def knows(self, name: str) -> bool:
        """Whether the name is still one of a device that may speak."""
        await self.refresh(REFRESH_SECONDS)
        return name in self._known

    async def refresh(self, max_age: float) -> None:
        """Fetch the keys if the copy is older than ``max_age`` seconds. Failure keeps the old copy."""
        if time.monotonic() - self._fetched < max_age:
            return
        async with self._lock:
            if time.monotonic() - self._fetched < max_age:
                return
            try:
                async with await psycopg.AsyncConnection.connect(**self._conninfo, autocommit=True) as connection:
                    rows = await (await connection.execute(QUERY)).fetchall()
                self._known = {name: bytes(key_hash) for name, key_hash in rows}
            except psycopg.Error as fault:
                logger.warning("The devices' keys could not be read (%s); the last copy holds.", type(fault).__name__)
            self._fetched = time.monotonic()
