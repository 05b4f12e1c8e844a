"""Shared by the room's tests."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest


@pytest.fixture
def deliver_in_town(demo_town: None) -> Callable[[], int]:
    """As ``deliver``, in the town's own database."""
    from stadig.city import testing

    return testing.deliver


@pytest.fixture
def run_plans(demo_town: None) -> Callable[[], int]:
    """Do what a worker would: every plan that has been asked for is computed; returns how many."""
    from django.db import connection

    from stadig.waste import tasks

    def run() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'waste.compute_plan' RETURNING args::text"
            )
            jobs = [json.loads(text) for (text,) in cursor.fetchall()]
        for args in jobs:
            tasks.compute_plan(**args)
        return len(jobs)

    return run
