"""What a test of financial assistance stands on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _norms(request: pytest.FixtureRequest) -> None:
    """The norms and rules a city begins with: a test that commits empties every table after itself, those of the migration too."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("demo_town" if "demo_town" in request.fixturenames else "db")
        from stadig.assistance import first
        from stadig.assistance.models import Norm, Rules

        first.write(Norm, Rules)
