"""The verbs of handing over: begin, do it, say that it failed, try again; take in a status; keys for systems that send one."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import connection

from stadig.cases import actions as cases
from stadig.city import audit, clock
from stadig.city.actions import NotAllowed
from stadig.city.verbs import verb
from stadig.eservices import access, published, submissions
from stadig.eservices.handing import declaration, delivery
from stadig.eservices.handing.declaration import Declaration
from stadig.eservices.models import EService, HandOver, Signature, Submission, SystemKey
from stadig.eservices.package import PackageError

if TYPE_CHECKING:
    from stadig.city.models import User

PREFIX = "sth_"


class UnknownCase(Exception):
    """No case with this number was handed to the system that says so."""


class UnknownStatus(Exception):
    """The service's declaration does not say what this status means. Add it under ``statuses`` in ``handover.yaml``."""


class NoKey(Exception):
    """The bearer token is unknown or has been revoked."""


@verb
def begin(case_id: int) -> HandOver | None:
    """Hand a case over where its service is handled in another system. One case is one hand-over.

    What others are to sign is not handed over before all of them have; one that someone declined stays with us.
    """
    submission = submissions.of_case(case_id)
    if submission is None or declared(submission) is None:
        return None
    if Signature.objects.filter(submission=submission).exclude(state=Signature.State.SIGNED).exists():
        return None
    made, new = HandOver.objects.get_or_create(
        case_id=case_id, defaults={"service": submission.version.name, "created_at": clock.now()}
    )
    if new:
        _defer(made)
        audit.record(None, "began_hand_over", made, case=case_id)
    return made


@verb
def hand_over(hand_over_id: int) -> HandOver:
    """Hand the case over, unless it has been. The row is locked meanwhile: two jobs never do it at once.

    Raises OSError, ``declared.DeclarationError`` or ``PackageError``: tell :func:`failed`.
    """
    row = HandOver.objects.select_for_update(of=("self",)).select_related("case__type").get(pk=hand_over_id)
    if row.state not in (HandOver.State.WAITING, HandOver.State.FAILED):
        return row
    submission = Submission.objects.select_related("version").defer("version__archive").get(case=row.case)
    how = declared(submission)
    if how is None:
        raise PackageError(declaration.FILE, "", "handover", text="is gone: the service is not handled elsewhere any more.")
    row.number = delivery.deliver(how, row.case, str(row.key)) or row.number
    row.state = HandOver.State.ACKNOWLEDGED if row.number else HandOver.State.SENT
    row.attempts += 1
    row.handed_at, row.error = clock.now(), ""
    row.save(update_fields=["number", "state", "attempts", "handed_at", "error"])
    audit.record(None, "handed_over", row, case=row.case.pk)
    return row


@verb
def failed(hand_over_id: int, reason: str, *, last: bool) -> None:
    """Remember that a try failed and why (the kind of fault: its text may hold what was sent). After the last, staff see it."""
    row = HandOver.objects.select_for_update().get(pk=hand_over_id)
    row.attempts += 1
    row.error = reason[:200]
    row.state = HandOver.State.FAILED if last else HandOver.State.WAITING
    row.save(update_fields=["attempts", "error", "state"])


@verb
def try_again(by: User, hand_over_id: int) -> HandOver:
    """Try a hand-over that failed again, now."""
    if not access.HAND_OVER.held_by(by):
        raise NotAllowed(access.HAND_OVER.name)
    row = HandOver.objects.select_for_update().get(pk=hand_over_id)
    if row.state == HandOver.State.FAILED:
        row.state = HandOver.State.WAITING
        row.save(update_fields=["state"])
        _defer(row)
    audit.record(by, "tried_again", row)
    return row


@verb
def take_status(service: str, case_number: str, *, status: str = "", number: str = "") -> HandOver:
    """The other system says where a case stands, or under which number it has it. The same again changes nothing.

    Raises
    ------
    UnknownCase
        It was not handed over as a case of this service.
    UnknownStatus
        The declaration does not translate it.
    states.NoSuchWay
        The case cannot go there from where it stands.
    """
    row = HandOver.objects.select_for_update().filter(service=service, case__number=case_number).first()
    if row is None:
        raise UnknownCase(case_number)
    how = declared(Submission.objects.select_related("version").defer("version__archive").get(case=row.case_id))
    ours = how.statuses.get(status) if how else None
    if status and ours is None:
        raise UnknownStatus(status)
    if number:
        row.number = number[:80]
    if row.number and row.state in (HandOver.State.SENT, HandOver.State.WAITING, HandOver.State.FAILED):
        row.state = HandOver.State.ACKNOWLEDGED  # it knows the case: what we thought had failed had not
        row.handed_at = row.handed_at or clock.now()
    if status:
        row.theirs, row.theirs_at = status[:80], clock.now()
    row.save(update_fields=["number", "state", "handed_at", "theirs", "theirs_at"])
    if ours:
        cases.set_status(None, row.case_id, ours)
    audit.record(None, "took_status", row, case=row.case_id)
    return row


@verb
def make_key(by: User, name: str, service: str) -> str:
    """Make a key with which a system may say where the cases of one service stand; returned once, only its hash is kept.

    Raises NotAllowed, EService.DoesNotExist.
    """
    if not access.HAND_OVER.held_by(by):
        raise NotAllowed(access.HAND_OVER.name)
    token = PREFIX + secrets.token_urlsafe(32)
    made = SystemKey.objects.create(
        name=name.strip()[:80], service=EService.objects.get(name=service).name, hash=_hash(token), made_at=clock.real_now()
    )
    audit.record(by, "made_key", made)
    return token


@verb
def revoke_key(by: User, key_id: int) -> None:
    """The key does not hold any more."""
    if not access.HAND_OVER.held_by(by):
        raise NotAllowed(access.HAND_OVER.name)
    key = SystemKey.objects.select_for_update().get(pk=key_id)
    key.revoked_at = key.revoked_at or clock.real_now()
    key.save(update_fields=["revoked_at"])
    audit.record(by, "revoked_key", key)


def service_of(token: str) -> str:
    """The service that a key speaks for. Raises NoKey."""
    found = SystemKey.objects.filter(hash=_hash(token), revoked_at=None).first()
    if found is None:
        raise NoKey
    return found.service


def declared_of(service: str) -> Declaration | None:
    """How a service's cases are handed over now; None when they are not, or when the declaration cannot be read."""
    try:
        return declaration.of(published.current(service)[1])
    except (PackageError, EService.DoesNotExist):
        return None


def declared(submission: Submission) -> Declaration | None:
    """How this case is handed over: by the version it was filled in with and the city's overlay as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT local::text FROM eservices_eservice WHERE name = %s", [submission.version.name])
        found = cursor.fetchone()
    local = json.loads(found[0]) if found else {}
    return declaration.of(replace(published.of(submission.version), local=local))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _defer(row: HandOver) -> None:
    from stadig.eservices.handing.tasks import hand_over as job

    job.defer(hand_over_id=row.pk)
