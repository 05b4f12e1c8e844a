"""The only domain clock: what time it is in the town.

The real time, but for tests (:func:`frozen`) and demo towns, where a row says how the town's time runs.
Audit, log-ins, tokens and job leases use real time instead.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_READ_EVERY_S = 1.0
_frozen: dt.datetime | None = None
_past: tuple[float, dt.datetime, float] | None = None
"""While a past is written: since when on the monotonic clock, what real time was then, and how fast it runs."""
_setting: tuple[dt.datetime, dt.datetime, float] | None = None
_read_at = float("-inf")


def now() -> dt.datetime:
    """The town's time, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    real = real_now()
    if not settings.DEMO:
        return real
    setting = _demo_setting()
    if setting is None:
        return real
    real_anchor, domain_anchor, speed = setting
    return domain_anchor + (real - real_anchor) * speed


def today() -> dt.date:
    """The town's date in Stockholm."""
    return local(now()).date()


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment on a Stockholm clock."""
    return moment.astimezone(STOCKHOLM)


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins in Stockholm, in UTC."""
    return dt.datetime.combine(day, dt.time(), STOCKHOLM).astimezone(dt.UTC)


def real_now() -> dt.datetime:
    """The real time, for audit, log-ins and tokens."""
    if _past is not None:
        begun, at, speed = _past
        return at + dt.timedelta(seconds=(time.monotonic() - begun) * speed)
    return dt.datetime.now(dt.UTC)


def in_town(real: dt.datetime) -> dt.datetime:
    """What the town's clock showed at a real moment, for those who read an audit row beside what happened in the town.

    The same moment, but in a demo town since its time was set to run.
    """
    setting = _demo_setting() if settings.DEMO and _frozen is None else None
    if setting is None or real < setting[0]:
        return real
    real_anchor, domain_anchor, speed = setting
    return domain_anchor + (real - real_anchor) * speed


@contextlib.contextmanager
def lived_through(at: dt.datetime, speed: float = 1.0) -> Iterator[None]:
    """Inside the block both clocks show ``at``, in every thread, and real time runs ``speed`` times as fast: a made-up town's past, being written."""
    global _past  # noqa: PLW0603
    _past = (time.monotonic(), at.astimezone(dt.UTC), speed)
    try:
        with frozen(at):
            yield
    finally:
        _past = None


@contextlib.contextmanager
def frozen(at: dt.datetime) -> Iterator[dt.datetime]:
    """The town's time stands still at ``at`` inside the block, in every thread. For tests and seeds."""
    global _frozen  # noqa: PLW0603
    before, _frozen = _frozen, at.astimezone(dt.UTC)
    try:
        yield _frozen
    finally:
        _frozen = before


def set_demo(domain: dt.datetime, speed: float = 1.0) -> None:
    """From now on the demo town's time is ``domain`` and runs ``speed`` times as fast, in every process within a second."""
    from stadig.city.models import ClockSetting

    if not settings.DEMO:
        raise RuntimeError("Only a demo town may move its clock. Start it with `stadig demo`.")
    values = {"real_anchor": real_now(), "domain_anchor": domain.astimezone(dt.UTC), "speed": speed}
    ClockSetting.objects.update_or_create(pk=1, defaults=values)
    forget()


def forget() -> None:
    """Read the demo setting anew at the next question."""
    global _setting, _read_at
    _setting, _read_at = None, float("-inf")


def _demo_setting() -> tuple[dt.datetime, dt.datetime, float] | None:
    global _setting, _read_at  # noqa: PLW0603
    if time.monotonic() - _read_at >= _READ_EVERY_S:
        from stadig.city.models import ClockSetting

        _setting = ClockSetting.objects.values_list("real_anchor", "domain_anchor", "speed").filter(pk=1).first()
        _read_at = time.monotonic()
    return _setting
