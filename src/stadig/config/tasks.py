"""Jobs about jobs: nothing that was begun is lost, and what is done does not pile up."""

from __future__ import annotations

import logging
from typing import Any

import procrastinate
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

log = logging.getLogger("stadig.worker")
STALLED_SECONDS = 30.0
"""A worker that has said nothing for this long is taken for dead (it says something every ten seconds)."""
MOST_ATTEMPTS = 5
"""A job whose worker has died this often is given up: it may be what kills them."""
KEEP_DONE_HOURS = 48
KEEP_FAILED_HOURS = 24 * 30


@app.periodic(cron="* * * * *")
@app.task(name="config.retry_stalled", queueing_lock="config.retry_stalled")
async def retry_stalled(timestamp: int = 0) -> int:
    """Each minute: begin again the jobs whose worker died. Returns how many."""
    return await retry_jobs_of_dead_workers(app)


@app.periodic(cron="50 3 * * *")
@app.task(name="config.forget_jobs", queueing_lock="config.forget_jobs")
async def forget_jobs(timestamp: int = 0) -> None:
    """Each night: remove jobs done two days ago, and failed ones after a month."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_HOURS)
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def retry_jobs_of_dead_workers(of: procrastinate.App) -> int:
    """Begin again, or after :data:`MOST_ATTEMPTS` give up, what dead workers had begun. Returns how many began again."""
    manager: Any = of.job_manager
    again = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        if job.attempts >= MOST_ATTEMPTS:
            log.error("Job %s (%s) was given up: its worker has died %d times.", job.id, job.task_name, job.attempts)
            await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=False)
            continue
        log.warning("Job %s (%s) begins again: its worker died.", job.id, job.task_name)
        await manager.retry_job(job)
        again += 1
    return again
