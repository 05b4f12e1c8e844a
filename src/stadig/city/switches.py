"""Our roll-outs as flags: whether a service is on for someone another system asks about.

The context says who: ``targetingKey`` (a name that stays the same, any that the other system has), ``district`` (its code or
name), and any declared group (``age``, ``organisation``, ``kind`` …). What is not said is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from stadig.city import clock, rollout, subjects
from stadig.city.flags import TARGETING_KEY, Code, Context, Flag, FlagFault, Pick, Reason
from stadig.city.models import District, Rollout, Service
from stadig.city.rollout import Setting, Subject

ON: Final = "on"
OFF: Final = "off"
VARIANTS: Final = {ON: True, OFF: False, rollout.PILOT: True, rollout.COMPARISON: False}
LONGEST: Final = 200


def keys() -> list[str]:
    """Every flag: the services in the register, and whatever else has a setting."""
    return sorted({*Service.objects.values_list("slug", flat=True), *Rollout.objects.values_list("service", flat=True)})


def flag(key: str) -> Flag | None:
    """The flag of a service, or None where there is none. At most two queries."""
    setting = rollout.setting(key)
    if setting is None and not Service.objects.filter(slug=key).exists():
        return None
    return _flag(key, setting, {})


def flags(wanted: Iterable[str]) -> list[Flag]:
    """The flags of many services, in their order, for one request. Two queries."""
    names = list(wanted)
    found = {one.service: one for one in rollout.settings(names)}
    districts = _codes() if any(one.districts or one.comparison for one in found.values()) else {}
    return [_flag(name, found.get(name), districts) for name in names]


def _flag(key: str, setting: Setting | None, districts: Mapping[str, int]) -> Flag:
    rule = None if setting is None else partial(_pick, setting, districts)
    return Flag(key, VARIANTS, ON, rule)


def _pick(setting: Setting, districts: Mapping[str, int], context: Context) -> Pick:
    """The variant and why. What is stopped is off, whatever the other system would do by itself."""
    rule = rollout.Decider(setting, clock.now())
    if not rule.open:
        return Pick(OFF, Reason.DISABLED)
    drawn = setting.trial == rollout.PERSONS or 0 < setting.percent < 100
    subject = subject_of(context, districts or (_codes() if setting.districts or setting.comparison else {}))
    if drawn and not subject.name:
        raise FlagFault(Code.TARGETING_KEY_MISSING, f"{setting.service} is on for a share: say who in {TARGETING_KEY}.")
    if setting.trial:
        arm = rollout.assign(setting.service, subject)
        return Pick(arm or OFF, Reason.SPLIT if arm and drawn else Reason.TARGETING_MATCH)
    narrowed = bool(setting.districts or setting.cohorts)
    reason = Reason.SPLIT if drawn and rule.concerns(subject) else Reason.TARGETING_MATCH if narrowed else Reason.STATIC
    return Pick(ON if rule.is_on(subject) else OFF, reason)


def subject_of(context: Context, districts: Mapping[str, int]) -> Subject:
    """Whom a context is about.

    Raises
    ------
    FlagFault
        Something that a roll-out looks at is neither a text nor a number, or is longer than any of ours (INVALID_CONTEXT).
    """
    said = {name: _text(name, context[name]) for name in subjects.groups() if context.get(name) is not None}
    if isinstance(age := context.get("age"), int) and not isinstance(age, bool):
        said["age"] = subjects.band_of(age) or ""
    place = _text("district", context["district"]) if context.get("district") is not None else ""
    name = _text(TARGETING_KEY, context[TARGETING_KEY]) if context.get(TARGETING_KEY) is not None else ""
    return Subject(name, districts.get(place), said)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > LONGEST or "\0" in str(value):
        raise FlagFault(Code.INVALID_CONTEXT, f"{name} in the context should be a text of at most {LONGEST} signs.")
    return str(value)


def _codes() -> dict[str, int]:
    """Code or name of a district → its id."""
    rows = list(District.objects.values_list("pk", "code", "name"))
    return {name: pk for pk, _code, name in rows} | {code: pk for pk, code, _name in rows}
