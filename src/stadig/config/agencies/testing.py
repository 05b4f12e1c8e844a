"""For tests and benchmarks: the stand-in as a real process on a free port, with its dials at hand."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stadig.config.agencies.journal import PATHS

START_SECONDS = 20.0


class DidNotStart(Exception):
    """The process ended or did not answer in time. The message is what it said."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stand-in that runs."""

    folder: Path
    address: str
    control: str
    key: str
    pid: int

    @property
    def exchange_file(self) -> Path:
        """The ``exchange.toml`` by which it is asked."""
        return self.folder / "exchange.toml"

    def url(self, contract: str) -> str:
        """Where a contract is answered: ``url("ssbtek-11")``."""
        return self.address + PATHS[contract]

    def turn(self, **dials: dict[str, float]) -> None:
        """Turn dials: ``turn(AF={"hang": 1}, every={"fixed_s": 0.2})``; a dial of one contract is ``**{"FK@lefi-9": {…}}``."""
        self._ask("PATCH", "/dials", dials)

    def calm(self) -> None:
        """All dials as the profile has them."""
        self._ask("DELETE", "/dials")

    def journal(self) -> list[dict[str, Any]]:
        """What has arrived, oldest first: ``at``, ``path``, ``contract``, ``correlation``, ``agencies``, ``sha256``, ``moods``, ``seconds``."""
        return [json.loads(line) for line in self._ask("GET", "/journal").splitlines()]

    def forget(self) -> None:
        """Begin the journal anew."""
        self._ask("DELETE", "/journal")

    def _ask(self, method: str, path: str, said: Any = None) -> str:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.control + path,
            data=None if said is None else json.dumps(said).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.read().decode()


@contextlib.contextmanager
def running(
    folder: Path, *, profile: str = "calm", seed: int = 1, plain: bool = False, present: str = "", contracts: Path | None = None
) -> Iterator[Running]:
    """Start it in ``folder`` and stop it after the block. Raises DidNotStart."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "control.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "stadig.config.agencies", "--profile", profile, "--port", "0", "--folder", str(folder)]
    command += ["--seed", str(seed), *(["--plain"] if plain else []), *(["--present", present] if present else [])]
    command += ["--contracts", str(contracts)] if contracts else []
    said = folder / "said.txt"
    with open(said, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ)
        try:
            yield _when_ready(process, folder, said)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _when_ready(process: subprocess.Popen[bytes], folder: Path, said: Path) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            found = json.loads((folder / "control.json").read_text())
            return Running(folder, found["agencies"], found["url"], found["key"], found["pid"])
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise DidNotStart(said.read_text())
