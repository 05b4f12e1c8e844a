"""What is wrong with ``service.yaml`` and ``case.yaml``: words nobody knows, statuses no case leaves or reaches. No Django."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from stadig.cases.definition import APPEALS, GROUPS, OUTCOMES
from stadig.eservices.findings import Finding
from stadig.eservices.package import Package

SERVICE: Final = "service.yaml"
CASE: Final = "case.yaml"
AUDIENCES: Final = ("resident", "company", "association", "visitor", "employee")
CHANNELS: Final = ("web", "assisted", "paper", "phone", "email", "visit", "api")
LEVELS: Final = ("", "loa2", "loa3", "loa4")
HANDLED: Final = ("stadig", "external")
ACTORS: Final = ("case_worker", "applicant", "manager", "registrar", "system")
WORK_STATUSES: Final = ("opened", "done", "impossible")
WORK_PATHS: Final = ("answer", "title", "place", "photos")


def lint_service(package: Package) -> Iterator[Finding]:
    """Words in ``service.yaml`` that nobody knows, and days that do not exist."""
    about = package.about
    for name, values, known in (
        ("audience", about.audience, AUDIENCES),
        ("channels", about.channels, CHANNELS),
        ("login.level", (about.login,), LEVELS),
        ("handled_in", (about.handled_in,), HANDLED),
    ):
        for value in values:
            if value not in known:
                yield Finding(SERVICE, name, "unknown_value", {"value": value, "known": ", ".join(filter(None, known))})
    days: list[date] = []
    for name, value in (("open.from", about.open_from), ("open.until", about.open_until)):
        try:
            days += [date.fromisoformat(value)] if value else []
        except ValueError:
            yield Finding(SERVICE, name, "no_such_day", {"value": value})
    if about.open_from and about.open_until and len(days) == 2 and days[1] < days[0]:
        yield Finding(SERVICE, "open", "never_open", {"opens": about.open_from, "until": about.open_until})


def lint_case(package: Package) -> Iterator[Finding]:
    """Everything in ``case.yaml`` that cannot work."""
    yield from _words(package)
    yield from _names(package)
    yield from _ways(package)
    yield from _work(package)


def _words(package: Package) -> Iterator[Finding]:
    case = package.case
    for status in case.statuses:
        if status.group not in GROUPS:
            yield _unknown(f"statuses.{status.id}.group", status.group, GROUPS)
    for number, way in enumerate(case.transitions):
        if way.by not in ACTORS:
            yield _unknown(f"transitions[{number}].by", way.by, ACTORS)
    for decision in case.decisions:
        if decision.outcome not in OUTCOMES:
            yield _unknown(f"decisions.{decision.id}.outcome", decision.outcome, OUTCOMES)
        if decision.appeal not in APPEALS:
            yield _unknown(f"decisions.{decision.id}.appeal", decision.appeal, APPEALS)
        if decision.appeal == "administrative" and not decision.statute:
            yield Finding(CASE, f"decisions.{decision.id}", "no_statute", {"decision": decision.id})


def _unknown(place: str, value: str, known: tuple[str, ...]) -> Finding:
    return Finding(CASE, place, "unknown_value", {"value": value, "known": ", ".join(known)})


def _names(package: Package) -> Iterator[Finding]:
    """Statuses that are named but are none."""
    case = package.case
    ids = {status.id for status in case.statuses}
    named = [("first", case.first)]
    for number, way in enumerate(case.transitions):
        named += [(f"transitions[{number}].from", way.start), (f"transitions[{number}].to", way.end)]
    named += [(f"decisions.{decision.id}.status", decision.status) for decision in case.decisions]
    work = case.work if isinstance(case.work, dict) else {}
    named += [(f"work.{name}", str(work[name])) for name in WORK_STATUSES if work.get(name)]
    named += [(f"signing.{name}", status) for name, status in (case.signing or {}).items()]
    for place, status in named:
        if status not in ids:
            yield Finding(CASE, place, "unknown_status", {"status": status})
    for number, deadline in enumerate(case.deadlines):
        if deadline.until not in ids and deadline.until not in GROUPS:
            yield Finding(CASE, f"deadlines[{number}].until", "deadline_unmet", {"until": deadline.until})


def _ways(package: Package) -> Iterator[Finding]:
    """Statuses that no case reaches, leaves, or is closed from. A decision can be made in every status that is not closed."""
    case = package.case
    groups = {status.id: status.group for status in case.statuses}
    decided = {decision.status for decision in case.decisions} & set(groups)
    onward: dict[str, set[str]] = {id_: set() if group == "closed" else set(decided) for id_, group in groups.items()}
    seen: set[tuple[str, str]] = set()
    for number, way in enumerate(case.transitions):
        if (way.start, way.end) in seen:
            yield Finding(CASE, f"transitions[{number}]", "same_way", {"start": way.start, "end": way.end})
        seen.add((way.start, way.end))
        if way.start in groups and way.end in groups:
            onward[way.start].add(way.end)
    if case.first not in groups:
        return
    reached = _from(case.first, onward)
    if case.signing and case.signing["waiting"] in groups:
        reached |= _from(case.signing["waiting"], onward)
    for id_, group in groups.items():
        place = f"statuses.{id_}"
        if id_ not in reached:
            yield Finding(CASE, place, "never_reached", {"status": id_})
        elif group != "closed" and not onward[id_] - {id_}:
            yield Finding(CASE, place, "no_way_out", {"status": id_})
        elif group != "closed" and not any(groups[one] == "closed" for one in _from(id_, onward)):
            yield Finding(CASE, place, "never_closed", {"status": id_})


def _from(start: str, onward: dict[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = onward[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _work(package: Package) -> Iterator[Finding]:
    """A work order is made of answers: they must be asked for."""
    work = package.case.work
    if not isinstance(work, dict):
        return
    questions = {question.path for question in package.flow.questions()}
    for name in WORK_PATHS:
        if work.get(name) and str(work[name]) not in questions:
            yield Finding(CASE, f"work.{name}", "unknown_path", {"path": work[name]})
