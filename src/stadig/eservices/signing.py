"""What a person puts their name to: the answers as bytes that are always the same, and their fingerprint. No Django."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(answers: Mapping[str, Any]) -> bytes:
    """The answers as JSON that is always the same bytes: keys in order, no spaces, UTF-8."""
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(answers: Mapping[str, Any]) -> str:
    """SHA-256 of :func:`canonical`: what a signer signs. 64 hexadecimal digits."""
    return hashlib.sha256(canonical(answers)).hexdigest()
