"""A client that speaks ASGI to the application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from stadig.sensing.sta.app import application
from stadig.sensing.sta.doors import ROOT


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def id(self) -> str:
        """What stands between the parentheses of the Location header."""
        return self.headers["location"].rpartition("(")[2].rstrip(")")

    @property
    def path(self) -> str:
        """The Location beneath the service root."""
        return self.headers["location"].partition(ROOT + "/")[2]


class Client:
    """Requests to the application; ``token`` goes with each unless ``token=None`` says otherwise."""

    def __init__(self, runner: asyncio.Runner, token: str | None = None) -> None:
        self._runner, self.token = runner, token

    def request(
        self,
        method: str,
        path: str = "",
        json: Any = None,
        *,
        body: bytes | Iterable[bytes] | None = None,
        token: str | None = "own",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Reply:
        """``path`` beneath the root, or a whole address; options are sent as ``$name=value``."""
        if path.startswith("http"):
            parts = urlsplit(path)
            full, query = unquote(parts.path), parts.query
        else:
            full, _, query = (f"{ROOT}/{path}" if path else ROOT).partition("?")
        if options:
            query = "&".join(f"${name}={quote(str(value))}" for name, value in options.items())
        sent = {"host": "localhost:8180"} | (headers or {})
        if json is not None:
            body = msgspec.json.encode(json)
            sent.setdefault("content-type", "application/json")
        use = self.token if token == "own" else token
        if use:
            sent["authorization"] = f"Bearer {use}"
        chunks = [body] if isinstance(body, bytes) else list(body or [b""])
        return self._runner.run(_ask(method, full, query, sent, chunks))

    def get(self, path: str = "", **options: Any) -> Any:
        """The JSON of a GET that must succeed."""
        reply = self.request("GET", path, **options)
        assert reply.status == 200, reply.body
        return reply.json

    def values(self, path: str, **options: Any) -> list[Any]:
        return self.get(path, **options)["value"]

    def post(self, path: str, json: Any, **more: Any) -> Reply:
        """A POST that must succeed."""
        reply = self.request("POST", path, json, **more)
        assert reply.status == 201, reply.body
        return reply


async def _ask(method: str, path: str, query: str, headers: dict[str, str], chunks: list[bytes]) -> Reply:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode("utf-8", "replace"),
        "scheme": "http",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    messages = [{"type": "http.request", "body": chunk, "more_body": at < len(chunks) - 1} for at, chunk in enumerate(chunks)]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]), found)
