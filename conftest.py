"""What every test may use: a running database, the reference data, the domain clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent


def pytest_sessionstart(session: pytest.Session) -> None:
    """The embedded database is started before the first test that needs one, unless DATABASE_URL names another."""
    from stadig.config import postgres, translations
    from stadig.config.environment import environment

    translations.compile_all()
    if environment.database_url:
        postgres.require_supported(environment.database_url)
    else:
        postgres.start()


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], Path]:
    """``reference_data("operations/bins/wyndham_fill_daily.csv")`` → its path; skips where the data are absent, fails in CI."""
    base = Path(os.environ.get("STADIG_REFERENCE_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = base / name
        if not path.exists():
            message = f"reference data {name} not found under STADIG_REFERENCE_DATA"
            if os.environ.get("CI") == "true":
                pytest.fail(message + " (in CI it must be there)")
            pytest.skip(message)
        return path

    return find
