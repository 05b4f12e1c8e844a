"""The past of one bin: readings, emptyings, alarms, work, reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from stadig.city import clock
from stadig.sensing import queries as sensing
from stadig.waste.actions.reports import SOURCE
from stadig.waste.models import Bin, BinAlarm, Emptying, Report
from stadig.work.models import WorkOrder

PERIOD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Past:
    """Fourteen days of readings (percent) with the emptyings among them, oldest first."""

    start: datetime
    end: datetime
    times: list[datetime]
    values: list[float]
    emptyings: list[Emptying]

    def rows(self) -> list[dict[str, object]]:
        """For a file: time and percent."""
        return [{"0": at, "1": value} for at, value in zip(self.times, self.values, strict=True)]


def fourteen_days(thing: Bin) -> Past:
    """Two queries."""
    end = clock.now()
    start = end - PERIOD
    times: list[datetime] = []
    values: list[float] = []
    if thing.fill_datastream:
        found = sensing.series(thing.fill_datastream, start, end + timedelta(seconds=1))
        times, values = list(found.times), found.values.tolist()
    return Past(start, end, times, values, list(Emptying.objects.filter(bin=thing, at__gte=start, at__lte=end).order_by("at")))


def alarms(thing: Bin) -> list[BinAlarm]:
    return list(BinAlarm.objects.filter(bin=thing).order_by("-raised_at")[:8])


def reports(thing: Bin) -> list[Report]:
    return list(Report.objects.filter(bin=thing).order_by("-created_at")[:8])


def orders(thing: Bin) -> list[WorkOrder]:
    """Work that residents' reports or crews' stops at the bin have led to."""
    said = Report.objects.filter(bin=thing, same_as=None).values("pk")
    caused = Q(source_label=SOURCE, source_id__in=said)
    caused |= Q(source_label="waste.stop", source_id__in=thing.stops.values("pk"))
    caused |= Q(source_label="waste.alarm", source_id__in=thing.alarms.values("pk"))
    return list(WorkOrder.objects.filter(caused).order_by("-opened_at")[:8])
