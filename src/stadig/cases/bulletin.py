"""The notice board (anslagstavlan): what hangs there, and the verb that posts.

Kommunallagen (2017:725) 8 kap. 9–10 §§: what is announced, and that it is told when the minutes were approved, where they are, and until
when the notice hangs. 13 kap. 5 §: an appeal must have come to the administrative court within three weeks of the day of posting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from stadig.cases import access
from stadig.cases.models import BulletinNotice
from stadig.cases.terms import APPEAL_DAYS, STOCKHOLM, end_of_day
from stadig.city import audit, clock, holidays
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from stadig.city.models import Organisation, User

APPEALABLE: Final = (BulletinNotice.Kind.MINUTES, BulletinNotice.Kind.DECISION)
"""Kinds that must hang for three weeks, because the time to appeal runs from their posting."""


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


def last_appeal_day(posted: date) -> date:
    """Three weeks from the day of posting; the next working day when that is none (KL 13 kap. 5 §, lag 1930:173 2 §)."""
    return holidays.last_day(posted + timedelta(days=APPEAL_DAYS))


def first_down_day(kind: str, posted: date) -> date:
    """The earliest last day of a notice of this kind: the appeal's last day, else the day after it was posted."""
    return last_appeal_day(posted) if kind in APPEALABLE else posted + timedelta(days=1)


def up(at: datetime) -> Q:
    """What hangs on the board."""
    return Q(posted_at__lte=at, down_at__gt=at)


def posted() -> QuerySet[BulletinNotice]:
    """What hangs on the board now, newest first."""
    return BulletinNotice.objects.filter(up(clock.now())).select_related("committee", "corrects").order_by("-posted_at", "-pk")


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
