"""The outer door: machine interfaces as plain ASGI, everything for people to Django's WSGI application."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")

from a2wsgi import WSGIMiddleware

from stadig.config import wsgi

THREADS = 2
pages = WSGIMiddleware(wsgi.application, workers=THREADS)  # pyright: ignore[reportArgumentType]


async def application(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/health":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    await pages(scope, receive, send)
