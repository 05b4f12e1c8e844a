"""How to reach the city's database without Django's own connections; read from Django's settings."""

from __future__ import annotations

from typing import Any

from django.db import connections


def conninfo() -> dict[str, Any]:
    """Keyword arguments for :func:`psycopg.connect`: the database that Django uses (the test database in tests)."""
    have = connections["default"].settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return dict(have.get("OPTIONS") or {}) | {ours: have[theirs] for ours, theirs in names.items() if have.get(theirs)}
