"""Sessions in the database as Django keeps them, read with one plain statement: every page of everyone begins with it."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

from stadig.city import clock


class SessionStore(db.SessionStore):
    """``settings.SESSION_ENGINE`` names this module."""

    def load(self) -> dict[str, Any]:
        """The session's values; empty, and without a key, when it is unknown or has ended."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, clock.real_now()],
            )
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
