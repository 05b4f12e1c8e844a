"""The demo town's life: sensors send over MQTT and HTTP, crews empty, residents say that a bin is full and submit forms,
case workers move cases.

Run beside the other processes by ``stadig demo``. It speaks to the city only as the outside does: through the
broker, the machine interface and the same actions as the pages. Whoever sits down as a driver or the planner
takes over: people who have been seen in the last quarter of an hour are left alone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np

from stadig.geo.town import lindhamn
from stadig.geo.town.present import Present, Said
from stadig.geo.town.world import World

STEP_SECONDS = 2.0
CLOCK_SECONDS = 30.0
"""How often the town's time is written down, so that the next start goes on from there."""
HANDS_OFF = timedelta(minutes=15)
"""Real time for which someone who has logged in is taken to do their work themselves."""
REPORTS_PER_HOUR = 0.25
"""How many residents an hour say that an overfull bin is full."""
TOKEN = "demo-driver"  # noqa: S105 – the token's name
ASK_AT, LOCK_AT = (5, 0), (7, 30)
"""When the driver asks for the day's plan and locks it, local time, if no planner has."""

log = logging.getLogger("stadig.driver")


class Driver:
    """Everything the driver knows; the rest is asked of the city at every step."""

    def __init__(self, world: World) -> None:
        from stadig.city import clock
        from stadig.eservices.demo import present as cases
        from stadig.eservices.demo.past import town_spots
        from stadig.sensing import demo, queries
        from stadig.sensing.models import Datastream
        from stadig.waste.models import Bin, Emptying

        self.world = world
        streams = {
            (properties["code"], observed["key"]): number
            for number, properties, observed in Datastream.objects.filter(properties__has_key="code").values_list(
                "pk", "properties", "observed_property__properties"
            )
        }
        self.sites = tuple(site for site in self.world.bins if (site.code, demo.FILL) in streams)
        """None in a city of real readings: there only the crews live."""
        codes = [site.code for site in self.sites]
        self.fill = [streams[code, demo.FILL] for code in codes]
        self.battery = [streams[code, demo.BATTERY] for code in codes]
        number_of = {code: number for number, code in enumerate(codes)}
        self.bin_number = {
            pk: number_of[code] for pk, code in Bin.objects.filter(external_id__in=codes).values_list("pk", "external_id")
        }
        self.bin_id = {number: pk for pk, number in self.bin_number.items()}
        now = clock.now()
        latest = queries.latest(self.fill)
        levels = np.array([latest[stream][1] if stream in latest else 20.0 for stream in self.fill], float)
        self.present = Present(self.sites, levels, now, seed=int(now.timestamp()))
        self.last_emptying = Emptying.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.rng = np.random.default_rng(int(now.timestamp()))
        self.cases = cases.Present(town_spots(world), np.random.default_rng(int(now.timestamp()) + 1))
        self.token = _token()
        self.clock_written = 0.0
        self.said_fault: set[str] = set()

    def step(self) -> None:
        """One moment of the town's life. A part that fails is told once and tried again at the next step."""
        from stadig.city import clock

        before, now = self.present.at, clock.now()
        self.present.pass_time(now)
        self._try("emptyings", self._notice_emptyings)
        heard = self.present.heard(now)
        self._try("mqtt", lambda: self._send_mqtt([said for said in heard if _by_mqtt(said.number)]))
        self._try("http", lambda: self._send_http([said for said in heard if not _by_mqtt(said.number)]))
        self._try("plan", lambda: self._plan(clock.local(now)))
        self._try("crews", lambda: self._crews(now))
        hours = (now - before).total_seconds() / 3600
        self._try("residents", lambda: self._residents(hours))
        self._try("cases", lambda: self.cases.pass_time(now, hours, lambda user: not _at_work(user)))
        if time.monotonic() - self.clock_written > CLOCK_SECONDS:
            self._try("clock", _write_clock)
            self.clock_written = time.monotonic()

    def _try(self, part: str, action: Callable[[], object]) -> None:
        from django.db import close_old_connections

        try:
            action()
            self.said_fault.discard(part)
        except Exception as fault:
            close_old_connections()
            if part not in self.said_fault:
                log.warning("%s: %s. Trying again.", part, type(fault).__name__, exc_info=fault)
                self.said_fault.add(part)

    def _notice_emptyings(self) -> None:
        from stadig.waste.models import Emptying

        for pk, bin_id in Emptying.objects.filter(pk__gt=self.last_emptying).order_by("pk").values_list("pk", "bin_id"):
            self.last_emptying = pk
            if bin_id in self.bin_number:
                self.present.emptied(self.bin_number[bin_id])

    def _send_mqtt(self, heard: list[Said]) -> None:
        from stadig.sensing import demo
        from stadig.sensing.models import DeviceState
        from stadig.sensing.mqtt import endpoint
        from stadig.sensing.mqtt.device import Publisher

        if not heard:
            return
        broker = endpoint.configured()
        names = {demo.device_name(self.sites[said.number].code): said for said in heard}
        counted = dict(DeviceState.objects.filter(device__name__in=names).values_list("device__name", "last_sequence"))
        for name, said in names.items():
            following = (counted.get(name) if counted.get(name) is not None else -1) + 1  # pyright: ignore[reportOptionalOperand]
            with Publisher(broker, name, demo.device_key(name), sequence=following) as device:
                message: dict[str, Any] = {"time": said.at.isoformat(), "fill": said.fill_percent}
                if said.battery_percent is not None:
                    message["battery"] = said.battery_percent
                device.publish(message).wait_for_publish(5)

    def _send_http(self, heard: list[Said]) -> None:
        if not heard:
            return
        body = []
        for said in heard:
            rows = [(self.fill[said.number], said.fill_percent)]
            if said.battery_percent is not None:
                rows.append((self.battery[said.number], said.battery_percent))
            body += [
                {
                    "Datastream": {"@iot.id": stream},
                    "components": ["phenomenonTime", "result"],
                    "dataArray": [[said.at.isoformat(), value]],
                }
                for stream, value in rows
            ]
        _post("/sta/v1.1/CreateObservations", body, self.token)

    def _plan(self, local: datetime) -> None:
        """Ask for the day's plan before dawn and send it to the crews, unless a planner sits there."""
        from stadig.waste.actions import plans
        from stadig.waste.models import Plan, PlanState

        if local.isoweekday() == 7 or (local.hour, local.minute) < ASK_AT:
            return
        plan = Plan.objects.filter(day=local.date()).first()
        if plan is None:
            if local.hour < 12:
                plans.ask(None, local.date())
        elif plan.state == PlanState.READY and (local.hour, local.minute) >= LOCK_AT and local.hour < 13:
            planner = _user("leila")
            if not _at_work(planner):
                plans.lock(planner, plan.pk)

    def _crews(self, now: datetime) -> None:
        """Close the stops whose time has come, as the driver whose car it is."""
        from stadig.city import clock
        from stadig.waste.actions import stops
        from stadig.waste.errors import WasteError
        from stadig.waste.models import Outcome, PlanState, Stop, StopKind

        today = clock.local(now).date()
        due = (
            Stop.objects.filter(
                route__plan__day=today, route__plan__state=PlanState.LOCKED, outcome=Outcome.NONE, planned_arrival__lte=now
            )
            .exclude(kind=StopKind.DEPOT)
            .select_related("route__vehicle__crew")
            .order_by("planned_arrival")[:40]
        )
        drivers = {user.organisation_id: user for user in (_user("jonas"), _user("sara"))}
        resting = {key: not _at_work(user) for key, user in drivers.items()}
        for stop in due:
            crew = stop.route.vehicle.crew_id
            if not resting.get(crew, False):
                continue
            with contextlib.suppress(WasteError):
                at = max(stop.planned_arrival, stop.route.plan.locked_at)  # pyright: ignore[reportArgumentType]
                if stop.kind == StopKind.TIPPING:
                    stops.tip(drivers[crew], stop.pk, at=at, request_id=uuid4())
                else:
                    stops.empty_bin(drivers[crew], stop.pk, at=at, request_id=uuid4())
        self._try("work", lambda: _close_old_work(now, {key: user for key, user in drivers.items() if resting[key]}))

    def _residents(self, hours: float) -> None:
        """Now and then someone says that an overfull bin is full."""
        from stadig.waste.actions import reports

        for number in self.present.overflowing():
            if self.rng.random() < REPORTS_PER_HOUR * min(hours, 2.0):
                reports.report(self.bin_id[int(number)], "full", request_id=uuid4())


def _by_mqtt(number: int) -> bool:
    from stadig.sensing import demo

    return demo.by_mqtt(number)


def _user(username: str) -> Any:
    from stadig.city.models import User

    return User.objects.get(username=username)


def _at_work(user: Any) -> bool:
    """Whether someone has lately looked at the town as this person."""
    from stadig.city import clock

    return bool(user.last_login and clock.real_now() - user.last_login < HANDS_OFF)


def _close_old_work(now: datetime, drivers: dict[int | None, Any]) -> None:
    """Work that has lain for two hours is done by the crew that has it."""
    from stadig.work import actions
    from stadig.work.models import WAITING, State, WorkOrder

    for order in WorkOrder.objects.filter(state__in=WAITING, crew_id__in=drivers, opened_at__lte=now - timedelta(hours=2))[:10]:
        actions.close_order(drivers[order.crew_id], order.pk, state=State.DONE)


def _token() -> str:
    """A token to create observations with; the one of an earlier run is revoked first."""
    from stadig.sensing import actions
    from stadig.sensing.models import StaToken

    StaToken.objects.filter(name=TOKEN).delete()
    return actions.create_token(TOKEN, ["create"])


def _post(path: str, body: Any, token: str) -> None:
    from stadig.config.environment import environment

    host = "127.0.0.1" if environment.host in ("0.0.0.0", "::") else environment.host  # noqa: S104
    request = urllib.request.Request(
        f"http://{host}:{environment.port}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except urllib.error.HTTPError as answer:
        answer.close()
        raise


def _write_clock() -> None:
    from stadig.city import clock
    from stadig.city.models import ClockSetting

    speed = ClockSetting.objects.values_list("speed", flat=True).get(pk=1)
    clock.set_demo(clock.now(), speed)


def main() -> None:
    """Live until asked to stop."""
    from stadig.config import django

    django.setup()
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _frame: stopping.append(caught))
    world = lindhamn.build()
    driver: Driver | None = None
    while not stopping:
        try:
            driver = driver or Driver(world)
            driver.step()
        except Exception:
            log.exception("The driver waits a moment and tries again.")
            time.sleep(5 * STEP_SECONDS)
        time.sleep(STEP_SECONDS)
    with contextlib.suppress(Exception):
        _write_clock()


if __name__ == "__main__":
    main()
