"""Kept proposals: sealed as they stood with all they were computed from, the norm and the rules they used, and the program's version.

The same input gives the same result: a kept proposal is computed anew from its own input and compared, whenever it is shown.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from stadig import __version__
from stadig.assistance import access, models, proposing
from stadig.assistance.errors import AssistanceError
from stadig.assistance.proposal import Proposal, Task
from stadig.assistance.terms import CASE_TYPE
from stadig.cases import handling
from stadig.cases.models import Case
from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.exchange.sealing import seal, unseal

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.assistance.gathering import Gathered
    from stadig.city.models import User

MOST_KEPT: Final = 200
OF_CASE: Final = """
SELECT p.id, p.made_at, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username), p.complete, p.missing, p.sha256
FROM assistance_proposal p JOIN city_user u ON u.id = p.by_id WHERE p.case = %s AND p.month = %s::date ORDER BY p.made_at DESC, p.id DESC
"""


@dataclass(frozen=True, slots=True)
class Content:
    """A kept proposal with what it was computed from."""

    task: Task
    proposal: Proposal


_CONTENT = msgspec.json.Decoder(Content)
_TASK = msgspec.json.Decoder(Task)


@dataclass(frozen=True, slots=True)
class Checked:
    """A kept proposal beside a computation of the same input now."""

    content: Content
    same: bool
    """The same input gives the same result."""
    by: str
    at: dt.datetime
    code_version: str
    norm_source: str
    sha256: str


class Listed(NamedTuple):
    """A kept proposal in a list; unopened."""

    pk: int
    made_at: dt.datetime
    by: str
    complete: bool
    missing: int
    sha256: str


class Tampered(AssistanceError):
    """A kept proposal is not the one that was kept: its hash is another."""

    def words(self) -> str:
        return _("Det sparade förslaget är inte det som sparades. Säg till administratören, och räkna om innan du beslutar.")


def encode(content: Content) -> bytes:
    """As JSON, the same bytes for the same content."""
    return msgspec.json.encode(content, order="deterministic")


def decode(data: bytes) -> Content:
    """The content again. Raises ``msgspec.ValidationError`` for what is none."""
    return _CONTENT.decode(data)


def digest(content: Content) -> str:
    """The hash that a kept proposal has, in hexadecimal: two with the same are the same."""
    return hashlib.sha256(encode(content)).hexdigest()


def encode_task(task: Task) -> bytes:
    """What a proposal is computed from, as JSON."""
    return msgspec.json.encode(task, order="deterministic")


def decode_task(data: bytes) -> Task:
    """The task again."""
    return _TASK.decode(data)


def opened(case: int, month: dt.date, sha256: str, sealed: bytes | memoryview) -> Content:
    """A kept proposal opened. Raises Tampered; ``sealing.KeyChanged``."""
    return _opened(case, month, sha256, bytes(sealed))


@lru_cache(maxsize=64)
def _opened(case: int, month: dt.date, sha256: str, sealed: bytes) -> Content:
    plain = unseal(sealed, _belongs(case, month, sha256))
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise Tampered
    return decode(plain)


@verb
def keep(by: User, gathered: Gathered, *, request_id: UUID | None = None) -> models.Proposal:
    """Keep the proposal of a month as it stands now. It decides nothing. Raises ValidationError; CaseClosed; Case.DoesNotExist."""
    if not access.ASK.held_by(by):
        raise Case.DoesNotExist
    case = handling.open_case(by, gathered.case)
    if case.type.slug != CASE_TYPE:
        raise Case.DoesNotExist
    if models.Proposal.objects.filter(case=case.pk).count() >= MOST_KEPT:
        raise ValidationError(_("Det finns redan %(n)s förslag i ärendet.") % {"n": MOST_KEPT})
    made = proposing.propose(gathered.task)
    plain = encode(Content(gathered.task, made))
    sha256, month = hashlib.sha256(plain).hexdigest(), gathered.month
    kept = models.Proposal.objects.create(
        case=case.pk,
        month=month,
        norm_id=gathered.force.norm_id,
        rules_id=gathered.force.rules_id,
        complete=made.complete,
        missing=len(made.missing),
        sealed=seal(plain, _belongs(case.pk, month, sha256)),
        sha256=sha256,
        code_version=__version__,
        made_at=clock.now(),
        by=by,
    )
    audit.record(by, "kept a proposal", case, proposal=kept.pk)
    return kept


def of_case(case: int, month: dt.date) -> list[Listed]:
    """The proposals kept for a month, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(OF_CASE, [case, month.isoformat()])
        return [Listed(*row) for row in cursor.fetchall()]


def latest(case: int) -> Checked | None:
    """The proposal that was kept last in a case."""
    found = models.Proposal.objects.filter(case=case).select_related("by", "norm").first()
    return None if found is None else checked(found)


def checked(one: Any) -> Checked:
    """A kept proposal, computed again from its own input. Raises Tampered; ``sealing.KeyChanged``."""
    content = opened(one.case, one.month, one.sha256, one.sealed)
    same = proposing.propose(content.task) == content.proposal
    return Checked(content, same, str(one.by), one.made_at, one.code_version, one.norm.source, one.sha256)


def _belongs(case: int, month: dt.date, sha256: str) -> str:
    return f"proposal:{case}:{month.isoformat()}:{sha256}"
