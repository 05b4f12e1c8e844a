"""What one request knows: who calls, at what address, at what time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.paths import Id, written
from stadig.sensing.sta.schema import Entity
from stadig.sensing.sta.sql import Sight

READ, CREATE, UPDATE, DELETE = "read", "create", "update", "delete"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``things`` is none for a token that holds everywhere; without a token nothing but public data is read."""

    token: int | None = None
    scopes: frozenset[str] = frozenset()
    things: frozenset[int] | None = frozenset()

    @property
    def sight(self) -> Sight:
        if READ not in self.scopes:
            return Sight([])
        return Sight(None if self.things is None else sorted(self.things))

    def must(self, scope: str) -> None:
        """Refuse (401, 403) unless the token has the scope."""
        if self.token is None:
            raise Refused("Writing takes a token: send the header 'Authorization: Bearer …'.", status=401, headers=CHALLENGE)
        if scope not in self.scopes:
            raise Refused(f"The token does not have the scope '{scope}'.", status=403)

    def may_touch(self, thing: int) -> bool:
        return self.things is None or thing in self.things


CHALLENGE = (("www-authenticate", 'Bearer realm="Stadig SensorThings"'),)


@dataclass(frozen=True, slots=True)
class Context:
    """One request. ``base`` is the address of the service root, without a slash at the end."""

    base: str
    caller: Caller
    now: datetime

    def link(self, entity: Entity, key: Id) -> str:
        """The selfLink of an entity."""
        return f"{self.base}/{written(entity, key)}"
