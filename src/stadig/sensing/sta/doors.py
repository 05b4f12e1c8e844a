"""Who may do what at which address, as a table: the application obeys it and the test that walks all addresses reads it."""

from __future__ import annotations

from dataclasses import dataclass

from stadig.sensing.sta.context import CREATE, DELETE, READ, UPDATE

ROOT = "/sta/v1.1"


@dataclass(frozen=True, slots=True)
class Door:
    """Addresses that take a method. ``scope`` is what a token must hold; ``public``: open data answer without one."""

    method: str
    address: str
    scope: str
    public: bool = False


DOORS = (
    Door("GET", ROOT, READ, public=True),
    Door("GET", ROOT + "/{path}", READ, public=True),
    Door("POST", ROOT + "/{entity set}", CREATE),
    Door("POST", ROOT + "/CreateObservations", CREATE),
    Door("PATCH", ROOT + "/{entity}", UPDATE),
    Door("PUT", ROOT + "/{entity}", UPDATE),
    Door("DELETE", ROOT + "/{entity}", DELETE),
)
SCOPE_OF = {door.method: door.scope for door in DOORS if not door.public}
