"""What tests of other systems need: a small server on the loopback address that answers as it is told and keeps what it got."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Outsider:
    """The server: ``answers`` are given in turn, the last again and again. An answer is (status, body, seconds to wait before it)."""

    url: str
    port: int
    answers: list[tuple[int, bytes, float]] = field(default_factory=lambda: [(200, b"{}", 0.0)])
    got: list[Got] = field(default_factory=list[Got])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """Sent with every answer."""


class Server(ThreadingHTTPServer):
    """Answers each in a thread of its own; one who is not let in by TLS leaves nothing on the terminal."""

    daemon_threads = True
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, address = super().get_request()
        return (self.context.wrap_socket(plain, server_side=True) if self.context else plain), address


@contextlib.contextmanager
def outsider(context: ssl.SSLContext | None = None) -> Iterator[Outsider]:
    """Another system, for as long as the block lasts. With ``context`` it speaks TLS."""
    server = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.context = context
    found = Outsider(f"http{'s' if context else ''}://127.0.0.1:{server.server_port}", server.server_port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append(Got(self.command, self.path, headers, body))
            status, answer, wait = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            time.sleep(wait)
            with contextlib.suppress(OSError):  # the caller has gone
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **found.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names that http.server asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
