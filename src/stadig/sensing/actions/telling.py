"""Who wants to be told of alarms, and telling them: all news in one message, and not in the middle of the night."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from stadig.city import audit, clock
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.post import actions as post
from stadig.sensing import access
from stadig.sensing.models import Alarm, AlarmSubscription
from stadig.sensing.models.alarms import Severity

ORDER = {Severity.NOTE: 0, Severity.ACT: 1, Severity.URGENT: 2}


@verb
def subscribe(
    by: User, *, least: str, by_email: bool, quiet_from: time | None = None, quiet_until: time | None = None
) -> AlarmSubscription:
    """Be told of alarms from now on, or change how."""
    newest = Alarm.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    wanted = {"least": least, "by_email": by_email, "quiet_from": quiet_from, "quiet_until": quiet_until}
    made, _ = AlarmSubscription.objects.update_or_create(
        user=by, defaults=wanted, create_defaults=wanted | {"user": by, "told_alarm": newest}
    )
    audit.record(by, "subscribed", made)
    return made


@verb
def unsubscribe(by: User) -> None:
    """Not be told any more."""
    found = AlarmSubscription.objects.filter(user=by).first()
    if found is not None:
        audit.record(by, "unsubscribed", found)
        found.delete()


@verb
def tell_subscribers() -> int:
    """Tell each subscriber once of the alarms that are new to them and still open; returns how many were told.

    In someone's quiet hours nothing is said unless an alarm is urgent; what came is told in the morning.
    """
    newest = Alarm.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    told = 0
    waiting = AlarmSubscription.objects.select_for_update(of=("self",)).filter(told_alarm__lt=newest, user__is_active=True)
    for wanted in waiting.select_related("user").order_by("pk"):
        if not access.VIEW.held_by(wanted.user):
            continue
        new = Alarm.objects.filter(pk__gt=wanted.told_alarm, pk__lte=newest, closed_at=None).select_related(
            "datastream__thing", "rule"
        )
        chosen = [each for each in new.order_by("-raised_at") if ORDER[Severity(each.severity)] >= ORDER[Severity(wanted.least)]]
        if (
            chosen
            and is_quiet(wanted, clock.local(clock.now()).time())
            and all(each.severity != Severity.URGENT for each in chosen)
        ):
            continue
        wanted.told_alarm = newest
        wanted.save(update_fields=["told_alarm"])
        if chosen:
            _tell(wanted, chosen)
            told += 1
    return told


def is_quiet(wanted: AlarmSubscription, at: time) -> bool:
    """Whether the time of day lies in the subscriber's quiet hours, which may run over midnight."""
    start, end = wanted.quiet_from, wanted.quiet_until
    if start is None or end is None or start == end:
        return False
    return start <= at < end if start < end else at >= start or at < end


def _tell(wanted: AlarmSubscription, alarms: list[Alarm]) -> None:
    language = getattr(wanted.user, "language", "") or "sv"
    with translation.override(language):
        place = alarms[0].datastream.thing.name
        text = ngettext(
            "Nytt larm: %(rule)s, %(place)s.", "%(count)d nya larm. Det senaste: %(rule)s, %(place)s.", len(alarms)
        ) % {
            "count": len(alarms),
            "rule": alarms[0].rule.name,
            "place": place,
        }
    url = reverse("sensing:alarms")
    post.tell(wanted.user, text, url)
    if wanted.by_email and wanted.user.email:
        lines = [{"rule": each.rule.name, "place": each.datastream.thing.name, "at": each.raised_at} for each in alarms[:20]]
        context = {"count": len(alarms), "alarms": lines, "more": max(0, len(alarms) - 20), "url": settings.PUBLIC_URL + url}
        post.notify(
            wanted.user, "sensing/mail/alarms.txt", context, language=language, key=f"alarms:{wanted.user_id}:{wanted.told_alarm}"
        )
