"""Background jobs are done once, survive their worker, and do not pile up."""

from __future__ import annotations

import asyncio
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stadig.config import tasks, worker
from stadig.config.tests.serving import started
from stadig.config.tests.test_serving import Wire, database_url, to_database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jobs(transactional_db):
    def status(job_id: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
            row = cursor.fetchone()
        return row[0] if row else "removed"

    yield status
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")


def wait_for(status, job_id: int, wanted: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while status(job_id) != wanted:
        assert time.monotonic() < deadline, f"job {job_id} is {status(job_id)}, not {wanted}"
        time.sleep(0.1)


def begun_by_a_dead_worker(attempts: int) -> int:
    job_id = tasks.forget_jobs.defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s", [attempts, job_id])
    return job_id


def run_stalled() -> int:
    from procrastinate.contrib.django import app

    async def once() -> int:
        with app.replace_connector(app.connector.get_worker_connector()) as ours:
            async with ours.open_async():
                return await tasks.retry_jobs_of_dead_workers(ours)

    with ThreadPoolExecutor(1) as apart:  # Playwright may hold a running loop in this thread
        return apart.submit(asyncio.run, once()).result()


def test_a_job_whose_worker_died_begins_again(jobs):
    job = begun_by_a_dead_worker(attempts=1)
    assert run_stalled() == 1
    assert jobs(job) == "todo"


def test_a_job_that_keeps_killing_its_worker_is_given_up(jobs):
    job = begun_by_a_dead_worker(attempts=tasks.MOST_ATTEMPTS)
    assert run_stalled() == 0
    assert jobs(job) == "failed"


@pytest.mark.slow
def test_the_worker_does_what_was_left_undone_and_stops_when_asked(jobs, tmp_path):
    left = begun_by_a_dead_worker(attempts=1)
    with started(["-m", "stadig.config.worker"], tmp_path, DATABASE_URL=database_url()) as worker:
        wait_for(jobs, left, "succeeded")
        new = tasks.forget_jobs.defer()
        wait_for(jobs, new, "succeeded", 10)
        begun = time.monotonic()
        assert worker.stop(signal.SIGTERM) == 0
        assert time.monotonic() - begun < 8


@pytest.mark.slow
def test_a_worker_without_a_database_waits_for_it(jobs, tmp_path):
    wire = Wire(to_database)
    wire.cut()
    with started(["-m", "stadig.config.worker"], tmp_path, DATABASE_URL=database_url("127.0.0.1", wire.port)) as worker:
        worker.wait_for("The database does not answer.")
        for _ in range(2):
            wire.mend()
            job = tasks.forget_jobs.defer()
            wait_for(jobs, job, "succeeded", 20)
            wire.cut()
            time.sleep(1)
        assert worker.process.poll() is None, "it waits itself; no supervisor has to start it again"
        assert "Traceback" not in worker.said()
        begun = time.monotonic()
        assert worker.stop(signal.SIGTERM) == 0, "it can be stopped while it waits"
        assert time.monotonic() - begun < 8


def test_what_a_job_defers_is_undone_with_its_transaction(jobs):
    from asgiref.sync import sync_to_async
    from django.db import connection, transaction
    from procrastinate.contrib.django import app

    def a_job() -> None:
        try:
            with transaction.atomic():
                tasks.forget_jobs.defer()
                transaction.set_rollback(True)
        finally:
            connection.close()

    async def once() -> None:
        with app.replace_connector(worker._connector()) as ours:
            async with ours.open_async():
                await sync_to_async(a_job, thread_sensitive=False)()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, once()).result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
