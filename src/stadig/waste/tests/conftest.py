"""Shared by the room's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def deliver_in_town(demo_town: None) -> Callable[[], int]:
    """As ``deliver``, in the town's own database."""
    from stadig.city import testing

    return testing.deliver
