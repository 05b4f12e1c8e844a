"""Every code that a finding or a reason may have, and the names of the values that its sentence needs. A test holds the words to it."""

from __future__ import annotations

FINDINGS: dict[str, tuple[str, ...]] = {}
