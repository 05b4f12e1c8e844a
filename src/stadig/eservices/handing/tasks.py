"""Jobs of handing over: the case that was registered, its tries, and the statuses that lie as files."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from stadig.cases.states import NoSuchWay
from stadig.city import outbox
from stadig.eservices.handing import actions, sftp
from stadig.eservices.handing.declaration import Declaration
from stadig.eservices.models import EService
from stadig.eservices.package import PackageError
from stadig.post import outside
from stadig.post.declared import DeclarationError

ATTEMPTS = 6
"""4 s, 16 s, 1 min, 4 min and 17 min lie between them."""
log = logging.getLogger("stadig.handing")


@outbox.handler("case.registered")
def begin_hand_over(case: int) -> None:
    actions.begin(case)


@outbox.handler("case.signed")
def begin_when_signed(case: int) -> None:
    actions.begin(case)


@app.task(name="eservices.hand_over", pass_context=True, retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4))
def hand_over(context: JobContext, hand_over_id: int) -> None:
    tried = (context.job.attempts if context.job else 0) + 1
    try:
        actions.hand_over(hand_over_id)
    except (OSError, DeclarationError, PackageError) as error:
        for_good = not isinstance(error, OSError) or (isinstance(error, outside.OutsideError) and not error.again)
        actions.failed(hand_over_id, why(error), last=for_good or tried >= ATTEMPTS)
        if not for_good and tried < ATTEMPTS:
            raise


def why(error: Exception) -> str:
    """The kind of fault, with what helps the one who mends it and nothing that was sent."""
    if isinstance(error, (outside.Refused, PackageError)):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, DeclarationError):
        return type(error).__name__
    return f"{type(error).__name__}: {error}" if isinstance(error, outside.OutsideError) else type(error).__name__


@app.periodic(cron="* * * * *")
@app.task(name="eservices.read_statuses", queueing_lock="eservices.read_statuses")
def read_statuses(timestamp: int) -> None:
    """Statuses that other systems have left as files, of every service that is handed over by files."""
    for name in EService.objects.values_list("name", flat=True):
        how = actions.declared_of(name)
        try:
            if how and how.way == "folder":
                _read_folder(name, Path(settings.HANDOVER_DIR) / how.folder)
            elif how and how.sftp and timestamp // 60 % 5 == 0:
                _read_sftp(name, how)
        except OSError as error:
            log.warning("The statuses of %s could not be read: %s.", name, type(error).__name__)


def _read_folder(service: str, folder: Path) -> None:
    waiting = sorted((folder / "in").glob("*.json")) if (folder / "in").is_dir() else []
    for path in waiting:
        taken = path.stat().st_size <= sftp.MOST_BYTES and take(service, path.read_bytes())
        kept = folder / ("taken" if taken else "refused")
        kept.mkdir(mode=0o750, exist_ok=True)
        path.replace(kept / path.name)


def _read_sftp(service: str, how: Declaration) -> None:
    to = how.sftp
    if to is not None and (found := sftp.fetch(to, f"{to.folder}/in")):
        for _name, data in found:
            take(service, data)
        sftp.remove(to, f"{to.folder}/in", [name for name, _data in found])


def take(service: str, data: bytes) -> bool:
    """Take in one file: ``{"case": …, "status": …, "number": …}``. Returns whether it was taken; why not is in the log."""
    try:
        said: Any = json.loads(data)
        if not isinstance(said, dict) or not isinstance(said.get("case"), str):
            raise ValueError("not a status")
        actions.take_status(service, said["case"], status=str(said.get("status") or ""), number=str(said.get("number") or ""))
    except (ValueError, RecursionError, actions.UnknownCase, actions.UnknownStatus, NoSuchWay) as error:
        log.warning("A status of %s was refused: %s.", service, type(error).__name__)
        return False
    return True
