"""The verb that tells an owner that the last day is near, has come, or has passed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.pilots import schedule
from stadig.pilots.models import Pilot
from stadig.post import actions as post
from stadig.ui import formatting


@verb
def remind(pilot_id: int) -> str:
    """Tell the owner of a running trial what is due: 14 days before the last day, on it, and each week after. Once a day.

    Returns ``soon``, ``today``, ``late``, or nothing where there was nothing to tell.
    """
    pilot = Pilot.objects.select_for_update(of=("self",)).select_related("owner").get(pk=pilot_id)
    today = clock.today()
    if pilot.state != Pilot.State.RUNNING or pilot.last_day is None or pilot.owner is None or not pilot.owner.is_active:
        return ""
    what = schedule.reminder(pilot.last_day, today, pilot.reminded_on)
    if not what:
        return ""
    language = pilot.owner.language or "sv"
    with override(language):
        text = _text(what, pilot, schedule.overdue_days(pilot.last_day, today))
    post.tell(pilot.owner, text, address(pilot))
    if pilot.owner.email:
        key = f"pilot:{pilot.pk}:{what}:{today.isoformat()}"
        context = {"text": text, "title": pilot.title, "url": address(pilot)}
        post.notify(pilot.owner, "pilots/mail/due.txt", context, language=language, key=key)
    pilot.reminded_on = today
    pilot.save(update_fields=["reminded_on"])
    audit.record(None, "reminded", pilot, reminder=what)
    return what


def address(pilot: Pilot) -> str:
    """The staff's page of a trial."""
    return reverse("pilots:desk-pilot", args=[pilot.pk])


def _text(what: str, pilot: Pilot, days: int) -> str:
    values = {"title": pilot.title, "day": formatting.day(pilot.last_day, weekday=False), "days": days}
    words = {
        "soon": _("”%(title)s” slutar %(day)s. Boka in vem som beslutar, och när."),
        "today": _("Sista dagen för ”%(title)s” är i dag. Besluta vad som ska hända."),
        "late": _("”%(title)s” skulle ha beslutats %(day)s, för %(days)s dagar sedan. Det står på den öppna listan."),
    }
    return words[what] % values
