"""Static files, hashed and compressed beforehand, straight from WhiteNoise's index without passing Django."""

from __future__ import annotations

import functools

from stadig.config.answers import App, Receive, Scope, Send, send_error

CHUNK = 256 * 1024


@functools.cache
def index():
    """WhiteNoise with every collected file; made once per process."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    return WhiteNoiseMiddleware(lambda request: None)


def environ(scope: Scope) -> dict[str, str]:
    """The headers WhiteNoise asks about, under their WSGI names."""
    wanted = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
    return {
        f"HTTP_{key.decode().upper().replace('-', '_')}": value.decode("latin-1")
        for key, value in scope["headers"]
        if key in wanted
    }


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET and HEAD for a known file, 404 for others."""
    found = index().files.get(scope["path"]) if not index().autorefresh else index().find_file(scope["path"])
    if found is None:
        await send_error(scope, send, 404, machine=True)
        return
    answer = found.get_response(scope["method"], environ(scope))
    headers = [(key.lower().encode(), value.encode()) for key, value in answer.headers]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    if answer.file is not None:
        with answer.file as file:
            while chunk := file.read(CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


app: App = application
