"""Where a service is on, and how it grows, in words for those who work here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.city import clock, rollout, subjects
from stadig.city.models import Rollout
from stadig.city.ramps import StepRow, Waits
from stadig.city.rollout import Setting
from stadig.ui import formatting


class Shown(NamedTuple):
    """A step as the timeline shows it."""

    title: str
    text: str
    time: str
    state: str
    url: str = ""
    link: str = ""


def last_day(ends: dt.datetime) -> dt.date:
    """The last whole day before a service ends."""
    return clock.local(ends - dt.timedelta(seconds=1)).date()


def sentence(setting: Setting | None, *, why: str = "", stopped_at: dt.datetime | None = None) -> str:
    """Where the service is on now, in one sentence."""
    if setting is None:
        return _("Tjänsten är på för alla i hela kommunen.")
    if off := _off(setting, why, stopped_at):
        return off
    values = {"who": who(setting.percent), "where": where([one.name for one in setting.districts])}
    if setting.ends:
        values["day"] = formatting.day(last_day(setting.ends))
        return _("Tjänsten är på för %(who)s i %(where)s, till och med %(day)s.") % values
    return _("Tjänsten är på för %(who)s i %(where)s.") % values


def _off(setting: Setting, why: str, stopped_at: dt.datetime | None) -> str:
    """Why it is off for everyone, or "" when it is on for some."""
    ended = formatting.day(last_day(setting.ends)) if setting.ends else ""
    if setting.stopped and why == Rollout.Why.DATE and ended:
        return _("Tjänsten är stoppad överallt: sista dagen var %(day)s.") % {"day": ended}
    if setting.stopped and stopped_at:
        return _("Tjänsten är stoppad överallt sedan %(when)s.") % {"when": formatting.moment(stopped_at)}
    if setting.stopped:
        return _("Tjänsten är stoppad överallt.")
    now = clock.now()
    if setting.begins and now < setting.begins:
        return _("Tjänsten börjar %(day)s.") % {"day": formatting.day(clock.local(setting.begins).date())}
    if setting.ends and now >= setting.ends:
        return _("Tjänsten är slut: sista dagen var %(day)s.") % {"day": ended}
    return ""


def who(percent: int) -> str:
    """*alla*, *ingen* or *10 %*."""
    return _("alla") if percent >= 100 else _("ingen") if percent == 0 else formatting.percent(percent)


def where(names: Sequence[str]) -> str:
    """*Hamnen och Backen*, or *hela kommunen*."""
    return formatting.list_of(list(names)) if names else _("hela kommunen")


def narrowed(setting: Setting) -> list[str]:
    """What else decides: the groups and the trial, a sentence each."""
    told: list[str] = []
    for name, chosen in setting.cohorts.items():
        group = subjects.groups().get(name)
        labels = dict(group.choices()) if group else {}
        named = formatting.list_of([str(labels.get(one, one)) for one in chosen])
        told.append(_("%(group)s: bara %(values)s.") % {"group": group.title if group else name, "values": named})
    if setting.trial == rollout.PERSONS:
        told.append(_("Det är ett försök: var och en lottas till tjänsten eller till jämförelsen, och blir kvar där."))
    elif setting.trial == rollout.AREAS:
        names = formatting.list_of([one.name for one in setting.comparison]) or _("inget område än")
        told.append(_("Det är ett försök. Vi jämför med %(where)s.") % {"where": names})
    return told


def hold(step: StepRow) -> str:
    """What a step waits for before the next, as it was planned."""
    told: list[str] = []
    if step.days:
        told.append(ngettext("minst %(n)s dag", "minst %(n)s dagar", step.days) % {"n": formatting.number(step.days)})
    if step.sample:
        told.append(_("tills %(n)s har fått den") % {"n": formatting.number(step.sample)})
    if step.approval:
        told.append(_("på ett godkännande"))
    return _("Väntar %(what)s.") % {"what": formatting.list_of(told)} if told else _("Sista steget.")


def left(waits: Waits) -> str:
    """What the step in force still waits for."""
    told: list[str] = []
    if waits.until:
        told.append(_("till %(when)s") % {"when": formatting.moment(waits.until)})
    if waits.lacking:
        told.append(_sample(waits))
    if waits.approval:
        told.append(_("på att någon godkänner"))
    return _("Väntar %(what)s.") % {"what": formatting.list_of(told)} if told else _("Nästa steg tas inom fem minuter.")


def _sample(waits: Waits) -> str:
    """How far the count has come, and what is counted."""
    if waits.had is None:
        return _("på %(n)s som får den, men ingen räknar det längre: ändra stegen") % {"n": formatting.number(waits.sample or 0)}
    values = {"n": formatting.number(waits.had.number), "of": formatting.number(waits.sample or 0)}
    return _("på antalet: %(n)s av %(of)s (%(source)s)") % {**values, "source": waits.had.source}


def timeline(steps: Sequence[StepRow], waits: Waits | None) -> list[Shown]:
    """The steps in order; ``waits`` is what the one in force waits for, None when it is the last."""
    begun = [one.number for one in steps if one.begun_at]
    current = begun[-1] if begun else -1
    return [_shown(one, current, waits) for one in steps]


def _shown(step: StepRow, current: int, waits: Waits | None) -> Shown:
    title = _("%(who)s, också i %(where)s") if step.number and step.districts else _("%(who)s i %(where)s")
    head = title % {"who": who(step.percent), "where": where(step.districts)} if step.districts else who(step.percent)
    head = head[:1].upper() + head[1:]
    since = _("Sedan %(when)s") % {"when": formatting.moment(step.begun_at)} if step.begun_at else ""
    if step.number < current:
        text = _("Godkänt %(when)s") % {"when": formatting.moment(step.approved_at)} if step.approved_at else ""
        return Shown(head, text, since, "done")
    if step.number == current:
        return Shown(head, left(waits) if waits else _("Sista steget: inget mer väntar."), since, "now" if waits else "done")
    return Shown(head, hold(step), "", "next")
