"""``stadig waste``: the plan of a day and the bins' state, without a browser."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import typer

from stadig.config import django

app = typer.Typer(no_args_is_help=True, help="Litter bins: how full they are, and the plan of a day.")


@app.command(epilog="Example: stadig waste plan --day 2026-11-24 --json")
def plan(
    day: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="The day, for example 2026-11-24. Default: today."),
    service_level: float | None = typer.Option(None, min=0.5, max=0.999, help="How often a bin should have room, 0–1."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of text."),
) -> None:
    """Compute the plan of a day, as the planner's page does, and print its stops in order. A locked plan is only printed."""
    with django.with_city():
        from stadig.city import clock
        from stadig.waste.actions import planning, plans
        from stadig.waste.errors import DayHasPassed, PlanIsLocked
        from stadig.waste.models import Plan, PlanState

        wanted = day.date() if day else clock.today()
        try:
            asked = plans.ask(None, wanted, service_level=service_level, defer=False)
            if asked.computation:
                planning.compute(asked.pk, asked.computation)
        except PlanIsLocked:
            typer.echo(f"The plan of {wanted} is sent to the crews; it is printed as it is.", err=True)
        except DayHasPassed:
            typer.echo(f"{wanted} has passed. Name today or a later day.", err=True)
            raise typer.Exit(1) from None
        found = Plan.objects.get(day=wanted)
        if found.state == PlanState.FAILED:
            typer.echo(f"The plan could not be computed: {found.error}", err=True)
            raise typer.Exit(1)
        told = _plan(found)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else _text(told))


def _plan(found: Any) -> dict[str, Any]:
    """The plan as plain data: lengths in km, times as local HH:MM."""
    from stadig.city import clock

    routes = []
    for route in found.routes.select_related("vehicle").order_by("vehicle__position"):
        stops = [
            {
                "at": f"{clock.local(stop.planned_arrival):%H:%M}",
                "kind": stop.kind,
                "name": stop.bin.name if stop.bin else stop.tipping.name if stop.tipping else route.vehicle.name,
                "risk": round(stop.risk, 3),
                "reason": stop.reason,
            }
            for stop in route.stops.select_related("bin", "tipping").order_by("order")
        ]
        routes.append({"vehicle": route.vehicle.name, "km": round(route.distance_m / 1000, 1), "stops": stops})
    return {
        "day": found.day.isoformat(),
        "state": found.state,
        "bins": found.bins_chosen,
        "of": found.bins_total,
        "km": round(found.distance_m / 1000, 1),
        "fixed_rounds_km": round(found.fixed_distance_m / 1000, 1),
        "hours_with_a_full_bin": round(found.overflow_h, 1),
        "routes": routes,
    }


def _text(told: dict[str, Any]) -> str:
    lines = [f"{told['day']}: {told['bins']} of {told['of']} bins, {told['km']} km (fixed rounds {told['fixed_rounds_km']} km)"]
    for route in told["routes"]:
        lines.append(f"{route['vehicle']}, {route['km']} km")
        lines += [f"  {stop['at']}  {stop['name']}  {stop['risk']:.0%}" for stop in route["stops"]]
    return "\n".join(lines)


@app.command(epilog="Example: stadig waste bins --full")
def bins(
    full: bool = typer.Option(False, help="Only those that are full now."),
    as_json: bool = typer.Option(False, "--json", help="One JSON list instead of text."),
) -> None:
    """How full each bin is, and in how many hours it will be; the fullest first."""
    with django.with_city():
        from stadig.waste.queries.bins import Level, in_use, states

        found = sorted(states(in_use()), key=lambda state: -(state.fill_percent if state.fill_percent is not None else -1))
        rows = [
            {
                "id": state.bin.external_id,
                "name": state.bin.name,
                "fill_percent": state.fill,
                "hours_until_full": None if state.hours is None else round(state.hours, 1),
                "guessed": state.guessed,
            }
            for state in found
            if not full or state.level == Level.FULL
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        level = "?" if row["fill_percent"] is None else f"{row['fill_percent']} %"
        until = "" if row["hours_until_full"] is None else f"  full in {row['hours_until_full']} h"
        typer.echo(f"{row['id']}  {level:>6}  {row['name']}{until}{'  (estimated)' if row['guessed'] else ''}")
