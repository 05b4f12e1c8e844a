"""The notice board (anslagstavlan): what hangs there, and the verb that posts.

Kommunallagen (2017:725) 8 kap. 9–10 §§: what is announced, and that it is told when the minutes were approved, where they are, and until
when the notice hangs. 13 kap. 5 §: an appeal must have come to the administrative court within three weeks of the day of posting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stadig.cases import access
from stadig.cases.models import BulletinNotice
from stadig.cases.terms import APPEAL_DAYS, STOCKHOLM, end_of_day
from stadig.city import audit, clock, holidays
from stadig.city.verbs import verb
from stadig.ui import formatting

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import Organisation, User

APPEALABLE: Final = (BulletinNotice.Kind.MINUTES, BulletinNotice.Kind.DECISION)
"""Kinds that must hang for three weeks, because the time to appeal runs from their posting."""
POSTED: Final = """
SELECT n.id, n.kind, o.name, n.title, n.body, before.title, before.posted_at, n.meeting_on, n.approved_on, n.posted_at, n.down_at,
    n.kept_at, n.appeal_by, n.appeal
FROM cases_bulletinnotice n JOIN city_organisation o ON o.id = n.committee_id
    LEFT JOIN cases_bulletinnotice before ON before.id = n.corrects_id
WHERE n.posted_at <= %(now)s AND n.down_at > %(now)s ORDER BY n.posted_at DESC, n.id DESC
"""
"""The fields of :class:`Hanging`."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What shall be posted. ``down_on`` is the last day it hangs."""

    kind: str
    committee: Organisation
    title: str
    body: str
    down_on: date
    meeting_on: date | None = None
    approved_on: date | None = None
    kept_at: str = ""
    appeal: str = ""
    corrects: BulletinNotice | None = None


class Hanging(NamedTuple):
    """A notice as it hangs. ``corrected``: the title of the one it sets right, and when that was posted."""

    pk: int | None
    kind: str
    committee: str
    title: str
    body: str
    corrected: str | None
    corrected_at: datetime | None
    meeting_on: date | None
    approved_on: date | None
    posted_at: datetime
    down_at: datetime
    kept_at: str
    appeal_by: date | None
    appeal: str


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in words, as it is drawn. ``pk`` is empty before it is posted; the days that are not told are empty too."""

    pk: str
    kind: str
    committee: str
    title: str
    body: str
    corrected: str
    corrected_on: str
    meeting: str
    approved: str
    posted: str
    down: str
    kept_at: str
    appeal_by: str
    appeal: str


def in_words(one: Hanging) -> Words:
    """The notice in the reader's language."""
    return _in_words(one, formatting.language(), formatting.today().year)


@lru_cache(maxsize=256)
def _in_words(one: Hanging, _language: str, _year: int) -> Words:
    """A day is written with its year when that is not this one."""
    corrected, meeting, approved, posted, down, appeal_by = (
        formatting.day(day) if day else ""
        for day in (one.corrected_at, one.meeting_on, one.approved_on, one.posted_at, one.down_at, one.appeal_by)
    )
    return Words(
        pk=str(one.pk or ""),
        kind=str(BulletinNotice.Kind(one.kind).label),
        committee=one.committee,
        title=one.title,
        body=one.body,
        corrected=one.corrected or "",
        corrected_on=corrected,
        meeting=meeting,
        approved=approved,
        posted=posted,
        down=down,
        kept_at=one.kept_at,
        appeal_by=appeal_by,
        appeal=one.appeal,
    )


def hanging(notice: BulletinNotice) -> Hanging:
    """One notice, or a draft of one, as ``posted`` has them."""
    before = notice.corrects
    return Hanging(
        pk=notice.pk,
        kind=notice.kind,
        committee=notice.committee.name,
        title=notice.title,
        body=notice.body,
        corrected=before.title if before else None,
        corrected_at=before.posted_at if before else None,
        meeting_on=notice.meeting_on,
        approved_on=notice.approved_on,
        posted_at=notice.posted_at,
        down_at=notice.down_at,
        kept_at=notice.kept_at,
        appeal_by=notice.appeal_by,
        appeal=notice.appeal,
    )


def last_appeal_day(posted: date) -> date:
    """Three weeks from the day of posting; the next working day when that is none (KL 13 kap. 5 §, lag 1930:173 2 §)."""
    return holidays.last_day(posted + timedelta(days=APPEAL_DAYS))


def first_down_day(kind: str, posted: date) -> date:
    """The earliest last day of a notice of this kind: the appeal's last day, else the day after it was posted."""
    return last_appeal_day(posted) if kind in APPEALABLE else posted + timedelta(days=1)


def posted() -> list[Hanging]:
    """What hangs on the board now, newest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(POSTED, {"now": clock.now()})
        return [Hanging(*row) for row in cursor.fetchall()]


def of_staff(user: Any) -> QuerySet[BulletinNotice]:
    """Everything posted for the committees where the user posts, newest first; what has come down too."""
    reach = access.POST_NOTICE.organisations(user)
    found = BulletinNotice.objects.select_related("committee", "corrected_by").order_by("-posted_at", "-pk")
    return found if reach is None else found.filter(committee__in=reach)


def draft(by: User, new: NewNotice) -> BulletinNotice:
    """The notice as it would be posted now, not saved: for the preview. Raises ValidationError by field."""
    today = clock.today()
    faults: dict[str, list[str]] = {}
    reach = access.POST_NOTICE.organisations(by)
    if reach is not None and new.committee.pk not in reach:
        faults["committee"] = [_("Du anslår inte för den nämnden. Välj en annan.")]
    if not new.title.strip():
        faults["title"] = [_("Skriv en rubrik.")]
    earliest = first_down_day(new.kind, today)
    if new.down_on < earliest:
        faults["down_on"] = [
            _("Anslaget måste sitta uppe till och med %(day)s. Välj den dagen eller en senare.") % {"day": earliest}
        ]
    if new.kind == BulletinNotice.Kind.MINUTES:
        if new.approved_on is None:
            faults["approved_on"] = [_("Skriv vilken dag protokollet justerades.")]
        if not new.kept_at.strip():
            faults["kept_at"] = [_("Skriv var protokollet finns att läsa.")]
    if new.approved_on and new.approved_on > today:
        faults["approved_on"] = [_("Dagen har inte varit än.")]
    if new.corrects and (not of_staff(by).filter(pk=new.corrects.pk).exists() or hasattr(new.corrects, "corrected_by")):
        faults["corrects"] = [_("Det anslaget är redan rättat, eller finns inte. Välj ett annat.")]
    if faults:
        raise ValidationError(faults)  # pyright: ignore[reportArgumentType] - a mapping of lists is taken
    appealable = new.kind in APPEALABLE and bool(new.appeal.strip())
    return BulletinNotice(
        kind=new.kind,
        committee=new.committee,
        title=new.title.strip()[:160],
        body=new.body.replace("\0", "").strip(),
        meeting_on=new.meeting_on,
        approved_on=new.approved_on,
        kept_at=new.kept_at.strip()[:200],
        appeal=new.appeal.replace("\0", "").strip(),
        appeal_by=last_appeal_day(today) if appealable else None,
        posted_at=clock.now(),
        down_at=end_of_day(new.down_on) + timedelta(seconds=1),
        posted_by=by,
        corrects=new.corrects,
    )


@verb
def post_notice(by: User, new: NewNotice, *, request_id: UUID | None = None) -> BulletinNotice:
    """Post a notice. It hangs until its last day is over and is never changed. Raises ValidationError by field."""
    notice = draft(by, new)
    notice.save()
    audit.record(by, "posted a notice", notice)
    return notice


def last_day(notice: BulletinNotice) -> date:
    """The last day a notice hangs."""
    return (notice.down_at - timedelta(seconds=1)).astimezone(STOCKHOLM).date()
