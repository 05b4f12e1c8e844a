"""Sealing what agencies say of people: AES-256-GCM under a key outside the database, bound to the row it belongs to."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from stadig.exchange import randomness

if TYPE_CHECKING:
    from stadig.exchange.models import Permit

NONCE_BYTES = 12


class KeyChanged(Exception):
    """Something sealed does not open: the key is not the one it was sealed with, or the row is not its own. Restore ``keys/exchange_key``."""


def seal(plain: bytes, belongs_to: str) -> bytes:
    """``plain`` encrypted, openable only with the same ``belongs_to`` (such as ``call:17``): a sealed value cannot be moved to another row."""
    nonce = randomness.take(NONCE_BYTES)
    return nonce + _cipher(settings.EXCHANGE_KEY).encrypt(nonce, plain, belongs_to.encode())


def unseal(sealed: bytes | memoryview, belongs_to: str) -> bytes:
    """What was sealed. Raises KeyChanged."""
    data = bytes(sealed)
    try:
        return _cipher(settings.EXCHANGE_KEY).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], belongs_to.encode())
    except InvalidTag as fault:
        raise KeyChanged from fault


@functools.lru_cache(maxsize=4)
def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(key.encode()).digest())


def mac_of(permit: Permit) -> str:
    """The keyed hash over all that a permit says (HMAC-SHA256)."""
    said = [
        str(permit.nonce),
        permit.purpose,
        permit.case,
        permit.case_number,
        permit.person_id,
        permit.role,
        permit.by_id,
        permit.unit_id,
        permit.laws,
        permit.refused,
        permit.period_from.isoformat(),
        permit.period_to.isoformat(),
        permit.issued_at.timestamp(),
    ]
    key = hashlib.sha256(f"permit {settings.EXCHANGE_KEY}".encode()).digest()
    return hmac.new(key, json.dumps(said, sort_keys=True).encode(), hashlib.sha256).hexdigest()
