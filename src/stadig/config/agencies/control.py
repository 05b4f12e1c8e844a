"""The dials while the program runs: a small HTTP interface on the loopback address, for whoever has the key in ``control.json``."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from stadig.config.agencies import dials
from stadig.config.agencies.dials import BadProfile
from stadig.config.agencies.server import Agencies

FILE = "control.json"


def app(agencies: Agencies, key: str, profile: str, seed: int | None) -> web.Application:
    """``PATCH /dials`` turns, ``DELETE /dials`` goes back to the profile, ``GET`` and ``DELETE /journal`` read and clear."""

    @web.middleware
    async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {key}"):
            return web.json_response({"message": "The key stands in control.json."}, status=401)
        return await handler(request)

    async def turn(request: web.Request) -> web.Response:
        try:
            agencies.board.turn(await request.json())
        except (BadProfile, ValueError, AttributeError) as fault:
            return web.json_response({"message": str(fault)}, status=400)
        return web.json_response({})

    async def back(_request: web.Request) -> web.Response:
        agencies.board = dials.load(profile, seed=seed)
        return web.json_response({})

    async def journal(_request: web.Request) -> web.Response:
        return web.Response(text=agencies.journal.path.read_text())

    async def clear(_request: web.Request) -> web.Response:
        agencies.journal.clear()
        return web.json_response({})

    made = web.Application(middlewares=[known])
    made.router.add_patch("/dials", turn)
    made.router.add_delete("/dials", back)
    made.router.add_get("/journal", journal)
    made.router.add_delete("/journal", clear)
    return made


def key(folder: Path) -> str:
    """The key, made once for each folder."""
    path = folder / "control.key"
    if not path.is_file():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text()


def tell(folder: Path, port: int, secret: str, address: str) -> None:
    """Write down where the dials and the agencies are, for the one who started the program. It is there when both answer."""
    part = folder / "control.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"url": f"http://127.0.0.1:{port}", "key": secret, "agencies": address, "pid": os.getpid()}, file)
    part.replace(folder / FILE)
