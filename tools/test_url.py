"""Run the tests on a database by address: a second instance of the wheel's PostgreSQL, over TCP, thrown away afterwards.

``python tools/test_url.py [pytest's arguments]``; called by ``make test-url``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from stadig.config import postgres
from stadig.config.postgres_files import SYSTEM_HOME


def main(arguments: list[str]) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(os.environ.get("STADIG_TEST_DATABASE_PORT", "0"))))
        port = int(probe.getsockname()[1])
    home = Path(tempfile.mkdtemp(prefix="test-url-", dir=SYSTEM_HOME if os.geteuid() == 0 else None))
    sockets = Path(tempfile.mkdtemp(prefix="stadig-test-"))
    this = replace(postgres.cluster(), data=home / "data", sockets=sockets, password=secrets.token_urlsafe(16), tcp_port=port)
    try:
        postgres.start(this)
        print(f"The tests run on PostgreSQL {postgres.require_supported(this.url())} at 127.0.0.1:{port}.", flush=True)
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], env=os.environ | {"DATABASE_URL": this.url()}, check=False
        ).returncode
    finally:
        postgres.stop(this, mode="immediate")
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(sockets, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
