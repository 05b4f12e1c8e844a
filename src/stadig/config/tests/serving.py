"""A real server for tests: its own process tree, its own port, the test database."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Running:
    """A started program and where it answers."""

    process: subprocess.Popen[str]
    port: int
    output: Path

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of a GET."""
        return self.request("GET", path, None, **headers)

    def request(self, method: str, path: str, body: bytes | None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body). Header names are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def said(self) -> str:
        """What it has written so far."""
        return self.output.read_text()

    def wait_for(self, text: str, seconds: float = 40) -> None:
        """Wait until it has written ``text``."""
        self.wait_until(lambda said: text in said, seconds, repr(text))

    def wait_until(self, holds: Callable[[str], bool], seconds: float = 40, what: str = "what was waited for") -> None:
        """Wait until what it has written so far satisfies ``holds``."""
        deadline = time.monotonic() + seconds
        while not holds(self.said()):
            if self.process.poll() is not None and not holds(self.said()):  # what it wrote last counts too
                raise AssertionError(f"it ended with {self.process.returncode} and never said {what}:\n{self.said()}")
            assert time.monotonic() < deadline, f"it never said {what}:\n{self.said()}"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 25) -> int:
        """Send a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


def free_port() -> int:
    """A port that no one listens on right now, and neither on those of the identity provider and the broker above it.

    Below the range from which the system takes ports for outgoing connections: none of them can take it in between.
    """
    while True:
        port = random.randrange(10_000, 30_000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            for above in (0, 1000, 2000):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port + above))
            return port


def children(pid: int) -> list[int]:
    """The process ids of a process's children."""
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(line) for line in out.split() if int(line) != pid and is_alive(int(line))]


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds: how long it takes depends on what else the machine does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.1)


@contextlib.contextmanager
def started(arguments: list[str], folder: Path, **env: str) -> Iterator[Running]:
    """A Python program with the environment given, killed with all it started when the block ends."""
    port = free_port()
    output = folder / f"output-{port}.txt"
    environ = os.environ | {"STADIG_PORT": str(port), "PYTHONUNBUFFERED": "1"} | env
    with open(output, "w") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=file, stderr=subprocess.STDOUT, text=True, env=environ, start_new_session=True
        )
    running = Running(process, port, output)
    try:
        yield running
    finally:
        tree = [process.pid, *(grand for child in children(process.pid) for grand in (child, *children(child)))]
        for pid in reversed(tree) if process.poll() is None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(10)
