"""Asking clamd whether a file carries something harmful, over its INSTREAM command (clamd(8)). Only bytes are sent, never a name."""

from __future__ import annotations

import socket
import struct
from typing import Final
from urllib.parse import urlsplit

CHUNK: Final = 64 * 1024
SECONDS: Final = 60.0


class ScannerDown(Exception):
    """The scanner did not answer as it should. The file stays in quarantine, and the check is tried again."""


def harm_in(data: bytes, address: str) -> str:
    """What clamd at ``address`` (``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``) found; empty for nothing. Raises ScannerDown."""
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                part = data[start : start + CHUNK]
                line.sendall(struct.pack("!I", len(part)) + part)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(f"clamd at {address} did not answer ({type(error).__name__})") from error
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerDown(f"clamd at {address} said {said[:80]!r}")


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(parts.path)
        return line
    return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    found = b""
    while len(found) < 4096 and not found.endswith(b"\0"):
        part = line.recv(1024)
        if not part:
            break
        found += part
    return found.rstrip(b"\0\n").decode("utf-8", "replace").strip()
