"""What a client is told when a request can't be answered. The machine interface speaks English, as the standard does."""

from __future__ import annotations


class Refused(Exception):
    """A request that is answered with an error: ``{"code": …, "type": "error", "message": …}``."""

    status = 400

    def __init__(self, message: str, *, status: int | None = None, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers
        if status is not None:
            self.status = status


class NotFound(Refused):
    status = 404


class NotAllowed(Refused):
    """The resource does not take this method; ``allowed`` names those it takes."""

    status = 405

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message, headers=(("allow", allowed),))
